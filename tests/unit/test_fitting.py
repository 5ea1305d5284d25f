"""Sliders fitted to colours: they find what made these, stay small, and are the same every time."""

import numpy as np
import pytest

from pie_desktop.edit.compiling import adjusted
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.fitting import PhotoColors, fit_sliders
from pie_desktop.edit.part import Parameter, Part, all_parameters, part_type
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.grading import GradingPart
from pie_desktop.edit.parts.hsl import HslPart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.imaging.samples import sample_image

LIGHT = (WhiteBalancePart, ExposurePart, ContrastPart, TonesPart)


def sliders(*kinds: type[Part]) -> list[Parameter]:
    return [one for kind in kinds for one in kind.parameters()]


def coffee() -> PhotoColors:
    return PhotoColors.of(sample_image("coffee")[::4, ::4])


def with_parts(photo: PhotoColors, *parts: Part) -> np.ndarray:
    return np.clip(adjusted(photo.colors, parts), 0, 1)


def test_the_colours_of_a_photo_are_its_pixels_in_few() -> None:
    image = sample_image("coffee")[::4, ::4]
    photo = PhotoColors.of(image)
    assert len(photo.colors) < 1000 < image.shape[0] * image.shape[1]
    assert photo.weights.sum() == pytest.approx(1)
    mean = (photo.colors * photo.weights[:, None]).sum(axis=0)
    np.testing.assert_allclose(mean, image.reshape(-1, 3).mean(axis=0) / 255, atol=1e-4)


def test_one_pixel_and_one_colour_have_colours() -> None:
    photo = PhotoColors.of(np.full((1, 1, 3), 65535, np.uint16))
    np.testing.assert_array_equal(photo.colors, [[1, 1, 1]])
    assert fit_sliders(photo, photo.colors, sliders(*LIGHT)).parts == ()


@pytest.mark.parametrize(
    "part",
    [
        ExposurePart(0.8),
        ExposurePart(-1.5),
        WhiteBalancePart(40.0, -15.0),
        ContrastPart(35.0),
        TonesPart(highlights=-45.0, shadows=40.0),
    ],
    ids=str,
)
def test_light_that_was_set_is_found(part: Part) -> None:
    photo = coffee()
    found = fit_sliders(photo, with_parts(photo, part), sliders(*LIGHT))
    edit = Edit()
    for one in found.parts:
        edit = edit.with_part(one)
    for parameter in sliders(*LIGHT):
        wanted = getattr(part, parameter.name, 0.0)
        # Contrast and tones do nearly the same, so that each may do a part of the other.
        tolerance = 0.15 if parameter.unit == "EV" else 3 if parameter.part == "white_balance" else 20
        assert edit.value(parameter) == pytest.approx(wanted, abs=tolerance), parameter.name
    assert found.remaining < 0.3


@pytest.mark.parametrize(
    "part",
    [
        SaturationPart(saturation=-40.0),
        GradingPart(shadow_hue=230.0, shadow_tint=40.0),
        HslPart(orange_saturation=-60.0),
    ],
    ids=str,
)
def test_few_sliders_find_what_kind_of_edit_it_was(part: Part) -> None:
    photo = coffee()
    every = sliders(*LIGHT, CurvePart, SaturationPart, HslPart, GradingPart)
    found = fit_sliders(photo, with_parts(photo, part), every, few=True)
    assert type(part) in [type(one) for one in found.parts]
    assert found.remaining < 0.6
    moved = [one for one in every if getattr(_part(found.parts, one), one.name) != one.default]
    assert len(moved) <= 12


def _part(parts: tuple[Part, ...], parameter: Parameter) -> Part:
    kind = part_type(parameter.part)
    return next((part for part in parts if isinstance(part, kind)), kind())


def test_nothing_is_fitted_to_nothing() -> None:
    photo = coffee()
    assert fit_sliders(photo, photo.colors, sliders(*LIGHT)).parts == ()
    assert fit_sliders(photo, photo.colors, sliders(*LIGHT, GradingPart, HslPart), few=True).parts == ()


def test_what_sliders_cannot_do_stays_within_their_bounds() -> None:
    photo = coffee()
    found = fit_sliders(photo, 1 - photo.colors, sliders(*LIGHT, SaturationPart, GradingPart, HslPart))
    assert found.remaining > 5
    for part in found.parts:  # which an edit would refuse otherwise
        assert Edit.from_json(Edit().with_part(part).to_json()) == Edit().with_part(part)


def test_the_same_colours_give_the_same_sliders() -> None:
    photo = coffee()
    wanted = with_parts(photo, ExposurePart(0.4), ContrastPart(20.0))
    assert fit_sliders(photo, wanted, sliders(*LIGHT)) == fit_sliders(photo, wanted, sliders(*LIGHT))


def test_numbers_of_parts_that_are_fixed_stay_so() -> None:
    photo = coffee()
    grey = np.repeat(photo.colors @ np.array([[0.2126], [0.7152], [0.0722]], np.float32), 3, axis=1)
    names = [one for one in all_parameters() if one.part == "black_and_white" and one.name != "black_and_white"]
    (part,) = fit_sliders(photo, grey, names, {"black_and_white": {"black_and_white": 100.0}}, few=True).parts
    assert part.black_and_white == 100.0  # type: ignore[attr-defined]
