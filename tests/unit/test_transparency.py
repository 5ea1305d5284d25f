"""Transparency lies on white, whichever way a file stores it."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile

from pie_desktop.imaging.decode import load_photo

COLOR = np.array([60_000, 20_000, 5_000])
ALPHA = 0.25


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("kind", ["assocalpha", "unassalpha"])
def test_tiff(tmp_path: Path, dtype: type, kind: str) -> None:
    top = 1.0 if dtype is np.float32 else float(np.iinfo(dtype).max)
    stored = COLOR / 65535 * (ALPHA if kind == "assocalpha" else 1)
    samples = (np.array([*stored, ALPHA]) * top).astype(dtype)
    image = np.broadcast_to(samples, (5, 7, 4))
    tifffile.imwrite(tmp_path / "a.tif", image, photometric="rgb", extrasamples=[kind])
    loaded = load_photo(tmp_path / "a.tif")
    expected = COLOR / 65535 * ALPHA + 1 - ALPHA
    np.testing.assert_allclose(loaded[2, 3] / np.iinfo(loaded.dtype).max, expected, atol=0.006)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_an_animated_16_bit_png_gives_its_still_image(tmp_path: Path) -> None:
    width, height = 4, 3
    row = np.array([*COLOR, 65535], ">u2").tobytes() * width
    frame = np.zeros((width, 4), ">u2").tobytes()
    control = struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 10, 0, 0)
    parts = [
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)),
        chunk(b"acTL", struct.pack(">II", 1, 0)),
        chunk(b"IDAT", zlib.compress((b"\0" + row) * height)),
        chunk(b"fcTL", control),
        chunk(b"fdAT", struct.pack(">I", 1) + zlib.compress((b"\0" + frame) * height)),
        chunk(b"IEND", b""),
    ]
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    loaded = load_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(loaded, np.broadcast_to(COLOR, (height, width, 3)))
