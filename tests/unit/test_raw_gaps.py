"""RAW photos whose sensor data is missing in part are refused; dark ones, and those with flat areas, are not."""

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import rawpy
import tifffile

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.formats.parts import raw_gaps
from tests.raw_files import BLACK, write_dng, write_tiff

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
    return write_tiff(path, tags, 324, data)


def write_strip(path: Path, samples: np.ndarray, make: bytes, coded: bool) -> tuple[list[int], list[int]]:
    """A RAW photo as cameras write it, in one strip; its offset and its size."""
    data = _camera_jpeg(samples) if coded else samples.tobytes()
    height, width = samples.shape
    tags = [
        (254, "I", [0]), (256, "I", [width]), (257, "I", [height]), (258, "H", [14 if coded else 16]),
        (259, "H", [7 if coded else 1]), (262, "H", [32_803]), (271, "s", make + b"\0"), (272, "s", b"Testcam\0"),
        (273, "I", [0]), (274, "H", [1]), (277, "H", [1]), (278, "I", [height]), (279, "I", [len(data)]),
        (33_421, "H", [2, 2]), (33_422, "B", [0, 1, 1, 2]),
    ]  # fmt: skip
    return write_tiff(path, tags, 273, [data])


def _camera_jpeg(samples: np.ndarray) -> bytes:
    """A lossless JPEG with a byte after the header of the frame, which LibRaw skips where a camera has one component.

    Without it LibRaw decodes nothing and says nothing: the samples are whatever was in memory.
    """
    data: bytes = imagecodecs.ljpeg_encode(samples, bitspersample=14)
    frame = data.index(b"\xff\xc3")
    end = frame + 2 + int.from_bytes(data[frame + 2 : frame + 4], "big")
    return data[:end] + b"\0" + data[end:]


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


OTHER_KINDS = [
    ("a.nef", b"NIKON CORPORATION", False),
    ("a.pef", b"PENTAX Corporation", False),
    ("a.arw", b"SONY", False),
    ("a.arw", b"SONY", True),
    ("a.srw", b"SAMSUNG", False),
    ("a.3fr", b"Hasselblad", False),
    ("a.3fr", b"Hasselblad", True),
    ("a.erf", b"SEIKO EPSON CORP.", False),
]
STRIP_DAMAGES: dict[str, Damage] = {
    "cut": lambda data, offsets, sizes: data[: offsets[0] + round(0.6 * sizes[0])],
    "the end is zeros": zeroed(0, 0, 0.4),
    "a part is zeros": lambda data, offsets, sizes: _zeros(data, offsets[0] + sizes[0] // 3, sizes[0] // 6),
    "the beginning is zeros": lambda data, offsets, sizes: _zeros(data, offsets[0], sizes[0] // 5),
}


def _zeros(data: bytes, start: int, count: int) -> bytes:
    return data[:start] + bytes(count) + data[start + count :]


@pytest.mark.parametrize(("name", "make", "coded"), OTHER_KINDS)
@pytest.mark.parametrize("damage", STRIP_DAMAGES.values(), ids=STRIP_DAMAGES)
def test_lost_parts_of_other_kinds_are_refused(
    tmp_path: Path, name: str, make: bytes, coded: bool, damage: Damage
) -> None:
    photo = tmp_path / name
    offsets, sizes = write_strip(photo, mosaic(), make, coded)
    assert min(load_photo(photo).shape[:2]) > 240
    photo.write_bytes(damage(photo.read_bytes(), offsets, sizes))
    with pytest.raises(DecodeError, match="copy it again"):
        load_photo(photo)


@pytest.mark.parametrize(("name", "make"), [("a.arw", b"SONY"), ("a.nef", b"NIKON CORPORATION"), ("a.mos", b"Leaf")])
def test_coded_strips_hold_the_samples_that_were_written(tmp_path: Path, name: str, make: bytes) -> None:
    """What the tests of lost parts stand on: the whole photo is one."""
    write_strip(tmp_path / name, mosaic(), make, coded=True)
    with rawpy.imread(str(tmp_path / name)) as raw:
        assert np.array_equal(raw.raw_image, mosaic())


@pytest.mark.skipif(raw_gaps._mallopt() is None, reason="glibc alone can be told to")
def test_memory_that_nothing_was_read_into_is_no_photo(tmp_path: Path) -> None:
    """One component, without the byte that LibRaw skips: it gives up and says nothing."""
    photo, samples = tmp_path / "a.arw", mosaic()
    write_strip(photo, samples, b"SONY", coded=True)
    data, sound = photo.read_bytes(), imagecodecs.ljpeg_encode(samples, bitspersample=14)
    photo.write_bytes(data[: data.rindex(b"\xff\xd8")] + sound)
    np.full(samples.size * 8, 0x1234, np.uint16)  # once it is free, glibc keeps memory of such sizes for later
    used = [np.full(samples.size + 8000, 0x1234, np.uint16) for _ in range(40)]
    between = used[1::2]  # noqa: F841  # so that the others are not given back
    used.clear()
    with pytest.raises(DecodeError, match=r"a\.arw is incomplete"):
        load_photo(photo)


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize("share", [0.5, 0.97])
@pytest.mark.parametrize("at_the_end", [True, False])
def test_blown_out_areas_are_no_gaps(tmp_path: Path, coded: bool, share: float, at_the_end: bool) -> None:
    samples = mosaic(level=0.9)
    rows = round(share * len(samples))
    samples[slice(-rows, None) if at_the_end else slice(rows)] = 16383
    write_tiled(tmp_path / "a.dng", samples, coded=coded)
    write_strip(tmp_path / "a.arw", samples, b"SONY", coded)
    assert {load_photo(tmp_path / name).shape for name in ("a.dng", "a.arw")} == {(256, 512, 3)}


def test_what_a_camera_fills_up_behind_the_image_is_no_gap(tmp_path: Path) -> None:
    photo = tmp_path / "a.arw"
    offsets, sizes = write_strip(photo, mosaic(), b"SONY", coded=True)
    data = bytearray(photo.read_bytes())
    at = data.index((279).to_bytes(2, "little") + b"\4\0\1\0\0\0" + sizes[0].to_bytes(4, "little")) + 8
    data[at : at + 4] = (sizes[0] + 50_000).to_bytes(4, "little")
    photo.write_bytes(bytes(data) + bytes(50_000))
    assert load_photo(photo).shape == (256, 512, 3) and offsets


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
