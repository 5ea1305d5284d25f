"""The style panel while a preference is computed."""

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from tests.doubles.models import SlowModel
from tests.gui.styles.helpers import Pairs, drop, engine_with, own_styles, use


def test_computing_shows_progress_and_can_be_cancelled(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    panel.select_style(None)
    model = SlowModel()
    use(panel, context, model)
    card = panel.gallery.cards[style.id]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.waitUntil(lambda: card.progress.text.full_text == f"Learning “{style.name}” from 4 references")
    assert card.progress.isVisible()
    assert card.property("selected") is True
    assert context.current.style_id is None
    qtbot.mouseClick(card.progress.button, Qt.MouseButton.LeftButton)
    assert not card.progress.isVisible()
    qtbot.waitUntil(model.stopped.is_set)
    assert card.summary.text() == "4 pairs · fair"
    # Back to what is really selected.
    assert panel.gallery.cards[None].property("selected") is True
    assert context.current.style_id is None


def test_the_style_chosen_last_wins(qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style) -> None:
    model = SlowModel()
    use(panel, context, model)
    other = next(item for item in panel.controller.styles if item.id != style.id)
    panel.select_style(other.id)
    qtbot.waitUntil(model.started.is_set)
    panel.select_style(style.id)
    chosen: list[str] = []
    context.current.style_changed.connect(chosen.append)
    with qtbot.waitSignal(panel.style_selected):
        model.go_on.set()
    assert chosen == [style.id]
    assert not panel.gallery.cards[other.id].progress.isVisible()


def test_a_preference_that_fails_says_why_on_the_card(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style, notices: list[Notice]
) -> None:
    model = SlowModel(problem="“Look” has no usable reference; drop some of your edits on it.")
    model.go_on.set()
    use(panel, context, model)
    panel.select_style(style.id)
    card = panel.gallery.cards[style.id]
    qtbot.waitUntil(lambda: card.problem == model.problem)
    assert card.summary.text() == model.problem
    qtbot.waitUntil(lambda: any(notice.text == model.problem for notice in notices))
    assert context.current.style_id is None
    assert panel.gallery.cards[None].property("selected") is True


def test_closing_while_a_preference_is_computed(qtbot: QtBot, panel: StylePanel, style: Style, pie_home: Path) -> None:
    model = SlowModel()
    context = AppContext(engine=engine_with(model))
    other = StylePanel(context)
    qtbot.addWidget(other)
    qtbot.waitUntil(lambda: style.id in other.gallery.cards)
    other.select_style(style.id)
    qtbot.waitUntil(model.started.is_set)
    context.close()
    assert model.stopped.is_set()
    assert context.current.style_id is None


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
    (row,) = panel.gallery.making.rows.values()
    qtbot.waitUntil(row.isVisible)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert not panel.gallery.making.rows
    go_on.set()
    qtbot.waitUntil(lambda: not panel.controller.lane.open_jobs)
    assert own_styles(panel) == []
    assert len(panel.gallery.cards) == len(panel.controller.styles) + 1


def test_renaming_does_not_end_a_computation(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style
) -> None:
    model = SlowModel()
    use(panel, context, model)
    panel.select_style(style.id)
    qtbot.waitUntil(model.started.is_set)
    name = panel.gallery.cards[style.id].name
    qtbot.keyClicks(name.editor, "Another name")
    qtbot.keyClick(name.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: own_styles(panel)[0].name == "Another name" and not panel.controller.lane.open_jobs)
    assert panel.gallery.cards[style.id].progress.isVisible()
    with qtbot.waitSignal(panel.style_selected) as selected:
        model.go_on.set()
    assert selected.args == [style.id]
    qtbot.waitUntil(lambda: not panel.gallery.cards[style.id].progress.isVisible())
