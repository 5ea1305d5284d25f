"""Two styles blended: what the edit keeps, what it is called, and what becomes of colours."""

from itertools import combinations

import numpy as np
import pytest

from pie_desktop.edit.copying import with_change, with_groups
from pie_desktop.edit.edit import AMOUNT, COLOR_STRENGTH, MIX, STRENGTH, TONE_STRENGTH, Edit
from pie_desktop.edit.naming import blend_name, name_of_change
from pie_desktop.edit.note import edit_note, edit_summary
from pie_desktop.edit.part import Parameter
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.transform import Transform, blended_error
from pie_desktop.errors import EditError, NewerEditError
from tests.unit.test_strength import COLORED, GRAY, LOOKS, hues, transform_of

PAIRS = [(a, b) for a, b in combinations(LOOKS, 2) if {a, b} & {*GRAY, "vivid", "split tones"}]
each_pair = pytest.mark.parametrize(("first", "second"), PAIRS)
BLEND = Edit.styled("a", strength=0.8).with_blend("b", 0.4)
NAMES = {"a": "Evening", "b": "Street", "c": "Film"}


def blend_of(first: str, second: str) -> Transform:
    one, other = transform_of(first), transform_of(second)
    return Transform(one.neutral, one.preferred, 2.0, Transform(other.neutral, other.preferred, 6.0))


def mixed(transform: Transform, mix: float, strength: float = 1.0, **numbers: float) -> np.ndarray:
    edit = Edit().with_part(StylePart("a", "b", strength=strength, mix=mix, **numbers))
    return transform.lut(edit)


# ---- the edit


def test_a_blend_is_kept_as_it_was() -> None:
    assert Edit.from_text(BLEND.to_text()) == BLEND
    assert BLEND.style.styles == ("a", "b") and BLEND.value(MIX) == 0.4 and BLEND.value(STRENGTH) == 0.8


def test_older_programs_read_edits_without_a_blend_and_refuse_those_with_one() -> None:
    plain = Edit.styled("a", 0.8)
    assert plain.to_json()["parts"]["style"] == {
        "version": 2,
        "style_id": "a",
        "strength": 0.8,
        "tone_strength": 1.0,
        "color_strength": 1.0,
        "amount": 1.0,
    }
    assert Edit.from_json(plain.to_json()) == plain
    assert BLEND.to_json()["parts"]["style"]["version"] == StylePart.VERSION == 3
    stored = BLEND.to_json()
    stored["parts"]["style"]["version"] = 4
    with pytest.raises(NewerEditError):
        Edit.from_json(stored)


def test_a_mix_out_of_its_bounds_is_kept_and_not_applied() -> None:
    stored = BLEND.to_json()
    stored["parts"]["style"]["mix"] = 1.4
    edit = Edit.from_json(stored)
    assert edit.style.styles == ("a", "b") and edit.value(MIX) == 0.5
    assert edit.to_json() == stored


def test_a_number_that_is_kept_does_not_hide_an_edit_from_older_programs() -> None:
    stored = {"version": 1, "parts": {"style": {"version": 2, "strength": 9}}}
    assert Edit.from_json(stored).to_json() == stored


def test_a_style_blended_with_itself_is_that_style() -> None:
    assert Edit.styled("a").with_blend("a", 0.3) == Edit.styled("a")
    stored = BLEND.to_json()
    stored["parts"]["style"]["blend_id"] = "a"
    assert Edit.from_json(stored) == Edit.styled("a", 0.8)


@pytest.mark.parametrize("values", [{"style_id": None, "blend_id": "b"}, {"style_id": "a", "blend_id": 3}])
def test_a_blend_that_is_none_is_damaged(values: dict[str, object]) -> None:
    with pytest.raises(EditError, match="damaged"):
        Edit.from_json({"version": 1, "parts": {"style": {"version": 3, **values}}})


def test_choosing_a_style_ends_the_blend_and_its_mix() -> None:
    assert BLEND.with_style("c") == Edit.styled("c", 0.8)
    assert BLEND.with_blend(None) == Edit.styled("a", 0.8)
    assert BLEND.plain == Edit.styled("a").with_blend("b")


def test_what_is_left_of_a_blend() -> None:
    assert BLEND.style.without(["b"]) == Edit.styled("a", 0.8).style
    assert BLEND.style.without(["a"]) == Edit.styled("b", 0.8).style
    assert BLEND.style.without(["c"]) == BLEND.style
    assert BLEND.style.without(["a", "b"]).styles == ()


def test_steps_are_named() -> None:
    before = Edit.styled("a", 0.8)
    assert name_of_change(before, before.with_blend("b"), NAMES.get) == "Blend “Evening + Street”"
    assert name_of_change(before.with_blend("b"), BLEND, NAMES.get) == "Mix 40 %"
    assert name_of_change(BLEND, before, NAMES.get) == "Style “Evening”"
    assert name_of_change(BLEND, BLEND.plain, NAMES.get) == "Reset"
    assert name_of_change(before, before.with_blend("gone"), NAMES.get) == "Blend “Evening + a deleted style”"
    assert blend_name(["Evening", "Street"], 0.4) == "Evening + Street, 40 %"
    assert blend_name(["Evening"], 0.4) == "Evening" and blend_name([]) == ""


def test_summaries_and_notes_tell_the_mix() -> None:
    half = Edit.styled("a").with_blend("b")
    assert edit_summary(half) == "Preference 100 %, Amount 100 %, Mix 50 %"
    assert "Mix" not in edit_summary(Edit.styled("a"))
    note = edit_note(BLEND, "Evening + Street")
    assert note.properties["Style"] == "Evening + Street" and Edit.from_text(note.properties["Edit"]) == BLEND


def test_a_blend_is_copied_as_a_whole() -> None:
    assert with_groups(Edit.styled("c", 0.3), BLEND, {"style"}) == Edit.styled("a", 0.3).with_blend("b", 0.4)
    assert with_groups(BLEND, Edit.styled("c"), {"style"}) == Edit.styled("c", 0.8)


def test_what_is_changed_on_several_photos() -> None:
    plain, other = Edit.styled("a"), Edit.styled("b", 0.5)
    blended = plain.with_blend("b")
    assert with_change(other, plain, blended).style.styles == ("a", "b"), "not blended with itself"
    assert with_change(blended, plain, Edit.styled("c")) == Edit.styled("c"), "a style that is chosen ends a blend"
    further = blended.with_value(MIX, 0.2)
    assert with_change(blended.with_value(STRENGTH, 0.5), blended, further).value(MIX) == 0.2
    assert with_change(other, blended, further) == other, "the mix of a blend that it has not"


# ---- the colours


@each_pair
def test_the_ends_are_the_styles_themselves(first: str, second: str) -> None:
    transform = blend_of(first, second)
    for numbers in ({}, {"strength": 1.4}, {"strength": 0.6, "tone_strength": 0.2, "amount": 0.7}):
        edit = Edit().with_part(StylePart("a", **numbers))
        np.testing.assert_array_equal(mixed(transform, 0, **numbers), transform_of(first).lut(edit))
        np.testing.assert_array_equal(mixed(transform, 1, **numbers), transform_of(second).lut(edit))


@pytest.mark.parametrize("strength", [0.6, 1.0, 1.5])
@each_pair
def test_between_them_it_is_the_weighted_mean(first: str, second: str, strength: float) -> None:
    transform = blend_of(first, second)
    ends = mixed(transform, 0, strength), mixed(transform, 1, strength)
    np.testing.assert_allclose(mixed(transform, 0.3, strength), 0.7 * ends[0] + 0.3 * ends[1], atol=1e-5)


@pytest.mark.parametrize("parameter", [STRENGTH, TONE_STRENGTH, COLOR_STRENGTH, AMOUNT, MIX], ids=lambda one: one.name)
def test_every_slider_of_a_blend_is_a_weighted_sum_of_two_settings(parameter: Parameter) -> None:
    """What lets the canvas mix two images. Colours that are paled are nearly that."""
    transform = blend_of("vivid", "split tones")
    part = StylePart("a", "b", strength=1.3, mix=0.4)
    for value in np.linspace(parameter.low, parameter.high, 7):
        part = Edit().with_part(part).with_value(parameter, float(value)).style
        low, high, weight = part.between(parameter.name)
        low_lut, high_lut = (transform.lut(Edit().with_part(one)) for one in (low, high))
        atol = 0.04 if parameter in (TONE_STRENGTH, COLOR_STRENGTH) else 1e-4
        np.testing.assert_allclose(
            transform.lut(Edit().with_part(part)), (1 - weight) * low_lut + weight * high_lut, atol=atol
        )


@pytest.mark.parametrize("strength", [1.0, 1.5])
def test_two_black_and_white_styles_stay_so(strength: float) -> None:
    first, second = GRAY
    for mix in (0.2, 0.5, 0.9):
        assert np.ptp(mixed(blend_of(first, second), mix, strength), axis=-1).max() < 1e-6


@pytest.mark.parametrize("strength", [1.0, 1.5])
@pytest.mark.parametrize("name", COLORED)
def test_black_and_white_takes_colour_and_gives_none(name: str, strength: float) -> None:
    """What is left has the hue that the other style gives it: to the last digit, as greys add no colour."""
    transform = blend_of("black and white", name)
    luts = [mixed(transform, mix, strength) for mix in (1, 0.5)]
    colored, blend = (lut - lut.mean(axis=-1, keepdims=True) for lut in luts)
    np.testing.assert_allclose(blend, 0.5 * colored, atol=1e-5)


def test_without_a_blend_a_transform_of_two_shows_the_first() -> None:
    """As for the moment between the choice of a person and the answer of the model."""
    transform = blend_of("vivid", "pale")
    np.testing.assert_array_equal(transform.lut(Edit.styled("a")), transform_of("vivid").lut(Edit.styled("a")))


def test_no_hue_of_neither_side() -> None:
    """Of two colours whose hues are less than half a circle apart the mean has a hue between them."""
    transform = blend_of("vivid", "split tones")
    greys = np.linspace(0, 255, 64).astype(np.uint8)[None, :, None] + np.zeros((1, 1, 3), np.uint8)
    assert hues(greys, 0.5).sum() == 0
    luts = [mixed(transform, mix, 1.5) for mix in (0.0, 0.5, 1.0)]
    spreads = [np.ptp(lut, axis=-1) for lut in luts]
    assert (spreads[1] <= np.maximum(spreads[0], spreads[2]) + 1e-5).all(), "never more colourful than both"


# ---- the expected error


def test_the_expected_error_is_the_mean_weighed_as_the_styles() -> None:
    transform = blend_of("vivid", "pale")
    assert transform.expected_error_of(BLEND.style) == pytest.approx(0.6 * 2.0 + 0.4 * 6.0)
    assert transform.expected_error_of(Edit.styled("a").style) == 2.0
    assert blended_error(2.0, None, 0.0) == 2.0 and blended_error(2.0, None, 1.0) is None
    assert blended_error(2.0, None, 0.5) is None and blended_error(None, 3.0, 0.5) is None


def test_the_expected_error_is_never_less_than_what_the_blend_misses() -> None:
    """The reason for the rule: the mean misses the mean by no more than the mean of what each misses."""
    random = np.random.default_rng(3)
    wanted, made = random.random((2, 2, 500, 3))
    for mix in (0.2, 0.5, 0.8):
        weights = np.array([1 - mix, mix])
        missed = np.linalg.norm(np.tensordot(weights, made - wanted, 1), axis=-1).mean()
        each = np.linalg.norm(made - wanted, axis=-1).mean(axis=-1)
        bound = blended_error(float(each[0]), float(each[1]), mix)
        assert bound is not None and missed <= bound


def test_the_mean_of_a_burst_has_its_blend() -> None:
    one, other = blend_of("vivid", "pale"), blend_of("hard", "faded")
    mean = Transform.mean([one, other])
    expected = (mixed(one, 0.3) + mixed(other, 0.3)) / 2
    np.testing.assert_allclose(mixed(mean, 0.3), expected, atol=1e-5)
    assert mean.expected_error_of(BLEND.style) == pytest.approx(3.6)
