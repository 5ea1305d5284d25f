"""What a person noted about styles: tags, favourites, archived ones, how much each is used, and an order of their own.

All of it is in one small file beside the styles, and not in these: it can be said of the styles that come with the
program, too, it does not change what a style is, and it stays at home when a style is passed on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pie_desktop import json_files
from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.styles.document import Text, with_zone
from pie_desktop.styles.style import Style

FILE_NAME = ".marks.json"
FORMAT = 1
MOST_TAGS = 20  # of one style
MAX_TAG = 40  # letters
MOST_STYLES = 20_000
MOST_USES = 1_000_000_000


@dataclass(frozen=True)
class StyleMarks:
    """What was noted about one style.

    Attributes:
        tags: words, each once in any case.
        favorite: has a star.
        archived: is not shown unless it is asked for; photos that have it keep it.
        used: when it was chosen last, None for never.
        uses: how often it was chosen.
    """

    tags: tuple[str, ...] = ()
    favorite: bool = False
    archived: bool = False
    used: datetime | None = None
    uses: int = 0


NO_MARKS = StyleMarks()


@dataclass(frozen=True)
class LibraryMarks:
    """What was noted about all styles.

    Attributes:
        styles: by style id; those without any are not in it.
        order: ids in the order that a person gave them; those that are not in it have never been moved.
    """

    styles: Mapping[str, StyleMarks] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def of(self, style_id: str) -> StyleMarks:
        return self.styles.get(style_id, NO_MARKS)

    def with_style(self, style_id: str, marks: StyleMarks) -> "LibraryMarks":
        return replace(self, styles={**self.styles, style_id: marks})

    def tags(self) -> list[str]:
        """All tags there are, by the alphabet."""
        return sorted({tag for marks in self.styles.values() for tag in marks.tags}, key=str.casefold)

    def ordered(self, styles: Iterable[Style]) -> list[Style]:
        """In the order that a person gave them.

        Those that have never been moved keep the order given: the user's own above all others, the program's below.
        """
        places = {style_id: place for place, style_id in enumerate(self.order)}

        def place(style: Style) -> int:
            return places.get(style.id, len(places) if style.builtin else -1)

        return sorted(styles, key=place)


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without spaces around them, each once.

    Raises:
        StyleError: one is too long or cannot be printed, or there are too many.
    """
    found: dict[str, str] = {}
    for given in tags:
        tag = " ".join(given.split()).strip("#")
        if not tag:
            continue
        if not tag.isprintable() or len(tag) > MAX_TAG:
            raise StyleError(f"A tag is made of at most {MAX_TAG} printable characters; “{tag[:MAX_TAG]}” is not.")
        found.setdefault(tag.casefold(), tag)
    if len(found) > MOST_TAGS:
        raise StyleError(f"A style can have at most {MOST_TAGS} tags; leave some of these {len(found)} away.")
    return tuple(found.values())


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tags: Annotated[list[Annotated[Text, StringConstraints(max_length=MAX_TAG)]], Field(max_length=MOST_TAGS)] = []
    favorite: bool = False
    archived: bool = False
    used: Annotated[datetime, AfterValidator(with_zone)] | None = None
    uses: int = Field(default=0, ge=0, le=MOST_USES)


class _Document(BaseModel):
    """The whole of the file."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    styles: Annotated[dict[str, _Entry], Field(max_length=MOST_STYLES)] = {}
    order: Annotated[list[str], Field(max_length=MOST_STYLES)] = []


class DamagedMarks(StyleError):
    """The file can be read but not understood."""


class NewerMarks(StyleError):
    """The file was written by a later version of the program."""


def read_marks(path: Path) -> LibraryMarks:
    """What is in the file; nothing where there is none.

    Raises:
        DamagedMarks: it makes no sense.
        NewerMarks: of a later version.
        OSError: it cannot be read at all.
    """
    try:
        data = json_files.read_object(path)
        version = data.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise NewerMarks(
                "Tags, favourites and the order of your styles were written by a newer version of PIE Desktop; update "
                "the program to see and change them."
            )
        document = _Document.model_validate(data)
    except FileNotFoundError:
        return LibraryMarks()
    except (json_files.DamagedJsonError, ValidationError) as error:
        raise DamagedMarks("Tags, favourites and the order of your styles are damaged and begin anew") from error
    styles = {
        style_id: StyleMarks(_sound(entry.tags), entry.favorite, entry.archived, entry.used, entry.uses)
        for style_id, entry in document.styles.items()
    }
    return LibraryMarks(styles, tuple(dict.fromkeys(document.order)))


def _sound(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags of a file; those that nobody could have typed are left out."""
    return checked_tags(tag for tag in tags if tag.isprintable())


def write_marks(path: Path, marks: LibraryMarks, known: Iterable[str]) -> None:
    """Replace the file.

    Args:
        known: ids of styles that exist or may come back; what is noted about others is forgotten.

    Raises:
        OSError: the disk cannot be written.
    """
    kept = set(known)
    entries = {
        style_id: _Entry(
            tags=list(one.tags), favorite=one.favorite, archived=one.archived, used=one.used, uses=one.uses
        )
        for style_id, one in marks.styles.items()
        if style_id in kept and one != NO_MARKS
    }
    document = _Document(styles=entries, order=[style_id for style_id in marks.order if style_id in kept])
    with atomic_write(path) as temporary:
        temporary.write_text(_text(document), encoding="utf-8")


def _text(document: _Document) -> str:
    values = document.model_dump(mode="json", exclude_defaults=True)
    return json_files.to_text({"format": FORMAT, **values}, indent=1)
