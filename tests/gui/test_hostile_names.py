"""Names that look like HTML are shown as they are: nowhere in the window do they become markup, images or links."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QLabel, QMessageBox, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.train.pairs import REMARK
from pie_desktop.ui.train.runs import create_run
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.training_process import TrainingOptions
from tests.gui.opening import open_photo

HOSTILE = "<img src='x.png'><b>x"
HOSTILE_PATH = '<img src="file:///etc/x.png"><b>x'


def shown_texts(top: QWidget) -> Iterator[tuple[str, str, bool]]:
    """Where text is shown, the text, and whether Qt would take it for HTML if it looks like it."""
    for widget in [top, *top.findChildren(QWidget)]:
        where = f"{type(widget).__name__} {widget.objectName()}"
        yield f"tooltip of {where}", widget.toolTip(), True
        if isinstance(widget, QLabel):
            yield where, widget.text(), widget.textFormat() != Qt.TextFormat.PlainText
        if isinstance(widget, QToolButton) and widget.defaultAction() is not None:
            yield f"action of {where}", widget.defaultAction().toolTip(), True
        if isinstance(widget, QTabBar):
            for index in range(widget.count()):
                yield f"tab of {where}", widget.tabToolTip(index), True
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            for text in item_tool_tips(widget.model()):
                yield f"item of {where}", text, True


def item_tool_tips(model: QAbstractItemModel) -> Iterator[str]:
    for row in range(model.rowCount(QModelIndex())):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
        for column in range(columns):
            yield str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or "")


def as_qt_shows(text: str) -> str:
    if not Qt.mightBeRichText(text):
        return text
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


def check(top: QWidget) -> int:
    """The number of places that show a hostile name; each as it is."""
    found = 0
    for where, text, as_html in shown_texts(top):
        shown = as_qt_shows(text) if as_html else text
        assert "<img" in shown or ("<img" not in text and "&lt;img" not in text), (where, text)
        found += "<img" in shown
    return found


@pytest.fixture
def hostile_folder(photo_folder: Path) -> Path:
    folder = photo_folder / HOSTILE
    folder.mkdir()
    for name in ("astronaut", "coffee"):
        shutil.copy(photo_folder / f"{name}.jpg", folder / f"{HOSTILE}{name}.jpg")
    (folder / f"{HOSTILE}broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    return folder


def test_the_whole_window(window: MainWindow, hostile_folder: Path, qtbot: QtBot) -> None:
    photo = hostile_folder / f"{HOSTILE}astronaut.jpg"
    style = window.context.library.create(HOSTILE_PATH, [EditPair(hostile_folder / f"{HOSTILE}coffee.jpg")]).style
    window.context.styles_changed.emit()
    open_photo(window, photo, qtbot)
    window.context.notifier.error(f"{HOSTILE} could not be opened.")
    qtbot.waitUntil(lambda: check(window.edit_page) >= 3)
    assert style.name == HOSTILE_PATH
    qtbot.waitUntil(lambda: check(window.edit_page.styles) >= 1)
    assert check(window) >= 4  # with the message
    window.show_tab("Export")
    window.export([photo, hostile_folder / f"{HOSTILE}broken.jpg"])
    page = window.pages.export_page()
    qtbot.waitUntil(lambda: len(page.view.model.plan) == 2)
    assert check(page) >= 2


def test_the_train_page(window: MainWindow, photo_folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    """Pairs, runs and a model of hostile names; what a run says about them; a failure."""
    edits = tmp_path / HOSTILE
    edits.mkdir()
    for name in ("astronaut", "coffee"):
        shutil.copy(photo_folder / f"{name}.jpg", edits / f"{HOSTILE}{name}.jpg")
        shutil.copy(photo_folder / f"{name}.jpg", edits / f"{HOSTILE}{name}_edit.jpg")  # identical: left out
    options = TrainingOptions(edits, paths.runs_dir() / "one", HOSTILE, paths.models_dir(), tmp_path)
    run = create_run(options)
    sentences = {"problems": [f"“{HOSTILE}a.jpg” is black."], "warnings": [f"“{HOSTILE}b.jpg” has text over it."]}
    run.end({"event": "start", "step": 0, "steps": 9, "train": 5, "validation": 1, "device": HOSTILE} | sentences)
    run.end({"event": "error", "message": f"{HOSTILE} cannot be read."})
    model = paths.models_dir() / "m.piemodel"
    model.mkdir(parents=True)
    described = {"format_version": 1, "id": "m", "name": HOSTILE, "created": "2026-01-02T03:04:05+00:00", "card": {}}
    (model / "model.json").write_text(json.dumps(described))
    window.show_tab("Train")
    page = window.pages.train_page()
    page.form.pairs.set_path(edits)
    model = page.pairs.model
    qtbot.waitUntil(lambda: len(model.rows) == 2 and not page.pairs.searching)
    assert HOSTILE in model.index(0, REMARK).data() and check(page) >= 4
    page.runs.refresh()
    page.runs.view.selectRow(0)
    monitor = page.monitor
    assert monitor.title.text() == HOSTILE and HOSTILE in monitor.status.full_text
    assert monitor.end.text.text() == f"{HOSTILE} cannot be read."
    assert monitor.remarks.toPlainText().splitlines() == sentences["problems"] + sentences["warnings"]
    page.models.refresh()
    table = page.models.table
    shown = lambda: [table.item(row, 0).text() for row in range(table.rowCount())]  # noqa: E731
    qtbot.waitUntil(lambda: any(HOSTILE in text for text in shown()))
    assert check(page) >= 8
    assert check(window) >= 8


def test_a_question(window: MainWindow, qtbot: QtBot) -> None:
    box = QMessageBox(QMessageBox.Icon.Question, "Delete", plain(f"Delete “{HOSTILE}”?\nNow?"))
    qtbot.addWidget(box)
    assert as_qt_shows(box.text()) == f"Delete “{HOSTILE}”?\nNow?"


@pytest.mark.parametrize(
    "text", ["", "IMG_1.jpg", "a < b & c", HOSTILE, f"{HOSTILE_PATH}\nsecond line", "<a href='x'>y</a>"]
)
def test_plain_text_stays_what_it_is(qtbot: QtBot, text: str) -> None:
    assert as_qt_shows(plain(text)) == text
    label = PlainLabel(text)
    qtbot.addWidget(label)
    assert label.text() == text and label.textFormat() == Qt.TextFormat.PlainText


def test_the_check_finds_markup(qtbot: QtBot) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    top.setToolTip(HOSTILE)
    with pytest.raises(AssertionError):
        check(top)
