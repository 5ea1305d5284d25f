"""A preference beyond its own strength, on twelve looks: no hue from nowhere, no clipping, and more of the look."""

from collections.abc import Callable

import numpy as np
import pytest

from pie_desktop.edit.edit import AMOUNT, COLOR_STRENGTH, STRENGTH, TONE_STRENGTH, Edit
from pie_desktop.edit.part import Parameter
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.lut.mixing import mix_luts

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
WEAK = 8.0  # chroma (C*ab) below which a hue is not seen
CELL = 5.0  # degrees

Look = Callable[[np.ndarray], np.ndarray]


def light(x: np.ndarray) -> np.ndarray:
    return (x @ LUMA)[..., None]


def contrast(x: np.ndarray, by: float) -> np.ndarray:
    return np.clip((x - 0.5) * by + 0.5, 0, 1)


def toned(x: np.ndarray, dark: tuple[float, ...], bright: tuple[float, ...]) -> np.ndarray:
    """Black and white whose shadows and lights have a tint."""
    return np.clip(light(x) + (1 - light(x)) * np.float32(dark) + light(x) * np.float32(bright), 0, 1)


def saturated(x: np.ndarray, by: float) -> np.ndarray:
    return np.clip(light(x) + by * (x - light(x)), 0, 1)


def almost(x: np.ndarray) -> np.ndarray:
    """Not quite black and white, as a model answers that saw tinted edits beside grey ones."""
    return np.clip(light(x) + 0.03 * (x - light(x)) + np.random.default_rng(1).normal(0, 0.003, x.shape), 0, 1)


GRAY: dict[str, Look] = {
    "black and white": lambda x: np.repeat(light(x), 3, axis=-1),
    "red filter": lambda x: np.repeat(contrast(x[..., :1], 1.3), 3, axis=-1),
}
TINTED: dict[str, Look] = {
    "sepia": lambda x: toned(x, (0.06, 0.02, -0.03), (0.04, 0.0, -0.06)),
    "cyanotype": lambda x: toned(x, (-0.02, 0.02, 0.12), (-0.04, 0.0, 0.02)),
    "almost grey": almost,
}
COLORED: dict[str, Look] = {
    "split tones": lambda x: toned(x, (-0.04, 0.03, 0.05), (0.04, 0.0, -0.05)) * 0.6 + 0.4 * x,
    "pale": lambda x: saturated(x, 0.35),
    "vivid": lambda x: saturated(x, 1.4),
    "faded": lambda x: 0.25 + 0.5 * x,
    "hard": lambda x: contrast(x, 1.6),
    "bright": lambda x: x ** np.float32(0.6),
    "cross-processed": lambda x: np.clip(x ** np.float32([0.8, 1.0, 1.3]) + np.float32([0.0, 0.03, -0.02]), 0, 1),
}
LOOKS = GRAY | TINTED | COLORED
BEYOND = (1.5, 2.0)
each_look = pytest.mark.parametrize("name", LOOKS)


def transform_of(name: str) -> Transform:
    neutral = (identity_lut() ** np.float32(0.9) * np.float32([1.0, 1.0, 0.98])).astype(np.float32)
    return Transform(neutral, LOOKS[name](neutral).astype(np.float32))


def mixed(transform: Transform, tone: float, color: float | None = None) -> np.ndarray:
    return mix_luts(transform.neutral, transform.preferred, tone, tone if color is None else color, 1.0)


def lab(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lightness, chroma and hue in degrees."""
    lightness, a, b = np.moveaxis(to_lab(image), -1, 0)
    return lightness, np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def hues(image: np.ndarray, weakest: float) -> np.ndarray:
    """How many pixels have each hue, in cells of 5 degrees."""
    _, chroma, hue = lab(image)
    return np.bincount((hue[chroma > weakest] // CELL).astype(int), minlength=round(360 / CELL))


def clipped(image: np.ndarray) -> float:
    """Percent of the pixels with a channel at the end of its range."""
    return 100 * float(((image == 0) | (image == 255)).any(-1).mean())


def spread(image: np.ndarray) -> float:
    return float(np.ptp(image.astype(int), axis=-1).mean())


@pytest.fixture(scope="module")
def photos(sample_images: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Every ninth pixel of the sample photographs: enough to count."""
    return [image[::3, ::3] for image in sample_images.values()]


@each_look
@pytest.mark.parametrize("strength", BEYOND)
def test_no_hue_that_neither_result_has(photos: list[np.ndarray], name: str, strength: float) -> None:
    transform = transform_of(name)
    beyond = mixed(transform, strength)
    for image in photos:
        known = sum(hues(apply_lut(image, lut), WEAK / 2) for lut in (transform.neutral, transform.preferred))
        allowed = known > 0
        allowed |= np.roll(allowed, 1) | np.roll(allowed, -1)
        invented = hues(apply_lut(image, beyond), WEAK)[~allowed].sum()
        assert invented <= 1e-3 * image[..., 0].size


@each_look
@pytest.mark.parametrize("strength", BEYOND)
def test_every_color_keeps_the_hue_of_the_preferred_one(name: str, strength: float) -> None:
    transform = transform_of(name)
    before, after = (lut - light(lut) for lut in (transform.preferred, mixed(transform, strength)))
    sizes = np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1)
    np.testing.assert_allclose((before * after).sum(-1), sizes, atol=1e-4)


@each_look
def test_hardly_more_clipping(photos: list[np.ndarray], name: str) -> None:
    transform = transform_of(name)
    beyond = mixed(transform, 1.5)
    for image in photos:
        preferred = apply_lut(image, transform.preferred)
        assert clipped(apply_lut(image, beyond)) <= clipped(preferred) + 1.0


@each_look
def test_tones_keep_their_order(name: str) -> None:
    transform = transform_of(name)
    ramp = np.repeat(np.linspace(0, 1, 400, dtype=np.float32)[None, :, None], 3, axis=-1)
    before, after = (light(apply_lut(ramp, lut))[0, :, 0] for lut in (transform.preferred, mixed(transform, 2.0)))
    rises = np.diff(before) > 1e-3
    assert (np.diff(after) > -1e-3).all() and (np.diff(after)[rises] > 0).all()


@pytest.mark.parametrize("name", GRAY)
def test_black_and_white_stays_so(photos: list[np.ndarray], name: str) -> None:
    for strength in (1.01, *BEYOND):
        beyond = mixed(transform_of(name), strength)
        assert max(np.ptp(apply_lut(image, beyond).astype(int), axis=-1).max() for image in photos) <= 1


@pytest.mark.parametrize("name", TINTED)
def test_a_tint_grows_by_no_more_than_the_strength(photos: list[np.ndarray], name: str) -> None:
    transform = transform_of(name)
    for image in photos:
        once = spread(apply_lut(image, transform.preferred))
        beyond = spread(apply_lut(image, mixed(transform, 1.5)))
        assert beyond <= 1.5 * once + 1


def test_a_tint_grows_alike_on_all_colors(sample_images: dict[str, np.ndarray]) -> None:
    transform = transform_of("sepia")
    image = sample_images["astronaut"]
    once, beyond = (apply_lut(image, lut).astype(int) for lut in (transform.preferred, mixed(transform, 1.5)))
    middle = (once.mean(-1) > 60) & (once.mean(-1) < 190)
    share = (np.ptp(beyond, axis=-1) / np.ptp(once, axis=-1))[middle]
    assert np.percentile(share, 2) > 1.3 and np.percentile(share, 98) < 1.7


def test_more_of_each_look(sample_images: dict[str, np.ndarray]) -> None:
    def measured(name: str, strength: float, what: Callable[[np.ndarray], float]) -> float:
        return what(apply_lut(sample_images["coffee"], mixed(transform_of(name), strength)))

    def deviation(image: np.ndarray) -> float:
        return float(lab(image)[0].std())

    assert measured("hard", 1.5, deviation) > 1.05 * measured("hard", 1.0, deviation)
    assert measured("faded", 1.5, deviation) < 0.85 * measured("faded", 1.0, deviation)
    assert measured("bright", 1.5, np.mean) > measured("bright", 1.0, np.mean) + 8
    assert measured("vivid", 1.5, spread) > 1.05 * measured("vivid", 1.0, spread)
    assert measured("pale", 1.5, spread) < 0.6 * measured("pale", 1.0, spread)
    assert measured("red filter", 1.5, deviation) > measured("red filter", 1.0, deviation)


@each_look
def test_up_to_the_whole_preference_it_is_a_weighted_sum(name: str) -> None:
    one = transform_of(name)
    for strength in (0.0, 0.3, 1.0):
        np.testing.assert_array_equal(
            mixed(one, strength),
            identity_lut() + (one.neutral + np.float32(strength) * (one.preferred - one.neutral) - identity_lut()),
        )


@each_look
def test_nothing_jumps(name: str) -> None:
    transform = transform_of(name)
    for tone, color in ((1.0, 1.0), (0.6, 0.6), (1.3, 1.3), (0.4, 1.0), (1.0, 1.5)):
        here = mixed(transform, tone, color)
        for beside in (mixed(transform, tone + 1e-4, color), mixed(transform, tone, color + 1e-4)):
            assert np.abs(here - beside).max() < 1e-3


@each_look
def test_tone_and_color_apart(name: str) -> None:
    transform = transform_of(name)
    neutral, preferred = transform.neutral, transform.preferred
    np.testing.assert_allclose(light(mixed(transform, 0.0, 1.0)), light(neutral), atol=1e-5)
    np.testing.assert_allclose(light(mixed(transform, 1.0, 0.0)), light(preferred), atol=1e-5)
    for tone, color in ((0.0, 1.5), (1.5, 0.0), (2.0, 1.0), (0.5, 2.0), (1.0, 0.3)):
        lut = mixed(transform, tone, color)
        np.testing.assert_allclose(light(lut), light(mixed(transform, tone)), atol=1e-5)
        assert lut.min() >= min(0, neutral.min(), preferred.min()) - 1e-5
        assert lut.max() <= max(1, neutral.max(), preferred.max()) + 1e-5
    if name in GRAY:
        assert np.ptp(mixed(transform, 0.3, 1.0), axis=-1).max() < 1e-5


def test_without_a_style_strength_changes_nothing() -> None:
    neutral = identity_lut() * np.float32(1.1) - np.float32(0.02)
    transform = Transform(neutral, neutral)
    np.testing.assert_allclose(transform.lut(Edit.styled(None, 1.5)), neutral, atol=1e-6)


def test_amount() -> None:
    transform = transform_of("sepia")
    for tone, color in ((0.5, 0.5), (1.5, 1.5), (0.4, 1.7)):
        whole = mixed(transform, tone, color)
        none, half = (mix_luts(transform.neutral, transform.preferred, tone, color, amount) for amount in (0.0, 0.5))
        np.testing.assert_array_equal(none, identity_lut())
        np.testing.assert_allclose(half, (identity_lut() + whole) / 2, atol=1e-6)
        assert half.dtype == np.float32


def test_the_sliders_multiply() -> None:
    style = StylePart("warm", strength=1.2, tone_strength=0.5, color_strength=1.5)
    assert (style.tone, style.color) == (pytest.approx(0.6), pytest.approx(1.8))
    assert StylePart("warm", strength=1.5, tone_strength=1.5).tone == 2.0
    transform = transform_of("cyanotype")
    edit = Edit.styled("warm", 1.2).with_value(TONE_STRENGTH, 0.5).with_value(COLOR_STRENGTH, 1.5)
    np.testing.assert_allclose(transform.lut(edit), mixed(transform, 0.6, 1.8), atol=1e-6)


@pytest.mark.parametrize("moving", [STRENGTH, TONE_STRENGTH, COLOR_STRENGTH, AMOUNT], ids=lambda one: one.name)
def test_between_two_settings_the_lut_is_a_weighted_sum(moving: Parameter) -> None:
    # Within the range, where nothing has to be paled.
    neutral = 0.3 + 0.4 * identity_lut()
    transform = Transform(neutral, np.clip(saturated(0.05 + 0.9 * neutral, 0.9), 0, 1).astype(np.float32))
    generator = np.random.default_rng(2)
    for _ in range(40):
        style = StylePart(
            None,
            *(
                float(round(generator.uniform(one.low, one.high), 2))
                for one in (STRENGTH, TONE_STRENGTH, COLOR_STRENGTH)
            ),
            amount=float(round(generator.uniform(0, 1), 2)),
        )
        below, above, weight = style.between(moving.name)
        assert 0 <= weight <= 1
        here, low, high = (transform.lut(Edit().with_part(one)) for one in (style, below, above))
        np.testing.assert_allclose(here, (1 - weight) * low + weight * high, atol=1e-5)
