"""Archives taken apart and put together again, so that tests can send something else in them."""

import zipfile
from pathlib import Path

Contents = dict[str, bytes]


def contents(path: Path) -> Contents:
    """What an archive holds, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, files: Contents, compression: int = zipfile.ZIP_STORED) -> Path:
    """An archive of these files; returns its path."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
