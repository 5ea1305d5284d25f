"""A photo looks the same at whatever depth its samples are stored, in every format that stores several."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.formats.parts.depth import full_range, without_alpha
from pie_desktop.imaging.formats.registry import read_header, read_pixels

# A ramp per channel, so that black, white and all between are there.
RAMP = np.linspace(0, 1, 64)
SCENE = np.stack([RAMP, RAMP**1.5, 1 - RAMP], axis=-1)[None].repeat(16, axis=0)


def stored(bits: int) -> np.ndarray:
    """The scene with so many bits in the smallest type that takes them."""
    return np.round(SCENE * (2**bits - 1)).astype(np.uint8 if bits <= 8 else np.uint16)


def write_jxl(path: Path, bits: int) -> None:
    path.write_bytes(imagecodecs.jpegxl_encode(stored(bits), lossless=True, bitspersample=bits))


def write_lossy_jxl(path: Path, bits: int) -> None:
    path.write_bytes(imagecodecs.jpegxl_encode(stored(bits), distance=0.1, bitspersample=bits))


def write_avif(path: Path, bits: int) -> None:
    data = imagecodecs.avif_encode(stored(bits), level=100, speed=10, bitspersample=bits, primaries=1, transfer=13)
    path.write_bytes(data)


def write_heic(path: Path, bits: int) -> None:
    file = pillow_heif.HeifFile()
    file.add_frombytes("RGB" if bits == 8 else f"RGB;{bits}", (64, 16), stored(bits).tobytes())
    file.save(path, quality=-1, chroma=444)


def write_tiff(path: Path, bits: int) -> None:
    tifffile.imwrite(path, stored(bits), photometric="rgb", bitspersample=bits)


def write_gray_png(path: Path, bits: int) -> None:
    """One channel: PNG has 1, 2 and 4 bits for gray only."""
    gray = stored(bits)[..., 0]
    if bits == 16:
        rows = [row.astype(">u2").tobytes() for row in gray]
    else:
        each = np.unpackbits(gray[..., None], axis=-1)[..., -bits:].reshape(len(gray), -1)
        rows = [row.tobytes() for row in np.packbits(each, axis=1)]
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 64, 16, bits, 0, 0, 0, 0)), (b"IEND", b""))
    chunks = (chunks[0], (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))), chunks[1])
    data = b"".join(struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


CASES: list[tuple[str, Callable[[Path, int], None], range | tuple[int, ...]]] = [
    ("jxl", write_jxl, range(1, 17)),
    ("jxl", write_lossy_jxl, (8, 10, 12, 16)),
    ("avif", write_avif, (8, 10, 12)),
    ("heic", write_heic, (8, 10, 12)),
    ("tif", write_tiff, (8, 10, 12, 14, 16)),
    ("png", write_gray_png, (1, 2, 4, 8, 16)),
]


@pytest.mark.parametrize(
    "suffix, write, bits", [(suffix, write, bits) for suffix, write, depths in CASES for bits in depths]
)
def test_every_depth_shows_the_same(tmp_path: Path, suffix: str, write: Callable[[Path, int], None], bits: int) -> None:
    photo = tmp_path / f"a.{suffix}"
    write(photo, bits)
    samples = read_pixels(read_header(photo)).array  # before colours: some encoders mark deep samples as linear light
    assert samples.dtype == (np.uint8 if bits <= 8 else np.uint16)
    scene = SCENE[..., 0] if suffix == "png" else SCENE
    rounding = 0.5 / (2**bits - 1)
    assert np.abs(samples / np.iinfo(samples.dtype).max - scene).max() <= rounding + 0.04  # coded with loss
    assert load_photo(photo).dtype == samples.dtype


@pytest.mark.parametrize("bits", [4, 10, 12])
def test_transparent_jpeg_xl_lies_on_white_at_every_depth(tmp_path: Path, bits: int) -> None:
    top = 2**bits - 1
    rgba = np.zeros((8, 8, 4), np.uint8 if bits <= 8 else np.uint16)
    rgba[:, 4:] = top
    (tmp_path / "a.jxl").write_bytes(imagecodecs.jpegxl_encode(rgba, lossless=True, bitspersample=bits))
    shown = load_photo(tmp_path / "a.jxl")
    assert shown.min() >= 0.999 * np.iinfo(shown.dtype).max


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_tiff_whose_only_light_is_no_number_is_damaged(tmp_path: Path, dtype: type) -> None:
    """As one of integers is whose tag was changed to floating point: black without a word would be wrong."""
    samples = np.zeros((10, 12), dtype)
    samples[2:5, 3:7] = np.nan
    tifffile.imwrite(tmp_path / "lost.tif", samples, photometric="minisblack")
    with pytest.raises(DecodeError, match="damaged"):
        load_photo(tmp_path / "lost.tif")
    samples[8] = 0.5  # what is no number around a photo stays black
    tifffile.imwrite(tmp_path / "kept.tif", samples, photometric="minisblack")
    shown = load_photo(tmp_path / "kept.tif")
    assert shown[8].min() > 0 and shown[3, 4].max() == 0
    tifffile.imwrite(tmp_path / "black.tif", np.zeros((10, 12), dtype), photometric="minisblack")
    assert load_photo(tmp_path / "black.tif").max() == 0


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float32])
def test_black_and_white_of_every_type(dtype: type) -> None:
    if np.issubdtype(dtype, np.integer):
        values, bits = np.array([[0, np.iinfo(dtype).max]], dtype), 8 * np.dtype(dtype).itemsize
    else:
        values, bits = np.array([[0, 1]], dtype), 1
    scaled = full_range(values, bits)
    assert scaled.tolist() == [[0, 1.0 if scaled.dtype == np.float32 else np.iinfo(scaled.dtype).max]]


def test_samples_beyond_their_depth_are_white() -> None:
    assert full_range(np.array([1023, 1024, 65535], np.uint16), 10).tolist() == [65535] * 3
    base, space = without_alpha(np.full((2, 2, 1), 5000, np.uint16), 12)
    assert (space, base.min()) == ("gray", 65535)
