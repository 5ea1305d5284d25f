"""Facts about a photo that a plan needs, read once from its header, and the expected size of the exported file."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import probe
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.metadata.reading import PhotoSummary, read_summary
from pie_desktop.imaging.metadata.sidecar_files import sidecar_stamps

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
        """The best date that the photo gives (`metadata.dates`), else that of the file."""
        return self.summary.date or self.modified


class FactsReader:
    """Facts of photos; safe to use from several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], PhotoFacts] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, photo: Path, with_summary: bool = True) -> PhotoFacts:
        """The facts of a photo that exists; without its summary in half the time.

        Raises:
            OSError: the file is gone.
        """
        status = photo.stat()
        key = (str(photo), status.st_size, status.st_mtime_ns, sidecar_stamps(photo) if with_summary else None)
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


_USUAL_JPEG = 0.43  # bytes per pixel of JPEGs of the measured photographs


def estimate_bytes(options: EncodeOptions, pixels: int, source_bits: int, source_density: float | None) -> int:
    """Expected size of a file: the right order of magnitude, not the last digit.

    The files of one photo differ by its detail, which the size of the photo itself shows if it is a JPEG.

    Args:
        options: how it is written.
        pixels: of the file.
        source_bits: of the photo, 8 or more.
        source_density: bytes per pixel of the photo when it is a JPEG, else None.
    """
    expected = options.writing.density(options.coding(16 if source_bits > 8 else 8), source_bits)
    density = expected.bytes_per_pixel
    if source_density:
        density *= float(np.clip(source_density / _USUAL_JPEG, 0.3, 3.0)) ** expected.detail
    return round(pixels * density)


def size_text(size: float) -> str:
    """Such as `640 KB`, `3.2 MB` or `1.4 GB`, two digits at least."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if size >= unit:
            value = size / unit
            return f"{value:.1f} {name}" if value < 9.95 else f"{value:,.0f} {name}"
    return f"{size:.0f} bytes"
