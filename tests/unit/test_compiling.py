"""Compiled edits: how near the LUT that a photo is written with comes to the mathematics, and what is written."""

from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio
import pytest

from pie_desktop.edit import compiling
from pie_desktop.edit.compiling import ExactEdit, compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.hsl import HslPart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.edit.transform import Transform
from pie_desktop.export.look_accuracy import million_colors
from pie_desktop.export.looks import Look, export_look
from pie_desktop.export.worker import ExportTask, export_photo, no_lut
from pie_desktop.imaging import compiled as loops
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_any, apply_lut, apply_transform, identity_lut
from pie_desktop.imaging.lut.looks import write_look
from pie_desktop.imaging.lut.shaped import ShapedLut
from pie_desktop.imaging.warm_up import warm_up

GRID = identity_lut()
MODEL = (GRID ** np.float32(0.8) * np.float32(0.9) + np.float32(0.1) * np.sin(GRID[..., ::-1] * 3)).astype(np.float32)
"""Brighter, with channels that depend on each other, as the model's answers are."""

STEEP = CurvePart(points=((0.0, 0.0), (0.2, 0.02), (0.3, 0.9), (1.0, 1.0)))
CASES = {
    "strong exposure": Edit().with_part(ExposurePart(5.0)),
    "darker": Edit().with_part(ExposurePart(-3.0)),
    "steep curve": Edit().with_part(STEEP),
    "colours": Edit().with_part(SaturationPart(100.0, 100.0)).with_part(HslPart(red_hue=-100.0, blue_luminance=-100.0)),
    "five adjustments": Edit()
    .with_part(ExposurePart(1.0))
    .with_part(ContrastPart(30.0))
    .with_part(TonesPart(shadows=40.0, highlights=-60.0))
    .with_part(SaturationPart(saturation=20.0)),
    "all at once": Edit()
    .with_part(ExposurePart(3.0))
    .with_part(ContrastPart(100.0))
    .with_part(TonesPart(shadows=100.0, highlights=-100.0))
    .with_part(CurvePart(curve_darks=100.0, curve_lights=-100.0))
    .with_part(SaturationPart(saturation=60.0))
    .with_part(HslPart(blue_luminance=-100.0)),
}


def exact(edit: Edit) -> ExactEdit:
    result = Transform(MODEL, MODEL).exact(edit)
    assert isinstance(result, ExactEdit)
    return result


def drawn_edit(seed: int) -> Edit:
    """Any numbers of any adjustments, a few of them at a time."""
    random = np.random.default_rng(seed)
    parameters = [one for one in all_parameters() if one.part != StylePart.KEY]
    edit = Edit.styled(None, 1.0, float(random.random()))
    for index in random.choice(len(parameters), 8, replace=False):
        one = parameters[index]
        edit = edit.with_value(one, float(random.uniform(one.low, one.high)))
    return edit


@pytest.mark.parametrize("name", CASES)
def test_a_million_colors_are_within_what_is_promised(name: str) -> None:
    edit, colors = exact(CASES[name]), million_colors()
    apart = delta_e_2000(apply_any(colors, compiled(edit)), np.clip(edit.of(colors), 0, 1))
    assert apart.mean(dtype=np.float64) <= 0.2 and apart.max() <= 1


def test_an_ordinary_edit_needs_few_nodes_and_no_edit_none() -> None:
    lut = compiled(exact(CASES["five adjustments"]))
    assert isinstance(lut, ShapedLut) and len(lut.axis) <= 65
    assert compiled(MODEL) is MODEL
    np.testing.assert_array_equal(Transform(GRID, MODEL).exact(Edit()), Transform(GRID, MODEL).lut(Edit()))


def test_what_no_lut_can_hold_is_computed_for_each_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "LARGEST", 1e-4)
    edit = exact(CASES["steep curve"])
    assert compiled(edit) is edit
    colors = np.random.default_rng(1).random((7, 9, 3), dtype=np.float32)
    for image in (colors, (colors * 255).astype(np.uint8), (colors * 65535).astype(np.uint16)):
        highest = 1 if image.dtype == np.float32 else np.iinfo(image.dtype).max
        expected = np.clip(edit.of(image.astype(np.float32) / highest), 0, 1) * highest
        np.testing.assert_allclose(edit.apply(image), expected, atol=0.51 if highest > 1 else 1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_a_compiled_edit_equals_its_parts_one_by_one(seed: int) -> None:
    edit = drawn_edit(seed)
    axis = np.linspace(0, 1, 17, dtype=np.float32)
    transform = Transform(GRID, MODEL)
    expected = transform.lut(edit.only(StylePart))
    for part in edit.parts:
        expected = part.apply(expected)
    np.testing.assert_array_equal(transform.lut(edit), expected)
    at_nodes = transform.exact(edit)
    assert isinstance(at_nodes, ExactEdit)
    np.testing.assert_allclose(at_nodes.nodes(axis), expected, atol=2e-4)
    colors = np.random.default_rng(seed).random((50, 100, 3), dtype=np.float32)
    apart = delta_e_2000(apply_any(colors, compiled(at_nodes)), np.clip(at_nodes.of(colors), 0, 1))
    assert apart.mean() <= 0.2 and apart.max() <= 1


def test_light_that_the_model_clips_comes_back_with_a_lower_exposure() -> None:
    bright = Transform(GRID * np.float32(1.6), GRID * np.float32(1.6)).exact(Edit().with_part(ExposurePart(-2.0)))
    assert isinstance(bright, ExactEdit)
    result = bright.of(np.full((1, 2, 3), [[0.8], [1.0]], np.float32))
    assert result[0, 0, 0] < result[0, 1, 0] < 1


def test_a_shaped_lut_gives_all_depths_the_same() -> None:
    axis = (np.linspace(0, 1, 33) ** 2).astype(np.float32)
    nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1) * np.float32(1.5) - np.float32(0.1)
    lut = ShapedLut(axis, np.ascontiguousarray(nodes))
    colors = np.random.default_rng(2).random((300, 40, 3), dtype=np.float32)
    expected = np.clip(colors * 1.5 - 0.1, 0, 1)
    np.testing.assert_allclose(lut.apply(colors), expected, atol=1e-4)
    for dtype, highest in ((np.uint8, 255), (np.uint16, 65535)):
        image = np.rint(colors * highest).astype(dtype)
        wanted = np.clip(image / highest * 1.5 - 0.1, 0, 1) * highest
        np.testing.assert_allclose(lut.apply(image), wanted, atol=0.51 + highest * 1e-4)
        again = image.copy()
        assert lut.apply(again, out=again) is again
        np.testing.assert_array_equal(again, lut.apply(image))


@pytest.mark.parametrize("name", ["strong exposure", "steep curve"])
def test_the_file_has_the_exact_colors(name: str, tmp_path: Path, photo_folder: Path) -> None:
    source, target = photo_folder / "chelsea.jpg", tmp_path / "out.png"
    edit = exact(CASES[name])
    task = ExportTask(0, source, target, False, EncodeOptions("png"), edit)
    assert export_photo(task, no_lut).problem is None
    photo = load_photo(source)
    apart = delta_e_2000(load_photo(target), np.clip(edit.of(photo.astype(np.float32) / 255), 0, 1))
    coarse = delta_e_2000(apply_lut(photo, Transform(MODEL, MODEL).lut(CASES[name])), load_photo(target))
    assert apart.mean() < 0.35 < coarse.max() and apart.max() < 2, "but for the rounding to 8 bits"


@pytest.mark.parametrize("kind", ["clf", "cube"])
def test_a_look_has_the_adjustments(kind: str, tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    edit = exact(CASES["five adjustments"])
    look = Look("Mine", edit, (sample_images["coffee"][::2, ::2],), (edit,))
    report = export_look(tmp_path / "look", look, kind, 65)  # type: ignore[arg-type]
    assert report.of_style is None
    assert report.of_file.mean <= 0.2 and report.of_file.largest <= 1


def test_a_look_with_adjustments_ends_at_white(tmp_path: Path) -> None:
    write_look(tmp_path / "look.clf", compiled(exact(CASES["strong exposure"])), "clf", "Mine")
    transform = ocio.FileTransform(src=str(tmp_path / "look.clf"), interpolation=ocio.INTERP_TETRAHEDRAL)
    colors = np.linspace(0, 1, 300, dtype=np.float32).reshape(1, 100, 3)
    result = apply_transform(colors, transform, wide=True)
    assert result.min() >= 0 and result.max() == 1, "also in programs that compute with numbers beyond white"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_compiled_loop_with_a_shaper_gives_what_its_parts_do(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warm_up()
    lut = compiled(exact(CASES["strong exposure"]))
    assert isinstance(lut, ShapedLut)
    highest = np.iinfo(dtype).max
    image = np.random.default_rng(4).integers(0, highest + 1, (37, 53, 3)).astype(dtype)
    image[0, :2] = [[0] * 3, [highest] * 3]
    quick = lut.apply(image)
    wanted = np.clip(exact(CASES["strong exposure"]).of(image / np.float32(highest)), 0, 1)
    assert delta_e_2000(quick / np.float32(highest), wanted).max() < 1
    if dtype == np.uint8:
        np.testing.assert_array_equal(lut.apply_padded(image.copy()), quick)
    in_place = image.copy()
    assert lut.apply(in_place, out=in_place) is in_place
    np.testing.assert_array_equal(in_place, quick)
    with monkeypatch.context() as patch:
        patch.setattr(loops, "kernels_for", lambda _dtype: None)
        plain = lut.apply(image)
    # The shaper has 65 536 steps there, and the place on an axis none here.
    assert np.abs(plain.astype(int) - quick).max() <= (1 if dtype == np.uint8 else 40)
