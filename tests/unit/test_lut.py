"""Tables: making and applying."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pie_desktop.imaging.lut.apply import apply_lut, identity_lut


def test_identity_changes_nothing(sample_images: dict[str, np.ndarray]) -> None:
    image = sample_images["coffee"]
    for size in (2, 17, 33):
        np.testing.assert_array_equal(apply_lut(image, identity_lut(size)), image)
        wide = image.astype(np.uint16) * 257 + 3
        np.testing.assert_array_equal(apply_lut(wide, identity_lut(size)), wide)


def test_index_order_is_red_green_blue() -> None:
    lut = np.zeros((17, 17, 17, 3), dtype=np.float32)
    lut[16, 0, 0] = (0.2, 0.4, 0.6)
    red = np.array([[[255, 0, 0]]], dtype=np.uint8)
    blue = np.array([[[0, 0, 255]]], dtype=np.uint8)
    assert apply_lut(red, lut).tolist() == [[[51, 102, 153]]]
    assert apply_lut(blue, lut).tolist() == [[[0, 0, 0]]]


def test_values_outside_the_range_are_clipped() -> None:
    lut = identity_lut(17) * 3 - 1
    image = np.array([[[10, 128, 250]]], dtype=np.uint8)
    assert apply_lut(image, lut).tolist() == [[[0, 129, 255]]]
    assert apply_lut(image.astype(np.uint16) * 257, lut).tolist() == [[[0, 33153, 65535]]]
    assert apply_lut(image.astype(np.float32) / 255, lut).max() == 1


def test_16_bits_are_not_rounded_to_8() -> None:
    ramp = np.repeat(np.arange(30000, 31000, dtype=np.uint16)[None, :, None], 3, axis=2)
    result = apply_lut(ramp, identity_lut(17) * 0.9)
    assert len(np.unique(result)) > 850
    np.testing.assert_allclose(result, ramp * 0.9, atol=1)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 3), (9, 1, 3)])
def test_thin_images_and_views(shape: tuple[int, int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(apply_lut(image, identity_lut()), image)
    np.testing.assert_array_equal(apply_lut(image[::-1, ::-1], identity_lut()), image[::-1, ::-1])
    read_only = image.copy()
    read_only.flags.writeable = False
    np.testing.assert_array_equal(apply_lut(read_only, identity_lut()), image)


def test_the_image_itself_is_not_changed(sample_images: dict[str, np.ndarray]) -> None:
    image = sample_images["rocket"]
    before = image.copy()
    apply_lut(image, identity_lut() * 0.5)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_in_place(sample_images: dict[str, np.ndarray], dtype: type) -> None:
    image = sample_images["rocket"].astype(dtype)
    expected = apply_lut(image, identity_lut() * 0.7)
    assert apply_lut(image, identity_lut() * 0.7, out=image) is image
    np.testing.assert_array_equal(image, expected)
    with pytest.raises(ValueError, match="out"):
        apply_lut(image, identity_lut(), out=image[:, ::-1])


def test_threads(sample_images: dict[str, np.ndarray]) -> None:
    image = sample_images["rocket"]
    factors = np.linspace(0.1, 1, 8, dtype=np.float32)
    expected = [apply_lut(image, identity_lut() * factor) for factor in factors]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda factor: apply_lut(image, identity_lut() * factor), factors))
    for result, wanted in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize("lut", [np.zeros((17, 17, 3)), np.zeros((1, 1, 1, 3)), np.full((2, 2, 2, 3), np.nan)])
def test_bad_tables_are_refused(lut: np.ndarray) -> None:
    with pytest.raises(ValueError, match="LUT"):
        apply_lut(np.zeros((2, 2, 3), np.uint8), lut.astype(np.float32))


@pytest.mark.parametrize(("shape", "dtype"), [((2, 2), np.uint8), ((2, 2, 4), np.uint8), ((2, 2, 3), np.int64)])
def test_bad_images_are_refused(shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(ValueError, match="image"):
        apply_lut(np.zeros(shape, dtype), identity_lut())
