"""How a photo is known again: a fast hash of its content, which stays when it is moved or renamed."""

import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

SAMPLE = 64 * 1024
REMEMBERED = 10_000


class ContentHasher:
    """Digest of the size and the first and last 64 KiB of a file, remembered while the file does not change.

    Photos differ in their first bytes (header, EXIF time, embedded preview) and their last (entropy-coded pixels), so
    that two reads tell them apart even on a slow network drive.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._lock = threading.Lock()

    def last_digest(self, path: Path) -> str | None:
        """The digest that a file had when it was last there; None for one that was never asked for."""
        with self._lock:
            found = [digest for (name, _, _), digest in self._known.items() if name == str(path)]
        return found[-1] if found else None

    def digest(self, path: Path) -> str:
        """32 hexadecimal digits. Raises OSError."""
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        digest = _digest(path, status.st_size)
        with self._lock:
            self._known[key] = digest
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return digest


def _digest(path: Path, size: int) -> str:
    state = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        state.update(file.read(SAMPLE))
        if size > SAMPLE:
            file.seek(max(SAMPLE, size - SAMPLE), os.SEEK_SET)
            state.update(file.read(SAMPLE))
    return state.hexdigest()
