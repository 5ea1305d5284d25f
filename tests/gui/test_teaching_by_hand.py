"""What was made of photos by hand is added to a style, previewed, offered, taken back: in the window, with events."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT, Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.style import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.teaching.dialog import TeachingDialog
from pie_desktop.ui.teaching.row import TeachingRow
from pie_desktop.ui.widgets.slider import FINE_STEPS
from tests.gui.opening import open_photo, wait_shown

EXPOSURE = next(one for one in all_parameters() if one.name == "exposure")
Key, Modifier, Left = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def style(context: AppContext, sample_pairs: list[tuple[Path, Path]]) -> Style:
    """Of astronaut and coffee; there before the window is."""
    return context.library.create("Warm", [EditPair(*pair) for pair in sample_pairs[:2]]).style


def row_of(window: MainWindow) -> TeachingRow:
    window.edit_page.right.show_page("Adjust")
    return window.edit_page.teaching


def brighten(window: MainWindow, photo: Path, style: str | None, qtbot: QtBot, stops: float = 0.8) -> Edit:
    """Open a photo that has a style already, and move its slider."""
    if window.session.path != photo:
        if style is not None:
            window.context.catalog.put(photo, Edit.styled(style))
        open_photo(window, photo, qtbot)
    panel = window.edit_page.adjustments
    window.edit_page.right.show_page("Adjust")
    sliders = panel.groups["Light"].sliders
    assert sliders is not None
    track = next(one for one in sliders.all() if one.parameter == EXPOSURE).track
    track.setFocus()
    track.setValue(round(stops * FINE_STEPS))
    qtbot.waitUntil(lambda: abs(window.session.edit.value(EXPOSURE) - stops) < 0.02)
    qtbot.waitUntil(lambda: window.context.catalog.get(photo) == window.session.edit)
    return window.session.edit


def by_hand(window: MainWindow, style: str) -> list[str]:
    return [Path(one.source).name for one in window.context.library.get(style).references if one.by_hand]


def idle(window: MainWindow, qtbot: QtBot) -> None:
    lanes = (window.context.background, window.edit_page.styles.controller.lane)
    qtbot.waitUntil(lambda: not any(lane.open_jobs for lane in lanes))


def preview_of(window: MainWindow, qtbot: QtBot) -> TeachingDialog:
    qtbot.waitUntil(lambda: window.teacher.dialog is not None and window.teacher.dialog.teach_button.isEnabled())
    assert window.teacher.dialog is not None
    return window.teacher.dialog


def test_one_click_adds_the_edit_to_the_style_and_undo_takes_it_back(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    photo = photo_folder / "rocket.jpg"
    made = brighten(window, photo, style.id, qtbot)
    row = row_of(window)
    assert row.add_button.text() == "Add this edit to style"
    qtbot.mouseClick(row.add_button, Left)
    qtbot.waitUntil(lambda: by_hand(window, style.id) == ["rocket.jpg"])
    qtbot.waitUntil(lambda: window.undoing.can_undo and bool(window.notifications.cards))
    assert window.notifications.cards[-1].notice.text == "“Warm” has learned from 1 photo."
    assert window.session.edit == made, "this model learns nothing, so that all is left to the sliders"
    styles = window.edit_page.styles
    styles.open_details(style.id)
    assert [one.badge.text() for one in styles.details.rows] == ["pair", "pair", "by hand"]
    window.canvas.setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Z, Modifier.ControlModifier)
    qtbot.waitUntil(lambda: window.context.library.get(style.id).fingerprint == style.fingerprint)
    assert window.session.edit == made


def test_a_photo_that_is_added_again_replaces_its_pair(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    photo = photo_folder / "rocket.jpg"
    for stops in (0.8, -0.8):
        brighten(window, photo, style.id, qtbot, stops)
        with qtbot.waitSignal(window.context.steps.changed):
            QTest.keyClick(window.windowHandle(), Key.Key_A, Modifier.ControlModifier | Modifier.ShiftModifier)
    qtbot.waitUntil(lambda: bool(window.notifications.cards))
    assert by_hand(window, style.id) == ["rocket.jpg"]
    qtbot.waitUntil(lambda: "1 earlier pair gave way" in window.notifications.cards[-1].notice.text)
    assert len(window.context.library.get(style.id).references) == 3


def test_several_selected_photos_are_added_in_one_step(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    photos = [photo_folder / f"{name}.jpg" for name in ("chelsea", "rocket")]
    for photo in photos:
        window.context.catalog.put(photo, Edit.styled(style.id).with_value(EXPOSURE, 0.8))
    open_photo(window, photos[0], qtbot)
    strip = window.edit_page.filmstrip
    strip.selection.select_also(photos)
    qtbot.waitUntil(lambda: window.session.several.count == 2)
    row = row_of(window)
    assert row.add_button.text() == "Add 2 edits to style"
    qtbot.mouseClick(row.add_button, Left)
    qtbot.waitUntil(lambda: sorted(by_hand(window, style.id)) == ["chelsea.jpg", "rocket.jpg"])
    qtbot.waitUntil(lambda: bool(window.notifications.cards))
    card = window.notifications.cards[-1]
    assert card.notice.text == "“Warm” has learned from 2 photos." and card.notice.action is not None
    card.notice.action()
    qtbot.waitUntil(lambda: window.context.library.get(style.id).fingerprint == style.fingerprint)


def test_without_a_style_a_new_one_is_made_and_the_photo_gets_it(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    photo, library = photo_folder / "rocket.jpg", window.context.library
    brighten(window, photo, None, qtbot)
    row = row_of(window)
    assert row.add_button.text() == "New style from this edit"
    qtbot.mouseClick(row.add_button, Left)
    qtbot.waitUntil(lambda: any(not one.builtin for one in library.list()))
    made = next(one for one in library.list() if not one.builtin)
    qtbot.waitUntil(lambda: window.session.edit.style_id == made.id)
    assert made.name == "My style" and by_hand(window, made.id) == ["rocket.jpg"]
    wait_shown(window, photo, qtbot)
    idle(window, qtbot)
    settled = window.session.edit
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: all(one.builtin for one in library.list()))
    qtbot.waitUntil(lambda: window.session.edit.style_id is None)
    assert window.session.edit.value(EXPOSURE) == pytest.approx(0.8, abs=0.02)
    idle(window, qtbot)
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: window.session.edit == settled)
    assert by_hand(window, made.id) == ["rocket.jpg"]
    wait_shown(window, photo, qtbot)
    assert not any(card.notice.level == "error" for card in window.notifications.cards)


def test_a_built_in_style_stays_and_a_copy_learns(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    photo, library = photo_folder / "rocket.jpg", window.context.library
    builtin = library.list()[0]
    brighten(window, photo, builtin.id, qtbot)
    qtbot.mouseClick(row_of(window).preview_button, Left)
    dialog = preview_of(window, qtbot)
    assert dialog.heading.text() == f"A copy of “{builtin.name}” learns from 1 photo that you edited by hand."
    qtbot.mouseClick(dialog.cancel_button, Left)
    qtbot.mouseClick(row_of(window).add_button, Left)
    qtbot.waitUntil(lambda: any(not one.builtin for one in library.list()))
    copy = next(one for one in library.list() if not one.builtin)
    qtbot.waitUntil(lambda: window.session.edit.style_id == copy.id)
    assert copy.name == f"{builtin.name} copy"
    assert len(library.get(copy.id).references) == len(builtin.references) + 1
    assert library.get(builtin.id) == builtin


def test_a_preview_shows_other_photos_and_only_its_acceptance_changes_the_style(
    style: Style, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    for name in ("astronaut", "coffee"):
        window.context.catalog.put(photo_folder / f"{name}.jpg", Edit.styled(style.id))
    brighten(window, photo_folder / "rocket.jpg", style.id, qtbot)
    row = row_of(window)
    qtbot.mouseClick(row.preview_button, Left)
    dialog = preview_of(window, qtbot)
    assert dialog.heading.text() == "“Warm” learns from 1 photo that you edited by hand."
    told = [label.text() for label in dialog.findChildren(type(dialog.heading))]
    assert told.count("Now") == told.count("Then") == 2, "the two others that have this style"
    assert "not visibly different" in dialog.summary.text()
    qtbot.mouseClick(dialog.cancel_button, Left)
    idle(window, qtbot)
    assert window.teacher.dialog is None and window.context.library.get(style.id) == style
    qtbot.mouseClick(row.preview_button, Left)
    qtbot.mouseClick(preview_of(window, qtbot).teach_button, Left)
    qtbot.waitUntil(lambda: by_hand(window, style.id) == ["rocket.jpg"])
    idle(window, qtbot)


def wait_offered(row: TeachingRow, qtbot: QtBot) -> None:
    said = "You brightened all 5 photos that you edited last."
    qtbot.waitUntil(lambda: row.offer.isVisible() and row.offer_text.text() == said)


def test_several_similar_corrections_are_offered_once_and_never_again_when_dismissed(
    style: Style, window: MainWindow, photo_folder_of_crops: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "crops"
    shutil.copytree(photo_folder_of_crops, folder)
    photos = sorted(folder.iterdir())
    for photo in photos[:4]:
        window.context.catalog.put(photo, Edit.styled(style.id).with_value(EXPOSURE, 0.6))
    brighten(window, photos[4], style.id, qtbot)
    row = row_of(window)
    wait_offered(row, qtbot)
    qtbot.mouseClick(row.teach_button, Left)
    dialog = preview_of(window, qtbot)
    assert dialog.heading.text() == "“Warm” learns from 5 photos that you edited by hand."
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.teacher.dialog is None)
    assert row.offer.isVisible()
    qtbot.mouseClick(row.dismiss_button, Left)
    assert not row.offer.isVisible()
    with qtbot.waitSignal(window.teacher.looked):
        brighten(window, photos[5], style.id, qtbot)
    assert not row.offer.isVisible() and row.habit is None


def test_photos_that_were_taught_are_not_offered_again(
    style: Style, window: MainWindow, photo_folder_of_crops: Path, qtbot: QtBot
) -> None:
    photos = sorted(photo_folder_of_crops.iterdir())
    for photo in photos[:4]:
        window.context.catalog.put(photo, Edit.styled(style.id).with_value(EXPOSURE, 0.6))
    brighten(window, photos[4], style.id, qtbot)
    row = row_of(window)
    wait_offered(row, qtbot)
    qtbot.mouseClick(row.teach_button, Left)
    qtbot.mouseClick(preview_of(window, qtbot).teach_button, Left)
    qtbot.waitUntil(lambda: len(by_hand(window, style.id)) == 5)
    idle(window, qtbot)
    with qtbot.waitSignal(window.teacher.looked):
        window.edit_page.adjust.amount.track.setValue(90)
    assert window.session.edit.value(AMOUNT) == 0.9 and row.habit is None


def test_the_real_model_takes_over_what_the_sliders_did(
    qtbot: QtBot, shipped_context: AppContext, sample_pairs: list[tuple[Path, Path]], photo_folder: Path
) -> None:
    context = shipped_context
    style = context.library.create("Warm", [EditPair(*pair) for pair in sample_pairs[:2]]).style
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    photo = photo_folder / "rocket.jpg"
    made = brighten(window, photo, style.id, qtbot)
    wait_shown(window, photo, qtbot)
    qtbot.mouseClick(row_of(window).add_button, Left)
    qtbot.waitUntil(lambda: window.session.edit != made)
    assert window.session.edit.value(EXPOSURE) < 0.4 and window.session.edit.style_id == style.id
    wait_shown(window, photo, qtbot)
    window.canvas.setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Z, Modifier.ControlModifier)
    qtbot.waitUntil(lambda: window.session.edit == made)
    assert context.library.get(style.id).fingerprint == style.fingerprint
    wait_shown(window, photo, qtbot)
    idle(window, qtbot)
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: by_hand(window, style.id) == ["rocket.jpg"])
    qtbot.waitUntil(lambda: window.session.edit.value(EXPOSURE) < 0.4)
    idle(window, qtbot)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.edit == made)
    qtbot.waitUntil(lambda: context.catalog.get(photo) == made)
    window.close()
