"""The edit that each photo is exported with, which is the one that the Edit page shows, and where it comes from.

A photo with an edit of its own has that. All others have the current style of their folder or, where none was chosen,
neutral enhancement. What happens to be open decides nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pie_desktop.edit.edit import MIX, PREFERENCE, Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.unapplied import unapplied_sentence
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import NewerEditError, StyleError

if TYPE_CHECKING:
    from pie_desktop.catalog.folder_styles import FolderStyle
    from pie_desktop.catalog.store import Catalog
    from pie_desktop.styles.store import StyleLibrary

Origin = Literal["own", "folder", "none", "one"]
NEUTRAL = "Neutral"


@dataclass(frozen=True)
class PhotoEdit:
    """The edit of one photo.

    Attributes:
        edit: what is done to the photo.
        origin: `own`, that of the photo; `folder`, the style of its folder; `none`, neutral as nothing was chosen;
            `one`, the one edit for all photos of this export.
        style: name of its style, or of its blend, None for neutral enhancement.
        problem: why the photo must not be written, or None.
        style_gone: the style of the folder, or one of a blend, was deleted, so that the photo is without it.
    """

    edit: Edit
    origin: Origin
    style: str | None = None
    problem: str | None = None
    style_gone: bool = False

    @property
    def description(self) -> str:
        """Style, strength and changes, such as `Warm evening 85 %, Amount 90 %`."""
        if self.problem is not None:
            return "Cannot be used"
        known = [one for one in all_parameters() if self.style is not None or one not in PREFERENCE]
        blended = self.edit.style.blend_id is not None
        changed = [one for one in known if self.edit.value(one) != one.default or (blended and one == MIX)]
        name = self.style or NEUTRAL
        if self.style is not None:
            strength = PREFERENCE[0]
            name = f"{name} {strength.text(self.edit.value(strength))}"
            changed = [one for one in changed if one != strength]
        numbers = dict.fromkeys(one.told(self.edit.value(one)) for one in changed)
        return ", ".join([name, *numbers, *(part.summary for part in self.edit.parts if part.summary)])

    @property
    def text(self) -> str:
        """The description, with what makes it another than the photo's own before it."""
        return f"{_BEFORE[self.origin]}{self.description}"

    @property
    def has_own(self) -> bool:
        """Whether the photo is exported with an edit of its own."""
        return self.origin == "own"

    @property
    def whose(self) -> str:
        """Where it comes from: one sentence."""
        if self.style_gone and self.has_own:
            return "Its own edit; of the two styles that it blends, one was deleted."
        if self.style_gone:
            return "No edit of its own; the style of its folder was deleted."
        return _WHOSE[self.origin]


_WHOSE: dict[Origin, str] = {
    "own": "Its own edit.",
    "folder": "No edit of its own; it gets the style of its folder.",
    "none": "No edit of its own, and its folder has no style; it is enhanced for nobody in particular.",
    "one": "The one edit for all photos of this export.",
}

_BEFORE: dict[Origin, str] = {"own": "", "folder": "No edit: ", "none": "No edit: ", "one": "All: "}

EditOf = Callable[[PhotoVersion], PhotoEdit]
CopiesOf = Callable[[Path], Iterable[str]]
"""The names of a photo's virtual copies."""


class PhotoEdits:
    """Finds the edits of photos; may be used from any thread. What it has learned of styles and folders, it keeps."""

    def __init__(self, catalog: "Catalog", library: "StyleLibrary") -> None:
        self._catalog = catalog
        self._library = library
        self._styles: dict[str, str | None] = {}
        self._folders: dict[Path, FolderStyle | None] = {}
        self._copies: dict[Path, dict[str, Edit]] = {}

    def of(self, version: PhotoVersion) -> PhotoEdit:
        """The edit that a photo or a virtual copy has now. Raises PieError where the catalog cannot be used."""
        photo = version.path
        try:
            edit = self.copies(photo).get(version.copy) if version.copy else self._catalog.get(photo)
        except NewerEditError:
            return PhotoEdit(Edit(), "own", problem=_newer(photo))
        if edit is None and version.copy:
            return PhotoEdit(Edit(), "own", problem=_copy_gone(version))
        if edit is None:
            return self._without_edit(photo)
        names = {style_id: self._style_name(style_id) for style_id in edit.style.styles}
        found = [name for name in names.values() if name is not None]
        if names and not found:
            return PhotoEdit(edit, "own", problem=_style_gone(photo))
        gone = [style_id for style_id, name in names.items() if name is None]
        edit = edit.with_part(edit.style.without(gone)) if gone else edit  # as the Edit page shows it
        return PhotoEdit(edit, "own", blend_name(found) or None, style_gone=bool(gone))

    def copies(self, photo: Path) -> dict[str, Edit]:
        """The edits of a photo's virtual copies by their names. Raises PieError where the catalog cannot be used."""
        if photo not in self._copies:
            self._copies[photo] = self._catalog.copies(photo)
        return self._copies[photo]

    def _without_edit(self, photo: Path) -> PhotoEdit:
        folder = photo.absolute().parent
        if folder not in self._folders:
            self._folders[folder] = self._catalog.folder_styles.get(folder)
        chosen = self._folders[folder]
        if chosen is None:
            return PhotoEdit(Edit(), "none")
        if chosen.style_id is None:
            return PhotoEdit(Edit(), "folder")
        name = self._style_name(chosen.style_id)
        if name is None:
            return PhotoEdit(Edit(), "none", style_gone=True)
        return PhotoEdit(Edit.styled(chosen.style_id), "folder", name)

    def _style_name(self, style_id: str) -> str | None:
        if style_id not in self._styles:
            try:
                self._styles[style_id] = self._library.get(style_id).name
            except StyleError:
                self._styles[style_id] = None
        return self._styles[style_id]


def one_for_all(edit: Edit, style: str | None) -> EditOf:
    """The same edit for every photo; `style` is the name of its style."""
    shared = PhotoEdit(edit, "one", style)
    return lambda _photo: shared


def neutral_for_all(photo: PhotoVersion) -> PhotoEdit:
    """What a photo is exported with where nothing was ever decided: no catalog, no folder with a style."""
    return PhotoEdit(Edit(), "none")


class Remembered:
    """Finds each photo's edit once: a plan, its names and what a page says of it agree."""

    def __init__(self, edit_of: EditOf) -> None:
        self._edit_of = edit_of
        self.found: dict[PhotoVersion, PhotoEdit] = {}

    def __call__(self, photo: PhotoVersion) -> PhotoEdit:
        if photo not in self.found:
            self.found[photo] = self._edit_of(photo)
        return self.found[photo]


def unapplied_in(edits: Mapping[PhotoVersion, PhotoEdit]) -> str | None:
    """One sentence about what the photos' own edits have that is not applied; None where they have nothing of it."""
    found = {photo: one.edit.unapplied for photo, one in edits.items() if one.origin == "own" and one.edit.unapplied}
    if not found:
        return None
    photo, unapplied = next(iter(found.items()))
    sentence = unapplied_sentence(unapplied, f"The edit of {photo.name}")
    return sentence if len(found) == 1 else f"{sentence} So it is with {len(found) - 1} more of these photos."


def _newer(photo: Path) -> str:
    return (
        f"The edit of {photo.name} was made with a newer version of PIE Desktop; update the program, or edit the photo "
        "here before it is exported."
    )


def _copy_gone(version: PhotoVersion) -> str:
    return f"{version.path.name} has no virtual copy “{version.copy}” any more; take it out of the export."


def _style_gone(photo: Path) -> str:
    return f"The style of {photo.name}'s edit was deleted; choose another, or Neutral, for this photo on the Edit page."
