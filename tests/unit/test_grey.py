"""The grey picker: what is clicked becomes neutral, whatever acts before the white balance and after it."""

import numpy as np
import pytest

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.grey import balanced_on
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import EditError
from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.color.illuminants import near_daylight, nearest_daylight
from pie_desktop.imaging.lut.apply import apply_any, identity_lut

NOTHING = Transform(identity_lut(), identity_lut())


def warm_model() -> Transform:
    """A model that makes photos warmer and darker."""
    lut = identity_lut() ** np.array([0.95, 1.03, 1.12], np.float32)
    return Transform(lut, lut)


def area(color: tuple[int, int, int], noise: float = 0.0) -> np.ndarray:
    values = np.array(color) + np.random.default_rng(1).normal(0, noise, (5, 5, 3))
    return np.rint(values * 257).clip(0, 65535).astype(np.uint16)


def chroma_of_mean(image: np.ndarray, transform: Transform, edit: Edit) -> float:
    result = apply_any(image.astype(np.float32) / 65535, transform.exact(edit))
    _, a, b = to_lab(result.reshape(-1, 3).mean(axis=0)[None])[0]
    return float(np.hypot(a, b))


@pytest.mark.parametrize("mired", [90.0, 153.7, 160.0, 215.0])
@pytest.mark.parametrize("duv", [-0.018, 0.0, 0.006])
def test_the_nearest_daylight_undoes_being_near_it(mired: float, duv: float) -> None:
    assert nearest_daylight(near_daylight(mired, duv), 80, 230) == pytest.approx((mired, duv), abs=0.05)


@pytest.mark.parametrize("color", [(130, 120, 105), (110, 120, 126), (128, 121, 128), (90, 101, 92), (200, 200, 200)])
@pytest.mark.parametrize("transform", [NOTHING, warm_model()], ids=["no model", "a model"])
def test_the_clicked_area_becomes_neutral(color: tuple[int, int, int], transform: Transform) -> None:
    found = balanced_on(area(color, noise=3.0), transform, Edit())
    assert found.exact
    assert chroma_of_mean(area(color), transform, found.edit) < 1.0


def test_what_acts_before_counts_and_what_acts_after_stays() -> None:
    later = Edit().with_part(ContrastPart(40.0)).with_part(SaturationPart(saturation=60.0))
    edit = later.with_part(MatchPart(warmth=0.2)).with_part(WhiteBalancePart(50.0, -20.0))
    found = balanced_on(area((120, 120, 120)), NOTHING, edit)
    assert chroma_of_mean(area((120, 120, 120)), NOTHING, found.edit) < 1.0
    assert found.edit.part(WhiteBalancePart).temperature < -20  # against the warmth of the match
    assert found.edit.with_part(WhiteBalancePart()) == edit.with_part(WhiteBalancePart())


def test_a_grey_needs_no_white_balance() -> None:
    assert balanced_on(area((120, 120, 120)), NOTHING, Edit().with_part(WhiteBalancePart(9.0))).edit == Edit()


def test_a_colour_is_brought_as_near_to_grey_as_it_goes() -> None:
    found = balanced_on(area((200, 60, 30)), NOTHING, Edit())
    assert not found.exact
    assert found.edit.part(WhiteBalancePart).temperature == -100
    assert chroma_of_mean(area((200, 60, 30)), NOTHING, found.edit) < chroma_of_mean(
        area((200, 60, 30)), NOTHING, Edit()
    )


@pytest.mark.parametrize(("color", "word"), [((255, 240, 230), "clipped"), ((2, 1, 1), "black"), ((0, 0, 0), "black")])
def test_what_has_no_colour_is_refused_in_a_sentence(color: tuple[int, int, int], word: str) -> None:
    with pytest.raises(EditError, match=word):
        balanced_on(area(color), NOTHING, Edit())


def test_what_only_the_model_clips_is_refused_too() -> None:
    bright = Transform(identity_lut() * np.float32(1.5), identity_lut() * np.float32(1.5))
    with pytest.raises(EditError, match="clipped"):
        balanced_on(area((200, 190, 180)), bright, Edit())
    assert balanced_on(area((200, 190, 180)), bright, Edit.styled(amount=0.0)).exact
