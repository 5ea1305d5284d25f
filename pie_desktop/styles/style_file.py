"""Passing styles on: `.piestyle` files, with the photos that a style was learned from or without them.

An archive holds `piestyle.json`, which says what it is, the style's own `style.json`, and

- with photos: the small copies in `refs/`. Whoever gets it can learn the style anew, with any model.
- without: pictures of 32 x 32 colours in place of the copies, sorted, so that no photo can be seen in them, and what
  one model learned, its colours sorted likewise. Whoever gets it can use the style with that model alone.

Paths, and without photos all names of files, stay at home.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from pie_desktop import paths
from pie_desktop.styles.document import ReferenceDocument
from pie_desktop.styles.style import Style

SUFFIX = ".piestyle"
FORMAT = 1
PALETTE_SIDE = 32
_MAX_SOURCE = 255  # letters

WITH_PHOTOS = (
    "Whoever gets this file can see small copies (768 px) of all photos of the style, edited and original, and their "
    "file names, and can use it with any model."
)
WITHOUT_PHOTOS = (
    "Whoever gets this file can see which colours the photos have and how you changed them, but neither what the "
    "photos show nor their names, and can use it only with the model that you use now."
)


class Manifest(BaseModel):
    """The whole of `piestyle.json`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    program: Annotated[str, StringConstraints(max_length=100)]
    photos: bool


def is_style_file(path: Path) -> bool:
    """Whether a file is named as one."""
    return path.suffix.lower() == SUFFIX


def file_name(style: Style) -> str:
    """A name for the file of a style that every system takes."""
    return paths.file_stem(style.name, "style") + SUFFIX


def bare_names(reference: ReferenceDocument) -> dict[str, str | None]:
    """Names of the files without their folders, whichever system they are from."""
    before = reference.before_source
    return {"source": _bare(reference.source), "before_source": _bare(before) if before is not None else None}


def _bare(source: str) -> str:
    name = PureWindowsPath(PurePosixPath(source).name).name
    return "".join(letter for letter in name if letter.isprintable())[:_MAX_SOURCE] or "photo"
