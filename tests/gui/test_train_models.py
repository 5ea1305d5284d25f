"""The models of the train page, with the keys and the mouse: used, gone back from, renamed, deleted, passed on."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.engine import bundles
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.train.models import ModelList
from tests.gui.dragging import drop
from tests.unit.helpers.tiny_bundles import tiny_bundle

TIMEOUT = 30_000
PROVEN = {"psnr": 24.5, "baseline_psnr": 23.0, "de00": 5.0}


def write_description(folder: Path, name: str, card: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    description = {"format_version": 1, "id": name, "name": name, "created": "2026-01-02T03:04:05+00:00", "card": card}
    (folder / "model.json").write_text(json.dumps(description))


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped model's description; no weights are needed to list it."""
    folder = tmp_path / "shipped" / "base.piemodel"
    write_description(folder, "Base", {})
    infos = [read_bundle_info(folder)]
    monkeypatch.setattr(bundles, "shipped_bundles", lambda: infos)
    return folder


@pytest.fixture
def own(pie_home: Path) -> Path:
    """One of the user's own that is shown to be better."""
    folder = paths.models_dir() / "mine.piemodel"
    data = {"kind": "pairs", "train": 40, "held_out": 10}
    write_description(
        folder, "Mine", {"init": "base", "validation": PROVEN, "data": data, "proof": {"verdict": "better"}}
    )
    return folder


@pytest.fixture
def notices(context: AppContext) -> list[Notice]:
    found: list[Notice] = []
    context.notifier.posted.connect(found.append)
    return found


@pytest.fixture
def open_list(qtbot: QtBot, context: AppContext, base: Path) -> Callable[[int], ModelList]:
    def make(rows: int) -> ModelList:
        models = ModelList(context)
        qtbot.addWidget(models)
        models.resize(1000, 300)
        models.show()
        models.refresh()
        qtbot.waitUntil(lambda: models.table.rowCount() == rows, timeout=TIMEOUT)
        return models

    return make


def click(button: QPushButton) -> None:
    assert button.isEnabled() and button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def names(models: ModelList) -> list[str]:
    return [models.table.item(row, 0).text() for row in range(models.table.rowCount())]


def texts(models: ModelList, row: int) -> list[str]:
    return [models.table.item(row, column).text() for column in range(models.table.columnCount())]


def test_a_model_is_used_and_gone_back_from_with_one_click(
    qtbot: QtBot, context: AppContext, own: Path, base: Path, open_list: Callable[[int], ModelList]
) -> None:
    models = open_list(2)
    assert texts(models, 0) == [
        "Mine", "your training", "2026-01-02", "50 pairs", "24.5 dB, before 23.0 dB", "+1.50 dB, better",
    ]  # fmt: skip
    assert texts(models, 1)[:4] == ["Base (in use)", "PIE Desktop", "2026-01-02", "—"]
    assert models.start_from() == base and not models.back_button.isEnabled()
    models.table.selectRow(1)
    for button in (models.use_button, models.rename_button, models.export_button, models.delete_button):
        assert not button.isEnabled()
    models.table.selectRow(0)
    with qtbot.waitSignal(context.engine_changed):
        click(models.use_button)
    context.engine.load()
    assert context.engine.bundle_id == "mine"
    qtbot.waitUntil(lambda: names(models) == ["Mine (in use)", "Base"], timeout=TIMEOUT)
    assert json.loads((paths.home_dir() / "settings.json").read_text())[bundles.SETTING] == str(own)
    assert "Base" in models.back_button.toolTip()
    with qtbot.waitSignal(context.engine_changed):  # styles are read by the model before again
        click(models.back_button)
    qtbot.waitUntil(lambda: names(models) == ["Mine", "Base (in use)"], timeout=TIMEOUT)
    context.engine.load()
    assert context.engine.bundle_id == "base" and not models.back_button.isEnabled()


@pytest.mark.parametrize("kept", [7, ["x\0y", 3, None], [None] * 50, "text", [["a"]], ["/nowhere"]])
def test_whatever_is_kept_of_models_before_the_list_opens(
    context: AppContext, own: Path, open_list: Callable[[int], ModelList], kept: object
) -> None:
    context.settings.set("model.before", kept)
    assert not open_list(2).back_button.isEnabled()


def test_a_model_before_that_was_deleted_is_passed_over(
    qtbot: QtBot, context: AppContext, own: Path, base: Path, open_list: Callable[[int], ModelList]
) -> None:
    other = paths.models_dir() / "other.piemodel"
    write_description(other, "Other", {})
    models = open_list(3)
    for path in (other, own):
        row = next(row for row, name in enumerate(names(models)) if name == read_bundle_info(path).name)
        models.table.selectRow(row)
        click(models.use_button)
        qtbot.waitUntil(lambda p=path: f"{read_bundle_info(p).name} (in use)" in names(models), timeout=TIMEOUT)
    models.table.selectRow(next(row for row, name in enumerate(names(models)) if name == "Other"))
    click(models.delete_button)
    qtbot.waitUntil(lambda: len(names(models)) == 2, timeout=TIMEOUT)
    click(models.back_button)
    qtbot.waitUntil(lambda: "Base (in use)" in names(models), timeout=TIMEOUT)


@pytest.mark.parametrize(
    ("card", "asked_about"),
    [
        ({"proof": {"verdict": "about the same"}}, "about the same"),
        ({"proof": {"verdict": "worse"}}, "worse"),
        ({"proof": {"verdict": "too few to tell"}}, "too few to tell"),
        ({}, "too few to tell"),  # a gain on the photos that chose the weights shows nothing
        ({"proof": {"verdict": "better"}, "imported": True}, "came from a file"),
    ],
)
def test_a_model_that_is_not_shown_to_be_better_is_used_only_after_a_question(
    qtbot: QtBot,
    own: Path,
    open_list: Callable[[int], ModelList],
    monkeypatch: pytest.MonkeyPatch,
    card: dict[str, object],
    asked_about: str,
) -> None:
    write_description(own, "Mine", {"init": "base", "validation": PROVEN} | card)
    models = open_list(2)
    assert texts(models, 0)[5].endswith("on other edits than yours" if "imported" in card else asked_about)
    models.table.selectRow(0)
    asked: list[str] = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *rest: asked.append(rest[2]) or answers.pop(0))
    click(models.use_button)
    assert names(models)[0] == "Mine" and asked_about in asked[0]
    click(models.use_button)
    qtbot.waitUntil(lambda: names(models)[0] == "Mine (in use)", timeout=TIMEOUT)


def test_renamed_deleted_and_brought_back(
    qtbot: QtBot,
    context: AppContext,
    own: Path,
    notices: list[Notice],
    open_list: Callable[[int], ModelList],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = open_list(2)
    models.table.selectRow(0)
    click(models.use_button)
    qtbot.waitUntil(lambda: names(models)[0] == "Mine (in use)", timeout=TIMEOUT)
    for answer in ("base", "Evening"):  # the first is taken
        monkeypatch.setattr(QInputDialog, "getText", lambda *_, answer=answer, **__: (answer, True))
        click(models.rename_button)
    qtbot.waitUntil(lambda: names(models)[0] == "Evening (in use)", timeout=TIMEOUT)
    assert any("already a model named “base”" in notice.text for notice in notices)
    click(models.delete_button)
    qtbot.waitUntil(lambda: names(models) == ["Base (in use)"], timeout=TIMEOUT)
    assert not own.exists()
    qtbot.waitUntil(lambda: bool(notices) and notices[-1].action_text == "Undo", timeout=TIMEOUT)
    assert notices[-1].action is not None
    notices[-1].action()
    qtbot.waitUntil(lambda: names(models) == ["Evening (in use)", "Base"], timeout=TIMEOUT)
    assert own.is_dir()


def test_a_model_is_passed_on_and_taken_in_by_drop(
    qtbot: QtBot,
    pie_home: Path,
    notices: list[Notice],
    sample_images: dict[str, np.ndarray],
    open_list: Callable[[int], ModelList],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    photos = np.stack([image[:200, :200] for image in sample_images.values()])
    tiny_bundle(paths.models_dir() / "tiny.piemodel", photos)
    models = open_list(2)
    models.table.selectRow(0)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "tiny"), ""))
    click(models.export_button)
    file = tmp_path / "tiny.piemodel"
    qtbot.waitUntil(lambda: any("There is no photo in it" in notice.text for notice in notices), timeout=TIMEOUT)
    assert file.is_file()
    click(models.delete_button)
    qtbot.waitUntil(lambda: names(models) == ["Base (in use)"], timeout=TIMEOUT)
    (bad := tmp_path / "bad.piemodel").write_text("no model")
    assert not drop(models, [tmp_path / "photo.jpg"]) and drop(models, [bad, file, tmp_path / "photo.jpg"])
    qtbot.waitUntil(lambda: names(models) == ["Tiny", "Base (in use)"], timeout=TIMEOUT)
    assert texts(models, 0)[1] == "a file" and models.current() is not None
    assert any("bad.piemodel” cannot be used as a model" in notice.text for notice in notices)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(file)], ""))
    click(models.import_button)
    qtbot.waitUntil(lambda: any("here already, as “Tiny”" in notice.text for notice in notices), timeout=TIMEOUT)
