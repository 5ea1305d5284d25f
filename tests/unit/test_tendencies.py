"""Corrections that are alike on several photos are told in plain words; what is not alike is not."""

from collections.abc import Sequence

import pytest

from pie_desktop.edit.corrections import sentence, tendencies
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.parts.development import DevelopmentPart

PARAMETERS = {one.name: one for one in all_parameters()}


def edits(name: str, values: Sequence[float], base: Sequence[Edit] = ()) -> list[Edit]:
    base = base or [Edit.styled("style")] * len(values)
    return [edit.with_value(PARAMETERS[name], value) for edit, value in zip(base, values, strict=True)]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("exposure", 0.5, "You brightened 6 of the 8 photos that you edited last."),
        ("exposure", -0.5, "You darkened 6 of the 8 photos that you edited last."),
        ("temperature", 20, "You warmed 6 of the 8 photos that you edited last."),
        ("temperature", -20, "You cooled 6 of the 8 photos that you edited last."),
        ("tint", 15, "You took green out of 6 of the 8 photos that you edited last."),
        ("contrast", 25, "You added contrast to 6 of the 8 photos that you edited last."),
        ("saturation", -25, "You took colour from 6 of the 8 photos that you edited last."),
        ("highlights", -40, "You darkened the highlights of 6 of the 8 photos that you edited last."),
        ("shadows", 40, "You brightened the shadows of 6 of the 8 photos that you edited last."),
        ("curve_darks", -40, "You lowered “Curve darks” of 6 of the 8 photos that you edited last."),
    ],
)
def test_each_kind_of_correction_has_its_words(name: str, value: float, told: str) -> None:
    found = tendencies(edits(name, [value] * 6 + [0, 0]))
    assert [one.parameter.name for one in found] == [name]
    assert found[0].photos == (0, 1, 2, 3, 4, 5)
    assert sentence(found) == told


def test_two_corrections_are_told_together_the_commoner_one_first() -> None:
    both = edits("exposure", [0.4, 0.5, 0.6, 0.4, 0.5, 0.6], edits("temperature", [0, 20, 25, 20, 15, 20]))
    assert sentence(tendencies(both)) == "You brightened 6 and warmed 5 of the 6 photos that you edited last."


def test_all_photos_are_all_photos() -> None:
    assert sentence(tendencies(edits("exposure", [0.5] * 5))) == "You brightened all 5 photos that you edited last."


@pytest.mark.parametrize(
    "values",
    [
        [0.5] * 4,  # too few photos
        [0.5] * 5 + [0] * 3,  # too few of them
        [0.5] * 6 + [-0.5] * 2,  # not in one direction
        [0.2, 0.2, 0.2, 0.2, 0.2, 4.0],  # not by about as much
        [0.1] * 8,  # hardly visible
        [0.0] * 8,
    ],
)
def test_what_does_not_agree_is_no_habit(values: list[float]) -> None:
    assert tendencies(edits("exposure", values)) == []


def test_one_photo_may_be_an_exception() -> None:
    assert [one.key for one in tendencies(edits("exposure", [0.5] * 7 + [-1.0]))] == ["exposure+"]


def test_strength_and_raw_development_are_no_corrections_of_the_style() -> None:
    developed = [Edit().with_part(DevelopmentPart(raw_exposure=1.0))] * 8
    assert tendencies(edits("strength", [0.5] * 8, developed)) == []
