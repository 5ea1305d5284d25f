"""Hundreds of styles: the window goes on while they fill the panel, and each of them can be used."""

import shutil

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.styles.document import read_document, write_document
from pie_desktop.styles.store import Style
from pie_desktop.ui.styles import StylePanel
from pie_desktop.ui.styles.gallery import AT_ONCE

COUNT = 300


def _copies(style: Style, count: int) -> None:
    document = read_document(style.folder)
    for number in range(count):
        copy = style.folder.with_name(f"{style.id}{number:04d}")
        shutil.copytree(style.folder, copy)
        write_document(copy, document.model_copy(update={"name": f"Copy {number:03d}"}))


def test_three_hundred_styles(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    _copies(style, COUNT)
    gallery = panel.gallery
    shown: list[int] = []
    panel.controller.listed.connect(lambda: shown.append(len(gallery.cards)))
    with qtbot.waitSignal(gallery.filled):
        panel.controller.refresh()
    assert shown[0] < 2 * AT_ONCE  # the others came in later turns of the event loop

    ids = [None, *(style.id for style in panel.controller.styles)]
    assert len(ids) > COUNT
    assert list(gallery.cards) == ids
    places = [gallery._layout.indexOf(card) for card in gallery.cards.values()]
    assert places == list(range(len(ids)))

    last = ids[-1]
    gallery.show_card(None)
    qtbot.keyClick(gallery.cards[None], Qt.Key.Key_End)
    assert gallery.current_id == last
    with qtbot.waitSignal(panel.style_selected) as selected:
        qtbot.keyClick(gallery.cards[last], Qt.Key.Key_Return)
    assert selected.args == [last]
    assert [key for key, card in gallery.cards.items() if card.property("selected")] == [last]


def test_a_style_whose_card_is_still_missing_is_shown_when_it_is_asked_for(
    qtbot: QtBot, panel: StylePanel, style: Style
) -> None:
    _copies(style, COUNT)
    gallery = panel.gallery
    styles = panel.controller.styles = panel._context.library.list()
    missing = styles[-20].id
    gallery.set_styles(styles, {})
    assert missing not in gallery.cards
    gallery.show_progress(missing, 0.5, "Computing")
    card = gallery.cards[missing]
    assert card.progress.isVisibleTo(card)
    assert not gallery._making
    with qtbot.waitSignal(gallery.filled):
        pass
    assert list(gallery.cards) == [None, *(style.id for style in styles)]
