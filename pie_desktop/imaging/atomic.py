"""Writing a file so that it is either complete or not there at all."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

TEMPORARY_PREFIX = ".pie-"


@contextlib.contextmanager
def atomic_write(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on a normal exit it becomes `path`, on an exception it is removed.

    The temporary file exists (empty) when it is handed out, has the suffix of `path`, is flushed to the disk before
    it is moved, and gets the permissions of the file that it replaces. A link is followed, not replaced.

    Args:
        path: the file to write; its folder must exist.
        overwrite: False raises FileExistsError when `path` exists at the end, however it came to be there.

    Raises:
        OSError: the folder is missing, not writable or full; nothing is left behind.
    """
    target = Path(os.path.realpath(path))
    if not overwrite and target.exists():
        raise FileExistsError(f"{path} exists already.")
    temporary = target.parent / f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(6)}{target.suffix}"
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        _flush_to_disk(temporary)
        if overwrite:
            with contextlib.suppress(OSError):  # nothing to replace, or a disk without permissions
                temporary.chmod(target.stat().st_mode & 0o7777)
            temporary.replace(target)
        else:
            _move_without_replacing(temporary, target)
        _flush_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: Path, pid: int) -> None:
    """Remove what `atomic_write` left in a folder when its process, which must have ended, was killed or crashed."""
    with contextlib.suppress(OSError):
        for temporary in Path(folder).glob(f"{TEMPORARY_PREFIX}{pid}-*"):
            temporary.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _move_without_replacing(temporary: Path, target: Path) -> None:
    if os.name == "nt":
        temporary.rename(target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        # exFAT and some network drives have no hard links: reserve the name first, which cannot overwrite anything.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        temporary.replace(target)
