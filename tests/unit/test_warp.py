"""Resampling through a projective map: signals whose answer is known, another implementation, memory and borders."""

import tracemalloc

import numpy as np
import pytest
from skimage import data
from skimage.transform import ProjectiveTransform
from skimage.transform import warp as warp_of_skimage

from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear
from pie_desktop.imaging.resize.warp import warp
from pie_desktop.imaging.warm_up import warm_up


@pytest.fixture(params=["compiled", "plain"], autouse=True)
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test with the compiled loops and without."""
    if request.param == "compiled":
        assert warm_up()
    else:
        monkeypatch.setattr(compiled, "kernels_for", lambda dtype: None)


def rotation(degrees: float, x: float = 0, y: float = 0) -> np.ndarray:
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1]])


def waves(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Light of fine waves, 0.28 cycles per pixel at most."""
    light = 0.4 + 0.15 * np.sin(2 * np.pi * 0.28 * x) + 0.15 * np.cos(2 * np.pi * (0.2 * y + 0.05 * x))
    return np.repeat(light[..., None], 3, axis=-1)


def test_waves_are_where_they_should_be() -> None:
    """Light that is known everywhere, also between the pixels; only crests there are held at the pixels around them."""
    matrix = rotation(17, 30.3, -4.7)
    rows, columns = np.mgrid[:90, :120] + 0.5
    image = linear_to_srgb(waves(*(np.mgrid[:120, :160][::-1] + 0.5))).astype(np.float32)
    result = srgb_to_linear(warp(image, matrix, (120, 90)))
    x, y = (matrix[axis, 0] * columns + matrix[axis, 1] * rows + matrix[axis, 2] for axis in (0, 1))
    inside = (x > 4) & (x < 156) & (y > 4) & (y < 116)
    off = np.abs(result - waves(x, y))[inside]
    assert inside.mean() > 0.6
    assert off.mean() < 0.004 and np.percentile(off, 99) < 0.04 and off.max() < 0.08


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_half_a_pixel_between_two_greys(dtype: type) -> None:
    """In linear light: between black and white lies half the light, whose code is 188 of 255, and not 128."""
    top = 1 if dtype == np.float32 else np.iinfo(dtype).max
    image = np.zeros((16, 16, 3), dtype)
    image[:, 8:] = top
    result = warp(image, rotation(0, 0.5), (15, 16)) / top
    expected = 1.055 * 0.5 ** (1 / 2.4) - 0.055
    np.testing.assert_allclose(result[:, 7], expected, atol=0.6 / 255)
    # Nothing rings beyond the edge.
    assert (result[:, :7] == 0).all() and np.allclose(result[:, 8:], 1, rtol=0, atol=1e-6) and result.max() <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_identity_and_whole_steps_change_nothing(dtype: type) -> None:
    image = np.random.default_rng(5).random((40, 50, 3)).astype(np.float32)
    if dtype != np.float32:
        image = np.round(image * np.iinfo(dtype).max).astype(dtype)
    tolerance = 1e-6 if dtype == np.float32 else 0 if dtype == np.uint8 else 1
    np.testing.assert_allclose(
        warp(image, np.eye(3), (50, 40)).astype(float), image.astype(float), atol=tolerance, rtol=0
    )
    moved = warp(image, np.array([[1.0, 0, 3], [0, 1, 7], [0, 0, 1]]), (40, 30))
    np.testing.assert_allclose(moved.astype(float), image[7:37, 3:43].astype(float), atol=tolerance, rtol=0)


def test_as_another_implementation_on_a_photograph() -> None:
    """scikit-image's warp, bicubic, in linear light: another filter, so that fine detail differs a little."""
    photo = data.astronaut()
    matrix = rotation(-6.5, 3, 40) @ np.array([[1, 0.02, 0], [0, 1, 0], [1e-4, -5e-5, 1]])
    ours = warp(photo, matrix, (430, 400)).astype(float) / 255
    middles = (
        np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ matrix @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    )
    theirs = warp_of_skimage(
        srgb_to_linear(photo / 255), ProjectiveTransform(middles), output_shape=(400, 430), order=3, mode="edge"
    )
    apart = np.abs(ours - linear_to_srgb(np.clip(theirs, 0, 1)))
    assert apart.mean() < 0.004 and np.percentile(apart, 99) < 0.04
    shifted = np.abs(ours[:, 1:] - linear_to_srgb(np.clip(theirs, 0, 1))[:, :-1])
    assert apart.mean() < shifted.mean() / 8, "a shift of one pixel is far worse"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_part_is_that_of_the_whole(dtype: type) -> None:
    image = np.random.default_rng(1).random((300, 420, 3)).astype(np.float32)
    if dtype != np.float32:
        image = (image * np.iinfo(dtype).max).astype(dtype)
    matrix = rotation(4, 20, 9) @ np.array([[1, 0, 0], [0, 1, 0], [3e-4, 1e-4, 1]])
    whole = warp(image, matrix, (380, 280))
    part = warp(image, matrix @ np.array([[1.0, 0, 150], [0, 1, 33], [0, 0, 1]]), (200, 190))
    apart = np.abs(part.astype(float) - whole[33:223, 150:350].astype(float))
    assert apart.max() <= (1e-5 if dtype == np.float32 else 1)
    assert (apart > 0).mean() < 0.001 or dtype == np.float32


def test_colours_beyond_srgb_stay() -> None:
    image = np.full((20, 20, 3), (1.3, -0.2, 0.5), np.float32)
    np.testing.assert_allclose(warp(image, rotation(12, 4, 2), (15, 15)), image[:15, :15], atol=1e-5)


def test_several_samples_leave_no_moire() -> None:
    """A board as fine as pixels, made half as large: grey everywhere, where one sample would see black or white."""
    board = np.repeat((np.indices((200, 200)).sum(0) % 2 * 255).astype(np.uint8)[..., None], 3, axis=2)
    matrix = rotation(10, 30) @ np.diag([2.0, 2, 1])
    one, two = (warp(board, matrix, (70, 70), density)[8:-8, 8:-8].astype(float) for density in (1, 2))
    assert np.abs(two - 188).max() < 12 and np.abs(one - 188).max() > 60


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1)])
def test_images_of_one_pixel(size: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 77, np.uint8)
    assert (warp(image, rotation(33, 0.1, 0.2), (3, 2)) == 77).all()


def test_what_lies_beyond_the_horizon_takes_no_memory() -> None:
    """The third coordinate becomes 0 and negative within the result."""
    image = np.full((300, 400, 3), 80, np.uint8)
    matrix = np.array([[1.0, 0, 0], [0, 1, 0], [-1 / 500, 0, 1]])
    result = warp(image, matrix, (900, 300))
    assert (result == 80).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_memory_is_bounded(dtype: type) -> None:
    """Whatever the angle: beside the result some MB, though the image has 3 megapixels."""
    image = np.zeros((1500, 2000, 3), dtype)
    warp(image, np.eye(3), (8, 8))
    tracemalloc.start()
    result = warp(image, rotation(45, 900, -500), (600, 500))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - result.nbytes < 40e6
