"""The plan as a table: whose edit each photo gets, sorted, filtered, problems found, texts cut where it hurts least."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from pie_desktop.catalog.folder_styles import FolderStyle
from pie_desktop.edit.edit import Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import EDIT, SIZE, SOURCE, STATE, TARGET
from pie_desktop.ui.theme import COLORS
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.elision import Differences
from tests.gui.export.helpers import column, run_export, wait_for_plan

Plan = Callable[[list[Path]], None]


def shown(page: ExportPage, column: int) -> list[str]:
    """What the table shows, from top to bottom."""
    rows = page.view.rows
    return [rows.index(row, column).data() for row in range(rows.rowCount())]


def click_header(qtbot: QtBot, page: ExportPage, column: int) -> None:
    header = page.view.table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_the_plan_names_the_edit_of_each_photo(
    page: ExportPage, plan: Plan, context: AppContext, photos: list[Path]
) -> None:
    warm, cool = context.library.list()[:2]
    context.catalog.put(photos[0], Edit.styled(warm.id, 0.85, 0.9))
    context.catalog.put(photos[1], Edit.styled("no-such-style"))
    context.catalog.folder_styles.put(photos[0].parent, FolderStyle(cool.id))
    plan(photos)
    assert column(page, EDIT) == [f"{warm.name} 85 %, Amount 90 %", "Cannot be used", f"No edit: {cool.name} 100 %"]
    assert column(page, STATE) == ["Write", "Problem", "Write"]
    tips = [page.view.model.index(row, EDIT).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert "Its own edit" in tips[0] and "was deleted" in tips[1] and "the style of its folder" in tips[2]
    page.view.filter.show_only("without")
    assert shown(page, SOURCE) == ["photo_2.jpg"]
    page.view.filter.show_only("own")
    assert shown(page, SOURCE) == ["photo_0.jpg", "photo_1.jpg"]


def test_a_folder_whose_style_was_deleted_is_marked(
    page: ExportPage, plan: Plan, context: AppContext, photos: list[Path]
) -> None:
    context.catalog.folder_styles.put(photos[0].parent, FolderStyle("no-such-style"))
    plan(photos[:1])
    cell = page.view.model.index(0, EDIT)
    assert cell.data() == "No edit: Neutral"
    assert cell.data(Qt.ItemDataRole.ForegroundRole).name() == COLORS.warning
    assert "was deleted" in cell.data(Qt.ItemDataRole.ToolTipRole)


def test_headers_sort_and_a_third_click_brings_the_plan_back(
    qtbot: QtBot, page: ExportPage, plan: Plan, photos: list[Path]
) -> None:
    ten = photos[0].with_name("photo_10.jpg")
    ten.write_bytes(photos[0].read_bytes() + b"\0")
    in_order = [photos[2], ten, photos[0], photos[1]]
    plan(in_order)
    click_header(qtbot, page, SOURCE)
    assert shown(page, SOURCE) == ["photo_0.jpg", "photo_1.jpg", "photo_2.jpg", "photo_10.jpg"]
    click_header(qtbot, page, SOURCE)
    assert shown(page, SOURCE) == ["photo_10.jpg", "photo_2.jpg", "photo_1.jpg", "photo_0.jpg"]
    click_header(qtbot, page, SOURCE)
    assert shown(page, SOURCE) == [photo.name for photo in in_order]
    click_header(qtbot, page, SIZE)
    sizes = [page.view.rows.index(row, SIZE).data(Qt.ItemDataRole.UserRole) for row in range(4)]
    assert sizes == sorted(sizes)


def test_removing_takes_the_rows_that_are_selected_in_the_table(
    qtbot: QtBot, page: ExportPage, plan: Plan, photos: list[Path]
) -> None:
    plan([photos[2], photos[0], photos[1]])
    click_header(qtbot, page, SOURCE)
    page.view.table.selectRow(0)
    qtbot.mouseClick(page.view.remove_button, Qt.MouseButton.LeftButton)
    wait_for_plan(qtbot, page)
    assert [source.path for source in page.view.model.sources] == [photos[2], photos[1]]


def test_a_text_filters_by_name_and_edit(
    qtbot: QtBot, page: ExportPage, plan: Plan, context: AppContext, photos: list[Path]
) -> None:
    style = context.library.list()[0]
    context.catalog.put(photos[1], Edit.styled(style.id))
    plan(photos)
    field = page.view.filter.text
    qtbot.keyClicks(field, style.name.split()[0].upper())
    assert shown(page, SOURCE) == ["photo_1.jpg"]
    field.clear()
    qtbot.keyClicks(field, "photo 2")
    assert shown(page, SOURCE) == ["photo_2.jpg"]


def test_problems_are_one_click_away(qtbot: QtBot, page: ExportPage, plan: Plan, photos: list[Path]) -> None:
    empty = photos[0].with_name("z_empty.jpg")
    empty.touch()
    plan([*photos, empty])
    assert page.view.footer.problems.isVisible() and page.view.footer.problems.text() == "1 problem"
    assert page.view.footer.message.text().startswith("3 to write, about ")
    qtbot.mouseClick(page.view.footer.problems, Qt.MouseButton.LeftButton)
    assert shown(page, SOURCE) == ["z_empty.jpg"]
    (selected,) = page.view.table.selectionModel().selectedRows()
    assert selected.data() == "z_empty.jpg"


def test_only_the_failures_are_red(qtbot: QtBot, page: ExportPage, plan: Plan, photos: list[Path]) -> None:
    photos[1].write_bytes(photos[1].read_bytes()[:300])
    plan(photos)
    run_export(qtbot, page)
    message, failed = page.view.footer.message, page.view.footer.problems
    assert message.text().startswith("2 written in ") and message.property("role") == "muted"
    assert failed.text() == "1 failed" and failed.property("role") == "problems"
    qtbot.mouseClick(failed, Qt.MouseButton.LeftButton)
    assert shown(page, SOURCE) == ["photo_1.jpg"]


@pytest.mark.parametrize("width", [1280, 2560])
def test_no_short_column_is_cut(
    qtbot: QtBot, page: ExportPage, plan: Plan, context: AppContext, photos: list[Path], tmp_path: Path, width: int
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "photo_0.jpg").write_text("kept")
    page.resize(width, 700)
    plan(photos)
    assert "New name" in column(page, STATE)
    table = page.view.table
    for number in (STATE, SIZE):
        widest = max(table.fontMetrics().horizontalAdvance(text) for text in column(page, number))
        assert table.columnWidth(number) >= widest + 12
    total = sum(table.columnWidth(number) for number in range(page.view.model.columnCount()))
    assert total <= table.viewport().width() + 1
    assert min(table.columnWidth(number) for number in (SOURCE, TARGET, EDIT)) >= 90


@pytest.mark.parametrize(
    "names",
    [
        [f"2026-03-09 Wedding of Anna and Bartholomew {n:04d}.jpg" for n in range(3)],
        [f"2026-03-09 Wedding of Anna and Bartholomew {n:04d}.jpg" for n in range(12)] + ["another.jpg"],
        [f"{n:04d} Wedding of Anna and Bartholomew in the park.jpg" for n in range(3)],
        [f"Wedding of Anna and Bartholomew {n:04d} in the evening, retouched.jpg" for n in range(3)],
    ],
    ids=["end", "end, and others", "beginning", "middle"],
)
def test_names_are_cut_where_they_are_alike(qapp: object, names: list[str]) -> None:
    metrics = QFontMetrics(qapp.font())  # type: ignore[attr-defined]
    differences = Differences(names)
    width = metrics.horizontalAdvance(names[0]) * 2 // 5
    shown = [differences.elided(name, metrics, width) for name in names]
    assert len(set(shown)) == len(names) and all(metrics.horizontalAdvance(text) <= width for text in shown)
    assert differences.elided(names[0], metrics, 10_000) == names[0]


def test_a_combo_box_elides(qtbot: QtBot) -> None:
    box = ComboBox()
    qtbot.addWidget(box)
    box.addItem("A style with a name that is far too long for the place")
    box.resize(120, 30)
    box.show()
    assert box.shown_text.endswith("…") and box.fontMetrics().horizontalAdvance(box.shown_text) < 120
    assert box.minimumSizeHint().width() < 200
