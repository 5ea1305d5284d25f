"""What an enhancement does to a photo: numbers, and the words that come from them."""

import numpy as np
import pytest

from pie_desktop.edit.edit import STRENGTH, Edit
from pie_desktop.edit.explanation import SECTORS, TONES, explain
from pie_desktop.edit.transform import Transform, attribution
from pie_desktop.edit.words import described
from pie_desktop.imaging.color.difference import from_lab, to_lab
from pie_desktop.imaging.lut.apply import identity_lut

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def transform(change: object) -> Transform:
    """What a function of a LUT makes of it, in the place of a style; the general enhancement does nothing."""
    identity = identity_lut(33)
    return Transform(identity, np.clip(change(identity), 0, 1).astype(np.float32))  # type: ignore[operator]


def words(photo: np.ndarray, change: object, strength: float = 1.0) -> str:
    edit = Edit.styled("style").with_value(STRENGTH, strength)
    return described(explain(photo, transform(change), edit).own)


def test_colours_go_to_lab_and_back(sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["coffee"][::8, ::8].astype(np.float32) / 255
    assert np.abs(from_lab(to_lab(photo)) - photo).max() < 1e-3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x: x * np.array([1.08, 1.0, 0.85], np.float32), "warms"),
        (lambda x: x * np.array([0.9, 1.0, 1.15], np.float32), "cools"),
        (lambda x: x ** np.float32(0.7), "Brightens shadows and midtones strongly"),
        (lambda x: x ** np.float32(1.4), "Darkens midtones strongly"),
        (lambda x: np.repeat((x @ LUMA)[..., None], 3, -1), "Turns it black and white."),
        (lambda x: (x @ LUMA)[..., None] + 1.6 * (x - (x @ LUMA)[..., None]), "Makes colours richer strongly."),
        (lambda x: (x @ LUMA)[..., None] + 0.4 * (x - (x @ LUMA)[..., None]), "Mutes colours strongly."),
        (lambda x: np.maximum(x, 0.2 + 0.4 * x), "Brightens shadows strongly"),
        (lambda x: np.clip(x + np.float32(0.03), 0, 1), "brightens"),
        (lambda x: x, "Changes hardly anything."),
    ],
)
def test_words_come_from_the_numbers(sample_images: dict[str, np.ndarray], change: object, said: str) -> None:
    sentence = words(sample_images["coffee"], change)
    assert said.casefold() in sentence.casefold(), sentence
    assert sentence.endswith(".") and sentence[0].isupper()


def test_a_hue_that_turns_is_named() -> None:
    """Blue skies that become cyan, above grey ground."""
    photo = np.full((90, 120, 3), 120, np.uint8)
    photo[:60] = (70, 120, 210)

    def cyan(lut: np.ndarray) -> np.ndarray:
        blue = np.clip(4 * (lut[..., 2] - lut[..., 0]), 0, 1)[..., None]
        return lut + blue * np.array([-0.15, 0.2, 0.0], np.float32)

    assert "turns blues towards cyan" in words(photo, cyan).casefold()


def test_how_strong_it_is_follows_the_strength(sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["coffee"]

    def warm(lut: np.ndarray) -> np.ndarray:
        return lut * np.array([1.1, 1.0, 0.75], np.float32)

    assert "strongly" in words(photo, warm) and "slightly" in words(photo, warm, 0.2)
    assert words(photo, warm, 0.0) == "Changes hardly anything."


def test_curves_and_hues_are_those_of_the_transform(sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["coffee"]
    made = transform(lambda x: x ** np.float32(0.7))
    edit = Edit.styled("style")
    found = explain(photo, made, edit)
    greys = np.linspace(0, 1, TONES)
    assert np.abs(found.tones[0] - greys[:, None]).max() < 1e-3, "the general enhancement does nothing"
    assert np.abs(found.tones[1] - greys[:, None] ** 0.7)[8:].max() < 0.01
    assert found.hues.shape == (SECTORS, 2, 2) and found.present.max() == 1.0
    radius = np.hypot(*found.hues[:, 0].T)
    assert np.allclose(radius, 28, atol=0.5), "twelve colours of one chroma"
    assert found.present[2] > 0.5 > found.present[9], "coffee is orange, not blue"
    wanted = attribution(photo, made, edit)
    assert found.attribution.preference == pytest.approx(wanted.preference, abs=0.05)


def test_a_photo_without_colour_and_a_pixel_alone() -> None:
    for photo in (np.full((1, 1, 3), 128, np.uint8), np.zeros((40, 60, 3), np.uint16)):
        found = explain(photo, transform(lambda x: x ** np.float32(0.8)), Edit.styled("style"))
        assert described(found.own) and np.isfinite(found.tones).all()
    assert "black and white" not in described(found.own)
