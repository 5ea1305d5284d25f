"""The window itself: panels, tabs, commands, tasks, notices."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.ui.actions.palette import CommandList
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_Backslash])
def test_hold_a_key_to_compare_wherever_the_focus_is(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, key: Qt.Key
) -> None:
    open_photo(window, photo_folder / "rocket.jpg", qtbot)
    page, handle = window.edit_page, window.windowHandle()
    for focused in (page.filmstrip, page.canvas, page.adjust.amount.track):
        focused.setFocus()
        QTest.keyPress(handle, key)
        assert page.canvas.comparing
        QTest.keyRelease(handle, key)
        assert not page.canvas.comparing
    assert window.session.path == photo_folder / "rocket.jpg", "the filmstrip does not take it for a search"
    page.adjust.amount.number.setFocus()
    QTest.keyPress(handle, key)
    assert not page.canvas.comparing


def test_panels_hide_and_the_layout_is_remembered(context: AppContext, window: MainWindow, qtbot: QtBot) -> None:
    window.commands["panels"].trigger()
    assert not window.commands["filmstrip"].isChecked() and not window.commands["panel"].isChecked()
    assert not window.edit_page.filmstrip.isVisible() and not window.edit_page.right.isVisible()
    window.canvas.set_view(View.SIDE)
    window.close()
    again = MainWindow(context)
    qtbot.addWidget(again)
    again.show()
    assert not again.edit_page.filmstrip.isVisible() and not again.edit_page.right.isVisible()
    assert again.canvas.view is View.SIDE
    again.edit_page.panes.toggle_panels()
    assert again.edit_page.filmstrip.isVisible() and again.edit_page.right.isVisible()


def test_export_tab_begins_with_the_open_folder(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.show_tab("Export")
    plan = window.pages.export_page().view.model
    qtbot.waitUntil(lambda: {planned.source.name for planned in plan.plan} == {p.name for p in photo_folder.iterdir()})
    window.export([photo_folder / "rocket.jpg"])
    qtbot.waitUntil(lambda: [planned.source.name for planned in plan.plan] == ["rocket.jpg"])


def test_command_list_runs_what_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    window.dialogs.show_commands()
    (dialog,) = window.findChildren(CommandList)
    qtbot.keyClicks(dialog.field, "by side")
    with qtbot.waitSignal(window.canvas.view_changed):
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.canvas.view is View.SIDE


def test_every_command_says_what_it_does_and_keys_are_unique(window: MainWindow) -> None:
    seen: dict[str, str] = {}
    for action in window.commands.available():
        assert action.toolTip()
        for key in action.shortcuts():
            assert key.toString() not in seen, f"{action.text()} and {seen.get(key.toString())} share a key"
            seen[key.toString()] = action.text()


@pytest.mark.parametrize("tab", ["Export", "Train", "Edit"])
def test_tabs(window: MainWindow, tab: str, qtbot: QtBot) -> None:
    window.commands[f"tab_{tab.lower()}"].trigger()
    assert window.pages.currentWidget() is window.pages.page(tab)


def test_tasks_are_shown_and_can_be_stopped(window: MainWindow, qtbot: QtBot) -> None:
    def work(job: object) -> None:
        job.progress(0.5, "Half way")
        while True:
            job.check()

    tasks = window.statusBar().tasks
    job = window.context.background.submit(work, title="Exporting")
    qtbot.waitUntil(tasks.isVisible)
    with qtbot.waitSignal(job.finished):
        tasks.cancel_button.click()
    assert not tasks.isVisible()


def test_notices_are_limited_and_dismissible(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(7):
        window.context.notifier.error(f"Problem {number}.")
    window.context.notifier.error("Problem 6.")
    cards = window.notifications.cards
    qtbot.waitUntil(lambda: [card.notice.text for card in cards] == [f"Problem {number}." for number in (3, 4, 5, 6)])
    assert all(card.height() >= 32 for card in cards)
    cards[-1].closed.emit()
    assert len(window.notifications.cards) == 3
