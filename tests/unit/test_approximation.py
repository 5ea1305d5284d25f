"""The model, and any edit, as sliders: what comes near, what stays, and that nothing is enhanced twice."""

import numpy as np
import pytest

from pie_desktop.edit.approximation import (
    AUTO,
    Approximation,
    as_adjustments,
    auto_approximation,
    auto_parts,
    with_auto,
    with_model,
)
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.black_and_white import BlackAndWhitePart
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.hsl import HslPart
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_any, identity_lut
from pie_desktop.imaging.samples import sample_image

PHOTO = np.ascontiguousarray(sample_image("coffee")[::3, ::3])


def model() -> Transform:
    """Neutral: lighter, with more contrast, and less yellow. Preferred: warm and faded."""
    x = identity_lut()
    neutral = np.clip((x + 0.25 * x * (1 - x) * (2 * x - 0.6)) ** np.array([0.86, 0.86, 0.8], np.float32), 0, 1)
    preferred = np.clip((0.06 + 0.9 * x) ** np.array([0.8, 0.9, 1.1], np.float32), 0, 1)
    return Transform(neutral.astype(np.float32), preferred.astype(np.float32))


def result(edit: Edit) -> np.ndarray:
    return apply_any(PHOTO, model().exact(edit))


def test_auto_looks_as_the_neutral_enhancement_does() -> None:
    auto = with_auto(Edit(), auto_parts(PHOTO, model()))
    neutral = result(Edit.styled(strength=0.0))
    assert mean_delta_e(PHOTO, neutral) > 4
    assert mean_delta_e(result(auto), neutral) < 1
    assert auto.part(ExposurePart).exposure > 0.1
    assert {type(part) for part in auto.parts} <= {StylePart, *AUTO}


def test_auto_is_in_place_of_the_model_and_leaves_other_adjustments() -> None:
    own = Edit.styled("some style", amount=0.7).with_part(HslPart(red_hue=20.0)).with_part(MatchPart(exposure=0.3))
    own = own.with_part(ExposurePart(2.0)).with_part(VignettePart(vignette=-30.0))
    auto = with_auto(own, auto_parts(PHOTO, model()))
    assert auto.style == StylePart(None, amount=0.0)
    assert auto.part(HslPart) == own.part(HslPart) and auto.part(VignettePart) == own.part(VignettePart)
    assert auto.part(MatchPart) == MatchPart() and auto.part(ExposurePart).exposure < 1
    assert with_auto(auto, auto_parts(PHOTO, model())) == auto  # once more changes nothing


def test_the_neutral_enhancement_counts_whatever_the_style() -> None:
    neutral = model().neutral
    assert auto_parts(PHOTO, model()) == auto_parts(PHOTO, Transform(neutral, neutral))


def test_auto_is_measured_against_the_neutral_enhancement_with_the_rest_of_the_edit() -> None:
    found = auto_approximation(PHOTO, model(), Edit().with_part(HslPart(orange_saturation=-50.0)))
    assert found.remaining < 1 < found.before


def test_an_edit_in_a_style_comes_near_as_sliders() -> None:
    edit = Edit.styled("some style").with_part(ContrastPart(20.0))
    found = as_adjustments(PHOTO, model(), edit)
    assert found.edit.style == StylePart(None, amount=0.0)
    assert found.remaining < 1 and found.before > 6
    assert found.remaining == pytest.approx(mean_delta_e(result(found.edit), result(edit)), abs=0.25)
    assert 0 < len(found.sliders()) < 25
    assert all(found.edit.value(parameter) == value for parameter, value in found.sliders())
    assert as_adjustments(PHOTO, model(), edit) == found


def test_the_model_comes_back_in_the_place_of_the_sliders() -> None:
    edit = Edit.styled("some style", strength=0.5).with_part(VignettePart(vignette=-30.0))
    sliders = with_auto(edit, auto_parts(PHOTO, model())).with_style("some style")
    assert with_model(sliders) == Edit.styled("some style").with_part(VignettePart(vignette=-30.0))


def test_what_is_no_colour_stays_as_it_is() -> None:
    vignette = VignettePart(vignette=-40.0)
    edit = Edit().with_part(vignette).with_part(WhiteBalancePart(30.0)).with_part(MatchPart(exposure=0.2))
    found = as_adjustments(PHOTO, model(), edit)
    assert found.edit.part(VignettePart) == vignette and found.edit.part(MatchPart) == MatchPart()
    assert "Vignette" not in [parameter.label for parameter, _ in found.sliders()]


def test_black_and_white_is_recognised() -> None:
    edit = Edit.styled(amount=0.0).with_part(BlackAndWhitePart(100.0, red_grey=40.0, blue_grey=-30.0))
    found = as_adjustments(PHOTO, model(), edit)
    assert found.edit.part(BlackAndWhitePart).black_and_white == 100 and found.remaining < 0.7


def test_an_edit_that_does_nothing_has_no_sliders() -> None:
    found = as_adjustments(PHOTO, model(), Edit.styled(amount=0.0))
    assert found.sliders() == [] and found.remaining == pytest.approx(0, abs=1e-4)
    assert found.said == "No difference from the edit can be seen."


@pytest.mark.parametrize(("remaining", "word"), [(0.7, "hardly"), (1.5, "small"), (3.0, "more than"), (9.0, "plain")])
def test_the_difference_is_said_in_plain_words(remaining: float, word: str) -> None:
    assert word in Approximation(Edit(), remaining, 10.0).said
