"""Taking `.piestyle` files in, as a stranger's: every part is looked at before the library has the style."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from pie_desktop import json_files
from pie_desktop.errors import Cancelled, DecodeError, PieError, StyleError
from pie_desktop.imaging.archive import ArchiveReader
from pie_desktop.imaging.decode import load_proxy, probe
from pie_desktop.styles.archive import (
    COPIES,
    DESCRIPTION,
    MANIFEST,
    PREFERENCE,
    DamagedArchive,
    open_archive,
)
from pie_desktop.styles.document import (
    REFERENCES_FOLDER,
    NewerStyle,
    ReferenceDocument,
    StyleDocument,
    parse_document,
    preference_name,
    style_from,
)
from pie_desktop.styles.references import COPY_SIDE
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from pie_desktop.styles.style_file import FORMAT, PALETTE_SIDE, Manifest, bare_names

_MAX_DOUBT = 500  # letters
_MOST = 1e6  # of any number in a preference, see `Preference.fits`
_KINDS = ("jpeg", "png")

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


def import_style(
    library: StyleLibrary, path: Path, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
) -> Style:
    """Take a `.piestyle` file in as a style of the user's own; it gets another name where its own is taken.

    Raises:
        StyleError: it is no style, damaged, or of a newer version; nothing is left behind.
        Cancelled: `should_cancel` answered True; likewise.
    """

    def make(new: Path) -> StyleDocument:
        try:
            with open_archive(path) as archive:
                return _unpacked(archive, new, progress, should_cancel)
        except PieError:
            raise
        except OSError as error:
            raise StyleError(f"“{path.name}” cannot be read: {error.strerror or error}.") from error

    return library.adopt(make, rename=True)


def _unpacked(
    archive: ArchiveReader, new: Path, progress: Progress | None, should_cancel: ShouldCancel | None
) -> StyleDocument:
    """Write copies and preference of a checked archive into a new folder; the description that belongs to them."""
    what = f"The style in “{archive.path.name}”"
    manifest = _manifest(archive, what)
    document = parse_document(archive.read(DESCRIPTION), what)
    given = [name for reference in document.references for name in (reference.after, reference.before) if name]
    wanted = {MANIFEST, DESCRIPTION, *(f"{COPIES}{name}" for name in given)}
    if not manifest.photos:
        wanted.add(PREFERENCE)
    ids = {reference.id for reference in document.references}
    if (
        not document.references
        or manifest.photos != (document.only_model is None)
        or wanted != set(archive.entries)
        or len(set(given)) != len(given)
        or len(ids) != len(document.references)
    ):
        raise DamagedArchive(archive.path, "its parts do not belong together")
    folder = new / REFERENCES_FOLDER
    folder.mkdir(parents=True)
    side = COPY_SIDE if manifest.photos else PALETTE_SIDE
    references = []
    for number, reference in enumerate(document.references):
        if should_cancel is not None and should_cancel():
            raise Cancelled
        if progress is not None:
            progress(number / len(document.references), f"Reading {archive.path.name}")
        references.append(_taken(archive, reference, folder, side))
    name = "".join(letter for letter in document.name if letter.isprintable()).strip() or "Imported style"
    next_id = 1 + max([int(one) for one in ids] + [document.next_id - 1])
    document = document.model_copy(update={"name": name, "references": references, "next_id": next_id})
    if document.only_model is not None:
        _take_preference(archive, document, new)
    return document


def _taken(archive: ArchiveReader, reference: ReferenceDocument, folder: Path, side: int) -> ReferenceDocument:
    """Write the copies of a reference, under names of our own, and look at them."""
    names: dict[str, str | None] = {}
    sizes = set()
    for kind, given in (("after", reference.after), ("before", reference.before)):
        if given is None:
            continue
        name = f"{reference.id}_{kind}{Path(given).suffix}"
        names[kind] = name
        archive.copy(f"{COPIES}{given}", folder / name)
        try:
            info = probe(folder / name)
            load_proxy(folder / name)
        except DecodeError as error:
            raise DamagedArchive(archive.path, f"the picture {given} in it cannot be read") from error
        if info.format not in _KINDS or max(info.width, info.height) > side:
            raise DamagedArchive(archive.path, f"the picture {given} in it is none that a style has")
        sizes.add((info.width, info.height))
    if len(sizes) > 1:
        raise DamagedArchive(archive.path, f"an edit in it is not as large as its original ({reference.after})")
    doubt = reference.doubt[:_MAX_DOUBT] if reference.doubt is not None else None
    return reference.model_copy(update=names | bare_names(reference) | {"doubt": doubt})


def _take_preference(archive: ArchiveReader, document: StyleDocument, new: Path) -> None:
    from pie_desktop.model.preference import Preference

    assert document.only_model is not None
    style = style_from(new, document, builtin=False)
    place = new / preference_name(style, document.only_model.id)
    archive.copy(PREFERENCE, place)
    try:
        preference = Preference.load(place)
    except StyleError as error:
        raise DamagedArchive(archive.path, "what was learned from its photos is damaged") from error
    arrays = preference.arrays
    paired = [reference.before is not None for reference in style.active]
    usable = preference.bundle_id == document.only_model.id and np.array_equal(arrays.get("paired", ()), paired)
    for array in arrays.values():
        numbers = array.dtype.kind in "ub" or (array.dtype == np.float32 and bool((abs(array) < _MOST).all()))
        usable = usable and numbers
    if not usable:
        raise DamagedArchive(archive.path, "what was learned from its photos makes no sense")


def _manifest(archive: ArchiveReader, what: str) -> Manifest:
    try:
        data = json_files.parse_object(archive.read(MANIFEST))
        version = data.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise NewerStyle(f"{what} was made by a newer version of PIE Desktop; update the program.")
        return Manifest.model_validate(data)
    except (json_files.DamagedJsonError, ValidationError) as error:
        raise DamagedArchive(archive.path, f"its {MANIFEST} cannot be read") from error
