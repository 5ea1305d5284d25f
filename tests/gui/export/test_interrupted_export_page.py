"""The export page after an export was interrupted."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.export.job import ExportProgress, ExportSettings, Running, plan_export, run_job
from pie_desktop.export.settings import make_part
from pie_desktop.export.unfinished import unfinished_exports
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import STATE
from tests.gui.export.helpers import TIMEOUT, column


@pytest.fixture
def interrupted(photos: list[Path], tmp_path: Path, context: AppContext) -> Path:
    """An export of three photos that was killed after the first."""

    class Killed(BaseException):
        pass

    def kill(progress: ExportProgress) -> None:
        if progress.done == 1:
            raise Killed

    settings = ExportSettings(tmp_path / "earlier")
    part = make_part(context.engine, settings, tuple(plan_export(photos, settings)), None)
    with pytest.raises(Killed):
        run_job([part], Running(workers=0, progress=kill))
    return settings.destination


def test_an_interrupted_export_goes_on(qtbot: QtBot, interrupted: Path, page: ExportPage) -> None:
    qtbot.waitUntil(page.banner.isVisible, timeout=TIMEOUT)
    assert "The export to earlier" in page.banner.text.text() and "1 of 3 photos" in page.banner.text.text()
    first = (interrupted / "photo_0.jpg").stat().st_mtime_ns
    qtbot.mouseClick(page.banner.go_on_button, Qt.MouseButton.LeftButton)
    assert page.running and not page.banner.isVisible()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    assert column(page, STATE) == ["Written"] * 3
    assert (interrupted / "photo_0.jpg").stat().st_mtime_ns == first
    assert sorted(path.name for path in interrupted.iterdir()) == [f"photo_{number}.jpg" for number in range(3)]


def test_an_interrupted_export_can_be_dismissed(qtbot: QtBot, interrupted: Path, page: ExportPage) -> None:
    qtbot.waitUntil(page.banner.isVisible, timeout=TIMEOUT)
    qtbot.mouseClick(page.banner.dismiss_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not unfinished_exports(paths.exports_dir()), timeout=TIMEOUT)
    assert not page.banner.isVisible()
    assert [path.name for path in interrupted.iterdir()] == ["photo_0.jpg"]
