"""Hundreds of styles: only the cards in sight exist, and each of them can be used."""

import shutil

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from pie_desktop.styles.document import read_document, write_document
from pie_desktop.styles.store import Style
from pie_desktop.ui.styles import StylePanel

COUNT = 300


def _copies(style: Style, count: int) -> None:
    document = read_document(style.folder)
    for number in range(count):
        copy = style.folder.with_name(f"{style.id}{number:04d}")
        shutil.copytree(style.folder, copy)
        write_document(copy, document.model_copy(update={"name": f"Copy {number:03d}"}))


def in_sight(panel: StylePanel) -> list[str | None]:
    """Styles whose cards can be seen, in order; those that can be seen wholly lie one below the other."""
    seen = [(key, card) for key, card in panel.gallery.cards.items() if not card.visibleRegion().isEmpty()]
    tops = [card.y() for _, card in seen]
    assert tops == sorted(tops)
    return [key for key, _ in seen]


def test_three_hundred_styles(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    _copies(style, COUNT)
    gallery = panel.gallery
    panel.controller.refresh()
    qtbot.waitUntil(lambda: len(panel.controller.styles) > COUNT)
    ids = [None, *(style.id for style in panel.controller.styles)]
    assert len(gallery.cards) < 60, "only those in sight and around it"
    assert in_sight(panel) == ids[: len(in_sight(panel))]

    last = ids[-1]
    gallery.show_card(None)
    qtbot.keyClick(gallery.cards[None], Qt.Key.Key_End)
    assert gallery.current_id == last
    qtbot.waitUntil(lambda: in_sight(panel)[-1] == last)
    assert None not in gallery.cards
    with qtbot.waitSignal(panel.style_selected) as selected:
        qtbot.keyClick(gallery.cards[last], Qt.Key.Key_Return)
    assert selected.args == [last]
    assert [key for key, card in gallery.cards.items() if card.property("selected")] == [last]


def test_scrolling_shows_every_card(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    _copies(style, 60)
    panel.controller.refresh()
    qtbot.waitUntil(lambda: len(panel.controller.styles) > 60)
    gallery, bar = panel.gallery, panel.gallery.verticalScrollBar()
    ids = [None, *(style.id for style in panel.controller.styles)]
    seen: list[str | None] = []
    qtbot.waitUntil(lambda: bar.maximum() > 2000)
    while True:
        part = in_sight(panel)
        assert part == ids[ids.index(part[0]) : ids.index(part[-1]) + 1], "no card is missing between two others"
        seen += [key for key in part if key not in seen]
        if bar.value() == bar.maximum():
            break
        bar.setValue(bar.value() + gallery.viewport().height() // 2)
    assert seen == ids


def test_a_style_out_of_sight_is_shown_when_it_is_asked_for(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    _copies(style, COUNT)
    gallery = panel.gallery
    panel.controller.refresh()
    qtbot.waitUntil(lambda: len(panel.controller.styles) > COUNT)
    far, problem = panel.controller.styles[-20].id, panel.controller.styles[-60].id
    assert far not in gallery.cards
    gallery.show_progress(far, 0.5, "Computing")
    gallery.end_progress(problem, "It went wrong.")
    assert not gallery.making.rows
    gallery.show_card(far)
    card = gallery.cards[far]
    assert card.hasFocus()
    assert card.progress.isVisibleTo(card)
    qtbot.waitUntil(lambda: card.visibleRegion().boundingRect() == card.rect())
    gallery.show_card(problem)
    assert gallery.cards[problem].summary.text() == "It went wrong."


def _scroll_far(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    """Have sixty styles and scroll to the middle of them."""
    _copies(style, 60)
    panel.controller.refresh()
    qtbot.waitUntil(lambda: len(panel.controller.styles) > 60)
    bar = panel.gallery.verticalScrollBar()
    # The scroll bar has its range before it is shown; only then are the cards as narrow as they stay.
    qtbot.waitUntil(lambda: bar.maximum() > 2000 and bar.isVisible())
    bar.setValue(1500)


def test_a_card_that_grows_above_moves_nothing_in_sight(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    _scroll_far(qtbot, panel, style)
    gallery = panel.gallery
    first = in_sight(panel)[1]
    above = gallery.column.keys[gallery.column.place(first) - 3]
    place = gallery.cards[first].mapTo(panel, gallery.cards[first].rect().topLeft())
    height = gallery.cards[above].height()
    gallery.cards[above].end_progress("A sentence that is so long that the card needs many lines. " * 4)
    qtbot.waitUntil(lambda: gallery.cards[above].height() > height)
    qtbot.waitUntil(lambda: gallery.cards[first].mapTo(panel, gallery.cards[first].rect().topLeft()) == place)


def test_cards_in_sight_stay_when_the_panel_gets_narrower(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    _scroll_far(qtbot, panel, style)
    gallery = panel.gallery
    first = in_sight(panel)[0]
    above = gallery.column.keys[gallery.column.place(first) - 2]
    gallery.cards[above].end_progress("A sentence that is so long that the card needs many lines. " * 4)
    height = gallery.cards[above].height()
    qtbot.waitUntil(lambda: gallery.cards[above].height() > height)
    height, place = gallery.cards[above].height(), gallery.cards[first].mapTo(panel, QPoint()).y()
    panel.resize(panel.width() - 60, panel.height())
    qtbot.waitUntil(lambda: gallery.cards[above].height() > height)
    qtbot.waitUntil(lambda: gallery.cards[first].mapTo(panel, QPoint()).y() == place)
