"""The style panel: real files are dropped, real styles come of it."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.errors import Cancelled, StyleError
from pie_desktop.gallery.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.notifier import Notice
from pie_desktop.ui.styles import StylePanel

Pairs = list[tuple[Path, Path]]


@pytest.fixture
def panel(qtbot: QtBot, context: AppContext) -> StylePanel:
    made = StylePanel(context)
    qtbot.addWidget(made)
    made.resize(320, 640)
    with qtbot.waitSignal(made.controller.listed):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def notices(context: AppContext) -> list[Notice]:
    """What the user was told."""
    told: list[Notice] = []
    context.notifier.posted.connect(told.append)
    return told


@pytest.fixture
def style(qtbot: QtBot, panel: StylePanel, sample_pairs: Pairs) -> Style:
    """A style of the user's own with four pairs, selected."""
    with qtbot.waitSignal(panel.style_selected):
        panel.add_edits([after for pair in sample_pairs for after in pair])
    qtbot.waitUntil(lambda: not panel._context.styles.open_jobs)
    return own_styles(panel)[0]


def own_styles(panel: StylePanel) -> list[Style]:
    return [style for style in panel._context.library.list() if not style.builtin]


def shaded(colour: tuple[int, int, int]) -> np.ndarray:
    """A picture (90, 120, 3) that shows something: one colour from dark to light."""
    return (np.linspace(0.3, 1, 120)[None, :, None] * np.array(colour) * np.ones((90, 1, 1))).astype(np.uint8)


def drop(panel: StylePanel, paths: list[Path], target: QWidget | None = None) -> None:
    """Drag files in and drop them on the middle of `target`, as a file manager does."""
    widget = target or panel.drop_zone
    position = widget.mapTo(panel, widget.rect().center())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    entered = QDragEnterEvent(position, copy, mime, buttons, keys)
    QApplication.sendEvent(panel, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(panel, QDragMoveEvent(position, copy, mime, buttons, keys))
    QApplication.sendEvent(panel, QDropEvent(QPointF(position), copy, mime, buttons, keys))


def test_dropped_edits_become_a_selected_style_of_pairs(
    qtbot: QtBot, context: AppContext, panel: StylePanel, sample_pairs: Pairs
) -> None:
    afters = [after for after, _ in sample_pairs]
    originals = afters[0].parent / "originals"
    originals.mkdir()
    for _, before in sample_pairs[:3]:
        shutil.copy(before, originals)
    with qtbot.waitSignals([context.styles_changed, context.style_selected], order="strict"):
        drop(panel, afters)
    (style,) = own_styles(panel)
    assert [reference.before is not None for reference in style.references] == [True, True, True, False]
    assert context.selected_style == style.id
    card = panel.gallery.cards[style.id]
    assert card.summary.text() == "3 pairs, 1 edit"
    assert card.property("selected") is True
    assert panel.gallery.cards[None].property("selected") is False
    assert card.name.editing
    assert card.name.editor.selectedText() == style.name
    qtbot.waitUntil(lambda: not card.progress.isVisible())


def test_the_new_style_is_named_in_place(qtbot: QtBot, panel: StylePanel, sample_pairs: Pairs) -> None:
    with qtbot.waitSignal(panel.style_selected) as selected:
        drop(panel, [sample_pairs[0][0]])
    card = panel.gallery.cards[selected.args[0]]
    qtbot.keyClicks(card.name.editor, "Golden hour")
    qtbot.keyClick(card.name.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [style.name for style in own_styles(panel)] == ["Golden hour"])
    assert not card.name.editing


def test_a_name_that_is_taken_is_refused_in_one_sentence(
    qtbot: QtBot, panel: StylePanel, style: Style, notices: list[Notice]
) -> None:
    taken = next(other.name for other in panel.controller.styles if other.id != style.id)
    panel.controller.rename(style.id, taken)
    qtbot.waitUntil(lambda: any(taken in notice.text for notice in notices))
    assert panel.gallery.cards[style.id].name.name == style.name


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
    qtbot.waitUntil(lambda: panel.gallery.cards[style.id].summary.text() == "4 pairs, 1 edit")


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
    assert not panel.gallery._making


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
        assert restarted.gallery.cards[style.id].summary.text() == "4 pairs"
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
    qtbot.keyClick(panel.gallery.cards[None], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
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
    texts = [action.text() for action in panel.actions_of_styles.menu(builtin.id).actions()]
    assert "Duplicate" in texts
    assert "Delete" not in texts
    assert not panel._context.styles.open_jobs
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


class SlowEngine:
    """Computes until told to go on, and looks at `should_cancel` all the while."""

    bundle_id = "slow"

    def __init__(self, problem: str = "") -> None:
        self.go_on = threading.Event()
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.problem = problem

    def preference(self, style: Style, progress: Callable[..., None], should_cancel: Callable[[], bool]) -> object:
        self.started.set()
        progress(0.5, "Looking at the references")
        while not self.go_on.wait(0.005):
            if should_cancel():
                self.stopped.set()
                raise Cancelled
        if self.problem:
            raise StyleError(self.problem)
        return object()

    def agreement(self, style: Any) -> list[float]:
        return [0.2, *(0.9 for _ in style.references[1:])]


def use(panel: StylePanel, context: AppContext, engine: SlowEngine) -> None:
    context.engine = engine  # type: ignore[assignment]
    context.engine_changed.emit()
    panel.select_style(None)


def test_computing_shows_progress_and_can_be_cancelled(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    panel.select_style(None)
    engine = SlowEngine()
    use(panel, context, engine)
    card = panel.gallery.cards[style.id]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.waitUntil(lambda: card.progress.text.full_text == "Looking at the references")
    assert card.progress.isVisible()
    assert card.property("selected") is True
    assert context.selected_style is None
    qtbot.mouseClick(card.progress.button, Qt.MouseButton.LeftButton)
    assert not card.progress.isVisible()
    qtbot.waitUntil(engine.stopped.is_set)
    assert card.summary.text() == "4 pairs"
    # Back to what is really selected.
    assert panel.gallery.cards[None].property("selected") is True
    assert context.selected_style is None


def test_the_style_chosen_last_wins(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    engine = SlowEngine()
    use(panel, context, engine)
    other = next(item for item in panel.controller.styles if item.id != style.id)
    panel.select_style(other.id)
    qtbot.waitUntil(engine.started.is_set)
    panel.select_style(style.id)
    chosen: list[str] = []
    context.style_selected.connect(chosen.append)
    with qtbot.waitSignal(panel.style_selected):
        engine.go_on.set()
    assert chosen == [style.id]
    assert not panel.gallery.cards[other.id].progress.isVisible()


def test_a_preference_that_fails_says_why_on_the_card(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style, notices: list[Notice]
) -> None:
    engine = SlowEngine("“Look” has no usable reference; drop some of your edits on it.")
    engine.go_on.set()
    use(panel, context, engine)
    panel.select_style(style.id)
    card = panel.gallery.cards[style.id]
    qtbot.waitUntil(lambda: card.problem == engine.problem)
    assert card.summary.text() == engine.problem
    qtbot.waitUntil(lambda: any(notice.text == engine.problem for notice in notices))
    assert context.selected_style is None
    assert panel.gallery.cards[None].property("selected") is True


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
        details.original_chosen.emit(details.rows[0].reference.id, sample_pairs[0][1])
    assert [row.badge.text() for row in details.rows] == ["pair", "edit only"]
    assert [reference.before is not None for reference in own_styles(panel)[0].references] == [True, False]

    details.rows[1].setFocus()
    with qtbot.waitSignal(context.styles_changed):
        qtbot.keyClick(details.rows[1], Qt.Key.Key_Delete)
    assert len(own_styles(panel)[0].references) == 1
    assert "Every edit has its original" in details.advice.text()
    assert details.count.text() == "1 pair"

    undo = next(notice.action for notice in notices if notice.action_text == "Undo")
    with qtbot.waitSignal(context.styles_changed):
        undo()  # type: ignore[operator]
    assert [row.badge.text() for row in details.rows] == ["pair", "edit only"]
    assert own_styles(panel)[0].references[1].after.is_file()


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


def test_agreement_marks_the_reference_that_does_not_fit(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    engine = SlowEngine()
    engine.go_on.set()
    use(panel, context, engine)
    panel.open_details(style.id)
    qtbot.waitUntil(lambda: [row.fit.text() for row in panel.details.rows] == ["fits 20%", *["fits 90%"] * 3])
    assert panel.details.rows[0].fit.property("role") == "warning"
    assert context.selected_style is None


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


def test_closing_while_a_preference_is_computed(qtbot: QtBot, panel: StylePanel, style: Style, pie_home: Path) -> None:
    engine = SlowEngine()
    context = AppContext(engine=engine)  # type: ignore[arg-type]
    other = StylePanel(context)
    qtbot.addWidget(other)
    qtbot.waitUntil(lambda: style.id in other.gallery.cards)
    other.select_style(style.id)
    qtbot.waitUntil(engine.started.is_set)
    context.close()
    assert engine.stopped.is_set()
    assert context.selected_style is None


def test_focus_returns_to_the_card_that_had_it(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    panel.gallery.show_card(style.id)
    panel.drop_zone.setFocus()
    panel.setFocus()
    assert panel.gallery.cards[style.id].hasFocus()
    tab_stops = [card for card in panel.gallery.cards.values() if card.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert tab_stops == [panel.gallery.cards[style.id]]


def test_reading_edits_can_be_cancelled(
    qtbot: QtBot, context: AppContext, panel: StylePanel, sample_pairs: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    create = context.library.create

    def slow_create(*args: Any) -> Any:
        assert go_on.wait(10)
        return create(*args)

    monkeypatch.setattr(context.library, "create", slow_create)
    drop(panel, [after for after, _ in sample_pairs])
    ((_, row),) = panel.gallery._making.values()
    qtbot.waitUntil(row.isVisible)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert not panel.gallery._making
    go_on.set()
    qtbot.waitUntil(lambda: not context.styles.open_jobs)
    assert own_styles(panel) == []
    assert len(panel.gallery.cards) == len(panel.controller.styles) + 1


def test_dragging_from_the_filmstrip(
    qtbot: QtBot, context: AppContext, panel: StylePanel, sample_pairs: Pairs
) -> None:
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


def test_renaming_does_not_end_a_computation(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    engine = SlowEngine()
    use(panel, context, engine)
    panel.select_style(style.id)
    qtbot.waitUntil(engine.started.is_set)
    name = panel.gallery.cards[style.id].name
    qtbot.keyClicks(name.editor, "Another name")
    qtbot.keyClick(name.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: own_styles(panel)[0].name == "Another name" and not context.styles.open_jobs)
    assert panel.gallery.cards[style.id].progress.isVisible()
    with qtbot.waitSignal(panel.style_selected) as selected:
        engine.go_on.set()
    assert selected.args == [style.id]
    qtbot.waitUntil(lambda: not panel.gallery.cards[style.id].progress.isVisible())


def test_the_card_tells_that_references_contradict(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    card = panel.gallery.cards[style.id]
    assert not card.contradiction.isVisible()
    engine = SlowEngine()
    engine.go_on.set()
    use(panel, context, engine)
    panel.select_style(style.id)
    qtbot.waitUntil(card.contradiction.isVisible)
    assert "1 of 4 disagrees" in card.contradiction.text()
    assert "a style of its own" in card.contradiction.toolTip()
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
    picture = np.asarray(Image.open(sample_photos["coffee"]))
    Image.fromarray(np.clip((picture / 255 - 0.5) * 1.6 * 255 + 128, 0, 255).astype(np.uint8)).save(photo)
    Image.fromarray(picture).save(edit)
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
    panel.details.rows[0].settle_asked.emit()
    qtbot.waitUntil(lambda: panel.details.rows[0].badge.text() == "pair")
    assert own_styles(panel)[0].references == style.references
