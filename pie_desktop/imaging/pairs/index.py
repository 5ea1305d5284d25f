"""Pairs that were judged before: their images in one memory-mapped file, what was found of them beside it.

Judging thousands of pairs takes many minutes, so it is done once. A pair is known again as long as the path, size and
time of both files are the same. The images of new pairs are appended, and the list of what is where is replaced as one
file after they are on the disk: whenever a process ends, the list names nothing that is not there. Several processes
may use an index; those that write wait for each other.

Both files lie in a folder of caches and may be anybody's: the list is read by the one reader of JSON, the images are
bytes of a fixed size, and whatever does not fit is judged again.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from filelock import FileLock

from pie_desktop import json_files, paths
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.judge import Finding, Judged, Stamp, path_text

FORMAT = 1  # raised when pairs are judged differently, so that all are judged anew
MAX_LIST = 128 * 1024 * 1024  # bytes
MOST = 100_000  # pairs
GARBAGE = 512  # rows that nothing refers to, from which the images are written anew
SUFFIX = ".images"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IndexedPair:
    """What was found of a pair.

    Attributes:
        row: of its images; -1 where there are none.
        sure: nothing spoke for another original when the pair was found.
    """

    finding: Finding
    row: int
    sure: bool


@dataclass(frozen=True)
class _List:
    """What the file beside the images says.

    Attributes:
        images: name of the file of the images; empty where there is none yet.
        rows: how many there are in it.
    """

    images: str = ""
    rows: int = 0
    pairs: tuple[IndexedPair, ...] = ()


class PairIndex:
    """An index for images of one size.

    Args:
        folder: where it lies; made when something is written.
        side: of the images, px.
    """

    def __init__(self, folder: Path, side: int) -> None:
        self.folder, self.side = folder, side
        self._path = folder / f"pairs-{side}.json"
        self._seen: tuple[int, int] | None = None
        self._list = _List()
        self._pairs: dict[tuple[str, str], IndexedPair] = {}

    @classmethod
    def of_program(cls, side: int) -> "PairIndex":
        """The one that the editor and the training share."""
        return cls(paths.cache_dir() / "pairs", side)

    def find(self, guess: PairGuess) -> IndexedPair | None:
        """What is known of a pair; None where it was not judged, or one of its files is another one now."""
        known = self._pairs.get(_key(guess))
        if known is None or guess.before is None:
            return None
        try:
            stamps = Stamp.of(guess.after), Stamp.of(guess.before)
        except OSError:
            return None
        return known if stamps == (known.finding.edit, known.finding.original) else None

    def originals(self) -> dict[Path, Path]:
        """The originals of edits that were found before beyond doubt, where neither file has changed."""
        found = {}
        for pair in self._pairs.values():
            edit, original = Path(pair.finding.edit.path), Path(pair.finding.original.path)
            if pair.sure and pair.row >= 0 and self.find(PairGuess(edit, original, "")) is not None:
                found[edit] = original
        return found

    def refresh(self) -> None:
        """Take in what other processes have written."""
        try:
            status = self._path.stat()
        except OSError:
            self._take(_List())
            return
        if self._seen != (status.st_mtime_ns, status.st_size):
            self._take(self._read())
            self._seen = status.st_mtime_ns, status.st_size

    def add(self, judged: Iterable[tuple[PairGuess, Judged]]) -> None:
        """Keep what was found of some pairs; those of the same two files that were there are forgotten.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self.refresh()
            images = self.folder / (self._list.images or self._new_name())
            rows, new, pixels = self._list.rows, {}, []
            for guess, one in judged:
                row = rows if one.images is not None else -1
                new[_key(guess)] = IndexedPair(one.finding, row, not guess.doubt)
                if one.images is not None:
                    pixels.append(one.images)
                    rows += 1
            if pixels:
                with images.open("r+b" if images.exists() else "x+b") as file:
                    file.seek(self._list.rows * self._row_bytes)
                    file.write(np.stack(pixels).tobytes())
                    file.flush()
                    os.fsync(file.fileno())
            pairs = {**self._pairs, **new}
            kept = tuple(pairs.values())[-MOST:]
            self._write(self._packed(_List(images.name if rows else "", rows, kept)))

    def images(self, guesses: Sequence[PairGuess]) -> tuple[np.ndarray, np.ndarray]:
        """Where the images of pairs are that `find` knows.

        Returns:
            All images of the index, uint8 (R, 2, S, S, 3), memory-mapped, and the rows (P,) of these pairs. What is
            written later changes neither.

        Raises:
            OSError, KeyError: the index was emptied meanwhile.
        """
        with self._alone():
            self.refresh()
            rows = np.array([self._pairs[_key(guess)].row for guess in guesses], int)
            return self._mapped(), rows

    def _alone(self) -> FileLock:
        return FileLock(self._path.with_suffix(".lock"))

    @property
    def _row_bytes(self) -> int:
        return 2 * self.side * self.side * 3

    def _mapped(self) -> np.ndarray:
        shape = (self._list.rows, 2, self.side, self.side, 3)
        if not self._list.rows:
            return np.zeros(shape, np.uint8)
        return np.memmap(self.folder / self._list.images, np.uint8, "r", shape=shape)

    def _new_name(self) -> str:
        return f"pairs-{self.side}-{uuid4().hex[:12]}{SUFFIX}"

    def _take(self, found: _List) -> None:
        self._list = found
        self._pairs = {(pair.finding.edit.path, pair.finding.original.path): pair for pair in found.pairs}

    def _read(self) -> _List:
        """What is on the disk; nothing where that cannot be used."""
        try:
            stored = json_files.read_object(self._path, max_bytes=MAX_LIST)
            if stored.get("format") != FORMAT or stored.get("side") != self.side:
                return _List()
            found = json_files.as_type(_List, {key: stored[key] for key in ("images", "rows", "pairs")})
            name = found.images
            if name and (not name.endswith(SUFFIX) or Path(name).name != name):
                raise json_files.DamagedJsonError("it names another file")
            there = (self.folder / name).stat().st_size // self._row_bytes if name else 0
            if not 0 <= found.rows <= there or any(not -1 <= pair.row < found.rows for pair in found.pairs):
                raise json_files.DamagedJsonError("its images are not all there")
        except (OSError, KeyError, TypeError, ValueError) as error:
            _log.warning("%s cannot be used, so the pairs are looked at again: %s", self._path, error)
            return _List()
        return found

    def _write(self, made: _List) -> None:
        document: dict[str, Any] = {"format": FORMAT, "side": self.side} | asdict(made)
        with atomic_write(self._path) as temporary:
            temporary.write_text(json_files.to_text(document, indent=None), encoding="utf-8")
        self._take(made)
        self._seen = None
        for path in self.folder.glob(f"pairs-{self.side}-*{SUFFIX}"):
            if path.name != made.images:
                try:
                    path.unlink()
                except OSError:  # mapped by another process: the next writer removes it
                    _log.info("%s is still in use", path)

    def _packed(self, made: _List) -> _List:
        """The same in a new file, where much of the file is images that nothing refers to."""
        used = [pair for pair in made.pairs if pair.row >= 0]
        if made.rows - len(used) < max(GARBAGE, len(used)):
            return made
        old = np.memmap(self.folder / made.images, np.uint8, "r", shape=(made.rows, self._row_bytes))
        name, rows = self._new_name(), {pair.row: number for number, pair in enumerate(used)}
        with atomic_write(self.folder / name) as temporary, temporary.open("wb") as file:
            for pair in used:
                file.write(old[pair.row].tobytes())
        pairs = tuple(replace(pair, row=rows.get(pair.row, -1)) for pair in made.pairs)
        return _List(name if used else "", len(used), pairs)


def _key(guess: PairGuess) -> tuple[str, str]:
    return path_text(guess.after), "" if guess.before is None else path_text(guess.before)
