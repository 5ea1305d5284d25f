"""The preferences: opened by their key, holding at once, and kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageCms
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from pie_desktop.ui.context import THUMBNAILS_MB, AppContext
from pie_desktop.ui.display import MONITOR, NO_PROFILE
from pie_desktop.ui.filmstrip.culling import AUTO_ADVANCE
from pie_desktop.ui.filmstrip.index import SIDECARS
from pie_desktop.ui.last_state import REOPEN
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.preferences import CHOOSE_PROFILE, Preferences
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import TEXT_SIZE, TEXT_SIZES, style_sheet
from pie_desktop.ui.train.closing import CLOSING, KEEP, STOP


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> Preferences:
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    (found,) = window.findChildren(Preferences)
    qtbot.waitUntil(found.isVisible)
    return found


@pytest.fixture
def stored(context: AppContext) -> Callable[[str], object]:
    """A setting as the next start reads it."""

    def read(name: str) -> object:
        context.settings.save()
        return Settings(context.settings.path).get(name)

    return read


@pytest.mark.parametrize(("setting", "default"), [(REOPEN, True), (AUTO_ADVANCE, False), (SIDECARS, False)])
def test_what_is_on_or_off(
    dialog: Preferences, stored: Callable[[str], object], setting: str, default: bool, qtbot: QtBot
) -> None:
    box = dialog.flags[setting]
    assert box.isChecked() is default and box.text() and box.toolTip()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert stored(setting) is not default


def test_raw_pairs(window: MainWindow, dialog: Preferences, stored: Callable[[str], object], qtbot: QtBot) -> None:
    assert dialog.raw_pairs.currentText() == "The RAW file"
    qtbot.keyClick(dialog.raw_pairs, Qt.Key.Key_Down)
    assert window.edit_page.filmstrip.raw_pairs.show == "jpeg" and stored("photos.raw_pairs") == "jpeg"


def test_what_becomes_of_training_when_the_window_is_closed(
    dialog: Preferences, stored: Callable[[str], object], qtbot: QtBot
) -> None:
    assert dialog.training.currentText() == "Ask"
    qtbot.keyClick(dialog.training, Qt.Key.Key_Down)
    assert stored(CLOSING) == KEEP and dialog.training.currentText() == "It goes on without the window"
    qtbot.keyClick(dialog.training, Qt.Key.Key_Down)
    assert stored(CLOSING) == STOP


def test_room_for_thumbnails(
    context: AppContext, dialog: Preferences, stored: Callable[[str], object], qtbot: QtBot
) -> None:
    field = dialog.thumbnails
    assert field.value() == 500 and field.text() == "500 MB"
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "1200")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert context.thumbnail_store.limit == 1_200_000_000 and stored(THUMBNAILS_MB) == 1200
    field.setValue(0)
    assert field.text() == "Keep none"


def test_profile_of_the_screen(
    context: AppContext,
    dialog: Preferences,
    stored: Callable[[str], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    field = dialog.profile
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert context.display.profile == NO_PROFILE == stored("display.profile")
    profile, other = tmp_path / "desk.icc", tmp_path / "other.icc"
    profile.write_bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    other.write_bytes(b"no profile at all")
    row = field.findText(CHOOSE_PROFILE)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    field.setCurrentIndex(row)
    field.activated.emit(row)
    assert context.display.profile == NO_PROFILE and field.currentText() == "No profile"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(profile), ""))
    field.activated.emit(row)
    assert context.display.profile == str(profile) and field.currentText() == "desk.icc"
    field.activated.emit(0)
    assert context.display.profile == MONITOR


def test_size_of_texts_is_for_the_next_start(
    dialog: Preferences, stored: Callable[[str], object], qtbot: QtBot
) -> None:
    assert dialog.text_size.text() == "As the system says"
    for _ in range(9):
        dialog.text_size.stepUp()
    assert stored(TEXT_SIZE) == TEXT_SIZES[0] + 8 == 15
    assert any("next start" in label.text() for label in dialog.findChildren(QLabel))


def test_the_style_sheet_follows_the_font() -> None:
    assert "font-size: 11px" in style_sheet() and "font-size: 22px" in style_sheet(scale=2.0)
    assert "min-height: 1px" in style_sheet(scale=2.0), "a line stays a line"


def test_sliders_follow_the_font(window: MainWindow, qtbot: QtBot) -> None:
    from pie_desktop.edit.edit import STRENGTH
    from pie_desktop.ui.widgets.slider import LabelledSlider

    usual = LabelledSlider(STRENGTH)
    qtbot.addWidget(usual)
    application_font = QFont(usual.font())
    large = QFont(application_font)
    large.setPointSizeF(application_font.pointSizeF() * 2)
    from PySide6.QtWidgets import QApplication

    QApplication.setFont(large)
    try:
        scaled = LabelledSlider(STRENGTH)
        qtbot.addWidget(scaled)
        assert scaled.number.width() > 1.5 * usual.number.width()
    finally:
        QApplication.setFont(application_font)


def test_every_field_has_a_name_and_fits_a_small_screen(dialog: Preferences) -> None:
    for field in (dialog.raw_pairs, dialog.thumbnails, dialog.profile, dialog.text_size):
        assert field.accessibleName() and field.toolTip()
    assert dialog.sizeHint().height() <= 700 and dialog.sizeHint().width() <= 800
