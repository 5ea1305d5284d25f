"""Adjustments that are partly taken back."""

from pie_desktop.edit.easing import eased
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.grading import GradingPart
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.parts.vignette import VignettePart

CURVE = ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0))
KEPT = Edit.styled("style", 0.8, 0.9).with_part(DevelopmentPart(raw_exposure=1)).with_part(VignettePart(vignette=-30))
WHOLE = KEPT
for part in (ExposurePart(1.0), ContrastPart(31), MatchPart(0.5, 0.2), CurvePart(points=CURVE)):
    WHOLE = WHOLE.with_part(part)


def test_all_of_it_is_the_edit_and_none_of_it_has_no_adjustments() -> None:
    assert eased(WHOLE, 1) == WHOLE
    assert eased(WHOLE, 0) == KEPT


def test_half_of_it_is_half_of_every_number_and_half_of_the_way_of_a_curve() -> None:
    half = eased(WHOLE, 0.5)
    assert half.part(ExposurePart).exposure == 0.5
    assert half.part(ContrastPart).contrast == 16  # whole on screen
    assert half.part(MatchPart) == MatchPart(0.25, 0.1)
    assert half.part(CurvePart).points == ((0.0, 0.0), (0.5, 0.6), (1.0, 1.0))
    assert eased(half, 0) == KEPT


def test_a_hue_stays_and_its_strength_goes() -> None:
    names = {one.name: one for one in GradingPart.parameters()}
    hue, tint = names["shadow_hue"], names["shadow_tint"]
    edit = eased(Edit().with_value(hue, 200).with_value(tint, 40), 0.25)
    assert (edit.value(hue), edit.value(tint)) == (200, 10)
