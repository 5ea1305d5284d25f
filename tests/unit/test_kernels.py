"""Compiled loops: the same answers as OpenColorIO, and never in the way where they cannot be used."""

import builtins
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pie_desktop.imaging import compiled
from pie_desktop.imaging import warm_up as warm_up_module
from pie_desktop.imaging.encode import EncodeOptions, encode_photo
from pie_desktop.imaging.lut import apply as lut_module
from pie_desktop.imaging.lut.apply import apply_lut, apply_lut_padded, identity_lut
from pie_desktop.imaging.resize.resample import resample, shrink_plain
from pie_desktop.imaging.warm_up import warm_up

KINDS = [np.uint8, np.uint16, np.float32]


@pytest.fixture(scope="module")
def kernels() -> ModuleType:
    assert warm_up()
    module = compiled.kernels_for(np.dtype(np.uint8))
    assert module is not None
    return module


@pytest.fixture
def by_opencolorio(monkeypatch: pytest.MonkeyPatch) -> Any:
    def apply(image: np.ndarray, lut: np.ndarray) -> np.ndarray:
        with monkeypatch.context() as patch:
            patch.setattr(compiled, "kernels_for", lambda dtype: None)
            return apply_lut(image, lut)

    return apply


def of_kind(image: np.ndarray, kind: type) -> np.ndarray:
    """The image with samples that use the whole depth of their type."""
    fine = image.astype(np.float64) / 255 + np.linspace(0, 1 / 256, image.shape[1])[:, None]
    fine = np.clip(fine, 0, 1)
    return fine.astype(np.float32) if kind is np.float32 else np.round(fine * np.iinfo(kind).max).astype(kind)


def wild_look(size: int) -> np.ndarray:
    """Beyond [0, 1] at both ends and rough."""
    grid = identity_lut(size)
    look = 1.5 * grid[..., [1, 2, 0]] ** np.float32(0.8) - 0.3
    return (look + np.random.default_rng(size).normal(0, 0.05, grid.shape)).astype(np.float32)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [2, 5, 17, 33, 65])
def test_as_opencolorio(sample_images: dict[str, np.ndarray], by_opencolorio: Any, kind: type, size: int) -> None:
    image, lut = of_kind(sample_images["coffee"], kind), wild_look(size)
    ours, theirs = apply_lut(image, lut), by_opencolorio(image, lut)
    assert ours.dtype == kind
    difference = np.abs(ours.astype(np.float64) - theirs)
    assert difference.max() <= (1e-5 if kind is np.float32 else 1)
    assert difference.mean() <= {np.uint8: 1e-3, np.uint16: 0.02, np.float32: 1e-6}[kind]


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [2, 3, 17, 33, 64, 129])
def test_identity_is_exact(kind: type, size: int) -> None:
    values = np.arange(np.iinfo(kind).max + 1, dtype=np.int64)
    image = np.stack([values, values[::-1], values * 7919 % len(values)], axis=-1).astype(kind)[None]
    np.testing.assert_array_equal(apply_lut(image, identity_lut(size)), image)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pixels", [1, 2, 255, 256, 257, 513])
def test_any_number_of_pixels_and_in_place(by_opencolorio: Any, kind: type, pixels: int) -> None:
    rng = np.random.default_rng(pixels)
    image, lut = of_kind(rng.integers(0, 256, (1, pixels, 3)), kind), wild_look(17)
    expected = by_opencolorio(image, lut)
    framed = np.full((3, pixels, 3), 7, kind)
    apply_lut(image, lut, out=framed[1:2])
    assert (framed[[0, 2]] == 7).all(), "nothing beside the result is touched"
    np.testing.assert_allclose(framed[1:2].astype(float), expected, rtol=0, atol=1e-5 if kind is np.float32 else 1)
    apply_lut(image, lut, out=image)
    np.testing.assert_array_equal(image, framed[1:2])


def test_a_fourth_channel_is_full(kernels: ModuleType, sample_images: dict[str, np.ndarray]) -> None:
    image, lut = sample_images["rocket"], wild_look(17)
    out = np.zeros((*image.shape[:2], 4), np.uint8)
    kernels.apply_lut(image, lut, out)
    np.testing.assert_array_equal(out[..., :3], apply_lut(image, lut))
    assert (out[..., 3] == 255).all()


@pytest.mark.usefixtures("kernels")
def test_a_padded_image_is_encoded_like_any(sample_images: dict[str, np.ndarray]) -> None:
    image, lut = sample_images["chelsea"], wild_look(17)
    padded, plain = apply_lut_padded(image, lut), apply_lut(image, lut)
    assert padded.base is not None and padded.base.shape[2] == 4, "otherwise nothing is saved"
    np.testing.assert_array_equal(padded, plain)
    for name in ("jpeg", "png", "tiff16"):
        options = EncodeOptions(name)  # type: ignore[arg-type]
        assert encode_photo(padded, options) == encode_photo(plain, options)
    assert encode_photo(padded[:, ::-1], EncodeOptions()) == encode_photo(plain[:, ::-1].copy(), EncodeOptions())
    assert encode_photo(padded[:50], EncodeOptions()) == encode_photo(plain[:50], EncodeOptions())


@pytest.mark.usefixtures("kernels")
def test_senseless_floats_stay_in_the_table() -> None:
    image = np.array([[[np.nan, np.inf, -np.inf], [-1e30, 1e30, 2.0], [-0.5, 1.5, 0.5]]], np.float32)
    result = apply_lut(image, identity_lut())
    np.testing.assert_allclose(result, [[[0, 1, 0], [0, 1, 1], [0, 1, 0.5]]], atol=1e-6)


@pytest.mark.usefixtures("kernels")
def test_read_only_images_and_threads(sample_images: dict[str, np.ndarray]) -> None:
    image = sample_images["rocket"].copy()
    image.flags.writeable = False
    luts = [wild_look(17) * np.float32(factor) for factor in np.linspace(0.2, 1, 6)]
    expected = [apply_lut(image, lut) for lut in luts]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda lut: apply_lut(image, lut), luts))
    for result, wanted in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, wanted)


def test_eighth(kernels: ModuleType, sample_images: dict[str, np.ndarray]) -> None:
    image = np.ascontiguousarray(sample_images["coffee"][:397, :594])
    means = kernels.eighth(image)
    assert means.shape == (50, 75, 3)
    for row, column in [(0, 0), (20, 31), (48, 73), (49, 3), (49, 73), (7, 74), (48, 74)]:
        block = image[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].astype(np.float64)
        assert np.abs(means[row, column] - block.mean((0, 1))).max() <= 0.501, (row, column)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("height", [1, 2, 3, 7, 64, 131])
@pytest.mark.parametrize("width", [1, 2, 5, 97, 258])
def test_made_smaller_as_without(kind: type, height: int, width: int) -> None:
    """Any size from any size, blocks that are cut at the edges included."""
    rng = np.random.default_rng(width)
    image = (rng.random((height, width, 3)) ** 2 * (np.iinfo(kind).max + 0.99)).astype(kind)
    image[: height // 2, : width // 2] = np.iinfo(kind).max
    image.flags.writeable = False
    for factors in [(1, 1.5), (2.9, 2.9), (9, 4.6)]:
        size = (max(1, round(width / factors[0])), max(1, round(height / factors[1])))
        blocks = (max(1, width // size[0] // 2), max(1, height // size[1] // 2))
        if size != (width, height):
            ours, theirs = resample(image, size), shrink_plain(image, size, blocks)
            assert np.abs(ours.astype(int) - theirs).max() <= 2, size


def test_without_numba_opencolorio_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_numba(name: str, *args: Any, **kwargs: Any) -> ModuleType:
        if name.partition(".")[0] == "numba":
            raise ImportError("no numba here")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(compiled, "_ready", {})
    monkeypatch.setattr(compiled, "_unusable", False)
    monkeypatch.setattr(builtins, "__import__", without_numba)
    assert not warm_up()
    image = np.full((2, 2, 3), 99, np.uint8)
    np.testing.assert_array_equal(apply_lut(image, identity_lut()), image)


def test_loops_that_compute_something_else_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        @staticmethod
        def apply_lut(image: np.ndarray, lut: np.ndarray, out: np.ndarray) -> None:
            out[:] = image[::-1]

    monkeypatch.setattr(compiled, "_ready", {})
    monkeypatch.setattr(compiled, "_unusable", False)
    monkeypatch.setattr(warm_up_module, "_load", lambda: Broken("broken"))
    assert not warm_up()
    assert compiled.kernels_for(np.dtype(np.uint8)) is None


def test_numba_is_imported_by_the_warm_up_alone() -> None:
    """It takes a quarter of a second, which no start of the program shall pay."""
    code = "import sys, pie_desktop.imaging.decode, pie_desktop.imaging.lut.apply; print('numba' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
    assert lut_module.compiled is compiled
