"""The export page: real photos, the plan before, what comes of each, cancel, overwrite, own edits."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.edit.edit import Edit
from pie_desktop.export.job import ExportProgress, ExportSettings, Running, plan_export, run_job
from pie_desktop.export.settings import make_part
from pie_desktop.export.unfinished import unfinished_exports
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import BURST, PIXELS, SIZE, STATE, TARGET, WARNING

TIMEOUT = 60_000


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three small photos with texture, so that an enhancement shows."""
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(7)
    paths = []
    for index in range(3):
        coarse = generator.integers(30, 200, (6, 8, 3), dtype=np.uint8)
        path = folder / f"photo_{index}.jpg"
        Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(path, quality=95)
        paths.append(path)
    return paths


@pytest.fixture
def page(qtbot: QtBot, context: AppContext, tmp_path: Path) -> ExportPage:
    page = ExportPage(context)
    qtbot.addWidget(page)
    page.form.destination.set_path(tmp_path / "out")
    page.resize(1200, 700)
    page.show()
    return page


@pytest.fixture
def plan(qtbot: QtBot, page: ExportPage) -> Callable[[list[Path]], None]:
    def make(sources: list[Path]) -> None:
        page.set_sources(sources)
        _wait_for_plan(qtbot, page)

    return make


def _wait_for_plan(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.waitUntil(lambda: not page._planner.busy, timeout=TIMEOUT)


def _export(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    assert page.running
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)


def _column(page: ExportPage, column: int) -> list[str]:
    model = page.view.model
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def _actions(page: ExportPage) -> list[str]:
    """State and remark of each row."""
    rows = zip(_column(page, STATE), _column(page, WARNING), strict=True)
    return [": ".join(filter(None, row)) for row in rows]


def test_three_photos_are_exported_as_planned(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path], tmp_path: Path
) -> None:
    plan(photos)
    assert _actions(page) == ["Write"] * 3
    assert page.start_button.text() == "Export 3 photos"
    assert not (tmp_path / "out").exists()
    _export(qtbot, page)
    assert _actions(page) == ["Written"] * 3
    assert page.view.message.text().startswith("3 written in ")
    assert page.view.open_button.isVisible()
    assert page.start_button.text() == "Plan again"
    for photo in photos:
        before, after = load_photo(photo), load_photo(tmp_path / "out" / photo.name)
        assert after.shape == before.shape and after.mean() > before.mean() + 5  # the fake model brightens


def test_a_photo_that_cannot_be_read_is_told_and_the_rest_goes_on(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path], tmp_path: Path
) -> None:
    photos[1].write_bytes(photos[1].read_bytes()[:300])
    (tmp_path / "photos" / "empty.jpg").touch()
    plan([*photos, tmp_path / "photos" / "empty.jpg"])
    assert "empty.jpg is empty" in _actions(page)[3]
    _export(qtbot, page)
    actions = _actions(page)
    assert actions[0] == actions[2] == "Written"
    assert actions[1].startswith("Failed: ") and "photo_1.jpg" in actions[1]
    assert actions[3].startswith("Failed: empty.jpg")
    assert "2 written, 2 failed" in page.view.message.text()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["photo_0.jpg", "photo_2.jpg"]


def test_cancel_keeps_what_is_written(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    begun: list[int] = []
    transform = context.engine.transform

    def transform_and_wait(proxy: np.ndarray, preference: object) -> object:
        if begun:  # the first photo is let through
            reached.set()
            go_on.wait(30)
        begun.append(1)
        return transform(proxy, preference)

    context.engine.transform = transform_and_wait
    plan(photos[:2])
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(reached.is_set, timeout=TIMEOUT)
    qtbot.mouseClick(page.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)  # although the model is still at work
    go_on.set()
    assert _actions(page) == ["Written", "Cancelled: Cancelled before it was written."]
    assert page.view.message.text().startswith("1 written, 1 cancelled")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo_0.jpg"]


def test_the_plan_follows_the_form(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "photo_0.jpg").write_text("kept")
    plan(photos)
    assert _actions(page)[0] == "Skip: photo_0.jpg already exists and was not replaced."
    page.form.conflict.setCurrentIndex(page.form.conflict.findData("unique"))
    _wait_for_plan(qtbot, page)
    model = page.view.model
    assert model.data(model.index(0, 1)) == "photo_0-1.jpg"
    page.form.file.set_options(EncodeOptions("tiff16"))
    _wait_for_plan(qtbot, page)
    assert [model.data(model.index(row, 1)) for row in range(3)] == ["photo_0.tif", "photo_1.tif", "photo_2.tif"]
    assert not page.form.file.quality.isEnabled()


@pytest.mark.parametrize("agreed", [False, True])
def test_overwriting_asks_once(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[..., None],
    photos: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    agreed: bool,
) -> None:
    (tmp_path / "out").mkdir()
    for photo in photos[:2]:
        (tmp_path / "out" / photo.name).write_text("old")
    page.form.conflict.setCurrentIndex(page.form.conflict.findData("overwrite"))
    plan(photos)
    asked = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        wanted = "Overwrite" if agreed else "Cancel"
        next(button for button in box.buttons() if wanted in button.text()).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    page.start()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    assert len(asked) == 1 and "2 existing files" in asked[0]
    replaced = (tmp_path / "out" / "photo_0.jpg").read_bytes() != b"old"
    assert replaced == agreed


def test_each_photos_own_edit(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    context.catalog.put(photos[0], Edit.styled(style_id=None, strength=1.0, amount=0.0))
    page.form.own_edits.setChecked(True)
    plan(photos)
    _export(qtbot, page)
    out = [load_photo(tmp_path / "out" / photo.name).mean() - load_photo(photo).mean() for photo in photos]
    assert abs(out[0]) < 1 and out[1] > 5 and out[2] > 5


@pytest.mark.parametrize("cancelled", [False, True])
def test_edits_that_are_not_saved_yet_are_waited_for(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[..., None],
    context: AppContext,
    photos: list[Path],
    tmp_path: Path,
    cancelled: bool,
) -> None:
    page.form.own_edits.setChecked(True)
    plan(photos[:1])
    go_on = threading.Event()

    def save(_context: object) -> None:
        go_on.wait(60)
        context.catalog.put(photos[0], Edit.styled(amount=0.0))

    context.background.submit(save)
    page.start()
    try:
        qtbot.waitUntil(lambda: page.view.message.text() == "Waiting until your latest edits are saved")
        if cancelled:
            page.cancel()
            qtbot.waitUntil(lambda: not page.running)
    finally:
        go_on.set()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    written = tmp_path / "out" / photos[0].name
    assert written.exists() != cancelled
    if not cancelled:
        assert abs(load_photo(written).mean() - load_photo(photos[0]).mean()) < 1, "the older edit brightens"


def test_a_style_that_is_gone_fails_only_its_own_photos(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path]
) -> None:
    context.catalog.put(photos[0], Edit.styled(style_id="no-such-style"))
    page.form.own_edits.setChecked(True)
    plan(photos)
    _export(qtbot, page)
    assert _actions(page)[0].startswith("Failed: ") and _actions(page)[1:] == ["Written", "Written"]


def test_the_form_follows_the_edit_page_until_another_choice_is_made(page: ExportPage, context: AppContext) -> None:
    style = context.library.list()[0]
    page.form.follow(Edit.styled(style.id, strength=0.6, amount=0.8))
    assert page.form.choice().edit == Edit.styled(style.id, 0.6, 0.8)
    page.form.sliders.strength.track.setValue(120)
    page.form.follow(Edit.styled(style.id, strength=0.6, amount=0.8))
    assert page.form.choice().edit.style.strength == 1.2
    page.form.follow(Edit.styled(None, strength=1.0, amount=0.5))
    assert page.form.choice().edit == Edit.styled(None, 1.0, 0.5)


def test_the_suggested_folder_follows_the_photos(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    page.form.destination.set_path(None)
    plan(photos[:1])
    assert page.form.destination.path() == tmp_path / "photos" / "enhanced"
    _export(qtbot, page)
    assert not context.settings.get("export.destination")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    plan([elsewhere])
    assert page.form.destination.path() == elsewhere / "enhanced"
    page.form.destination.set_path(tmp_path / "chosen")
    plan(photos[:1])
    assert page.form.destination.path() == tmp_path / "chosen"


def test_settings_are_remembered(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    page.form.file.set_options(EncodeOptions("png", long_side=100, metadata="copyright"))
    plan(photos[:1])
    _export(qtbot, page)
    assert load_photo(tmp_path / "out" / "photo_0.png").shape == (75, 100, 3)
    again = ExportPage(context)
    qtbot.addWidget(again)
    assert again.form.choice() == page.form.choice()


def test_the_plan_can_be_made_again_to_retry(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path]
) -> None:
    whole = photos[1].read_bytes()
    photos[1].write_bytes(whole[:300])
    plan(photos)
    _export(qtbot, page)
    photos[1].write_bytes(whole)
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    _wait_for_plan(qtbot, page)
    assert _column(page, STATE) == ["Skip", "Write", "Skip"]
    assert page.start_button.text() == "Export 1 photo"
    _export(qtbot, page)
    assert _actions(page)[1] == "Written"


def test_folders_are_expanded_and_photos_can_be_removed(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path]
) -> None:
    plan([photos[0].parent])
    assert page.view.model.sources == photos
    page.view.table.selectRow(1)
    page.view.remove_button.click()
    _wait_for_plan(qtbot, page)
    assert page.view.model.sources == [photos[0], photos[2]]


def test_closing_during_an_export_asks(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[..., None],
    context: AppContext,
    photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert page.can_close()
    go_on = threading.Event()
    transform = context.engine.transform
    context.engine.transform = lambda proxy, preference: (go_on.wait(30), transform(proxy, preference))[1]
    plan(photos[:2])
    page.start()
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    assert not page.can_close()
    assert page.can_close() and not answers
    go_on.set()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)


def test_the_plan_tells_pixels_and_sizes(
    qtbot: QtBot, page: ExportPage, plan: Callable[[list[Path]], None], photos: list[Path]
) -> None:
    plan(photos)
    assert _column(page, PIXELS) == ["320 × 240"] * 3
    assert all(text.endswith("KB") for text in _column(page, SIZE))
    assert page.view.message.text().startswith("3 to write, about ")
    assert page.view.table.isColumnHidden(BURST)


def test_names_follow_the_template_and_its_problem_is_told(
    qtbot: QtBot, page: ExportPage, plan: Callable[[list[Path]], None], photos: list[Path]
) -> None:
    plan(photos)
    names = page.form.names
    names.set_text("{folder}/{seq:03d} {name}")
    assert names.preview.text() == "photos/001 photo_0.jpg"
    _wait_for_plan(qtbot, page)
    assert _column(page, TARGET)[2] == "003 photo_2.jpg"
    names.set_text("../{name}")
    _wait_for_plan(qtbot, page)
    assert "stay inside the destination" in names.preview.text()
    assert not page.start_button.isEnabled() and "stay inside the destination" in page.view.message.text()
    names.set_text("{name}")
    _wait_for_plan(qtbot, page)
    assert page.start_button.isEnabled()


def test_after_the_run_the_receipt_can_be_opened(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[[list[Path]], None],
    photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile()).read_text()) or True
    )
    plan(photos)
    assert not page.view.receipt_button.isVisible()
    _export(qtbot, page)
    qtbot.mouseClick(page.view.receipt_button, Qt.MouseButton.LeftButton)
    assert "3 written" in opened[0] and "photo_1.jpg" in opened[0]


@pytest.fixture
def interrupted(photos: list[Path], tmp_path: Path, context: AppContext) -> Path:
    """An export of three photos that was killed after the first."""

    class Killed(BaseException):
        pass

    def kill(progress: ExportProgress) -> None:
        if progress.done == 1:
            raise Killed

    settings = ExportSettings(tmp_path / "earlier")
    part = make_part(context.engine, settings, tuple(plan_export(photos, settings)), None)
    with pytest.raises(Killed):
        run_job([part], Running(workers=0, progress=kill))
    return settings.destination


def test_an_interrupted_export_goes_on(qtbot: QtBot, interrupted: Path, page: ExportPage) -> None:
    qtbot.waitUntil(page.banner.isVisible, timeout=TIMEOUT)
    assert "The export to earlier" in page.banner.text.text() and "1 of 3 photos" in page.banner.text.text()
    first = (interrupted / "photo_0.jpg").stat().st_mtime_ns
    qtbot.mouseClick(page.banner.go_on_button, Qt.MouseButton.LeftButton)
    assert page.running and not page.banner.isVisible()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    assert _column(page, STATE) == ["Written"] * 3
    assert (interrupted / "photo_0.jpg").stat().st_mtime_ns == first
    assert sorted(path.name for path in interrupted.iterdir()) == [f"photo_{number}.jpg" for number in range(3)]


def test_an_interrupted_export_can_be_dismissed(qtbot: QtBot, interrupted: Path, page: ExportPage) -> None:
    qtbot.waitUntil(page.banner.isVisible, timeout=TIMEOUT)
    qtbot.mouseClick(page.banner.dismiss_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not unfinished_exports(paths.exports_dir()), timeout=TIMEOUT)
    assert not page.banner.isVisible()
    assert [path.name for path in interrupted.iterdir()] == ["photo_0.jpg"]
