"""What a `.piestyle` file may hold: two descriptions, what a model learned, and copies of photos."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from pie_desktop.errors import StyleError
from pie_desktop.imaging import archive
from pie_desktop.imaging.archive import ArchiveKind, ArchiveReader

MANIFEST = "piestyle.json"
DESCRIPTION = "style.json"
PREFERENCE = "preference.safetensors"
COPIES = "refs/"

MAX_COPIES = 20_000
MAX_COPY_BYTES = 4 * 1024 * 1024
MAX_TEXT_BYTES = 16 * 1024 * 1024
MAX_PREFERENCE_BYTES = 512 * 1024 * 1024


class DamagedArchive(StyleError):
    """A file that is no style, or one that no program of ours wrote."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"“{path.name}” cannot be used as a style: {why}; ask for the file again.")


STYLE = ArchiveKind(
    noun="style",
    sizes={MANIFEST: 64 * 1024, DESCRIPTION: MAX_TEXT_BYTES, PREFERENCE: MAX_PREFERENCE_BYTES},
    damaged=DamagedArchive,
    pattern=re.compile(r"refs/[A-Za-z0-9_-]{1,40}\.(jpg|png)"),
    most=MAX_COPIES,
    pattern_bytes=MAX_COPY_BYTES,
)


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[ArchiveReader]:
    """Check the archive of a style and open it.

    Raises:
        DamagedArchive: it is none, or has anything that an archive of a style never has.
        StyleError: there is no such file.
        OSError: the file cannot be read.
    """
    if not path.is_file():
        raise StyleError(f"There is no file “{path}”; choose a .piestyle file.")
    with archive.open_archive(STYLE, path) as reader:
        yield reader
