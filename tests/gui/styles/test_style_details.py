"""The references of one style: completing, removing, what does not fit, what is in the wrong order."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from tests.doubles.models import SlowModel
from tests.gui.styles.helpers import Pairs, drop, own_styles, shaded, use


def test_details_complete_pairs_and_remove_references(
    qtbot: QtBot, context: AppContext, panel: StylePanel, notices: list[Notice], sample_pairs: Pairs, tmp_path: Path
) -> None:
    edits = tmp_path / "alone"
    edits.mkdir()
    for after, before in sample_pairs[:2]:
        shutil.copy(after, edits / f"look {before.stem}.jpg")
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [edits])
    panel.open_details(selected.args[0])
    details = panel.details
    assert [row.badge.text() for row in details.rows] == ["edit only", "edit only"]
    assert "far more" in details.advice.text()

    with qtbot.waitSignal(context.styles_changed):
        details.original_chosen.emit(details.style_id, details.rows[0].reference.id, sample_pairs[0][1])
    assert [row.badge.text() for row in details.rows] == ["pair", "edit only"]
    assert [reference.before is not None for reference in own_styles(panel)[0].references] == [True, False]

    details.rows[1].setFocus()
    with qtbot.waitSignal(context.styles_changed):
        qtbot.keyClick(details.rows[1], Qt.Key.Key_Delete)
    assert len(own_styles(panel)[0].references) == 1
    assert "One pair shows" in details.advice.text() and "far more" not in details.advice.text()
    assert details.count.text() == "1 pair"

    undo = next(notice.action for notice in notices if notice.action_text == "Undo")
    with qtbot.waitSignal(context.styles_changed):
        undo()  # type: ignore[operator]
    assert [row.badge.text() for row in details.rows] == ["pair", "edit only"]
    assert own_styles(panel)[0].references[1].after.is_file()


def test_what_all_references_have_in_common_is_told_and_shown(
    qtbot: QtBot, panel: StylePanel, notices: list[Notice], sample_photos: dict[str, Path], tmp_path: Path
) -> None:
    crops = tmp_path / "crops"
    crops.mkdir()
    coffee = Image.open(sample_photos["coffee"])
    for number in range(3):
        coffee.crop((20 * number, 0, 500 + 20 * number, 380)).save(crops / f"coffee {number}.png")
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [crops])
    assert any("show one scene" in notice.text for notice in notices)
    panel.open_details(selected.args[0])
    advice = panel.details.advice
    assert "show one scene" in advice.text() and "far more" in advice.text()
    assert advice.property("role") == "warning"
    panel.add_edits([sample_photos["chelsea"]], selected.args[0])
    qtbot.waitUntil(lambda: "one scene" not in advice.text() and len(panel.details.rows) == 4)
    qtbot.waitUntil(lambda: advice.property("role") == "muted")


def test_an_original_that_does_not_fit_is_refused(
    qtbot: QtBot, panel: StylePanel, style: Style, notices: list[Notice], sample_photos: dict[str, Path]
) -> None:
    portrait, square = (
        next(item for item in style.references if name in item.source) for name in ("rocket", "astronaut")
    )
    panel.controller.set_original(style.id, portrait.id, sample_photos["astronaut"])
    qtbot.waitUntil(lambda: any("shape" in notice.text for notice in notices))
    assert own_styles(panel)[0].references == style.references
    assert square.before is not None


def test_an_original_that_cuts_a_frame_off_says_so(
    qtbot: QtBot, context: AppContext, panel: StylePanel, notices: list[Notice], sample_pairs: Pairs, tmp_path: Path
) -> None:
    after, before = sample_pairs[0]
    image = np.array(Image.open(after))
    image[:16] = image[-16:] = 255
    framed = tmp_path / "framed" / "look of mine.png"
    framed.parent.mkdir()
    Image.fromarray(image).save(framed)
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [framed])
    (reference,) = own_styles(panel)[0].references
    with qtbot.waitSignal(context.styles_changed):
        panel.controller.set_original(selected.args[0], reference.id, before)
    assert any("look of mine.png” has bars or a frame drawn over it" in notice.text for notice in notices)


def test_agreement_marks_the_reference_that_does_not_fit(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    model = SlowModel()
    model.go_on.set()
    use(panel, context, model)
    panel.open_details(style.id)
    qtbot.waitUntil(lambda: [row.fit.text() for row in panel.details.rows] == ["differs", *["consistent"] * 3])
    assert panel.details.rows[0].fit.property("role") == "warning"
    assert context.current.style_id is None


def test_a_drop_while_details_are_open_adds_to_that_style(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style, tmp_path: Path
) -> None:
    panel.open_details(style.id)
    edit = tmp_path / "another.png"
    Image.fromarray(shaded((20, 120, 60))).save(edit)
    with qtbot.waitSignal(context.styles_changed):
        drop(panel, [edit], panel.details)
    assert len(own_styles(panel)[0].references) == 5
    assert len(panel.details.rows) == 5


def test_the_card_tells_that_references_contradict(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    card = panel.gallery.cards[style.id]
    assert not card.contradiction.isVisible()
    model = SlowModel()
    model.go_on.set()
    use(panel, context, model)
    panel.select_style(style.id)
    qtbot.waitUntil(card.contradiction.isVisible)
    assert "1 of 4 disagrees" in card.contradiction.text()
    assert "its own style" in card.contradiction.toolTip()
    panel.open_details(style.id)
    assert "1 of 4 disagrees" in panel.details.advice.text()
    assert panel.details.advice.property("role") == "warning"


def test_a_pair_in_the_wrong_order_is_told_swapped_and_undone(
    qtbot: QtBot,
    context: AppContext,
    panel: StylePanel,
    notices: list[Notice],
    tmp_path: Path,
    sample_photos: dict[str, Path],
) -> None:
    photo, edit = tmp_path / "coffee.png", tmp_path / "coffee_edit.png"
    image = np.asarray(Image.open(sample_photos["coffee"]))
    Image.fromarray(np.clip((image / 255 - 0.5) * 1.6 * 255 + 128, 0, 255).astype(np.uint8)).save(photo)
    Image.fromarray(image).save(edit)
    os.utime(edit, (0, 10**9))
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [edit])
    qtbot.waitUntil(lambda: any("coffee_edit.png" in notice.text and "older" in notice.text for notice in notices))
    panel.open_details(selected.args[0])
    (row,) = panel.details.rows
    assert row.badge.text() == "swapped?"
    assert "older" in row.badge.toolTip()

    swap = next(action for action in row.menu().actions() if action.text() == "Swap edit and original")
    with qtbot.waitSignal(context.styles_changed):
        swap.trigger()
    (row,) = panel.details.rows
    assert Path(row.reference.source).name == "coffee.png"
    assert row.badge.text() == "pair"
    undo = next(notice.action for notice in reversed(notices) if notice.action_text == "Undo")
    with qtbot.waitSignal(context.styles_changed):
        undo()  # type: ignore[operator]
    (row,) = panel.details.rows
    assert Path(row.reference.source).name == "coffee_edit.png"


def test_an_order_that_is_right_is_not_doubted_again(
    qtbot: QtBot, panel: StylePanel, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = style.folder / "style.json"
    document.write_text(document.read_text().replace('"doubt": null', '"doubt": "It looks swapped."', 1))
    panel.controller.refresh()
    panel.open_details(style.id)
    qtbot.waitUntil(lambda: panel.details.rows[0].badge.text() == "swapped?")
    panel.details.rows[0].dismiss_requested.emit()
    qtbot.waitUntil(lambda: panel.details.rows[0].badge.text() == "pair")
    assert own_styles(panel)[0].references == style.references


def test_a_reference_is_muted_by_key_and_that_is_undone(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    panel.open_details(style.id)
    details, card = panel.details, panel.gallery.cards[style.id]
    told: list[object] = []
    panel.controller.muted.connect(lambda *what: told.extend(what))
    row = details.rows[1]
    row.setFocus()
    with qtbot.waitSignal(context.styles_changed):
        qtbot.keyClick(row, Qt.Key.Key_M)
    assert [row.badge.text() for row in details.rows] == ["pair", "muted", "pair", "pair"]
    assert details.count.text() == "3 pairs, 1 muted" and "1 muted" in card.summary.text()
    assert own_styles(panel)[0].references[1].muted
    changed, reference, undo = told
    assert isinstance(changed, Style) and reference == "002" and callable(undo)
    with qtbot.waitSignal(context.styles_changed):
        undo()
    assert not own_styles(panel)[0].references[1].muted
    assert [row.badge.text() for row in details.rows] == ["pair"] * 4
    menu = details.rows[1].menu()
    next(action for action in menu.actions() if action.text() == "Mute").trigger()
    qtbot.waitUntil(lambda: own_styles(panel)[0].references[1].muted)


def test_a_copy_that_is_damaged_is_named_on_the_card_and_the_others_go_on(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    style.references[2].after.write_bytes(b"damaged")
    model = SlowModel()
    model.go_on.set()
    shutil.rmtree(context.library.folder / ".preferences", ignore_errors=True)
    use(panel, context, model)
    panel.select_style(style.id)
    card = panel.gallery.cards[style.id]
    name = Path(style.references[2].source).name
    qtbot.waitUntil(lambda: "damaged" in card.contradiction.text())
    assert name in card.contradiction.text() and card.contradiction.isVisible()
    assert context.current.wanted == style.id
    panel.open_details(style.id)
    assert name in panel.details.advice.text()
    assert [row.fit.text() for row in panel.details.rows] == ["differs", "consistent", "damaged", "consistent"]
    style.references[1].after.unlink()
    panel.controller.refresh()
    qtbot.waitUntil(lambda: len(panel.details.rows) == 3)
    assert Path(style.references[1].source).name in card.contradiction.text(), "lost ones are named, too"


def test_the_card_and_the_page_say_how_ready_a_style_is(
    qtbot: QtBot, panel: StylePanel, style: Style, sample_pairs: Pairs, tmp_path: Path
) -> None:
    card = panel.gallery.cards[style.id]
    assert card.summary.text() == "4 pairs · fair"
    assert "4 consistent pairs" in card.summary.toolTip() and "goes by the other photos" in card.summary.toolTip()
    alone = tmp_path / "alone" / "moody.jpg"
    alone.parent.mkdir()
    shutil.copy(sample_pairs[0][0], alone)
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [alone])
    weak = panel.gallery.cards[selected.args[0]]
    assert weak.summary.text() == "1 edit · weak"
    panel.open_details(selected.args[0])
    assert panel.details.advice.text().startswith("Weak: One edit without its original")
    builtin = next((one for one in panel.controller.styles if one.builtin), None)
    if builtin is not None:
        assert "·" not in panel.gallery.cards[builtin.id].summary.text()


def test_long_names_keep_the_part_that_differs(qtbot: QtBot, panel: StylePanel, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    for number, color in ((4148, (200, 120, 60)), (4149, (60, 120, 200))):
        Image.fromarray(shaded(color)).save(folder / f"2024 holiday by the sea with everybody_IMG_{number}.png")
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [folder])
    panel.open_details(selected.args[0])
    panel.resize(280, 640)
    qtbot.waitUntil(lambda: all("…" in row.title.text() for row in panel.details.rows))
    shown = [row.title.text() for row in panel.details.rows]
    assert all(number in text for number, text in zip(("4148", "4149"), shown, strict=True)), shown
