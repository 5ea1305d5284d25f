"""What a plan needs to know about a photo: read from its header once, remembered while the file does not change.

How large the files of an export will be, before they are made: the right order, not the last digit.

Bytes per pixel as measured on sixteen photographs; the files of one photo differ by its detail, which the
compression of the photo itself tells where it is a JPEG.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import probe
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.metadata.reading import PhotoSummary, read_summary

REMEMBERED = 20_000


@dataclass(frozen=True)
class PhotoFacts:
    """A photo before it is decoded.

    Attributes:
        width, height: upright, pixels; 0 where the header cannot be read.
        bit_depth: 8, 16 or 32.
        file_size: bytes.
        modified: of the file, local time.
        summary: camera data; empty where there is none.
        problem: one sentence: why the photo cannot be opened, else None.
    """

    width: int
    height: int
    bit_depth: int
    file_size: int
    modified: datetime
    summary: PhotoSummary
    problem: str | None = None

    @property
    def taken(self) -> datetime:
        """The capture time, else that of the file."""
        return self.summary.taken or self.modified


class FactsReader:
    """Facts of photos; safe to use from several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int, bool], PhotoFacts] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, photo: Path, with_summary: bool = True) -> PhotoFacts:
        """The facts of a photo that exists; without its summary in half the time.

        Raises:
            OSError: the file is gone.
        """
        status = photo.stat()
        key = (str(photo), status.st_size, status.st_mtime_ns, with_summary)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        facts = _read(photo, status.st_size, datetime.fromtimestamp(status.st_mtime), with_summary)
        with self._lock:
            self._known[key] = facts
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return facts


def _read(photo: Path, file_size: int, modified: datetime, with_summary: bool) -> PhotoFacts:
    try:
        info = probe(photo)
        summary = read_summary(photo) if with_summary else PhotoSummary()
    except DecodeError as error:
        return PhotoFacts(0, 0, 8, file_size, modified, PhotoSummary(), str(error))
    return PhotoFacts(info.width, info.height, info.bit_depth, file_size, modified, summary)


_JPEG_QUALITY = (1, 50, 70, 80, 89, 90, 92, 95, 98, 100)
_JPEG_BYTES = (0.02, 0.135, 0.183, 0.247, 0.326, 0.429, 0.448, 0.584, 0.742, 1.041)
_BYTES = {"png": 1.74, "tiff": 1.82}
_BYTES_16 = {"png": 3.3, "tiff": 2.4}  # of images that had eight bits before their edit; true 16 bits hardly shrink
_TRUE_16 = 4.6
# The usual share of a JPEG that looks the same.
_LOSSY = {"webp": 0.6, "heic": 0.55, "avif": 0.45}
_USUAL_JPEG = 0.43  # bytes per pixel of the measured photographs
_UNCOMPRESSED = 3


def estimate_bytes(options: EncodeOptions, pixels: int, source_bits: int, source_density: float | None) -> int:
    """Expected size of a file.

    Args:
        options: how it is written.
        pixels: of the file.
        source_bits: of the photo, 8 or more.
        source_density: bytes per pixel of the photo when it is a JPEG, else None.
    """
    container = "png" if options.format == "webp" and options.lossless else options.container
    deep = options.bits(16 if source_bits > 8 else 8) == 16
    if container == "tiff" and options.compression == "none":
        return pixels * _UNCOMPRESSED * (2 if deep else 1)
    if container in _BYTES:
        density = _BYTES[container] if not deep else _TRUE_16 if source_bits > 8 else _BYTES_16[container]
        exponent = 0.5  # what compresses without loss depends less on the detail
    else:
        density = float(np.interp(options.quality, _JPEG_QUALITY, _JPEG_BYTES)) * _LOSSY.get(container, 1.0)
        exponent = 0.8
    if source_density:
        density *= float(np.clip(source_density / _USUAL_JPEG, 0.3, 3.0)) ** exponent
    return round(pixels * density)


def size_text(size: float) -> str:
    """Such as `640 KB`, `3.2 MB` or `1.4 GB`, two digits at least."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if size >= unit:
            value = size / unit
            return f"{value:.1f} {name}" if value < 9.95 else f"{value:,.0f} {name}"
    return f"{size:.0f} bytes"
