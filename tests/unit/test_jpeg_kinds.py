"""JPEG files of kinds that photo software does not read are refused by the name of their kind, not as damaged."""

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo, load_thumbnail, probe

RAMP = np.linspace(0, 4095, 96).astype(np.uint16)[None].repeat(64, axis=0)
RGB = np.stack([RAMP, RAMP[:, ::-1], RAMP // 2], axis=-1)
BYTES = (RGB >> 4).astype(np.uint8)


@pytest.mark.parametrize(
    "encode, kind",
    [
        (lambda: imagecodecs.jpeg8_encode(RGB, level=95, bitspersample=12), "a 12-bit JPEG"),
        (lambda: imagecodecs.jpeg8_encode(RAMP, level=95, bitspersample=12), "a 12-bit JPEG"),
        (lambda: imagecodecs.jpeg8_encode(RGB, lossless=True, bitspersample=12), "a lossless 12-bit JPEG"),
        (lambda: imagecodecs.jpeg8_encode(RGB * 16, lossless=True, bitspersample=16), "a lossless 16-bit JPEG"),
        (lambda: imagecodecs.ljpeg_encode(RAMP, bitspersample=14), "a lossless 14-bit JPEG"),
        (lambda: imagecodecs.jpegls_encode(BYTES), "a JPEG-LS image"),
    ],
)
def test_unusual_kinds_are_named(tmp_path: Path, encode: Callable[[], bytes], kind: str) -> None:
    (tmp_path / "a.jpg").write_bytes(encode())
    for read in (load_photo, probe, lambda path: load_thumbnail(path, 64)):
        with pytest.raises(DecodeError) as caught:
            read(tmp_path / "a.jpg")
        assert str(caught.value) == f"a.jpg is {kind}, which cannot be opened; save it as PNG or TIFF first."


@pytest.mark.parametrize(
    "marker, channels, kind",
    [
        (0xC5, 3, "a hierarchical JPEG"),
        (0xCF, 3, "a hierarchical arithmetically coded lossless JPEG"),
        (0xCB, 3, "an arithmetically coded lossless JPEG"),
        (0xC0, 2, "a JPEG with 2 channels"),
    ],
)
def test_frames_that_no_decoder_takes(tmp_path: Path, marker: int, channels: int, kind: str) -> None:
    photo = tmp_path / "a.jpg"
    Image.fromarray(BYTES).save(photo)
    data = bytearray(photo.read_bytes())
    at = data.index(b"\xff\xc0")
    data[at + 1], data[at + 9] = marker, channels
    photo.write_bytes(data)
    with pytest.raises(DecodeError, match=rf"^a\.jpg is {kind}, which cannot be opened"):
        load_photo(photo)


def test_a_damaged_jpeg_of_the_usual_kind_is_damaged(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    Image.fromarray(BYTES).save(photo)
    data = photo.read_bytes()
    for kept in (data[:30], data[: data.index(b"\xff\xc0") + 6], data[: len(data) // 2]):
        photo.write_bytes(kept)
        with pytest.raises(DecodeError, match="damaged"):
            load_photo(photo)


def test_a_lossless_jpeg_of_8_bits_opens(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(imagecodecs.jpeg8_encode(BYTES, lossless=True, predictor=1))
    np.testing.assert_array_equal(load_photo(tmp_path / "a.jpg"), BYTES)
    assert load_thumbnail(tmp_path / "a.jpg", 12).shape == (8, 12, 3)
