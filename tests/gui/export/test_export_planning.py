"""The plan of the export page before anything is written: it follows the form, the names and the photos."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import BURST, PIXELS, SIZE, STATE, TARGET
from tests.gui.export.helpers import actions, column, run_export, wait_for_plan


def test_the_plan_follows_the_form(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "photo_0.jpg").write_text("kept")
    plan(photos)
    assert actions(page)[0].startswith("New name: photo_0.jpg is there already and does not say which photo it is of")
    page.form.conflict.setCurrentIndex(page.form.conflict.findData("unique"))
    wait_for_plan(qtbot, page)
    model = page.view.model
    assert model.data(model.index(0, 1)) == "photo_0-1.jpg"
    page.form.file.set_options(EncodeOptions("tiff16"))
    wait_for_plan(qtbot, page)
    assert [model.data(model.index(row, 1)) for row in range(3)] == ["photo_0.tif", "photo_1.tif", "photo_2.tif"]
    assert not page.form.file.quality.isEnabled()


def test_the_suggested_folder_follows_the_photos(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    page.form.destination.set_path(None)
    plan(photos[:1])
    assert page.form.destination.path() == tmp_path / "photos" / "enhanced"
    run_export(qtbot, page)
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
    run_export(qtbot, page)
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
    run_export(qtbot, page)
    photos[1].write_bytes(whole)
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    wait_for_plan(qtbot, page)
    assert column(page, STATE) == ["Skip", "Write", "Skip"]
    assert page.start_button.text() == "Export 1 photo"
    run_export(qtbot, page)
    assert actions(page)[1] == "Written"


def test_folders_are_expanded_and_photos_can_be_removed(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], photos: list[Path]
) -> None:
    plan([photos[0].parent])
    assert [source.path for source in page.view.model.sources] == photos
    page.view.table.selectRow(1)
    page.view.remove_button.click()
    wait_for_plan(qtbot, page)
    assert [source.path for source in page.view.model.sources] == [photos[0], photos[2]]


def test_the_plan_tells_pixels_and_sizes(
    qtbot: QtBot, page: ExportPage, plan: Callable[[list[Path]], None], photos: list[Path]
) -> None:
    plan(photos)
    assert column(page, PIXELS) == ["320 × 240"] * 3
    assert all(text.endswith("KB") for text in column(page, SIZE))
    assert page.view.footer.message.text().startswith("3 to write, about ")
    assert page.view.table.isColumnHidden(BURST)


def test_names_follow_the_template_and_its_problem_is_told(
    qtbot: QtBot, page: ExportPage, plan: Callable[[list[Path]], None], photos: list[Path]
) -> None:
    plan(photos)
    names = page.form.names
    names.set_text("{folder}/{seq:03d} {name}")
    assert names.preview.text() == "photos/001 photo_0.jpg"
    wait_for_plan(qtbot, page)
    assert column(page, TARGET)[2] == "003 photo_2.jpg"
    names.set_text("../{name}")
    wait_for_plan(qtbot, page)
    assert "stay inside the destination" in names.preview.text()
    assert not page.start_button.isEnabled() and "stay inside the destination" in page.view.footer.message.text()
    names.set_text("{name}")
    wait_for_plan(qtbot, page)
    assert page.start_button.isEnabled()
