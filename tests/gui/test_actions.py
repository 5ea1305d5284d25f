"""One registry: menus, keys, command list, tooltips and help say what is declared, and nothing else has keys."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.action import Action, Where
from pie_desktop.ui.actions.commands import Command
from pie_desktop.ui.actions.keys import KeyMap, normal, reach
from pie_desktop.ui.actions.palette import CommandList
from pie_desktop.ui.actions.sheet import keys_as_markdown, with_keys
from pie_desktop.ui.actions.shortcuts import ShortcutsPage
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.settings import Settings
from tests.gui.opening import open_photo


@pytest.fixture
def keys(qapp: object, tmp_path: Path) -> KeyMap:
    return KeyMap(Settings(tmp_path / "settings.json"))


def _full(window: MainWindow) -> MainWindow:
    """The window with all of its pages."""
    for tab in ("Export", "Train", "Edit"):
        window.show_tab(tab)
    return window


def test_the_declared_keys_have_one_meaning_in_one_place() -> None:
    seen: list[tuple[str, str, Where]] = []
    for action in registry.all_actions():
        for key in action.keys:
            assert key == normal(key), f"{action.id}: write {normal(key)}"
            place = reach(action, key)
            clash = [name for name, other, where in seen if other == key and where & place]
            assert not clash, f"{action.id} and {clash} both have {key}"
            seen.append((action.id, key, place))


def test_declarations_are_complete() -> None:
    ids = [action.id for action in registry.all_actions()]
    assert len(ids) == len(set(ids))
    for action in registry.all_actions():
        assert action.help and not action.help.endswith("."), action.id
        assert len(action.help) < 100 and action.label[0].isupper(), action.id


def test_every_declared_action_can_be_run_and_nothing_else_has_keys(window: MainWindow) -> None:
    _full(window)
    bound = {command.declared.id for command in window.findChildren(Command)}
    assert bound == {action.id for action in registry.all_actions() if not action.held}
    for action_id in bound:
        assert window.commands[action_id].declared.id == action_id, "the window's list knows it"
    strange = [
        action.text() or action.shortcut().toString()
        for action in window.findChildren(QAction)
        if action.shortcuts()
        and not isinstance(action, Command)
        and not isinstance(action.parent(), Command)
        and not isinstance(action.parent(), QLineEdit)
    ]
    assert not strange, "declare these in pie_desktop/ui/actions/declared"
    assert not [shortcut.key().toString() for shortcut in window.findChildren(QShortcut)]


def _has_entry(action: Action) -> bool:
    return action.in_menu and not action.held


def test_menus_are_what_is_declared(window: MainWindow) -> None:
    menus = [menu for action in window.menuBar().actions() if isinstance(menu := action.menu(), QMenu)]
    shown = [
        # The recent folders are no actions: they are what the user has opened.
        (menu.title().replace("&", ""), [entry.objectName() for entry in menu.actions() if entry.menu() is None])
        for menu in menus
    ]
    declared = [
        (menu.title, [entry.id if entry else "" for entry in menu.entries if not entry or _has_entry(entry)])
        for menu in registry.MENUS
        if menu.in_bar
    ]
    assert shown == declared


def test_the_page_of_shortcuts_is_what_is_declared() -> None:
    page = paths.resource("help/6-shortcuts.md").read_text(encoding="utf-8")
    made = with_keys(page, lambda action_id: registry.action(action_id).keys)
    assert page.split() == made.split(), "run `make docs`"
    table = keys_as_markdown(lambda action_id: registry.action(action_id).keys)
    assert all(action.name in table for action in registry.all_actions() if action.keys)


def _tips(widget: QWidget) -> Iterator[str]:
    for child in widget.findChildren(QWidget):
        yield child.toolTip()


def test_tooltips_name_the_keys_that_hold(window: MainWindow) -> None:
    window.context.keys.set("new_style", ["Ctrl+Alt+N"])
    _full(window)
    known = {key for action in registry.all_actions() for key in window.context.keys.of(action.id)}
    named = {key for tip in _tips(window) for key in re.findall(r"\(((?:Ctrl|Alt|Shift)\+[^)]+|\\)\)", tip)}
    assert {"Ctrl+Alt+N", "Ctrl+0", "\\"} <= named <= known


def test_the_command_list_names_the_object_and_finds_it_by_other_words(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "rocket.jpg", qtbot)
    style = window.edit_page.styles.controller.styles[0]
    window.edit_page.styles.gallery.show_card(style.id)
    window.dialogs.show_commands()
    (dialog,) = window.findChildren(CommandList)
    qtbot.keyClicks(dialog.field, "style")
    assert {"New style", "Duplicate style", "Export look of style"} <= set(dialog.shown_names())
    dialog.field.clear()
    qtbot.keyClicks(dialog.field, "100 %")
    assert dialog.shown_names() == ["Zoom to 1:1"]
    dialog.close()


def test_a_key_that_the_user_chose_is_kept_and_works(context: AppContext, window: MainWindow, qtbot: QtBot) -> None:
    context.keys.set("view_side", ["Ctrl+Alt+B"])
    window.canvas.set_view(View.SPLIT)
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert window.canvas.view is View.SPLIT
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert window.canvas.view is View.SIDE
    context.settings.save()
    again = KeyMap(Settings(context.settings.path))
    assert again.of("view_side") == ("Ctrl+Alt+B",) and not again.is_default("view_side")


def test_a_key_is_taken_from_the_action_that_has_it(keys: KeyMap) -> None:
    assert [holder.id for holder in keys.holders("undo", "S")] == ["view_split"]
    keys.set("undo", ["S"])
    assert keys.of("undo") == ("S",) and keys.of("view_split") == ("Shift+Y",)
    keys.reset("view_split")
    assert keys.of("view_split") == ("S", "Shift+Y") and keys.of("undo") == ()
    keys.reset_all()
    assert keys.of("undo") == ("Ctrl+Z",) and keys.is_default("undo")


def test_one_key_may_have_meanings_in_places_that_do_not_meet(keys: KeyMap) -> None:
    assert keys.holders("delete_style", "Del") == []
    keys.set("rename_style", ["Del"])
    assert keys.of("delete_style") == () and keys.of("remove_from_export") == ("Del",)


@pytest.mark.parametrize("damaged", ["Ctrl+O", 7, {"a": 1}, [3, None, ""], ["no such key at all"]])
def test_damaged_settings_are_no_keys(tmp_path: Path, damaged: object) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.set("keys.open", damaged)
    assert all(normal(key) for key in KeyMap(settings).of("open"))


def test_keys_are_changed_in_the_list_of_keys(keys: KeyMap, qtbot: QtBot) -> None:
    page = ShortcutsPage(keys)
    qtbot.addWidget(page)
    page.show()
    page.select("reset")
    page.recorder.setFocus()
    qtbot.keyClick(page.recorder, Qt.Key.Key_S)
    assert "“Split view”" in page.said.text(), "it says who loses the key"
    qtbot.mouseClick(page.use, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert keys.of("reset") == ("S",) and keys.of("view_split") == ("Shift+Y",)
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert keys.of("reset") == ("Ctrl+R",)
    qtbot.keyClicks(page.search, "duplicate")
    assert page.shown_names() == ["Duplicate style"]
