"""Photos for the export page, the page, and its plan."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from tests.gui.export.helpers import wait_for_plan


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three small photos with texture, so that an enhancement shows."""
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(7)
    paths = []
    for index in range(3):
        coarse = generator.integers(30, 200, (6, 8, 3), dtype=np.uint8)
        path = folder / f"photo_{index}.jpg"
        Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(path, quality=95)
        paths.append(path)
    return paths


@pytest.fixture
def page(qtbot: QtBot, context: AppContext, tmp_path: Path) -> ExportPage:
    page = ExportPage(context)
    qtbot.addWidget(page)
    page.form.destination.set_path(tmp_path / "out")
    page.resize(1200, 700)
    page.show()
    return page


@pytest.fixture
def plan(qtbot: QtBot, page: ExportPage) -> Callable[[list[Path]], None]:
    def make(sources: list[Path]) -> None:
        page.set_sources(sources)
        wait_for_plan(qtbot, page)

    return make
