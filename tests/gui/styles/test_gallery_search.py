"""Finding styles in the gallery: search, star, tags, order, archive; by mouse and by key."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.styles.finding import Sorting
from pie_desktop.styles.store import Style, StyleLibrary
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from pie_desktop.ui.styles.card import StyleCard
from pie_desktop.ui.styles.gallery import StyleGallery


@pytest.fixture
def styles(qtbot: QtBot, panel: StylePanel) -> list[Style]:
    """Styles of the user's own beside the built-in ones, in the order shown."""
    library = panel._context.library
    for name in ("Alpha", "Beta", "Gamma", "Delta", "Beta two", "Epsilon"):
        library.duplicate(library.list()[-1].id, name)
    panel.controller.refresh()
    qtbot.waitUntil(lambda: len(panel.controller.styles) == 9)
    return panel.controller.styles


def shown(panel: StylePanel) -> list[str]:
    return [card.name.name for card in panel.gallery.cards.values()][1:]


def idle(qtbot: QtBot, panel: StylePanel) -> None:
    qtbot.waitUntil(lambda: not panel.controller.lane.open_jobs)


def test_search_as_one_types(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    everything = shown(panel)
    field = panel.page.search.field
    assert field.isVisible()
    qtbot.keyClicks(field, "bet")
    assert shown(panel) == ["Beta two", "Beta"]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert panel.gallery.cards[panel.gallery.current_id].name.name == "Beta two"
    assert panel.gallery.cards[panel.gallery.current_id].hasFocus()
    field.setFocus()
    qtbot.keyClicks(field, "x")
    assert shown(panel) == []
    assert panel.page.nothing.text() == "No style has “betx” in its name or its tags."
    assert panel.page.nothing.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert shown(panel) == everything
    assert not panel.page.nothing.isVisible()
    qtbot.keyClicks(field, "zz")
    qtbot.mouseClick(panel.page.all_button, Qt.MouseButton.LeftButton)
    assert shown(panel) == everything


def test_the_search_is_there_once_there_is_something_to_search(qtbot: QtBot, panel: StylePanel) -> None:
    assert not panel.page.search.isVisible()
    panel.find_style()
    assert panel.page.search.field.hasFocus()


def test_ctrl_f_shows_the_styles_wherever_one_is(qtbot: QtBot, window: MainWindow) -> None:
    page = window.edit_page
    page.right.show_page("Adjust")
    page.panes.show_panel(page.right, False)
    page.filmstrip.view.setFocus()
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.styles.page.search.field.isVisible()
    assert window.focusWidget() is page.styles.page.search.field


def test_a_star_by_mouse_and_by_key(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    gallery, library = panel.gallery, panel._context.library
    first, second = gallery.cards[styles[0].id], gallery.cards[styles[1].id]
    assert not first.star.isVisible()
    qtbot.mouseMove(first)
    QApplication.sendEvent(first, _entering())
    qtbot.mouseClick(first.star, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: library.marks().of(styles[0].id).favorite)
    idle(qtbot, panel)
    gallery.show_card(styles[1].id)
    qtbot.keyClick(second, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(second.star.isVisible)
    assert "favourite" in second.accessible_value()
    assert panel.style_actions.favorite.isChecked()
    qtbot.mouseClick(panel.page.search.star, Qt.MouseButton.LeftButton)
    assert shown(panel) == [styles[0].name, styles[1].name]
    panel._context.steps.take_back(panel._context.steps.last)
    qtbot.waitUntil(lambda: shown(panel) == [styles[0].name])
    assert not library.marks().of(styles[1].id).favorite


def _entering() -> QEnterEvent:
    return QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5))


def test_tags_are_typed_shown_and_found(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    panel.gallery.show_card(styles[2].id)
    panel.style_actions.tags.trigger()
    dialog = panel.marking.dialog
    assert dialog is not None
    qtbot.keyClicks(dialog.field, "portrait, evening light,")
    dialog.accept()
    card = panel.gallery.cards[styles[2].id]
    qtbot.waitUntil(lambda: "#portrait #evening light" in card.summary.text())
    qtbot.keyClicks(panel.page.search.field, "#even")
    assert shown(panel) == [styles[2].name]
    panel._context.steps.take_back(panel._context.steps.last)
    qtbot.waitUntil(lambda: shown(panel) == [])


def test_too_many_letters_of_a_tag_are_one_sentence(
    qtbot: QtBot, panel: StylePanel, styles: list[Style], notices: list[Notice]
) -> None:
    panel.marking.set_tags(styles[0].id, ["x" * 60])
    qtbot.waitUntil(lambda: any("at most 40" in notice.text for notice in notices))


def test_an_archived_style_is_hidden_but_not_from_its_photo(
    qtbot: QtBot, panel: StylePanel, styles: list[Style], notices: list[Notice]
) -> None:
    style = styles[1]
    panel.gallery.show_card(style.id)
    panel.style_actions.archive.trigger()
    qtbot.waitUntil(lambda: style.name not in shown(panel))
    assert panel.gallery.current_id == styles[0].id
    qtbot.waitUntil(lambda: any("was archived" in notice.text for notice in notices))
    with qtbot.waitSignal(panel.style_selected):
        panel.select_style(style.id)
    card = panel.gallery.cards[style.id]
    assert card.badge.text() == "archived"
    with qtbot.waitSignal(panel.style_selected):
        panel.select_style(None)
    assert style.name not in shown(panel)
    panel.page.search.toggle_archived()
    assert style.name in shown(panel)
    panel.page.search.toggle_archived()
    next(notice for notice in notices if notice.action is not None).action()  # type: ignore[misc]
    qtbot.waitUntil(lambda: style.name in shown(panel))


def test_cards_are_moved_by_key(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    before = shown(panel)
    gallery = panel.gallery
    gallery.show_card(styles[0].id)
    qtbot.keyClick(gallery.cards[styles[0].id], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shown(panel)[:2] == [before[1], before[0]])
    assert gallery.cards[styles[0].id].hasFocus(), "it is the same card"
    qtbot.keyClick(gallery.cards[styles[0].id], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shown(panel) == before)
    qtbot.keyClick(gallery.cards[styles[0].id], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    idle(qtbot, panel)
    assert shown(panel) == before
    for _ in range(2):
        panel._context.steps.take_back(panel._context.steps.last)
        idle(qtbot, panel)
    assert shown(panel) == before


def test_cards_are_moved_by_mouse(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    before = shown(panel)
    gallery = panel.gallery
    card, target = gallery.cards[styles[0].id], gallery.cards[styles[2].id]
    selected = panel._context.current.wanted
    _drag(qtbot, gallery, card, target)
    assert gallery._gap.isVisible()
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=card.mapFrom(gallery, _below(gallery, target)))
    assert not gallery._gap.isVisible()
    qtbot.waitUntil(lambda: shown(panel)[:3] == [before[1], before[2], before[0]])
    assert panel._context.current.wanted == selected, "a drag is no click"
    _drag(qtbot, gallery, card, gallery.cards[styles[1].id])
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton)
    idle(qtbot, panel)
    assert shown(panel)[:3] == [before[1], before[2], before[0]]


def _below(gallery: StyleGallery, card: StyleCard) -> QPoint:
    return card.mapTo(gallery, QPoint(20, card.height() - 2))


def _drag(qtbot: QtBot, gallery: StyleGallery, card: StyleCard, target: StyleCard) -> None:
    """Press a card and drag it below another one."""
    qtbot.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    place = card.mapFrom(gallery, _below(gallery, target))
    left = Qt.MouseButton.LeftButton
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(card.mapToGlobal(place)),
        left,
        left,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(card, move)


def test_the_order_is_chosen_and_remembered(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    panel.page.search.sort(Sorting.NAME)
    assert shown(panel) == sorted((style.name for style in styles), key=str.casefold)
    assert not panel.page.in_own_order
    again = StylePanel(panel._context)
    qtbot.addWidget(again)
    assert again.page.search.wanted.sorting is Sorting.NAME


def test_what_another_window_notes_is_shown(qtbot: QtBot, panel: StylePanel, styles: list[Style]) -> None:
    StyleLibrary().set_tags(styles[0].id, ["elsewhere"])
    StyleLibrary().delete(styles[1].id)
    QGuiApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)  # as one returns
    qtbot.waitUntil(lambda: "#elsewhere" in panel.gallery.cards[styles[0].id].summary.text())
    assert styles[1].name not in shown(panel)
