"""Masks: weights by hand, where they lie when the picture is cropped, what they do, and what is no mask."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.edit.mask import ADJUSTMENTS, Mask
from pie_desktop.edit.naming import name_of_change
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.masks import MOST_MASKS, MasksPart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.errors import EditError, NewerEditError
from pie_desktop.export.photo_edits import PhotoEdit
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import identity_lut

WIDE = Frame((400, 200), (400, 200), (0, 0, 400, 200))


def test_weights_of_a_graduated_mask_by_hand() -> None:
    """From left to right, 0.2 of the long side wide: 80 pixels about x = 200."""
    weight = Mask(x=0.5, y=0.5, angle=0.0, width=0.2).weight(WIDE)
    np.testing.assert_allclose(weight[:, :160], 1, atol=1e-6)
    np.testing.assert_allclose(weight[:, 240:], 0, atol=1e-6)
    t = (240 - 179.5) / 80  # at the middle of pixel 179
    assert weight[50, 179] == pytest.approx(t * t * (3 - 2 * t), abs=1e-4)
    down = Mask(angle=90.0, width=0.2).weight(WIDE)
    assert down[20, 5] == 1 and down[180, 5] == 0, "the upper side is what has the effect at 90 degrees"
    np.testing.assert_allclose(Mask(angle=90.0, width=0.2, invert=True).weight(WIDE), 1 - down)


def test_angles_are_true_in_pixels() -> None:
    weight = Mask(x=0.5, y=0.5, angle=45.0, width=0.1).weight(WIDE)
    # Along the line at right angles to 45 degrees, through the middle, the weight is a half.
    for step in (-60, 20, 60):
        assert weight[100 - step, 200 + step] == pytest.approx(0.5, abs=0.03)


def test_weights_of_a_radial_mask_by_hand() -> None:
    weight = Mask("radial", 0.5, 0.5, 0.0, width=0.25, height=0.1, feather=50.0).weight(WIDE)
    assert weight[100, 200] == 1
    # Half axes of 100 and 40 pixels; inside of half of them all of it.
    assert weight[100, 200 + 45] == 1
    assert weight[100 + 15, 200] == 1
    t = (1 - 75.5 / 100) / 0.5
    assert weight[100, 275] == pytest.approx(t * t * (3 - 2 * t), abs=0.01)
    assert weight[100, 302] == 0 and weight[100 + 42, 200] == 0
    turned = Mask("radial", 0.5, 0.5, 90.0, width=0.25, height=0.1, feather=50.0).weight(WIDE)
    assert turned[100 + 45, 200] == 1 and turned[100, 200 + 45] == 0


def test_hard_edges_are_one_pixel_wide() -> None:
    weight = Mask("radial", 0.5, 0.5, 0.0, 0.25, 0.25, feather=0.0).weight(WIDE)
    assert set(np.unique(weight[100, 90:98])) <= {0.0}
    assert set(np.unique(weight[100, 103:298])) == {1.0}


def test_a_mask_stays_on_the_photo_when_that_is_cropped_or_turned() -> None:
    mask = Mask("radial", 0.7, 0.4, 30.0, 0.2, 0.1)
    whole = mask.weight(WIDE)
    # The right half: 200 of 400 columns.
    cropped = mask.weight(Frame((400, 200), (200, 200), (0, 0, 200, 200), 1.0, (0.5, 0, 0.5, 0, 1, 0, 0, 0, 1)))
    np.testing.assert_allclose(cropped, whole[:, 200:], atol=1e-5)
    # A quarter turn clockwise: x of the photo is y of the picture, y is 1 - x.
    turned = mask.weight(Frame((400, 200), (200, 400), (0, 0, 200, 400), 1.0, (0, 1, 0, -1, 0, 1, 0, 0, 1)))
    np.testing.assert_allclose(turned, np.rot90(whole, -1), atol=1e-5)


def test_what_masks_do_is_what_the_parts_do() -> None:
    random = np.random.default_rng(2)
    image = random.random((200, 400, 3), dtype=np.float32) * np.float32(0.6) + np.float32(0.1)
    mask = Mask(angle=0.0, width=0.1, exposure=1.0, saturation=30.0)
    result = MasksPart((mask,)).local(image.copy(), WIDE)
    wanted = SaturationPart(saturation=30.0).apply(ExposurePart(1.0).apply(image))
    np.testing.assert_allclose(result[:, :150], np.clip(wanted[:, :150], 0, 1), atol=0.01)
    np.testing.assert_array_equal(result[:, 260:], image[:, 260:])
    again = MasksPart((mask, replace(mask, exposure=-1.0, saturation=0.0))).local(image.copy(), WIDE)
    assert np.abs(again[:, :150] - image[:, :150]).mean() < np.abs(result[:, :150] - image[:, :150]).mean() / 3


def test_a_strip_of_all_tones_gets_no_bands() -> None:
    """A soft mask over an even gradient: neighbours differ by a level or two at most, in 8 bits too."""
    ramp = np.repeat(np.linspace(0, 255, 4000)[None, :, None], 3, axis=2).repeat(4, axis=0).round().astype(np.uint8)
    mask = Mask(angle=0.0, width=0.9, exposure=-1.0)
    result = finished(ramp, identity_lut(2), (MasksPart((mask,)),), Frame.of(ramp)).astype(int)
    assert np.abs(np.diff(result[1, :, 0])).max() <= 1


def test_a_zone_far_from_the_mask_is_left_alone() -> None:
    image = np.random.default_rng(1).random((50, 60, 3), dtype=np.float32)
    part = MasksPart((Mask("radial", -1.5, -1.5, 0.0, 0.1, 0.1, exposure=2.0),))
    np.testing.assert_array_equal(part.local(image.copy(), Frame.of(image)), image)


@pytest.mark.parametrize("photo", [(4000, 200), (1, 1), (200, 4000)])
@pytest.mark.parametrize("mask", [Mask(width=0.0, exposure=1.0), Mask("radial", width=0.0, height=0.0, exposure=1.0)])
def test_panoramas_single_pixels_and_masks_without_size(photo: tuple[int, int], mask: Mask) -> None:
    image = np.full((photo[1], photo[0], 3), 100, np.uint8)
    result = finished(image, identity_lut(2), (MasksPart((mask, replace(mask, invert=True))),), Frame.of(image))
    assert result.shape == image.shape
    assert result.max() > 100


def test_stored_and_read_again() -> None:
    edit = Edit().with_part(MasksPart((Mask(exposure=0.5), Mask("radial", 0.2, 0.8, -30.0, invert=True, shadows=20.0))))
    assert Edit.from_text(edit.to_text()) == edit


@pytest.mark.parametrize(
    "values", [{"x": float("nan")}, {"exposure": 9.0}, {"kind": "brush"}, {"width": -1.0}, {"angle": float("inf")}]
)
def test_what_is_no_mask(values: dict[str, Any]) -> None:
    with pytest.raises(EditError):
        Mask(**values)


@pytest.mark.parametrize(
    "stored",
    [
        3,
        [4],
        [{"x": "left"}],
        [{"kind": 5}],
        [{"invert": 1}],
        [{"exposure": True}],
        [{"y": float("inf")}],
        [{}] * (MOST_MASKS + 1),
    ],
)
def test_damaged_masks(stored: Any) -> None:
    with pytest.raises(EditError):
        MasksPart.from_json({"masks": stored})


def test_numbers_out_of_bounds_become_the_nearest_and_new_kinds_are_named() -> None:
    (mask,) = MasksPart.from_json({"masks": [{"x": 50, "exposure": -30, "feather": 500}]}).masks
    assert (mask.x, mask.exposure, mask.feather) == (3.0, -4.0, 100.0)
    with pytest.raises(NewerEditError):
        MasksPart.from_json({"masks": [{"kind": "brush"}]})
    assert Mask().moved(-9.0, 0.25) == Mask(x=-2.0, y=0.25)


@pytest.mark.parametrize(
    "stored",
    [
        [{"exposure": 1.0}, {"kind": "brush", "points": [1, 2]}],
        [{"exposure": 9.0}],
        [{"version": 2}],
        [{"x": -50.0}],
        [{"hue": 3}],
        [{}] * (MOST_MASKS + 1),
    ],
)
def test_masks_that_cannot_be_applied_are_kept_and_told(stored: list[dict[str, Any]]) -> None:
    document = {"version": 1, "parts": {"masks": {"version": 1, "masks": stored}, "vignette": {"vignette": -20.0}}}
    edit = Edit.from_json(document)
    assert edit.part(MasksPart) == MasksPart()
    (kept,) = edit.unapplied
    assert "asks" in kept.label
    assert edit.to_json()["parts"]["masks"]["masks"] == stored
    assert edit.local_parts, "all else is applied"


def test_steps_and_plans_name_what_was_done_to_a_mask() -> None:
    one, other = Mask(exposure=1.0), Mask("radial")

    def name(before: tuple[Mask, ...], after: tuple[Mask, ...]) -> str:
        edits = (Edit().with_part(MasksPart(masks)) for masks in (before, after))
        return name_of_change(*edits, lambda _: None)

    assert name((), (one,)) == "Graduated mask added"
    assert name((one,), (one, other)) == "Radial mask added"
    assert name((one, other), (other,)) == "Mask 1 deleted"
    assert name((one, other), (one, replace(other, saturation=-20.0))) == "Mask 2 Saturation -20"
    assert name((one, other), (replace(one, exposure=0.0, contrast=5.0), other)) == "Mask 1 in 2 numbers"
    assert name((one,), (one.moved(0.1, 0.1),)) == "Mask 1 moved"
    assert name((one,), (replace(one, invert=True),)) == "Mask 1 inverted"
    assert name((one, other), (other, one)) == "Masks"
    described = PhotoEdit(Edit().with_part(MasksPart((one, other))).with_part(VignettePart(-20.0)), "own").description
    assert described == "Neutral, Vignette -20, 2 masks"


def test_only_what_adjusts_is_active() -> None:
    assert not MasksPart((Mask(), Mask("radial"))).active
    assert all(MasksPart((Mask(**{name: 1.0}),)).active for name in ADJUSTMENTS)
