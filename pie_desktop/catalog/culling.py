"""Which photos of a folder are shown, and in which order: by rating, flag, label, name, date, camera and others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pie_desktop.imaging.metadata.marks import Flag, Mark

SortKey = Literal["name", "date", "rating", "flag", "label", "camera", "style", "edited", "exported", "warning"]
SORT_KEYS: dict[SortKey, str] = {
    "name": "Name",
    "date": "Date taken",
    "rating": "Rating",
    "flag": "Flag",
    "label": "Colour label",
    "camera": "Camera",
    "style": "Style",
    "edited": "Edited",
    "exported": "Exported",
    "warning": "Least sure first",
}
_FLAG_ORDER: dict[Flag, int] = {"pick": 0, "": 1, "reject": 2}


@dataclass(frozen=True)
class CopyFacts:
    """What is known of a virtual copy of a photo: its name, and the style of its edit."""

    name: str
    style_id: str | None = None
    style: str = ""


@dataclass(frozen=True)
class PhotoFacts:
    """What is known of a photo in the list.

    Attributes:
        mark: rating, flag and label.
        style_id, style: the style of its edit, or of its folder where it has no edit; its name, or that of its blend,
            for sorting.
        edited: it has an edit of its own.
        exported: an export wrote it.
        date: when it was taken, local time; None where the photo does not say.
        camera: make and model.
        expected_error: how far from the wanted result the model expects to be, in dE00; None before it was asked.
        unsure: that is more than it should be.
        copies: its virtual copies.
    """

    mark: Mark = field(default_factory=Mark)
    style_id: str | None = None
    style: str = ""
    edited: bool = False
    exported: bool = False
    date: datetime | None = None
    camera: str = ""
    expected_error: float | None = None
    unsure: bool = False
    copies: tuple[CopyFacts, ...] = ()

    def of_copy(self, name: str) -> "PhotoFacts":
        """The facts of a virtual copy, which has the marks of its photo and an edit of its own."""
        copy = next((one for one in self.copies if one.name == name), CopyFacts(name))
        return replace(self, style_id=copy.style_id, style=copy.style, edited=True, exported=False, copies=())


@dataclass(frozen=True)
class PhotoFilter:
    """What a photo must be to be shown; with the defaults, every photo is.

    Attributes:
        stars: at least so many.
        flags, labels: one of these; the empty one stands for photos without; an empty set for any.
        edited, exported, unsure: as it must be, or None for either.
        camera, style: as in the facts, or None for any.
        text: all its words, in any order and case, are in the name, the camera, the style or the label.
    """

    stars: int = 0
    flags: frozenset[Flag] = frozenset()
    labels: frozenset[str] = frozenset()
    edited: bool | None = None
    exported: bool | None = None
    unsure: bool | None = None
    camera: str | None = None
    style: str | None = None
    text: str = ""
    _words: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_words", tuple(self.text.casefold().split()))

    @property
    def active(self) -> bool:
        """Whether it can hide anything."""
        return self != PhotoFilter()

    def takes(self, path: Path, facts: PhotoFacts) -> bool:
        """Whether a photo is shown."""
        mark = facts.mark
        if mark.stars < self.stars or (self.flags and mark.flag not in self.flags):
            return False
        if self.labels and mark.label not in self.labels:
            return False
        for wanted, value in (
            (self.edited, facts.edited),
            (self.exported, facts.exported),
            (self.unsure, facts.unsure),
            (self.camera, facts.camera),
            (self.style, facts.style),
        ):
            if wanted is not None and wanted != value:
                return False
        if not self._words:
            return True
        said = f"{path.name} {facts.camera} {facts.style} {mark.label}".casefold()
        return all(word in said for word in self._words)


def arrange(
    photos: Sequence[Path],
    facts: Mapping[Path, PhotoFacts],
    chosen: PhotoFilter,
    key: SortKey = "name",
    descending: bool = False,
) -> list[Path]:
    """The photos that a filter takes, sorted; photos that are alike in the key stay in the order in which they came.

    Args:
        photos: in their own order, which is that of the key `name`.
        facts: of the photos; those that are missing have the defaults.
        descending: the other way round; what is not known stands at the end in both.
    """
    nothing = PhotoFacts()
    shown = [path for path in photos if chosen.takes(path, facts.get(path, nothing))] if chosen.active else list(photos)
    if key == "name":
        return shown[::-1] if descending else shown
    value = _VALUES[key]
    values = {path: value(facts.get(path, nothing)) for path in shown}
    known = sorted((path for path in shown if values[path] is not None), key=lambda path: values[path])
    if descending:
        known.sort(key=lambda path: values[path], reverse=True)
    return known + [path for path in shown if values[path] is None]


_VALUES: dict[str, Any] = {
    "date": lambda facts: facts.date,
    "rating": lambda facts: -facts.mark.stars,
    "flag": lambda facts: _FLAG_ORDER[facts.mark.flag],
    "label": lambda facts: facts.mark.label or None,
    "camera": lambda facts: facts.camera.casefold() or None,
    "style": lambda facts: facts.style.casefold() or None,
    "edited": lambda facts: not facts.edited,
    "exported": lambda facts: not facts.exported,
    "warning": lambda facts: None if facts.expected_error is None else -facts.expected_error,
}
