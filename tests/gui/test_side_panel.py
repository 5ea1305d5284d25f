"""The side of the Edit tab: below the adjustments, the strength leaves them the room unless it is wanted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.side_panel import TABS, SidePanel
from tests.gui.opening import open_photo


@pytest.fixture
def side(window: MainWindow) -> Iterator[SidePanel]:
    yield window.edit_page.right


def details(side: SidePanel) -> list[QWidget]:
    adjust = side._adjust
    return [adjust.attribution, *(one for one in adjust.sliders.all() if one.parameter.under)]


def show_by_mouse(side: SidePanel, name: str, qtbot: QtBot) -> None:
    place = side.tabs.tabRect(TABS.index(name)).center()
    qtbot.mouseClick(side.tabs, Qt.MouseButton.LeftButton, pos=place)


def test_the_adjustments_have_room_for_more_groups(side: SidePanel, qtbot: QtBot) -> None:
    adjust = side._adjust
    assert all(widget.isVisible() for widget in details(side))
    room = side.splitter.sizes()[0]
    show_by_mouse(side, "Adjust", qtbot)
    assert not any(widget.isVisible() for widget in details(side))
    assert adjust.strength.isVisible() and adjust.amount.isVisible()
    more = side.splitter.sizes()[0]
    assert more > room + 80
    show_by_mouse(side, "Styles", qtbot)
    assert all(widget.isVisible() for widget in details(side))
    assert side.splitter.sizes()[0] < more - 80


def test_each_page_keeps_what_was_chosen_for_it(
    side: SidePanel, window: MainWindow, context: AppContext, qtbot: QtBot
) -> None:
    fold = side._adjust.fold
    show_by_mouse(side, "Adjust", qtbot)
    small = side.splitter.sizes()[1]
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert all(widget.isVisible() for widget in details(side)) and side.splitter.sizes()[1] > small
    show_by_mouse(side, "Styles", qtbot)
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert not any(widget.isVisible() for widget in details(side))
    side.remember(context.settings)
    again = MainWindow(context)
    qtbot.addWidget(again)
    again.resize(1280, 800)
    again.show()
    other = again.edit_page.right
    assert other._adjust.fold.isChecked()
    show_by_mouse(other, "Adjust", qtbot)
    assert all(widget.isVisible() for widget in details(other))


@pytest.mark.parametrize("value", [7, "Styles", ["nonsense", 3], {"a": 1}, None])
def test_whatever_the_setting_holds_there_is_a_panel(context: AppContext, value: object, qtbot: QtBot) -> None:
    context.settings.set("edit.side_folded", value)
    made = MainWindow(context)
    qtbot.addWidget(made)
    made.show()
    assert made.edit_page.right._adjust.strength.isVisible()


def test_in_a_tall_window_all_is_there(side: SidePanel, window: MainWindow, qtbot: QtBot) -> None:
    show_by_mouse(side, "Adjust", qtbot)
    window.resize(2560, 1440)
    qtbot.waitUntil(lambda: side.tall)
    assert all(widget.isVisible() for widget in details(side)) and not side._adjust.fold.isVisible()


def test_a_blend_can_be_mixed_below_the_adjustments(
    side: SidePanel, window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    first, second = (style.id for style in window.context.library.list()[:2])
    window.context.current.change(window.session.edit.with_style(first).with_blend(second))
    show_by_mouse(side, "Adjust", qtbot)
    qtbot.waitUntil(side._adjust.blend.mix.isVisible)
