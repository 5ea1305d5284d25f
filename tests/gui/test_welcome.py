"""The start page: its buttons, by mouse and by keyboard, and the sample photographs."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.decode import probe
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.welcome import WelcomeView


@pytest.fixture
def view(qtbot: QtBot, context: AppContext) -> WelcomeView:
    view = WelcomeView(context)
    qtbot.addWidget(view)
    view.resize(700, 600)
    view.show()
    return view


def test_buttons_ask_for_the_dialogs(qtbot: QtBot, view: WelcomeView) -> None:
    with qtbot.waitSignal(view.open_photos_requested):
        view.open_photos_button.click()
    with qtbot.waitSignal(view.open_folder_requested):
        qtbot.keyClick(view.open_folder_button, Qt.Key.Key_Return)


def test_the_sample_photos_are_real_photos_in_the_programs_folder(
    qtbot: QtBot, view: WelcomeView, pie_home: Path
) -> None:
    with qtbot.waitSignal(view.samples_ready, timeout=20_000) as ready:
        view.samples_button.click()
    photos = ready.args[0]
    assert len(photos) == 4
    for photo in photos:
        assert photo.parent == pie_home / "samples" and probe(photo).width > 300
    before = [photo.stat().st_mtime_ns for photo in photos]
    qtbot.waitUntil(view.samples_button.isEnabled)
    with qtbot.waitSignal(view.samples_ready, timeout=20_000):
        view.samples_button.click()
    assert [photo.stat().st_mtime_ns for photo in photos] == before


def test_a_folder_that_cannot_be_made_is_told(
    qtbot: QtBot, view: WelcomeView, context: AppContext, pie_home: Path
) -> None:
    (pie_home / "samples").write_text("in the way")
    with qtbot.waitSignal(context.notifier.posted, timeout=20_000) as posted:
        view.samples_button.click()
    assert str(pie_home / "samples") in posted.args[0].text
    qtbot.waitUntil(view.samples_button.isEnabled)


def test_everything_fits_beside_both_docks_at_1280(view: WelcomeView) -> None:
    assert view.widget().minimumSizeHint().width() <= 700
