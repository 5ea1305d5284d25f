"""Which styles the gallery shows, and in which order: search as one types, favourites, archived ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from pie_desktop.styles.marks import LibraryMarks, StyleMarks
from pie_desktop.styles.style import Style

_NEVER = datetime.min.replace(tzinfo=UTC)


class Sorting(Enum):
    """Orders of the styles; the value is kept in the settings."""

    OWN = "own"
    NAME = "name"
    NEWEST = "newest"
    LAST_USED = "last used"
    MOST_USED = "most used"


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        text: words; each has to be in the name or in a tag, in any case. One that begins with # has to begin a tag.
        favorites: only those with a star.
        archived: those that were put away, too.
        sorting: the order.
    """

    text: str = ""
    favorites: bool = False
    archived: bool = False
    sorting: Sorting = Sorting.OWN

    @property
    def narrows(self) -> bool:
        """Whether some styles may be left out that would be shown otherwise."""
        return bool(self.text.strip()) or self.favorites


class StyleFinder:
    """Finds among styles that were read once; what is searched is made ready then, so that a key press costs little."""

    def __init__(self, styles: Sequence[Style] = (), marks: LibraryMarks | None = None) -> None:
        """`styles` in the order of the library, the user's own first, the newest of them first."""
        self.styles, self.marks = styles, marks or LibraryMarks()
        self._searched = {style.id: _searched(style, self.marks.of(style.id)) for style in styles}
        self._archived = {key for key, one in self.marks.styles.items() if one.archived}
        self._favorites = {key for key, one in self.marks.styles.items() if one.favorite}
        self._sorted: dict[Sorting, list[Style]] = {}

    def find(self, wanted: Wanted, kept: str | None = None) -> list[Style]:
        """The styles that are asked for, in order.

        Args:
            kept: id of a style that is shown though it is archived: the one that the photo has.
        """
        found = self._in_order(wanted.sorting)
        if not wanted.archived:
            hidden = self._archived - {kept}
            found = [style for style in found if style.id not in hidden]
        if wanted.favorites:
            found = [style for style in found if style.id in self._favorites]
        for word in wanted.text.casefold().split():
            sought = f"\n{word}" if word.startswith("#") else word
            found = [style for style in found if sought in self._searched[style.id]]
        return found

    def _in_order(self, sorting: Sorting) -> list[Style]:
        if sorting not in self._sorted:
            self._sorted[sorting] = self._sort(sorting)
        return self._sorted[sorting]

    def _sort(self, sorting: Sorting) -> list[Style]:
        own = self.marks.ordered(self.styles)
        if sorting is Sorting.OWN:
            return own
        if sorting is Sorting.NAME:
            return sorted(own, key=lambda style: style.name.casefold())
        if sorting is Sorting.NEWEST:
            return sorted(own, key=lambda style: style.created, reverse=True)
        if sorting is Sorting.LAST_USED:
            return sorted(own, key=lambda style: self.marks.of(style.id).used or _NEVER, reverse=True)
        return sorted(own, key=lambda style: self.marks.of(style.id).uses, reverse=True)


def _searched(style: Style, marks: StyleMarks) -> str:
    """The name, and each tag in a line that begins with #: what is sought has no line breaks."""
    return "\n#".join([style.name, *marks.tags]).casefold()


def named(marks: StyleMarks) -> str:
    """Tags as a person reads them: `#warm #people`."""
    return " ".join(f"#{tag}" for tag in marks.tags)
