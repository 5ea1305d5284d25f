"""The report of a model on the train page, and the blind comparison from it, by mouse and by keys."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.engine import bundles
from pie_desktop.model.blind_test import FILE, read_blind_test
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.model.report import FOLDER, PICTURES, ModelReport, picture_path
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train.blind_dialog import BlindDialog
from pie_desktop.ui.train.models import ModelList
from pie_desktop.ui.train.report_dialog import ReportDialog
from tests.unit.helpers.model_reports import kept_report

TIMEOUT = 30_000
GAINS = (1.0, 1.5, 0.8, 1.2, 0.9, 2.0, -0.4, 1.1)


@pytest.fixture
def own(pie_home: Path) -> Path:
    folder = paths.models_dir() / "mine.piemodel"
    folder.mkdir(parents=True)
    card = {"init": "base", "validation": {"psnr": 24.5, "baseline_psnr": 23.0}, "proof": {"verdict": "better"}}
    description = {"format_version": 1, "id": "mine", "name": "<b>Mine</b>", "created": "2026-01-02", "card": card}
    (folder / "model.json").write_text(json.dumps(description))
    return folder


@pytest.fixture
def report(own: Path) -> ModelReport:
    return kept_report(own, GAINS)


@pytest.fixture
def models(
    qtbot: QtBot, context: AppContext, own: Path, report: ModelReport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> ModelList:
    base = tmp_path / "base.piemodel"
    base.mkdir()
    (base / "model.json").write_text((own / "model.json").read_text().replace("<b>Mine</b>", "Base"))
    infos = [read_bundle_info(base)]
    monkeypatch.setattr(bundles, "shipped_bundles", lambda: infos)
    models = ModelList(context)
    qtbot.addWidget(models)
    models.resize(1200, 760)
    models.show()
    models.refresh(own)
    qtbot.waitUntil(lambda: models.table.rowCount() == 2, timeout=TIMEOUT)
    return models


@pytest.fixture
def open_report(qtbot: QtBot, models: ModelList) -> Callable[[], ReportDialog]:
    def make() -> ReportDialog:
        before = models.report
        click(models.report_button)
        qtbot.waitUntil(lambda: models.report not in (None, before), timeout=TIMEOUT)
        assert models.report is not None
        return models.report

    return make


def click(button: QPushButton) -> None:
    assert button.isEnabled() and button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_report_says_it_in_words_shows_it_and_leads_to_use(
    qtbot: QtBot, models: ModelList, report: ModelReport, open_report: Callable[[], ReportDialog]
) -> None:
    dialog = open_report()
    assert dialog.title.text() == "<b>Mine</b>" and dialog.verdict.text() == report.sentences()[0]
    assert "95 % interval" in dialog.facts.text() and not dialog.picked.isVisible()
    most, least = report.extremes
    shown = {(photo.number, which) for photo in (*most, *least) for which in PICTURES}
    assert set(dialog.views) == shown and len(shown) == 8 * 5
    qtbot.waitUntil(lambda: not any(view.is_empty for view in dialog.views.values()), timeout=TIMEOUT)
    table = dialog.tabs.widget(1)
    assert [table.item(0, column).text() for column in (0, 5, 6)] == ["5.jpg", "+2.00 dB", "-1.00 dE00"]
    assert table.item(7, 0).text() == "6.jpg" and table.rowCount() == 8
    click(dialog.use)  # without a question: it is shown to be better
    qtbot.waitUntil(lambda: "(in use)" in models.table.item(0, 0).text(), timeout=TIMEOUT)
    assert not dialog.use.isEnabled()


def test_the_report_opens_by_itself_when_a_run_is_over(qtbot: QtBot, models: ModelList, own: Path) -> None:
    models.show_finished(own)
    qtbot.waitUntil(lambda: models.report is not None and models.report.isVisible(), timeout=TIMEOUT)
    models.report.close()  # type: ignore[union-attr] # it is there
    models.hide()  # somebody edits photos meanwhile
    shown = models.report
    with qtbot.waitSignal(models.changed, timeout=TIMEOUT):
        models.show_finished(own)
    qtbot.waitUntil(lambda: not models._reports.open_jobs, timeout=TIMEOUT)
    assert models.report is shown and not shown.isVisible()  # type: ignore[union-attr]


def test_a_model_without_a_report_has_nothing_to_show(qtbot: QtBot, models: ModelList) -> None:
    models.table.selectRow(1)
    assert not models.report_button.isEnabled() and "no report" in models.report_button.toolTip()
    models.table.selectRow(0)
    assert models.report_button.isEnabled() and "no report" not in models.report_button.toolTip()


def test_a_damaged_report_is_said_to_be_in_one_sentence(
    qtbot: QtBot, context: AppContext, own: Path, models: ModelList
) -> None:
    (own / FOLDER / "report.json").write_text("{}")
    with qtbot.waitSignal(context.notifier.posted, timeout=TIMEOUT) as posted:
        click(models.report_button)
    assert "make it again" in posted.args[0].text and models.report is None


def begin(qtbot: QtBot, dialog: ReportDialog) -> BlindDialog:
    click(dialog.compare)
    assert dialog.blind is not None
    ready(qtbot, dialog.blind)
    return dialog.blind


def ready(qtbot: QtBot, blind: BlindDialog) -> None:
    qtbot.waitUntil(blind.left.isEnabled, timeout=TIMEOUT)


def test_picks_are_kept_taken_back_and_gone_on_with(
    qtbot: QtBot, own: Path, report: ModelReport, open_report: Callable[[], ReportDialog]
) -> None:
    dialog = open_report()
    blind = begin(qtbot, dialog)
    texts = [label.text() for label in (blind.text, blind.count)]
    assert texts[1] == "1 of 8" and "References alone" not in texts[0]
    order = blind.test.order(report)
    assert blind.test.sides(order[0]) != ("ours", "ours")
    QTest.keyClick(blind, Qt.Key.Key_1)
    ready(qtbot, blind)
    QTest.keyClick(blind, Qt.Key.Key_0)
    ready(qtbot, blind)
    QTest.mouseClick(blind.pictures[1], Qt.MouseButton.LeftButton)
    ready(qtbot, blind)
    picked = [blind.test.sides(order[0])[0], "same", blind.test.sides(order[2])[1]]
    kept = read_blind_test(own)
    assert kept is not None and [pick.answer for pick in kept.picks] == picked
    assert [pick.photo for pick in kept.picks] == [photo.number for photo in order[:3]]
    QTest.keyClick(blind, Qt.Key.Key_Backspace)
    ready(qtbot, blind)
    assert blind.count.text() == "3 of 8"
    QTest.keyClick(blind, Qt.Key.Key_Escape)
    assert not blind.isVisible() and dialog.compare.text() == "Go on comparing…"
    assert dialog.picked.isVisible() and "too few to tell" in dialog.picked.text()

    again = begin(qtbot, open_report())  # another day
    assert again.count.text() == "3 of 8" and again.test.seed == kept.seed


def test_at_the_end_it_is_told_what_the_picks_say(
    qtbot: QtBot, report: ModelReport, open_report: Callable[[], ReportDialog]
) -> None:
    dialog = open_report()
    blind = begin(qtbot, dialog)
    for photo in blind.test.order(report):
        ready(qtbot, blind)
        QTest.keyClick(blind, Qt.Key.Key_1 if blind.test.sides(photo)[0] == "ours" else Qt.Key.Key_2)
    said = "You preferred your model 8 of 8 times: that is unlikely to be chance (less than 1 in 100)."
    qtbot.waitUntil(lambda: blind.text.text() == said, timeout=TIMEOUT)
    assert not blind.same.isEnabled() and blind.back.isEnabled() and blind.count.text() == "8 of 8"
    assert dialog.picked.text() == said and not dialog.compare.isEnabled()
    QTest.mouseClick(blind.back, Qt.MouseButton.LeftButton)
    ready(qtbot, blind)
    assert dialog.compare.isEnabled()


def test_a_picture_that_is_gone_can_only_be_passed_over(
    qtbot: QtBot, own: Path, report: ModelReport, open_report: Callable[[], ReportDialog]
) -> None:
    for photo in report.photos:
        picture_path(own, photo, "ours").unlink()
    dialog = open_report()
    click(dialog.compare)
    blind = dialog.blind
    assert blind is not None
    qtbot.waitUntil(blind.same.isEnabled, timeout=TIMEOUT)
    assert not blind.left.isEnabled() and not blind.right.isEnabled()
    QTest.keyClick(blind, Qt.Key.Key_1)
    assert not blind.test.picks
    QTest.keyClick(blind, Qt.Key.Key_0)
    assert blind.test.picks[-1].answer == "same" and (own / FOLDER / FILE).is_file()
