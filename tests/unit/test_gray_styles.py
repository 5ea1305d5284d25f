"""A style of black-and-white edits makes black-and-white photos, with and without originals, at every strength."""

import numpy as np
import pytest

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.lut.mixing import mix_luts
from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.model.bundle import list_bundles
from pie_desktop.model.features import to_float
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import Preference, ReferencePixels
from pie_desktop.paths import resource

NAMES = ("coffee", "rocket", "astronaut")
STRENGTHS = (1.0, 1.01, 1.5)


@pytest.fixture(scope="module")
def inference() -> Inference:
    return Inference(list_bundles(resource("bundles"))[0].path, "cpu")


def gray(image: np.ndarray) -> np.ndarray:
    """Black and white as through a yellow filter, with more contrast."""
    light = image / 255.0 @ np.array([0.4, 0.4, 0.2])
    levels = np.round(np.clip((light - 0.5) * 1.3 + 0.5, 0, 1) * 255).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=-1)


def colorful() -> np.ndarray:
    """Every colour in steps, (27, 27, 3) uint8."""
    return np.round(identity_lut(9).reshape(27, 27, 3) * 255).astype(np.uint8)


def spread(image: np.ndarray) -> int:
    return int(np.ptp(image.astype(int), axis=-1).max())


@pytest.fixture(scope="module", params=["pairs", "edits alone", "both"])
def preference(
    request: pytest.FixtureRequest, inference: Inference, sample_images: dict[str, np.ndarray]
) -> Preference:
    references = []
    for number, name in enumerate(NAMES):
        with_original = request.param == "pairs" or (request.param == "both" and number == 0)
        references.append(ReferencePixels(gray(sample_images[name]), sample_images[name] if with_original else None))
    return inference.encode(references)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_no_color_is_left_or_invented(
    inference: Inference, preference: Preference, sample_images: dict[str, np.ndarray], strength: float
) -> None:
    transform = Transform(*inference.luts(sample_images["chelsea"], preference))
    lut = transform.lut(Edit.styled("style", strength))
    assert np.abs(lut - lut.mean(-1, keepdims=True)).max() < 1e-6  # gray as computed, not only as rounded
    for image in (sample_images["chelsea"], colorful()):
        assert spread(apply_lut(image, lut)) == 0


@pytest.mark.parametrize("strength", [0.0, 0.25, 0.5, 0.9, 0.99])
def test_below_one_the_colors_fade_linearly(
    inference: Inference, preference: Preference, sample_images: dict[str, np.ndarray], strength: float
) -> None:
    transform = Transform(*inference.luts(sample_images["chelsea"], preference))
    lut = transform.lut(Edit.styled("style", strength))
    colors, neutral = (one - one.mean(-1, keepdims=True) for one in (lut, transform.neutral))
    np.testing.assert_allclose(colors, (1 - strength) * neutral, atol=1e-6)


def test_below_one_the_colors_fade_evenly(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    preference = inference.encode([ReferencePixels(gray(sample_images["coffee"]), sample_images["coffee"])])
    neutral, preferred = inference.luts(sample_images["chelsea"], preference)
    mixed = [mix_luts(neutral, preferred, strength, strength, 1.0) for strength in (0.2, 0.6, 1)]
    spreads = [spread(apply_lut(colorful(), lut)) for lut in mixed]
    assert spreads[0] > spreads[1] + 50 > spreads[2] + 100


def test_the_tones_are_those_of_the_edits(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    preference = inference.encode([ReferencePixels(gray(sample_images[n]), sample_images[n]) for n in NAMES])
    photo = sample_images["chelsea"]
    shown = apply_lut(photo, inference.luts(photo, preference)[1])
    assert np.abs(shown.astype(int) - gray(photo)).mean() < 6


def test_one_edit_in_color_keeps_the_colors(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    references = [ReferencePixels(gray(sample_images[n]), sample_images[n]) for n in NAMES[:2]]
    references.append(ReferencePixels(sample_images["astronaut"], sample_images["astronaut"]))
    preference = inference.encode(references)
    assert not preference.is_gray
    assert spread(apply_lut(colorful(), inference.luts(sample_images["chelsea"], preference)[1])) > 10


def test_strength_zero_and_half_the_amount_keep_colors(
    inference: Inference, sample_images: dict[str, np.ndarray]
) -> None:
    preference = inference.encode([ReferencePixels(gray(sample_images["coffee"]), sample_images["coffee"])])
    neutral, preferred = inference.luts(sample_images["chelsea"], preference)
    np.testing.assert_array_equal(
        mix_luts(neutral, preferred, 0.0, 0.0, 1.0), identity_lut() + (neutral - identity_lut())
    )
    assert spread(apply_lut(colorful(), mix_luts(neutral, preferred, 1.0, 1.0, 0.5))) > 60


@pytest.mark.parametrize(
    "change, expected",
    [
        (np.array([0, 0, 0]), True),
        (np.array([1, 0, -1]), True),
        (np.array([6, 2, -3]), False),  # toned
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_counts_as_black_and_white(
    sample_images: dict[str, np.ndarray], change: np.ndarray, expected: bool, dtype: type
) -> None:
    levels = np.clip(gray(sample_images["coffee"]).astype(int) + change, 0, 255)
    assert is_gray(to_float((levels * (1 if dtype == np.uint8 else 257)).astype(dtype))) == expected


def test_a_small_red_thing_is_no_speck(sample_images: dict[str, np.ndarray]) -> None:
    image = gray(sample_images["coffee"])
    image[100:130, 200:230] = (200, 30, 30)
    assert not is_gray(to_float(image))
    image = gray(sample_images["coffee"])
    image[100:103, 200:203] = (200, 30, 30)
    assert is_gray(to_float(image))
