"""One edit for all photos in a blend: chosen on the Export page or taken from the open photo."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import MIX, STRENGTH, Edit
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.interface import ModelOpener
from pie_desktop.styles.style import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import EDIT
from tests.doubles.models import ApartModel
from tests.doubles.tinted import tinted_styles
from tests.gui.choosing import choose_from_list
from tests.gui.export.helpers import column, run_export, wait_for_plan


@pytest.fixture
def open_model() -> ModelOpener:
    return ApartModel


@pytest.fixture
def styles(context: AppContext, sample_images: dict[str, np.ndarray], tmp_path: Path) -> dict[str, Style]:
    return tinted_styles(context.library, sample_images, tmp_path)


@pytest.fixture
def page(styles: dict[str, Style], page: ExportPage, photos: list[Path], qtbot: QtBot) -> ExportPage:
    """With a plan of one edit for all."""
    page.form.file.set_options(EncodeOptions("png"))
    page.set_sources(photos)
    qtbot.mouseClick(page.form.edit_choice.one_for_all, Qt.MouseButton.LeftButton)
    wait_for_plan(qtbot, page)
    return page


def test_two_styles_and_their_mix_are_chosen_and_exported(
    page: ExportPage, styles: dict[str, Style], photos: list[Path], context: AppContext, tmp_path: Path, qtbot: QtBot
) -> None:
    fields = page.form.edit_choice.style_fields
    assert not fields.blend_box.isVisible() and not fields.mix.isVisible(), "neutral is blended with nothing"
    choose_from_list(fields.style_box, "Evening")
    assert fields.blend_box.isVisible() and not fields.mix.isVisible()
    assert fields.blend_box.findText("Evening") < 0, "no style is blended with itself"
    choose_from_list(fields.blend_box, "Street")
    track = fields.mix.track
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(7 + round(0.25 * (track.width() - 14)), 10))
    mix = fields.mix.value
    assert mix == pytest.approx(0.25, abs=0.02)
    wait_for_plan(qtbot, page)
    assert column(page, EDIT) == [f"All: Evening + Street 100 %, Mix {MIX.text(mix)}"] * len(photos)
    run_export(qtbot, page)
    edit = Edit.styled(styles["Evening"].id).with_blend(styles["Street"].id, mix)
    preference = context.engine.preference_of(edit.style)
    for photo in photos:
        lut = context.engine.transform(load_proxy(photo), preference).lut(edit)
        expected = to_uint8(apply_lut(load_photo(photo), lut))
        written = np.asarray(Image.open(tmp_path / "out" / f"{photo.stem}.png"))
        assert np.abs(written.astype(int) - expected).max() <= 1


def test_the_edit_of_the_open_photo_is_taken_with_its_blend(
    page: ExportPage, styles: dict[str, Style], context: AppContext, qtbot: QtBot
) -> None:
    edit = Edit.styled(styles["Street"].id, 0.8).with_blend(styles["Film"].id, 0.3)
    context.current.change(edit)
    choice = page.form.edit_choice
    qtbot.mouseClick(choice.copy_button, Qt.MouseButton.LeftButton)
    assert choice.edit == edit and choice.style_name == "Street + Film"
    assert choice.style_fields.mix.isVisible()
    choice.sliders.strength.track.setValue(120)
    assert choice.edit == edit.with_value(STRENGTH, 1.2), "a slider leaves the blend alone"


def test_choosing_the_second_style_as_the_first_ends_the_blend(
    page: ExportPage, styles: dict[str, Style], qtbot: QtBot
) -> None:
    choice = page.form.edit_choice
    choice.set_one(Edit.styled(styles["Street"].id).with_blend(styles["Film"].id, 0.3))
    choose_from_list(choice.style_fields.style_box, "Film")
    assert choice.edit == Edit.styled(styles["Film"].id)
    assert not choice.style_fields.mix.isVisible()
    choose_from_list(choice.style_fields.style_box, "None (neutral)")
    assert choice.edit == Edit()


@pytest.mark.parametrize("gone", ["Street", "Film"])
def test_of_a_blend_whose_style_is_deleted_the_other_is_exported(
    page: ExportPage, styles: dict[str, Style], context: AppContext, gone: str, qtbot: QtBot
) -> None:
    """As it is where a photo has that blend."""
    choice = page.form.edit_choice
    choice.set_one(Edit.styled(styles["Street"].id).with_blend(styles["Film"].id, 0.3))
    context.library.delete(styles[gone].id)
    context.styles_changed.emit()
    left = "Film" if gone == "Street" else "Street"
    assert choice.edit == Edit.styled(styles[left].id)
    wait_for_plan(qtbot, page)
    assert set(column(page, EDIT)) == {f"All: {left} 100 %"}


def test_an_archived_style_of_the_open_photo_is_taken_too(
    page: ExportPage, styles: dict[str, Style], context: AppContext, qtbot: QtBot
) -> None:
    context.library.set_archived(styles["Film"].id, True)
    context.styles_changed.emit()
    choice = page.form.edit_choice
    assert choice.style_fields.style_box.findText("Film") < 0
    edit = Edit.styled(styles["Evening"].id).with_blend(styles["Film"].id, 0.3)
    context.current.change(edit)
    qtbot.mouseClick(choice.copy_button, Qt.MouseButton.LeftButton)
    assert choice.edit == edit
