"""What a plan needs to know about a photo: read from its header once, remembered while the file does not change."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import probe
from pie_desktop.imaging.metadata import PhotoSummary, read_summary

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
