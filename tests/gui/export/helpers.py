"""What the tests of the export page share."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import STATE, WARNING

TIMEOUT = 60_000


def wait_for_plan(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.waitUntil(lambda: not page._planner.busy, timeout=TIMEOUT)


def run_export(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    assert page.running
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)


def column(page: ExportPage, column: int) -> list[str]:
    model = page.view.model
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def actions(page: ExportPage) -> list[str]:
    """State and remark of each row."""
    rows = zip(column(page, STATE), column(page, WARNING), strict=True)
    return [": ".join(filter(None, row)) for row in rows]
