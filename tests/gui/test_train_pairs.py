"""The Pairs tab and the form beside it, by mouse and keys: deciding, filtering, several folders, refused values."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.engine import bundles
from pie_desktop.imaging.pairs.decisions import Decisions
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.inventory import PairRow
from pie_desktop.imaging.pairs.kinds import PairKind
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train import forecast
from pie_desktop.ui.train.page import TrainPage
from pie_desktop.ui.train.pairs import EDIT, KIND, ORIGINAL, REMARK, USE, PairTableModel
from pie_desktop.ui.widgets import table
from pie_desktop.workers import estimate_process, training_process
from pie_desktop.workers.estimate_process import EstimateOptions
from tests.gui.dragging import drop
from tests.gui.test_train_page import FAKE, write_description

LATER = 2_000_000_000  # seconds


def texture(number: int) -> np.ndarray:
    """uint8 (144, 192, 3) with edges of its own."""
    small = np.random.default_rng(number).integers(20, 200, (12, 16, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((192, 144), Image.Resampling.BICUBIC))


def save(path: Path, image: np.ndarray, seconds: int = LATER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, quality=95)
    os.utime(path, (seconds, seconds))
    return path


@pytest.fixture
def edits(tmp_path: Path) -> Path:
    """Five pairs."""
    for number in range(5):
        save(tmp_path / "edits" / f"{number}.jpg", texture(number))
        save(tmp_path / "edits" / f"{number}_edit.jpg", texture(number) + 30)
    return tmp_path / "edits"


@pytest.fixture
def page(
    qtbot: QtBot, context: AppContext, edits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TrainPage]:
    from pie_desktop.model.bundle import read_bundle_info

    base = tmp_path / "shipped" / "base.piemodel"
    write_description(base, "Base", {})
    monkeypatch.setattr(bundles, "shipped_bundles", lambda: [read_bundle_info(base)])
    monkeypatch.setattr(bundles, "default_bundle", lambda: base)
    for module in (training_process, estimate_process):
        monkeypatch.setattr(module, "training_command", lambda: FAKE)
    monkeypatch.setattr(forecast, "PATIENCE_MS", 10)
    made = TrainPage(context)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    made.form.pairs.set_path(edits)
    settled(qtbot, made)
    yield made
    made.session.stop_and_wait()
    made.forecast.stop_and_wait()


def settled(qtbot: QtBot, page: TrainPage) -> None:
    qtbot.waitUntil(lambda: not page.pairs.searching and bool(page.pairs.model.rows))


def click(view: QWidget, page: TrainPage, row: int, column: int) -> None:
    rect = page.pairs.view.visualRect(page.pairs.model.index(row, column))
    place = QPoint(rect.left() + 18, rect.center().y())
    QTest.mouseClick(page.pairs.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def used(page: TrainPage) -> list[str]:
    return [row.guess.after.name for row in page.pairs.model.rows if row.used]


def test_a_click_or_the_space_bar_decides_and_it_is_kept(
    qtbot: QtBot, page: TrainPage, edits: Path, context: AppContext
) -> None:
    view = page.pairs.view
    click(view, page, 0, USE)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 4)
    assert "0_edit.jpg" not in used(page) and page.tabs.tabText(0) == "Pairs (4)"
    assert page.pairs.model.index(0, REMARK).data() == "You left out “0_edit.jpg”."
    assert Decisions.of_program().of(edits / "0_edit.jpg").used is False
    again = TrainPage(context)
    qtbot.addWidget(again)
    again.form.pairs.set_path(edits)
    settled(qtbot, again)
    assert again.pairs.model.usable == 4
    view.setFocus()
    view.setCurrentIndex(page.pairs.model.index(0, USE))
    QTest.keyClick(view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 5)


def test_what_was_decided_stays_when_the_folder_is_renamed(qtbot: QtBot, page: TrainPage, edits: Path) -> None:
    click(page.pairs.view, page, 0, USE)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 4)
    page.form.pairs.set_path(edits.rename(edits.with_name("renamed")))
    qtbot.waitUntil(lambda: not page.pairs.searching and page.pairs.model.usable == 4)
    assert page.pairs.model.index(0, REMARK).data() == "You left out “0_edit.jpg”."
    click(page.pairs.view, page, 0, EDIT)
    QTest.mouseClick(page.pairs.undo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 5)


def test_several_rows_are_left_out_and_taken_back(qtbot: QtBot, page: TrainPage) -> None:
    view = page.pairs.view
    click(view, page, 1, EDIT)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.mouseClick(page.pairs.reject_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: used(page) == ["0_edit.jpg", "3_edit.jpg", "4_edit.jpg"])
    assert not page.start_button.isEnabled() and "At least four" in page.start_button.toolTip()
    assert len(page.pairs.selected()) == 2  # what was selected still is
    QTest.mouseClick(page.pairs.undo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 5)
    assert not page.pairs.undo_button.isEnabled()


def test_kinds_are_shown_one_at_a_time(qtbot: QtBot, page: TrainPage, edits: Path) -> None:
    save(edits / "4_edit.jpg", texture(4))
    save(edits / "lonely_edit.jpg", texture(9))
    page.pairs.set_folders([edits], None)
    settled(qtbot, page)
    box = page.pairs.filter
    assert [box.itemText(row) for row in range(box.count())] == [
        "All (6)",
        "Matched (4)",
        "No original (1)",
        "No change (1)",
    ]
    box.setFocus()
    for _ in range(2):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert page.pairs.model.rowCount() == 1
    assert page.pairs.model.index(0, EDIT).data() == "lonely_edit.jpg"
    assert page.pairs.model.usable == 4 and page.start_button.isEnabled()
    QTest.keyClick(box, Qt.Key.Key_Home)
    assert page.pairs.model.rowCount() == 6


def test_folders_are_dropped_added_and_removed(qtbot: QtBot, page: TrainPage, edits: Path, tmp_path: Path) -> None:
    for number, place in enumerate(("june", "july")):
        save(tmp_path / place / "a.jpg", texture(20 + number))
        save(tmp_path / place / "a_edit.jpg", texture(20 + number) + 25)
    assert drop(page.pairs, [tmp_path / "june", tmp_path / "july" / "a.jpg"])
    settled(qtbot, page)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 7)
    assert page.form.values().folders == (edits, tmp_path / "june", tmp_path / "july")
    _, last = page.form.pairs._more
    QTest.mouseDClick(last.line, Qt.MouseButton.LeftButton)
    last.line.selectAll()
    QTest.keyClick(last.line, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 6)
    assert page.form.values().folders == (edits, tmp_path / "june")
    assert drop(page.form.pairs, [tmp_path / "june"])
    assert page.form.values().folders == (edits, tmp_path / "june")  # it is there already


def test_without_folders_the_page_says_what_to_do_and_offers_it(
    qtbot: QtBot, page: TrainPage, edits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.form.pairs.set_path(None)
    assert page.pairs.empty.isVisible() and "drop one here" in page.pairs.empty.text and not page.pairs.view.isVisible()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(edits))
    QTest.mouseClick(page.pairs.empty.button, Qt.MouseButton.LeftButton)
    settled(qtbot, page)
    assert page.pairs.model.usable == 5 and not page.pairs.empty.isVisible()


def test_another_original_is_chosen(
    qtbot: QtBot, page: TrainPage, edits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(edits / "mine_edit.jpg", texture(30) + 30)
    original = save(tmp_path / "elsewhere" / "DSC_30.jpg", texture(30))
    page.pairs.set_folders([edits], None)
    settled(qtbot, page)
    assert page.pairs.model.index(5, KIND).data() == "No original"
    click(page.pairs.view, page, 5, EDIT)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(original), ""))
    QTest.mouseClick(page.pairs.original_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pairs.model.usable == 6)
    row = next(row for row in page.pairs.model.rows if row.guess.after.name == "mine_edit.jpg")
    assert row.guess.before == original and row.kind is PairKind.MATCHED and row.decided


def test_an_unsure_pair_is_decided_by_a_click_on_one_of_the_photos(
    qtbot: QtBot, page: TrainPage, edits: Path, tmp_path: Path
) -> None:
    burst = [save(tmp_path / "raw" / f"DSC_{number}.jpg", texture(40) + number) for number in range(2)]
    save(edits / "harbour_edit.jpg", texture(40) + 35)
    page.form.pairs.add_paths((tmp_path / "raw",))
    settled(qtbot, page)
    number = next(n for n, row in enumerate(page.pairs.model.rows) if row.kind is PairKind.UNSURE)
    assert page.pairs.model.index(number, USE).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked
    assert "1 unsure: decide with the check mark" in page.pairs.note.text()
    click(page.pairs.view, page, number, EDIT)
    QTest.mouseClick(page.pairs.original_button, Qt.MouseButton.LeftButton)
    menu = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMenu) and widget.isVisible())
    names = [action.text() for action in menu.actions() if action.text()]
    assert sorted(names[:2]) == ["raw/DSC_0.jpg", "raw/DSC_1.jpg"] and names[2] == "Another photo…"
    second = next(action for action in menu.actions() if action.text() == "raw/DSC_1.jpg")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(second).center())
    qtbot.waitUntil(lambda: page.pairs.model.usable == 6)
    row = next(row for row in page.pairs.model.rows if row.guess.after.name == "harbour_edit.jpg")
    assert row.guess.before == burst[1] and "unsure" not in page.pairs.note.text()


def test_a_pair_that_is_the_wrong_way_round_is_swapped(qtbot: QtBot, page: TrainPage, edits: Path) -> None:
    click(page.pairs.view, page, 2, EDIT)
    QTest.mouseClick(page.pairs.swap_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.pairs.model.index(2, EDIT).data() == "2.jpg")
    settled(qtbot, page)
    assert page.pairs.model.index(2, ORIGINAL).data() == "2_edit.jpg" and page.pairs.model.usable == 5


def test_thousands_of_edits_load_only_the_thumbnails_in_sight(
    qtbot: QtBot, page: TrainPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[Path] = set()
    monkeypatch.setattr(table.ThumbnailColumn, "_load", lambda self: asked.update(self._asked) or self._asked.clear())
    rows = [
        PairRow(PairGuess(Path(f"/x/{n}_edit.jpg"), Path(f"/x/{n}.jpg"), "same folder"), PairKind.MATCHED, True)
        for n in range(5000)
    ]
    page.pairs.model.set_rows(rows)
    page.pairs.view.show()
    qtbot.waitUntil(lambda: Path("/x/0_edit.jpg") in asked)
    assert 4 <= len(asked) < 100
    page.pairs.view.scrollToBottom()
    qtbot.waitUntil(lambda: Path("/x/4999_edit.jpg") in asked)
    assert len(asked) < 200


def test_a_row_that_changes_keeps_the_selection(context: AppContext, qtbot: QtBot, page: TrainPage) -> None:
    model: PairTableModel = page.pairs.model
    page.pairs.view.selectRow(3)
    model.set_rows(list(model.rows))
    assert [row.guess.after.name for row in page.pairs.selected()] == ["3_edit.jpg"]


def test_a_bad_value_is_refused_at_its_field_with_the_range(qtbot: QtBot, page: TrainPage) -> None:
    qtbot.waitUntil(page.start_button.isEnabled)
    assert not page.form.expert.isVisible()
    QTest.mouseClick(page.form.fold, Qt.MouseButton.LeftButton)
    field = page.form.fields["references"]
    assert field.isVisible() and "1 to 50." in field.note.text()
    field.line.selectAll()
    QTest.keyClicks(field.line, "80")
    assert field.note.text() == "References must be a whole number from 1 to 50." and field.line.property("invalid")
    assert not page.start_button.isEnabled() and page.start_button.toolTip() == field.note.text()
    field.line.selectAll()
    QTest.keyClicks(field.line, "12")
    assert page.start_button.isEnabled() and page.form.values().references == 12
    QTest.keyClick(field.line, Qt.Key.Key_Up)
    assert page.form.values().references == 13
    rate = page.form.fields["encoder_lr"]
    for typed, value in (("0,00002", 2e-5), ("3e-6", 3e-6)):
        rate.line.selectAll()
        QTest.keyClicks(rate.line, typed)
        assert page.form.values().encoder_lr == value and not rate.line.property("invalid")
    rate.line.selectAll()
    QTest.keyClicks(rate.line, "fast")
    assert rate.note.text() == "Encoder rate must be a number from 0 to 0.1."


def test_presets_set_everything_and_own_settings_are_none_of_them(page: TrainPage) -> None:
    box, form = page.form.preset, page.form
    assert box.currentText() == "Full" and form.values().minutes is None and form.values().references == 20
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert box.currentText() == "Quick" and form.values().minutes == 5 and form.values().references == 5
    QTest.mouseClick(form.fold, Qt.MouseButton.LeftButton)
    line = form.fields["gram"].line
    line.selectAll()
    QTest.keyClicks(line, "0.5")
    assert box.currentText() == "Own settings" and form.values().gram == 0.5
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    assert box.currentText() == "Quick" and form.values().gram == 0.01


def test_what_a_run_will_be_like_is_said_before_the_start(
    qtbot: QtBot, page: TrainPage, edits: Path, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: page.forecast_note.text() == "Pairs of 1 folders. About 30 minutes.")
    page.form.preset.setCurrentIndex(0)
    assert page.forecast_note.text() == ""
    qtbot.waitUntil(lambda: page.forecast_note.text() == "Pairs of 1 folders. About 5 minutes.")
    page.form.preset.setCurrentIndex(1)
    assert page.forecast_note.text() == "Pairs of 1 folders. About 30 minutes."  # it is known
    page.start_button.click()
    assert not page.forecast.running or page.forecast._asked is None
    qtbot.waitUntil(lambda: not page.session.running)


def test_why_nothing_can_be_said_is_said(
    qtbot: QtBot, page: TrainPage, edits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_ESTIMATE", "error")
    asked, said = forecast.Forecast(), []
    asked.failed.connect(said.append)
    asked.ask(EstimateOptions((edits,), tmp_path, tmp_path))
    qtbot.waitUntil(lambda: said == ["There is no model."])
    asked.stop_and_wait()
    page.forecast.failed.emit(said[0])
    assert page.forecast_note.text() == "There is no model."
