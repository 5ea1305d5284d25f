"""The plan says how unsure the model is of each photo: in the background, sorted and filtered by it."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export import expecting
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import EXPECTED, SOURCE
from tests.doubles.models import PlainModel
from tests.gui.export.helpers import column

Plan = Callable[[list[Path]], None]


@pytest.fixture
def styled(context: AppContext, photos: list[Path]) -> list[Path]:
    """All photos but the last have an edit in a style."""
    style = context.library.list()[0]
    for photo in photos[:-1]:
        context.catalog.put(photo, Edit.styled(style.id))
    return photos


def shown(page: ExportPage, number: int) -> list[str]:
    rows = page.view.rows
    return [rows.index(row, number).data() for row in range(rows.rowCount())]


def test_column_sorting_and_filter(
    page: ExportPage, plan: Plan, styled: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter((2.34, 7.89))
    monkeypatch.setattr(PlainModel, "expected_error", lambda *_: next(answers))
    plan(styled)
    assert page.view.table.isColumnHidden(EXPECTED), "planning waits for nothing"
    qtbot.waitUntil(lambda: column(page, EXPECTED) == ["2.3", "⚠ 7.9", ""])
    assert not page.view.table.isColumnHidden(EXPECTED)
    tip = page.view.model.index(1, EXPECTED).data(Qt.ItemDataRole.ToolTipRole)
    assert "have a look" in tip
    needed = page.fontMetrics().horizontalAdvance("⚠ 10.0")
    assert needed < page.view.table.columnWidth(EXPECTED) < 100, "as wide as it must be, not as a new column is"
    page.view.table.sortByColumn(EXPECTED, Qt.SortOrder.DescendingOrder)
    assert shown(page, SOURCE) == ["photo_1.jpg", "photo_0.jpg", "photo_2.jpg"]
    page.view.filter.show_only("unsure")
    assert shown(page, SOURCE) == ["photo_1.jpg"]


def test_nothing_waits_for_it_and_what_is_known_is_not_asked_again(
    page: ExportPage, plan: Plan, styled: list[Path], context: AppContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = threading.Event(), []

    def answer(_model: PlainModel, proxy: np.ndarray, _preference: object) -> float:
        asked.append(proxy)
        assert go_on.wait(60)
        return 1.0

    monkeypatch.setattr(PlainModel, "expected_error", answer)
    plan(styled)
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert page.start_button.isEnabled()
    go_on.set()
    qtbot.waitUntil(lambda: column(page, EXPECTED) == ["1.0", "1.0", ""])
    context.catalog.put(styled[0], Edit.styled(context.library.list()[0].id, 0.5))  # strength changes no answer
    plan(styled[:2])
    qtbot.waitUntil(lambda: column(page, EXPECTED) == ["1.0", "1.0"])
    assert len(asked) == 2


def test_what_is_in_sight_comes_first(
    page: ExportPage, plan: Plan, styled: list[Path], context: AppContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = styled[0].read_bytes()
    many = [styled[0].with_name(f"{number:02}.jpg") for number in range(40)]
    for photo in many:
        photo.write_bytes(content)  # copies have the edit of the photo that they are of
    asked: list[str] = []

    def read(path: Path, *_: object) -> np.ndarray:
        asked.append(path.name)
        return np.zeros((8, 8, 3), np.uint8)

    monkeypatch.setattr(expecting, "load_proxy", read)
    plan(many)
    page.view.table.scrollToBottom()
    qtbot.waitUntil(lambda: len(asked) == 40)
    assert "39.jpg" in {photo.name for photo in page.view.in_sight()} and "00.jpg" in asked[-30:]
    assert set(asked[:4]) <= {photo.name for photo in page.view.in_sight()}


def test_a_model_that_does_not_know_shows_no_column(
    page: ExportPage, plan: Plan, styled: list[Path], context: AppContext, qtbot: QtBot
) -> None:
    plan(styled)
    lane = next(lane for lane in context.lanes if lane.name == "expected errors")
    with qtbot.waitSignal(page._expected.found):
        pass
    qtbot.waitUntil(lambda: not lane.open_jobs)
    assert page.view.table.isColumnHidden(EXPECTED)
