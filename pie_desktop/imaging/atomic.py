"""Writing a file so that it is either complete or not there at all."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from pie_desktop.imaging.leftovers import of_process, remove, temporary_beside


@contextlib.contextmanager
def atomic_write(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on a normal exit it becomes `path`, on an exception it is removed.

    The temporary file exists (empty) when it is handed out, is flushed to the disk before it is moved, and gets the
    permissions of the file that it replaces. Its name matches no pattern for files of any kind, see `leftovers`. A link
    is followed, not replaced.

    Args:
        path: the file to write; its folder must exist.
        overwrite: False raises FileExistsError when `path` exists at the end, however it came to be there.

    Raises:
        OSError: the folder is missing, not writable or full; nothing is left behind.
    """
    target = Path(os.path.realpath(path))
    if not overwrite and target.exists():
        raise FileExistsError(f"{path} exists already.")
    temporary = temporary_beside(target)
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        _flush_to_disk(temporary)
        publish(temporary, target, overwrite=overwrite)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path`; on a normal exit it becomes `path`, on an exception it is removed.

    Args:
        path: the folder to make; it must not exist, its parent must.

    Raises:
        OSError: `path` exists, or the disk cannot be written; nothing is left behind.
    """
    temporary = temporary_beside(path)
    temporary.mkdir()
    try:
        yield temporary
        if path.exists():
            raise FileExistsError(errno.EEXIST, f"{path} exists already")
        temporary.rename(path)
        _flush_folder(path.parent)
    finally:
        remove(temporary)


def publish(finished: Path, path: Path, *, overwrite: bool = True) -> None:
    """Give a complete file, which is on the disk already, its final name; the name is on the disk when this returns.

    Args:
        finished: in the folder of `path` or another one on the same disk; gone afterwards.
        path: its name; a link is followed.
        overwrite: False raises FileExistsError when `path` exists; True gives the file the permissions of the old one.

    Raises:
        OSError: the folder is gone or not writable; `finished` is still there.
    """
    target = Path(os.path.realpath(path))
    if overwrite:
        with contextlib.suppress(OSError):  # nothing to replace, or a disk without permissions
            finished.chmod(target.stat().st_mode & 0o7777)
        finished.replace(target)
    else:
        _move_without_replacing(finished, target)
        finished.unlink(missing_ok=True)
    _flush_folder(target.parent)


def remove_unfinished(folder: Path, pid: int) -> None:
    """Remove what `atomic_write` left in a folder when its process, which must have ended, was killed or crashed."""
    with contextlib.suppress(OSError):
        for temporary in of_process(folder, pid):
            temporary.unlink(missing_ok=True)


def write_problem(path: Path, error: OSError) -> str:
    """One sentence on why a file could not be written."""
    if isinstance(error, FileExistsError):
        return f"{path} exists already and was left as it is; choose another name or allow overwriting."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path.name} could not be written because the disk of {path.parent} is full; free some space."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.name} could not be written because {path.parent} is write-protected; choose another folder."
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{path.name} could not be written because the folder {path.parent} does not exist; create it first."
    return f"{path} could not be written ({error.strerror or error})."


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
        try:
            temporary.replace(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise
