"""RAW photos whose sensor data is missing in part are refused; dark ones, and those with flat areas, are not."""

import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo, load_proxy
from tests.raw_files import BLACK, write_dng

SIDE = 128  # of a tile
TILES = [(top, left) for top in range(0, 256, SIDE) for left in range(0, 512, SIDE)]
LOST = r"^a\.dng is (incomplete: parts of the image are missing in the file|damaged or incomplete); copy it again"
Damage = Callable[[bytes, list[int], list[int]], bytes]


def mosaic(level: float = 0.4, black: int = 0) -> np.ndarray:
    """A sensor's samples of a gradient, with noise, uint16 of 14 bits."""
    y, x = np.mgrid[0:256, 0:512]
    light = level * (0.3 + 0.4 * x / 512 + 0.3 * y / 256) + np.random.default_rng(0).normal(0, 0.004, (256, 512))
    return np.clip(black + light * (16383 - black), 0, 16383).astype(np.uint16)


def write_tiled(path: Path, samples: np.ndarray, *, coded: bool = True, black: int = 0) -> tuple[list[int], list[int]]:
    """A DNG in tiles, of lossless JPEG or plain; the offsets and the sizes of these."""
    parts = [np.ascontiguousarray(samples[top : top + SIDE, left : left + SIDE]) for top, left in TILES]
    data = [imagecodecs.ljpeg_encode(part, bitspersample=14) if coded else part.tobytes() for part in parts]
    matrix = [(value, 10_000) for value in (8000, -2000, -500, -4000, 12_000, 2000, -500, 1500, 6000)]
    tags = [
        (254, "I", [0]), (256, "I", [512]), (257, "I", [256]), (258, "H", [16]), (259, "H", [7 if coded else 1]),
        (262, "H", [32_803]), (271, "s", b"PIE\0"), (272, "s", b"tiles\0"), (274, "H", [1]), (277, "H", [1]),
        (322, "I", [SIDE]), (323, "I", [SIDE]), (324, "I", [0] * len(data)), (325, "I", [len(part) for part in data]),
        (33_421, "H", [2, 2]), (33_422, "B", [0, 1, 1, 2]), (50_706, "B", [1, 4, 0, 0]), (50_708, "s", b"PIE tiles\0"),
        (50_714, "H", [black]), (50_717, "I", [16_383]), (50_721, "i", [part for pair in matrix for part in pair]),
        (50_728, "R", [5, 10, 1, 1, 6, 10]), (50_778, "H", [21]),
    ]  # fmt: skip
    kinds = {"B": (1, 1), "s": (2, 1), "H": (3, 1), "I": (4, 1), "R": (5, 2), "i": (10, 2)}
    at, entries, extra, tile_offsets = 8 + 2 + 12 * len(tags) + 4, b"", b"", 0
    for tag, code, values in tags:
        kind, per_value = kinds[code]
        content = (
            values if isinstance(values, bytes) else struct.pack(f"<{len(values)}{code.replace('R', 'I')}", *values)
        )
        place = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", at + len(extra))
        if tag == 324:
            tile_offsets = at + len(extra)
        extra += b"" if len(content) <= 4 else content + bytes(len(content) % 2)
        entries += struct.pack("<HHI", tag, kind, len(values) // per_value) + place
    head = bytearray(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + extra)
    sizes = [len(part) for part in data]
    offsets = [len(head) + sum(sizes[:index]) for index in range(len(data))]
    struct.pack_into(f"<{len(offsets)}I", head, tile_offsets, *offsets)
    path.write_bytes(bytes(head) + b"".join(data))
    return offsets, sizes


def zeroed(first: int, last: int, share: float = 1.0) -> Damage:
    def damage(data: bytes, offsets: list[int], sizes: list[int]) -> bytes:
        start = offsets[first] + round((1 - share) * sizes[first])
        end = offsets[last] + sizes[last]
        return data[:start] + bytes(end - start) + data[end:]

    return damage


DAMAGES: dict[str, Damage] = {
    "cut before a tile": lambda data, offsets, sizes: data[: offsets[3]],
    "cut inside a tile": lambda data, offsets, sizes: data[: offsets[2] + sizes[2] // 2],
    "cut near the end": lambda data, offsets, sizes: data[:-500],
    "one tile is zeros": zeroed(4, 4),
    "the last tile is zeros": zeroed(7, 7),
    "half a tile and all others are zeros": zeroed(2, 7, 0.5),
}


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize("black", [0, BLACK])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_lost_tiles_are_refused(tmp_path: Path, coded: bool, black: int, damage: Damage) -> None:
    photo = tmp_path / "a.dng"
    offsets, sizes = write_tiled(photo, mosaic(black=black), coded=coded, black=black)
    assert load_photo(photo).shape == (256, 512, 3)
    photo.write_bytes(damage(photo.read_bytes(), offsets, sizes))
    for load in (load_photo, load_proxy):
        with pytest.raises(DecodeError, match=LOST):
            load(photo)


@pytest.mark.parametrize("black", [0, BLACK])
def test_a_nearly_black_photo_opens(tmp_path: Path, black: int) -> None:
    photo = tmp_path / "a.dng"
    write_tiled(photo, mosaic(level=0.0005, black=black), black=black)
    assert load_photo(photo).shape == (256, 512, 3)


def test_a_photo_with_black_and_white_areas_opens(tmp_path: Path) -> None:
    image = np.full((256, 256, 3), 90, np.uint8)
    image[:128] = 0
    image[128:, :128] = 255
    assert load_photo(write_dng(tmp_path / "a.dng", image, exposure=2)).shape == (256, 256, 3)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("filled", [True, False])
def test_lost_strips_are_refused(
    tmp_path: Path, sample_images: dict[str, np.ndarray], kept: float, filled: bool
) -> None:
    """As interrupted copies leave them: cut, or as long as the whole and filled up with zeros."""
    photo = write_dng(tmp_path / "a.dng", np.ascontiguousarray(sample_images["coffee"][::2, ::2]))
    data = photo.read_bytes()
    with tifffile.TiffFile(photo) as tiff:
        start, size = tiff.pages[0].dataoffsets[0], sum(tiff.pages[0].databytecounts)
    end = start + round(kept * size)
    photo.write_bytes(data[:end] + (bytes(start + size - end) + data[start + size :] if filled else b""))
    with pytest.raises(DecodeError, match=LOST):
        load_photo(photo)
