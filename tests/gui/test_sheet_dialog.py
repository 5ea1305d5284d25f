"""The dialog of the contact sheet: opened for the selected photos, looked at, written, cancelled."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.export.sheet_layout import PAPERS, Caption
from pie_desktop.ui.compare.sheet_dialog import SheetDialog, free_name
from pie_desktop.ui.compare.sheet_jobs import paint_captions
from pie_desktop.ui.compare.sheet_options import PAPER
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


@pytest.fixture
def window(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> MainWindow:
    qtbot.waitUntil(lambda: len(window.edit_page.styles.gallery.cards) > 3)
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    return window


def opened(qtbot: QtBot, window: MainWindow) -> SheetDialog:
    window.commands["contact_sheet"].trigger()
    sheets = window.edit_page.contact_sheets
    qtbot.waitUntil(lambda: sheets.dialog is not None and sheets.dialog.page is not None)
    assert sheets.dialog is not None
    return sheets.dialog


def wait_closed(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.edit_page.contact_sheets.dialog is None)


def test_selected_photos_in_marked_styles_are_shown_and_written(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.edit_page.filmstrip.view.selectAll()
    gallery = window.edit_page.styles.gallery
    ids = list(gallery.cards)
    for style_id in (None, ids[2]):
        window.edit_page.comparison.compared.toggle(style_id)
    dialog = opened(qtbot, window)
    assert dialog.order.styles == (None, ids[2]) and len(dialog.order.photos) == 4
    assert dialog.page is not None and dialog.pages.where.text() == "Page 1 of 1"
    assert not dialog.options.models.isVisible(), "there is one model"
    target = tmp_path / "my sheet.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments, **_options: (str(target), ""))
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.writing)
    assert dialog.said.text() == f"{target} was written."
    with Image.open(target) as image:
        assert image.size == (PAPERS[0].width, PAPERS[0].height)
    written = target.read_bytes()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "exists already" in dialog.said.text())
    assert target.read_bytes() == written and dialog.said.property("role") == "error"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    wait_closed(qtbot, window)


def test_choices_change_the_page_and_paper_is_remembered(qtbot: QtBot, window: MainWindow) -> None:
    dialog = opened(qtbot, window)
    before = dialog.page
    dialog.options.paper.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog.page is not None and dialog.page is not before)
    assert dialog.page is not None and dialog.page.image.width() > dialog.page.image.height()
    assert window.context.settings.get(PAPER) == "a4-wide"
    dialog.options.original.setChecked(False)
    for row in range(dialog.options.styles.count()):
        dialog.options.styles.item(row).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not dialog.save.isEnabled())
    assert "Choose a style" in dialog.said.text()
    dialog.options.styles.setFocus()
    dialog.options.styles.setCurrentRow(0)
    QTest.keyClick(dialog.options.styles, Qt.Key.Key_Space)
    qtbot.waitUntil(dialog.save.isEnabled)
    dialog.close()
    wait_closed(qtbot, window)


def test_the_open_edit_counts_before_it_is_saved(qtbot: QtBot, window: MainWindow) -> None:
    bright = opened(qtbot, window)
    assert bright.page is not None
    image = bright.page.image.copy()
    bright.close()
    wait_closed(qtbot, window)
    current = window.context.current
    current.change(current.edit.with_part(ExposurePart(-2.0)))
    dark = opened(qtbot, window)
    assert dark.page is not None and dark.page.image != image
    dark.close()
    wait_closed(qtbot, window)


def test_cancel_leaves_nothing_and_closing_cancels(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.edit_page.filmstrip.view.selectAll()
    dialog = opened(qtbot, window)
    dialog.options.paper.setCurrentIndex(2)
    dialog.write(tmp_path / "sheet.tif")
    assert dialog.progress.isVisible() and dialog.cancel.text() == "Cancel"
    QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.writing)
    assert dialog.said.text() == "Nothing was written." and not list(tmp_path.glob("sheet*"))
    dialog.write(tmp_path / "sheet.tif")
    dialog.close()
    wait_closed(qtbot, window)
    qtbot.waitUntil(lambda: not window.edit_page.contact_sheets._writes.open_jobs)
    assert not list(tmp_path.glob("sheet*"))


def test_many_photos_are_several_pages(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> None:
    whole = (photo_folder / "coffee.jpg").read_bytes()
    for number in range(12):
        (photo_folder / f"more{number}.jpg").write_bytes(whole)
    (photo_folder / "broken.jpg").write_bytes(whole[:200])
    window.open_paths([photo_folder])
    qtbot.waitUntil(lambda: len(window.edit_page.filmstrip.listed) == 17)
    window.edit_page.filmstrip.view.selectAll()
    dialog = opened(qtbot, window)
    assert dialog.page is not None and dialog.page.count > 1 and not dialog.pages.before.isEnabled()
    assert "broken.jpg" in dialog.said.text() and dialog.said.property("role") == "warning"
    QTest.mouseClick(dialog.pages.after, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.pages.where.text().startswith("Page 2"))
    assert dialog.pages.before.isEnabled()
    dialog.close()
    wait_closed(qtbot, window)


def test_names_are_written_in_every_script() -> None:
    page = np.full((60, 400, 3), 255, np.uint8)
    for place, name in enumerate(("Warm", "Тёплый", "a name that is far too long for the width that it has here")):
        paint_captions(page, [Caption(name, 130 * place, 5, 120, 50, 24)])
        column = page[:, 130 * place : 130 * place + 120]
        assert (column < 128).any()
    assert (page[:, 395:] == 255).all()


def test_a_free_name(tmp_path: Path) -> None:
    path = tmp_path / "Contact sheet.jpg"
    assert free_name(path) == path
    path.touch()
    assert free_name(path).name == "Contact sheet 2.jpg"
    (tmp_path / "Contact sheet 2-1.jpg").touch()
    assert free_name(path).name == "Contact sheet 3.jpg"
