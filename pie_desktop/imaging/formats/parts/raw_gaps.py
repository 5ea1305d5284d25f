"""Parts of a RAW photo's sensor data that are missing, by its samples: a sensor never gives nothing at all.

Decoders leave what they could not read at 0. Where there is a black level, no area of a sensor is as dark as that;
where there is none, noise keeps some sites of every tile above it. Tiles and strips are the unit in which files lose
data, and what the file says of them tells where to look.
"""

import contextlib
import ctypes
import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.imaging.metadata.containers import jpeg_segments

_BAND = 8  # rows of full width that count as a strip where the file does not tell its own
_CELL = 64  # side of an area that must not be at 0 where black is above it
_LINEAR, _CFA = 34892, 32803  # TIFF/EP and DNG, PhotometricInterpretation
_CR2_SLICES = 50752  # Canon's tag of the image that holds the sensor data, which says nothing else of it
_UNCOMPRESSED = 1
_LOOKED_AT = 64  # bytes of a tile; no codec begins with so many zeros
_SECTOR = 4096  # bytes that disks and copies lose at once
_SPARE = 0.02  # of a tile or strip that a camera may fill up, or count too much
_HUFFMAN = 0xC4  # marker of JPEG
_TRANSPARENCY = 4  # DNG: NewSubfileType of a mask, as panoramas have for what they do not cover
_PERTURB, _WITH_ZEROS = -6, 0xFF  # glibc's M_PERTURB: memory is filled with the complement


@contextlib.contextmanager
def unread_is_zero() -> Iterator[None]:
    """What LibRaw allocates inside and does not write to is 0, as it is where the memory comes fresh from the system.

    It may give up without a word and leave the memory for the samples as it was: parts of another photo. Only glibc
    can be told so; inside, all threads pay for it, so it is for the reading of the sensor data alone.
    """
    mallopt = _mallopt()
    if mallopt is None:
        yield
        return
    mallopt(_PERTURB, _WITH_ZEROS)
    try:
        yield
    finally:
        mallopt(_PERTURB, 0)


@functools.cache
def _mallopt() -> Callable[[int, int], int] | None:
    return getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None


def has_gaps(raw: Any, path: Path) -> bool:
    """Whether a whole tile, strip or area holds no signal.

    Args:
        raw: rawpy's open file; its sensor data has been unpacked.
        path: the same file.
    """
    try:
        visible, whole = raw.raw_image_visible, raw.raw_image
    except (AttributeError, ValueError, RuntimeError):
        return False
    if visible is None or not visible.size:
        return False
    if not visible.any():
        return True
    layout = _layout(path)
    if layout.lost:
        return True
    if layout.masked:
        return False
    tile = next((tile for shape, tile in layout.images if shape == whole.shape[:2]), None)
    if tile is not None and any(not part.any() for part in _parts(whole, *tile)):
        return True
    bands = (visible[-_BAND:], *_parts(visible, _BAND, visible.shape[1]))  # what is lost is most often the end
    if any(not part.any() for part in bands):
        return True
    black = min(raw.black_level_per_channel)
    return black > 0 and any(not part.any() for part in _parts(visible, _CELL, _CELL))


def _parts(samples: np.ndarray, height: int, width: int) -> Iterator[np.ndarray]:
    """Tiles of the samples whose middle is at 0; those at the edges may be smaller, slivers are left out."""
    for top in range(0, len(samples), height):
        rows = samples[top : top + height]
        if len(rows) < min(height, _BAND):
            continue
        for left in range(0, samples.shape[1], width):
            part = rows[:, left : left + width]
            if part.shape[1] >= min(width, _BAND) and not part[len(part) // 2].any():
                yield part


@dataclass
class _Layout:
    """What a file like a TIFF says of its sensor data.

    Attributes:
        images: (height, width) of each image and of its tiles or strips.
        masked: there is a mask of what the image does not cover.
        lost: the data of a compressed tile or strip is not there, or zeros.
    """

    images: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    masked: bool = False
    lost: bool = False


def _layout(path: Path) -> _Layout:
    import tifffile

    found = _Layout()
    try:
        with tifffile.TiffFile(path) as tiff:
            for page in (*tiff.pages, *(tiff.pages[0].pages or ())):
                found.masked |= bool(int(page.subfiletype) & _TRANSPARENCY)
                if page.photometric in (_LINEAR, _CFA):
                    tile = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, page.imagewidth)
                    shape = (page.imagelength, page.imagewidth)
                    found.images.append((shape, (max(_BAND, tile[0]), max(_BAND, tile[1]))))
                elif _CR2_SLICES not in page.tags:
                    continue
                # LibRaw reads on into the next tile, or to the end of all zeros, and what it makes of that is not 0.
                if page.compression != _UNCOMPRESSED:
                    parts = zip(page.dataoffsets, page.databytecounts, strict=True)
                    found.lost |= any(_is_lost(tiff.filehandle, *part) for part in parts)
    except Exception:  # of any kind, from what is no TIFF or a strange one
        pass
    return found


def _is_lost(file: Any, offset: int, size: int) -> bool:
    """Whether a compressed tile or strip is cut off or, in part, zeros, which no codec makes of a sensor's noise."""
    file.seek(offset)
    data = bytes(file.read(size))
    if not any(data[:_LOOKED_AT]) or size - len(data) > _SPARE * size:
        return True
    least = max(_SECTOR, int(_SPARE * size))
    jpeg = data.startswith(b"\xff\xd8")
    kept = data.rstrip(b"\0")
    if len(data) - len(kept) >= least:  # behind the end of a JPEG there may be anything
        return not (jpeg and kept.endswith(b"\xff\xd9"))
    return bytes(least) in kept and not (jpeg and _may_have_zeros(data))


def _may_have_zeros(jpeg: bytes) -> bool:
    """Whether a lossless JPEG writes areas of one value, such as blown-out skies, as zeros: by its Huffman codes.

    The first value of a table has the code of zeros alone; it is 0 where that stands for no change.
    """
    for start, end in jpeg_segments(jpeg):
        table = start if jpeg[start - 3] == _HUFFMAN else end
        while table + 17 < end:
            if jpeg[table + 17] == 0:
                return True
            table += 17 + sum(jpeg[table + 1 : table + 17])
    return False
