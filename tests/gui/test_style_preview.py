"""A style that is only looked at: the mouse rests on its card or the keyboard comes to it, and nothing is kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.errors import StyleError
from pie_desktop.styles.style import Style
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.editor.style_preview import SETTING
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles.card import StyleCard
from pie_desktop.ui.styles.hovering import DWELL_MS, StyleHovering
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def window(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> MainWindow:
    """The window with an open photo in no style, and the mouse on the photo."""
    qtbot.waitUntil(lambda: len(window.edit_page.styles.gallery.cards) > 2)
    leave(window)
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    return window


@pytest.fixture
def notices(window: MainWindow) -> list[Notice]:
    told: list[Notice] = []
    window.context.notifier.posted.connect(told.append)
    return told


def card_of(window: MainWindow, number: int) -> StyleCard:
    """The card of the first, second, ... style, after that of neutral."""
    return list(window.edit_page.styles.gallery.cards.values())[number]


def hover(window: MainWindow, card: StyleCard) -> None:
    window.edit_page.styles.gallery.ensureWidgetVisible(card)
    QTest.mouseMove(card, card.rect().center())
    QTest.mouseMove(card, card.rect().center() + QPoint(1, 1))


def leave(window: MainWindow) -> None:
    QTest.mouseMove(window.canvas, window.canvas.rect().center())


def shown_pixels(window: MainWindow) -> np.ndarray:
    renderer = window.canvas.renderer
    assert renderer.base is not None
    return renderer.base.pixels(renderer.edit, renderer.base.request.zone).copy()


def label(window: MainWindow) -> str:
    return window.canvas._labels[1]


def previews(window: MainWindow, card: StyleCard) -> Callable[[], bool]:
    """Whether the photo is shown in the style of a card, exactly."""

    def shown() -> bool:
        renderer = window.canvas.renderer
        known = window.session.in_styles.known(card.style_id)
        return (
            known is not None
            and renderer.base is not None
            and renderer.base.request.luts is known.transform
            and renderer.base.exact_for == renderer.edit
        )

    return shown


@pytest.mark.parametrize("view", list(View))
def test_the_mouse_on_a_card_shows_the_photo_in_its_style_and_nothing_is_kept(
    qtbot: QtBot, window: MainWindow, view: View
) -> None:
    window.canvas.set_view(view)
    renderer = window.canvas.renderer
    qtbot.waitUntil(
        lambda: renderer.base is not None and renderer.base.request.whole == window.canvas.viewport.zoomed()
    )
    session, card = window.session, card_of(window, 1)
    edit, steps = session.edit, session.keeper.history
    before = shown_pixels(window)
    hover(window, card)
    qtbot.waitUntil(previews(window, card))
    assert label(window) == f"Preview: {card.name.name}"
    chosen = shown_pixels(window)
    assert not np.array_equal(chosen, before)
    leave(window)
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    assert np.array_equal(shown_pixels(window), before) and label(window) == "Enhanced"
    assert session.edit == edit and session.keeper.history == steps and not window.undoing.can_undo
    assert window.context.catalog.get(window.session.path) is None
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)  # what choosing it shows is what was seen
    qtbot.waitUntil(lambda: session.enhancement is not None and session.enhancement.style_id == card.style_id)
    wait_shown(window, window.session.path, qtbot)
    assert np.array_equal(shown_pixels(window), chosen) and label(window) == card.name.name


def test_adjustments_stay_in_the_preview(qtbot: QtBot, window: MainWindow) -> None:
    current = window.context.current
    current.change(current.edit.with_part(ExposurePart(-1.0)))
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    dark = shown_pixels(window)
    card = card_of(window, 1)
    hover(window, card)
    qtbot.waitUntil(previews(window, card))
    assert abs(float(shown_pixels(window).mean()) - float(dark.mean())) < 15
    assert not np.array_equal(shown_pixels(window), dark)


def test_arrow_keys_look_at_one_style_after_the_other(qtbot: QtBot, window: MainWindow) -> None:
    gallery = window.edit_page.styles.gallery
    card_of(window, 0).setFocus()
    for number in (1, 2):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
        assert gallery.current_id == card_of(window, number).style_id
        qtbot.waitUntil(previews(window, card_of(window, number)))
        assert label(window) == f"Preview: {card_of(window, number).name.name}"
    window.canvas.setFocus()
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    assert label(window) == "Enhanced" and window.context.current.style_id is None


def test_a_passing_mouse_and_a_click_with_the_focus_look_at_nothing(qtbot: QtBot, window: MainWindow) -> None:
    rested: list[object] = []
    window.edit_page.hovering.rested.connect(rested.append)
    hover(window, card_of(window, 1))
    leave(window)
    QTest.qWait(2 * DWELL_MS)
    assert not rested
    card_of(window, 2).setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.qWait(2 * DWELL_MS)
    assert not rested and label(window) == "Enhanced"


def test_a_window_that_opens_under_the_mouse_looks_at_nothing(qtbot: QtBot, window: MainWindow) -> None:
    card = card_of(window, 1)
    hover(window, card)
    entered: list[object] = []
    hovering = StyleHovering(window.edit_page.styles.gallery)  # that of a window that has just been made
    hovering.entered.connect(entered.append)
    centre = QPointF(card.rect().center())
    QApplication.sendEvent(card, QEnterEvent(centre, centre, QPointF(QCursor.pos())))
    assert not entered
    leave(window)
    hover(window, card)
    assert entered == [card.style_id]


def test_a_damaged_style_shows_nothing_and_says_nothing(
    qtbot: QtBot, window: MainWindow, notices: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = card_of(window, 1), card_of(window, 2)
    library = window.context.library
    get = library.get

    def damaged(style_id: str) -> Style:
        if style_id == bad.style_id:
            raise StyleError("It is damaged.")
        return get(style_id)

    monkeypatch.setattr(library, "get", damaged)
    hover(window, good)
    qtbot.waitUntil(previews(window, good))
    hover(window, bad)
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    assert label(window) == "Enhanced" and not notices


def test_a_style_that_is_deleted_while_it_is_looked_at_is_gone_from_the_photo(
    qtbot: QtBot, window: MainWindow, notices: list[Notice]
) -> None:
    panel = window.edit_page.styles
    with qtbot.waitSignal(panel.controller.created):
        panel.controller.duplicate(str(card_of(window, 1).style_id))
    own = next(style for style in panel.controller.styles if not style.builtin)
    card = panel.gallery.cards[own.id]
    window.canvas.setFocus()
    qtbot.waitUntil(lambda: not panel.controller.lane.open_jobs)
    hover(window, card)
    qtbot.waitUntil(previews(window, card))
    window.context.library.delete(own.id)  # by another window
    panel.controller.refresh()
    window.context.styles_changed.emit()
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    assert label(window) == "Enhanced" and not notices


def test_a_preview_ends_with_the_photo_and_with_the_gallery(
    qtbot: QtBot, window: MainWindow, photo_folder: Path
) -> None:
    card = card_of(window, 1)
    hover(window, card)
    qtbot.waitUntil(previews(window, card))
    panel = window.edit_page.styles
    panel.open_details(str(card.style_id))  # which hides the card
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    assert label(window) == "Enhanced"
    panel.close_details()
    hover(window, card_of(window, 2))
    qtbot.waitUntil(previews(window, card_of(window, 2)))
    window.edit_page.open_photo(photo_folder / "rocket.jpg")
    leave(window)
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    assert label(window) == "Enhanced"


def test_more_pixels_that_arrive_on_the_way_are_asked_about_again(qtbot: QtBot, window: MainWindow) -> None:
    card, session = card_of(window, 1), window.session
    hover(window, card)
    assert session.enhancement is not None and session.path is not None
    session.in_styles.begin(session.path, session.enhancement.proxy.copy())  # before the mouse has rested
    qtbot.waitUntil(previews(window, card))


def test_it_can_be_switched_off(qtbot: QtBot, window: MainWindow) -> None:
    action = window.commands["preview_styles"]
    assert action.isChecked()
    card = card_of(window, 1)
    hover(window, card)
    qtbot.waitUntil(previews(window, card))
    action.trigger()
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)
    assert label(window) == "Enhanced" and window.context.settings.get(SETTING) is False


def test_a_blend_is_looked_past_and_shown_again(qtbot: QtBot, window: MainWindow) -> None:
    current, path = window.context.current, window.session.path
    assert path is not None
    first, second = (str(card_of(window, number).style_id) for number in (1, 2))
    current.change(Edit.styled(first).with_blend(second, 0.3))
    wait_shown(window, path, qtbot)
    before, name = shown_pixels(window), label(window)
    hover(window, card_of(window, 1))  # the first of the two, by itself
    qtbot.waitUntil(previews(window, card_of(window, 1)))
    assert label(window) == f"Preview: {card_of(window, 1).name.name}"
    assert window.canvas.renderer.edit.style.blend_id is None
    leave(window)
    wait_shown(window, path, qtbot)
    assert np.array_equal(shown_pixels(window), before) and label(window) == name and "30 %" in name
