"""The history of a photo in the window: named steps, snapshots, virtual copies, and all of it after a restart."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT, STRENGTH, Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.history_panel import HistoryPanel
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


@pytest.fixture
def photo(photo_folder: Path) -> Path:
    return photo_folder / "coffee.jpg"


@pytest.fixture
def panel(window: MainWindow, photo: Path, qtbot: QtBot) -> HistoryPanel:
    """That of a photo with three steps."""
    open_photo(window, photo, qtbot)
    style = window.context.library.list()[0]
    window.edit_page.styles.select_style(style.id)
    qtbot.waitUntil(lambda: window.context.current.style_id == style.id)
    for value in (0.5, 0.8):
        window.context.current.change(window.session.edit.with_value(STRENGTH, value))
    window.edit_page.right.show_page("History")
    return window.edit_page.history


def texts(shown: QListWidget) -> list[str]:
    return [shown.item(row).text() for row in range(shown.count())]


def click(shown: QListWidget, row: int, qtbot: QtBot) -> None:
    place = shown.visualItemRect(shown.item(row)).center()
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)


def saved(window: MainWindow) -> Callable[[], bool]:
    return lambda: not window.context.background.open_jobs


def test_steps_have_names_and_a_click_goes_there(window: MainWindow, panel: HistoryPanel, qtbot: QtBot) -> None:
    style = window.context.library.list()[0]
    names = ["Preference 80 %", "Preference 50 %", f"Style “{style.name}”", "Opened"]
    assert texts(panel.steps) == names and panel.steps.currentRow() == 0
    click(panel.steps, 2, qtbot)
    assert window.session.edit == Edit.styled(style.id) and texts(panel.steps) == names
    assert panel.steps.currentRow() == 2
    window.commands["redo"].trigger()
    assert window.session.edit == Edit.styled(style.id, 0.5) and panel.steps.currentRow() == 1
    window.context.current.change(window.session.edit.with_value(AMOUNT, 0.3))
    assert texts(panel.steps) == ["Amount 30 %", *names[1:]]


def test_the_keyboard_goes_through_the_steps(window: MainWindow, panel: HistoryPanel, qtbot: QtBot) -> None:
    panel.setFocus()
    qtbot.keyClick(panel.steps, Qt.Key.Key_Down)
    qtbot.keyClick(panel.steps, Qt.Key.Key_Return)
    assert window.session.edit.style.strength == 0.5


def test_undo_reaches_back_before_a_restart(
    window: MainWindow, panel: HistoryPanel, photo: Path, context: AppContext, qtbot: QtBot
) -> None:
    window.commands["undo"].trigger()
    qtbot.waitUntil(saved(window))
    # Another program on the same catalog, as after kill -9: nothing was closed.
    other = AppContext(context.library, context.engine)
    try:
        again = MainWindow(other)
        qtbot.addWidget(again)
        again.show()
        open_photo(again, photo, qtbot)
        assert again.session.edit.style.strength == 0.5
        assert texts(again.edit_page.history.steps) == texts(panel.steps)
        again.commands["redo"].trigger()
        assert again.session.edit.style.strength == 0.8
        for _ in range(3):
            again.commands["undo"].trigger()
        assert again.session.edit == Edit() and not again.commands["undo"].isEnabled()
        again.close()
    finally:
        other.close()


def test_an_edit_made_elsewhere_is_one_more_step(
    window: MainWindow, photo_folder: Path, photo: Path, context: AppContext, qtbot: QtBot
) -> None:
    window.context.current.change(Edit())
    open_photo(window, photo, qtbot)
    window.context.current.change(window.session.edit.with_value(AMOUNT, 0.4))
    qtbot.waitUntil(saved(window))
    other = AppContext(context.library, context.engine)
    try:
        other.catalog.put(photo, Edit.styled(amount=0.9))
        again = MainWindow(other)
        qtbot.addWidget(again)
        again.show()
        open_photo(again, photo, qtbot)
        assert texts(again.edit_page.history.steps) == ["Changed elsewhere", "Amount 40 %", "Opened"]
        assert again.session.edit == Edit.styled(amount=0.9)
        again.close()
    finally:
        other.close()


def test_a_snapshot_is_named_and_come_back_to(window: MainWindow, panel: HistoryPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.new_snapshot, Qt.MouseButton.LeftButton)
    field = panel.snapshots.findChild(QLineEdit)
    qtbot.keyClicks(field, "For print")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.name for one in window.session.keeper.history.snapshots] == ["For print"])
    qtbot.waitUntil(lambda: texts(panel.snapshots) == ["For print"])
    window.commands["undo"].trigger()
    click(panel.snapshots, 0, qtbot)
    assert window.session.edit.style.strength == 0.8
    assert texts(panel.steps)[0] == "Snapshot “For print”"
    panel.snapshots.setCurrentRow(0)
    qtbot.keyClick(panel.snapshots, Qt.Key.Key_Delete)
    assert texts(panel.snapshots) == [] and not panel.snapshots.isVisible()


def test_virtual_copies_are_edited_apart(
    window: MainWindow, panel: HistoryPanel, photo: Path, context: AppContext, qtbot: QtBot
) -> None:
    qtbot.mouseClick(panel.new_copy, Qt.MouseButton.LeftButton)
    assert panel.copies.currentText() == "Copy 1" and texts(panel.steps) == ["Opened"]
    window.context.current.change(Edit.styled(amount=0.2))
    qtbot.waitUntil(saved(window))
    assert context.catalog.copies(photo) == {"Copy 1": Edit.styled(amount=0.2)}
    assert context.catalog.get(photo).style.strength == 0.8, "the photo itself keeps its edit"
    qtbot.keyClick(panel.copies, Qt.Key.Key_Up)
    assert window.session.edit.style.strength == 0.8 and texts(panel.steps)[0] == "Preference 80 %"
    qtbot.keyClick(panel.copies, Qt.Key.Key_Down)
    assert window.session.edit == Edit.styled(amount=0.2)
    qtbot.mouseClick(panel.remove_copy, Qt.MouseButton.LeftButton)
    assert window.session.edit.style.strength == 0.8 and not panel.remove_copy.isVisible()


def test_looking_at_a_photo_leaves_no_history(
    window: MainWindow, photo: Path, photo_folder: Path, context: AppContext, qtbot: QtBot
) -> None:
    open_photo(window, photo, qtbot)
    open_photo(window, photo_folder / "rocket.jpg", qtbot)
    qtbot.waitUntil(saved(window))
    assert context.catalog.history(photo) is None
