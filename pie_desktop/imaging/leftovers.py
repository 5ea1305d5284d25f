"""Left-overs of processes that were killed: how temporary files name their process, and when they may be removed.

A temporary name says on which computer and by which process it is used, so that the next start can remove what a
killed process left and nothing that a running one needs. No pattern by which files of a kind are found matches it: it
begins with a dot and ends with `.part`.
"""

import contextlib
import functools
import hashlib
import os
import platform
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

TEMPORARY_PREFIX = ".pie-"
STAGING_PREFIX = ".staging-"
ENDING = ".part"
_OWNED = re.compile(r"\.(?:pie|staging)-h([0-9a-f]{8})-p(\d+)-[0-9a-f]{12}(?:\.part)?")
_EARLIER = re.compile(r"\.pie-(\d+)-[0-9a-f]{12}(?:\.\w+)?|\.staging-\w{8}")  # names of earlier versions
_FOREIGN_SECONDS = 24 * 3600  # processes of other computers cannot be asked whether they still run
_CLOCK_SECONDS = 5.0  # clocks of files and processes may differ by so much


def owner() -> str:
    """This process, as temporary names have it."""
    return f"h{_host()}-p{os.getpid()}-{secrets.token_hex(6)}"


def temporary_beside(path: Path) -> Path:
    """A name for what becomes `path`, in the same folder."""
    return path.parent / f"{TEMPORARY_PREFIX}{owner()}{ENDING}"


def of_process(folder: Path, process_id: int) -> Iterator[Path]:
    """What a process of this computer left in a folder. Raises OSError."""
    yield from Path(folder).glob(f"{TEMPORARY_PREFIX}h{_host()}-p{process_id}-*")


def remove_abandoned(root: Path, depth: int = 0) -> None:
    """Remove what killed processes left in a folder and in those below it, as many levels down. Never raises."""
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                path = Path(entry.path)
                folder = entry.is_dir(follow_symlinks=False)
                if entry.name.startswith((TEMPORARY_PREFIX, STAGING_PREFIX)):
                    if _is_abandoned(path):
                        remove(path)
                elif folder and depth > 0:
                    remove_abandoned(path, depth - 1)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it. Never raises."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def is_old(path: Path) -> bool:
    """Whether nothing was done with a file or folder for a day. Raises OSError."""
    return time.time() - path.lstat().st_mtime > _FOREIGN_SECONDS


def _is_abandoned(path: Path) -> bool:
    owned = _OWNED.fullmatch(path.name)
    if owned is None:
        return _EARLIER.fullmatch(path.name) is not None and is_old(path)
    host, process_id = owned[1], int(owned[2])
    return is_old(path) if host != _host() else not _runs(process_id, path.lstat().st_ctime)


def _runs(process_id: int, since: float) -> bool:
    """Whether a process runs and did so at a time; another one may have got its number since."""
    import psutil

    try:
        return bool(psutil.Process(process_id).create_time() <= since + _CLOCK_SECONDS)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


@functools.cache
def _host() -> str:
    return hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()
