"""Everything that can have the focus or be pressed has a name, and what draws itself says what it shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractScrollArea, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


def told(widget: QWidget, kind: QAccessible.Text) -> str:
    """What a screen reader gets."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(kind) if interface is not None else ""


def controls(window: QWidget) -> Iterator[QWidget]:
    """All that a person can reach or press; not the parts that Qt makes within its own widgets."""
    for widget in window.findChildren(QWidget):
        parent = widget.parent()
        of_qt = widget.objectName().startswith("qt_") or isinstance(parent, QLineEdit | QAbstractScrollArea)
        in_popup = widget.window() is not window and isinstance(widget, QAbstractItemView)
        reached = widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QAbstractButton)
        if reached and not of_qt and not in_popup and not isinstance(widget, QLabel):
            yield widget


def test_every_control_has_a_name(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    for tab in ("Export", "Train", "Edit"):
        window.show_tab(tab)
    nameless = {
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in controls(window)
        if not told(widget, QAccessible.Text.Name)
    }
    assert not nameless
    assert len(list(controls(window))) > 100


def test_widgets_that_draw_themselves_say_what_they_show(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    canvas, page = window.canvas, window.edit_page
    assert told(canvas, QAccessible.Text.Value) == "no photo"
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    canvas.set_view(View.SIDE)
    canvas.actual_size()
    assert told(canvas, QAccessible.Text.Value) == "Side by side, 100 %"
    canvas.set_comparing(True)
    assert told(canvas, QAccessible.Text.Value) == "Original, 100 %"
    qtbot.waitUntil(lambda: told(page.adjust.attribution.general, QAccessible.Text.Value).startswith("ΔE"))
    card = page.styles.gallery.cards[None]
    assert told(card, QAccessible.Text.Name) and told(card, QAccessible.Text.Value).startswith("selected")
    assert told(page.adjust.amount.track, QAccessible.Text.Name)
    assert int(told(page.adjust.amount.track, QAccessible.Text.Value)) == page.adjust.amount.track.value()


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.windowHandle(), key, modifiers)


def test_a_photo_is_styled_compared_and_exported_by_keyboard_alone(
    window: MainWindow, photo_folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photo(window, sorted(photo_folder.iterdir())[0], qtbot)
    window.activateWindow()
    panel = window.edit_page.styles
    for _ in range(8):  # F6 goes round all areas
        if (focused := window.focusWidget()) is not None and panel.isAncestorOf(focused):
            break
        press(window, Qt.Key.Key_F6)
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.context.current.style_id is not None)
    press(window, Qt.Key.Key_Y)
    assert window.canvas.view is View.SIDE
    press(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    page = window.pages.export_page()
    assert window.pages.currentWidget() is page
    page.form.destination.set_path(tmp_path / "out")
    qtbot.waitUntil(page.start_button.isEnabled)
    with qtbot.waitSignal(page.start_button.clicked):
        press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.running)
    assert any((tmp_path / "out").iterdir())


@pytest.mark.parametrize("place", ["filmstrip", "canvas", "styles", "slider"])
def test_the_focus_can_be_seen(window: MainWindow, photo_folder: Path, qtbot: QtBot, place: str) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.activateWindow()
    page = window.edit_page
    widget: QWidget = {
        "filmstrip": page.filmstrip.view,
        "canvas": window.canvas,
        "styles": page.styles.gallery.cards[None],
        "slider": page.adjust.amount.track,
    }[place]
    other = page.filmstrip.header.open_button
    other.setFocus()
    before = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(widget.hasFocus)
    assert widget.grab().toImage() != before
