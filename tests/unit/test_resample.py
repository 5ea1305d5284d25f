"""Resizing in linear light, output sizes, and sharpening without halos, on signals whose answer is known."""

import numpy as np
import pytest

from pie_desktop.imaging import compiled
from pie_desktop.imaging.encode import EncodeOptions, encode_photo
from pie_desktop.imaging.resize.resample import resample
from pie_desktop.imaging.resize.sharpen import STRENGTHS, sharpen
from pie_desktop.imaging.warm_up import warm_up


@pytest.fixture(params=["compiled", "plain"], autouse=True)
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test with the compiled loops and without."""
    if request.param == "compiled":
        assert warm_up()
    else:
        monkeypatch.setattr(compiled, "kernels_for", lambda dtype: None)


def linear(encoded: np.ndarray) -> np.ndarray:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def gray(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, axis=2)


def test_a_fine_pattern_becomes_the_gray_it_looks_like() -> None:
    board = gray((np.indices((64, 96)).sum(0) % 2 * 255).astype(np.uint8))
    small = resample(board, (48, 32))
    assert small.dtype == np.uint16
    half = 1.055 * 0.5 ** (1 / 2.4) - 0.055  # half the light of white, sRGB-encoded
    assert np.abs(small / 65535 - half).max() < 0.01  # at the border
    assert np.abs(small[4:-4, 4:-4] / 65535 - half).max() < 0.001


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("size", [(37, 23), (96, 20), (50, 64)])
def test_the_light_is_kept(dtype: type, size: tuple[int, int]) -> None:
    generator = np.random.default_rng(3)
    image = generator.random((64, 96, 3)).astype(np.float32)
    if dtype != np.float32:
        image = (image * np.iinfo(dtype).max).astype(dtype)
    whole = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    small = resample(image, size)
    assert small.shape == (size[1], size[0], 3)
    top = 1.0 if dtype == np.float32 else 65535
    np.testing.assert_allclose(
        linear(small / top).mean((0, 1)), linear(image.astype(np.float64) / whole).mean((0, 1)), atol=2e-3
    )


@pytest.mark.parametrize("factor", [2, 3, 4.3])
def test_detail_stays_and_moire_does_not_come(factor: float) -> None:
    """Waves by cycles per pixel of the result: below half a cycle they can be shown, above they must not be."""

    def contrast(frequency: float) -> float:
        wave = 0.5 + 0.2 * np.sin(2 * np.pi * frequency / factor * np.arange(1290))
        small = resample(gray(np.tile(wave.astype(np.float32), (43, 1))), (round(1290 / factor), round(43 / factor)))
        return float(small[5, 20:-20, 0].std() * 2**0.5 / 0.2)

    assert contrast(0.1) > 0.97 and contrast(0.25) > 0.95 and contrast(0.35) > 0.8
    assert contrast(0.65) < 0.25 and contrast(0.85) < 0.15


@pytest.mark.parametrize("size", [(40, 40), (99, 77), (110, 70)])
def test_no_ringing_when_made_smaller(size: tuple[int, int]) -> None:
    edge = np.full((128, 128), 60, dtype=np.uint8)
    edge[:, 64:] = 250
    small = resample(gray(edge), size).astype(float) / 257
    assert small.min() >= 60 - 0.01 and small.max() <= 250 + 0.01


def test_flat_areas_and_the_same_size_stay() -> None:
    flat = np.full((50, 70, 3), (10, 128, 255), dtype=np.uint8)
    assert resample(flat, (70, 50)) is flat
    for size in ((33, 20), (140, 100), (35, 100)):
        np.testing.assert_array_equal(
            resample(flat, size), np.broadcast_to(flat[:1, :1].astype(np.uint16) * 257, (*size[::-1], 3))
        )


def test_colors_beyond_srgb_survive() -> None:
    wide = np.full((20, 20, 3), (-0.2, 0.5, 1.1), dtype=np.float32)
    np.testing.assert_allclose(resample(wide, (7, 9)), np.broadcast_to(wide[:1, :1], (9, 7, 3)), atol=1e-5)


def test_an_enlarged_ramp_stays_a_ramp() -> None:
    ramp = gray(np.tile(np.linspace(0.1, 0.9, 32, dtype=np.float32), (8, 1)))
    large = resample(ramp, (128, 32))[16, 16:-16, 0]
    steps = np.diff(large)
    np.testing.assert_allclose(steps, 0.8 / 31 / 4, rtol=0.15)


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({}, (6000, 4000)),
        ({"long_side": 2048}, (2048, 1365)),
        ({"short_side": 1000}, (1500, 1000)),
        ({"megapixels": 6}, (3000, 2000)),
        ({"percent": 25}, (1500, 1000)),
        ({"long_side": 9000}, (6000, 4000)),
        ({"percent": 200}, (6000, 4000)),
        ({"percent": 200, "enlarge": True}, (12000, 8000)),
        ({"short_side": 5000, "enlarge": True}, (7500, 5000)),
        ({"percent": 0.001}, (1, 1)),
    ],
)
def test_output_sizes(options: dict, size: tuple[int, int]) -> None:
    assert EncodeOptions(**options).output_size(6000, 4000) == size
    assert EncodeOptions(**options).output_size(4000, 6000) == size[::-1]
    assert EncodeOptions(**options).resizes == bool(options)


@pytest.mark.parametrize("strength", list(STRENGTHS))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_no_halo_beyond_its_limit(strength: str, dtype: type) -> None:
    generator = np.random.default_rng(5)
    values = generator.random((40, 600)).astype(np.float32)
    values[:, :300] = np.where(np.arange(300) % 60 < 30, 0.25, 0.75)  # bars
    top = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    image = gray((values * top).astype(dtype))
    sharp = sharpen(image, strength)
    assert sharp.dtype == dtype
    bars = sharp[:, :298, 0] / top
    limit = STRENGTHS[strength].halo + 1.01 / top * (dtype != np.float32) + 1e-4
    dark, light = image[0, 0, 0] / top, image[0, 40, 0] / top
    assert dark - limit <= bars.min() < dark and light < bars.max() <= light + limit
    if dtype != np.float32:
        assert sharp.max() <= top


def test_detail_grows_with_the_strength_and_hues_stay() -> None:
    wave = gray((0.5 + 0.05 * np.sin(np.arange(400) * 2 * np.pi / 4)).astype(np.float32)[None].repeat(30, 0))
    contrasts = [float(wave.std())] + [float(sharpen(wave, name).std()) for name in ("low", "standard", "high")]
    assert contrasts == sorted(contrasts)
    assert contrasts[1] > 1.1 * contrasts[0]
    colored = np.random.default_rng(1).random((30, 30, 3)).astype(np.float32)
    moved = sharpen(colored, "high") - colored
    np.testing.assert_allclose(moved[..., 0], moved[..., 1], atol=1e-6)
    np.testing.assert_allclose(moved[..., 0], moved[..., 2], atol=1e-6)


def test_strips_leave_no_seam() -> None:
    generator = np.random.default_rng(2)
    tall = (generator.random((1100, 16, 3)) * 255).astype(np.uint8)
    whole = sharpen(tall, "high")
    np.testing.assert_array_equal(sharpen(tall[400:700], "high")[8:-8], whole[408:692])
    flat = np.full((1100, 8, 3), 77, dtype=np.uint8)
    np.testing.assert_array_equal(sharpen(flat, "high"), flat)
    assert sharpen(flat, "off") is flat


def test_a_written_file_is_sized_and_sharpened() -> None:
    import io

    from PIL import Image

    fine = gray((np.random.default_rng(4).random((60, 90)) * 255).astype(np.uint8))
    deviations = []
    for strength in ("off", "high"):
        data = encode_photo(fine, EncodeOptions("png8", short_side=30, sharpen=strength))
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (45, 30)
            deviations.append(np.asarray(image).std())
    assert deviations[1] > 1.2 * deviations[0]
