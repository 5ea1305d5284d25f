"""Real files are dropped on the style panel, and real styles come of it."""

import shutil
from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from tests.gui.styles.helpers import Pairs, drop, own_styles, shaded


def test_dropped_edits_become_a_selected_style_of_pairs(
    qtbot: QtBot, context: AppContext, panel: StylePanel, sample_pairs: Pairs
) -> None:
    afters = [after for after, _ in sample_pairs]
    originals = afters[0].parent / "originals"
    originals.mkdir()
    for _, before in sample_pairs[:3]:
        shutil.copy(before, originals)
    with qtbot.waitSignals([context.styles_changed, context.current.style_changed], order="strict"):
        drop(panel, afters)
    (style,) = own_styles(panel)
    assert [reference.before is not None for reference in style.references] == [True, True, True, False]
    assert context.current.style_id == style.id
    card = panel.gallery.cards[style.id]
    assert card.summary.text().startswith("3 pairs, 1 edit")
    assert card.property("selected") is True
    assert panel.gallery.cards[None].property("selected") is False
    assert card.name.editing
    assert card.name.editor.selectedText() == style.name
    qtbot.waitUntil(lambda: not card.progress.isVisible())


def test_befores_and_afters_dropped_together_are_sorted_out(
    qtbot: QtBot, panel: StylePanel, tmp_path: Path, sample_pairs: Pairs
) -> None:
    for folder, place in (("before", 1), ("after", 0)):
        (tmp_path / "shoot" / folder).mkdir(parents=True)
        for pair in sample_pairs:
            shutil.copy(pair[place], tmp_path / "shoot" / folder / pair[1].name)
    with qtbot.waitSignal(panel.style_selected):
        drop(panel, [tmp_path / "shoot"])
    (style,) = own_styles(panel)
    assert (style.pair_count, len(style.references)) == (4, 4)
    assert {Path(reference.source).parent.name for reference in style.references} == {"after"}


def test_dropping_on_a_card_adds_to_it(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style, tmp_path: Path
) -> None:
    edit = tmp_path / "late_edit.jpg"
    Image.fromarray(shaded((200, 120, 60))).save(edit)
    with qtbot.waitSignal(context.styles_changed):
        drop(panel, [edit], panel.gallery.cards[style.id])
    (changed,) = own_styles(panel)
    assert (changed.id, changed.pair_count, len(changed.references)) == (style.id, 4, 5)
    qtbot.waitUntil(lambda: panel.gallery.cards[style.id].summary.text().startswith("4 pairs, 1 edit"))


def test_dropping_on_a_built_in_style_makes_a_new_one(qtbot: QtBot, panel: StylePanel, sample_pairs: Pairs) -> None:
    builtin = next((style for style in panel.controller.styles if style.builtin), None)
    assert builtin is not None
    with qtbot.waitSignal(panel.style_selected):
        drop(panel, [sample_pairs[0][0]], panel.gallery.cards[builtin.id])
    assert len(own_styles(panel)) == 1
    assert panel._context.library.get(builtin.id).references == builtin.references


def test_what_is_no_image_is_told_and_the_rest_goes_on(
    qtbot: QtBot, panel: StylePanel, notices: list[Notice], tmp_path: Path, sample_pairs: Pairs
) -> None:
    letter, broken = tmp_path / "letter.txt", tmp_path / "broken.jpg"
    letter.write_text("not a photo")
    broken.write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    with qtbot.waitSignal(panel.style_selected):
        drop(panel, [letter, broken, sample_pairs[0][0], sample_pairs[1][0]])
    (style,) = own_styles(panel)
    assert len(style.references) == 2
    qtbot.waitUntil(lambda: bool(notices))
    assert "letter.txt" in notices[0].text
    assert "broken.jpg" in notices[0].text


def test_nothing_usable_leaves_nothing_behind(
    qtbot: QtBot, panel: StylePanel, notices: list[Notice], tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("not a photo")
    drop(panel, [letter])
    qtbot.waitUntil(lambda: any("letter.txt" in notice.text for notice in notices))
    assert own_styles(panel) == []
    assert not panel.gallery.making.rows


def test_dragging_from_the_filmstrip(qtbot: QtBot, context: AppContext, panel: StylePanel, sample_pairs: Pairs) -> None:
    strip = Filmstrip(context)
    qtbot.addWidget(strip)
    strip.set_photos([after for after, _ in sample_pairs])
    strip.view.selectAll()
    mime = strip.model.mimeData(strip.view.selectedIndexes())
    with qtbot.waitSignal(panel.style_selected):
        drop(panel, [Path(url.toLocalFile()) for url in mime.urls()])
    assert len(own_styles(panel)[0].references) == len(sample_pairs)


def test_more_than_fifty_edits_are_refused_in_one_sentence(
    qtbot: QtBot, panel: StylePanel, notices: list[Notice], tmp_path: Path, sample_photos: dict[str, Path]
) -> None:
    for number in range(51):
        shutil.copy(sample_photos["rocket"], tmp_path / f"{number}.jpg")
    drop(panel, sorted(tmp_path.glob("*.jpg")))
    qtbot.waitUntil(lambda: any("51" in notice.text and "50" in notice.text for notice in notices))
    assert own_styles(panel) == []
