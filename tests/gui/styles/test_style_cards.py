"""The cards of the style panel: names, keys, deleting and undoing."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from tests.gui.styles.helpers import Pairs, drop, own_styles


def test_the_cards_show_their_references(qtbot: QtBot, panel: StylePanel) -> None:
    card = next(card for style_id, card in panel.gallery.cards.items() if style_id is not None)
    cache = panel.gallery._loader.cache
    assert card.mosaic.paths

    def loaded() -> bool:
        return all((entry := cache.peek(path)) is not None and entry.pixmap is not None for path in card.mosaic.paths)

    qtbot.waitUntil(loaded)


def test_the_new_style_is_named_in_place(qtbot: QtBot, panel: StylePanel, sample_pairs: Pairs) -> None:
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [sample_pairs[0][0]])
    card = panel.gallery.cards[selected.args[0]]
    qtbot.keyClicks(card.name.editor, "Golden hour")
    qtbot.keyClick(card.name.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [style.name for style in own_styles(panel)] == ["Golden hour"])
    assert not card.name.editing


def test_the_new_style_is_in_view_where_there_is_little_room(
    qtbot: QtBot, panel: StylePanel, sample_pairs: Pairs
) -> None:
    panel.resize(320, 200)
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [sample_pairs[0][0]])
    qtbot.waitUntil(lambda: not panel.controller.lane.open_jobs)
    card = panel.gallery.cards[selected.args[0]]
    assert panel.gallery.verticalScrollBar().maximum() > 0
    assert card.visibleRegion().boundingRect() == card.rect()


def test_a_name_that_is_taken_is_refused_in_one_sentence(
    qtbot: QtBot, panel: StylePanel, style: Style, notices: list[Notice]
) -> None:
    taken = next(other.name for other in panel.controller.styles if other.id != style.id)
    panel.controller.rename(style.id, taken)
    qtbot.waitUntil(lambda: any(taken in notice.text for notice in notices))
    assert panel.gallery.cards[style.id].name.name == style.name


def test_styles_survive_a_restart(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style, sample_pairs: Pairs
) -> None:
    for after, before in sample_pairs:  # the files move away: copies are kept
        after.unlink()
        before.unlink()
    again = AppContext(engine=context.engine)
    try:
        restarted = StylePanel(again)
        qtbot.addWidget(restarted)
        qtbot.waitUntil(lambda: style.id in restarted.gallery.cards)
        assert restarted.gallery.cards[style.id].summary.text() == "4 pairs · fair"
        with qtbot.waitSignal(restarted.style_selected) as selected:
            restarted.select_style(style.id)
        assert selected.args == [style.id]
    finally:
        again.close()


def test_delete_and_undo(qtbot: QtBot, panel: StylePanel, style: Style, notices: list[Notice]) -> None:
    panel.gallery.show_card(style.id)
    with qtbot.waitSignal(panel.style_selected) as selected:
        qtbot.keyClick(panel.gallery.cards[style.id], Qt.Key.Key_Delete)
    assert selected.args == [None]
    assert own_styles(panel) == []
    assert style.id not in panel.gallery.cards
    qtbot.waitUntil(lambda: any(notice.action_text == "Undo" for notice in notices))
    undo: Callable[[], None] = next(notice.action for notice in notices if notice.action_text == "Undo")  # type: ignore[assignment]
    with qtbot.waitSignal(panel.style_selected) as selected:
        undo()
    assert selected.args == [style.id]
    assert own_styles(panel) == [style]


def test_undo_by_keyboard(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    panel.gallery.show_card(style.id)
    qtbot.keyClick(panel.gallery.cards[style.id], Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: style.id not in panel.gallery.cards)
    panel.style_actions.undo.trigger()
    qtbot.waitUntil(lambda: style.id in panel.gallery.cards)
    assert own_styles(panel) == [style]


def test_built_in_styles_are_not_deleted_or_renamed(qtbot: QtBot, panel: StylePanel) -> None:
    builtin = next(style for style in panel.controller.styles if style.builtin)
    panel.gallery.show_card(builtin.id)
    card = panel.gallery.cards[builtin.id]
    assert card.badge.isVisible()
    qtbot.keyClick(card, Qt.Key.Key_Delete)
    qtbot.keyClick(card, Qt.Key.Key_F2)
    assert not card.name.editing
    texts = [action.text() for action in panel.context_menu(builtin.id).actions()]
    assert "Duplicate style" in texts
    assert "Delete style" not in texts
    assert not panel.controller.lane.open_jobs
    with qtbot.waitSignal(panel.controller.created) as created:
        qtbot.keyClick(card, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    copy = panel._context.library.get(created.args[0])
    assert not copy.builtin
    assert len(copy.references) == len(builtin.references)


def test_keyboard_walks_selects_and_opens(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    neutral, card = panel.gallery.cards[None], panel.gallery.cards[style.id]
    panel.gallery.show_card(None)
    with qtbot.waitSignal(panel.style_selected) as selected:
        qtbot.keyClick(neutral, Qt.Key.Key_Return)
    assert selected.args == [None]
    qtbot.keyClick(neutral, Qt.Key.Key_Down)
    assert panel.gallery.current_id == style.id
    with qtbot.waitSignal(panel.style_selected) as selected:
        qtbot.keyClick(card, Qt.Key.Key_Space)
    assert selected.args == [style.id]
    qtbot.keyClick(card, Qt.Key.Key_F2)
    assert card.name.editing
    qtbot.keyClick(card.name.editor, Qt.Key.Key_Escape)
    assert not card.name.editing
    qtbot.keyClick(card, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert panel.shows_details
    qtbot.keyClick(panel.details.back, Qt.Key.Key_Escape)
    assert not panel.shows_details


def test_focus_returns_to_the_card_that_had_it(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    panel.gallery.show_card(style.id)
    panel.drop_zone.setFocus()
    panel.setFocus()
    assert panel.gallery.cards[style.id].hasFocus()
    tab_stops = [card for card in panel.gallery.cards.values() if card.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert tab_stops == [panel.gallery.cards[style.id]]


def test_six_cards_are_in_sight_on_a_small_screen(window: MainWindow, qtbot: QtBot) -> None:
    library = window.context.library
    for _ in range(4):
        library.duplicate(library.list()[0].id)
    window.context.styles_changed.emit()
    window.resize(1276, 762)  # what a frame leaves of 1280x800
    panel = window.edit_page.styles
    qtbot.waitUntil(lambda: len(panel.gallery.cards) == 8)
    qtbot.waitUntil(lambda: not panel.drop_zone.isVisible())

    def in_sight() -> int:
        cards = panel.gallery.cards.values()
        return sum(card.visibleRegion().boundingRect() == card.rect() for card in cards)

    qtbot.waitUntil(lambda: in_sight() >= 6)
    adjust = window.edit_page.adjust
    assert adjust.visibleRegion().boundingRect().height() == adjust.height(), "and all sliders"
