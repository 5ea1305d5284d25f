"""Passing styles on: `.piestyle` files, with the photos that a style was learned from or without them.

An archive holds `piestyle.json`, which says what it is, the style's own `style.json`, and

- with photos: the small copies in `refs/`. Whoever gets it can learn the style anew, with any model.
- without: pictures of 32 x 32 colours in place of the copies, sorted, so that no photo can be seen in them, and what
  one model learned, its colours sorted likewise. Whoever gets it can use the style with that model alone.

Paths, and without photos all names of files, stay at home.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

import cv2
import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from pie_desktop import __version__, json_files
from pie_desktop.errors import Cancelled, DecodeError, PieError, StyleError
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.imaging.decode import load_proxy, probe
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.archive import (
    COPIES,
    DESCRIPTION,
    MANIFEST,
    PREFERENCE,
    ArchiveReader,
    DamagedArchive,
    open_archive,
    write_archive,
)
from pie_desktop.styles.document import (
    REFERENCES_FOLDER,
    ModelDocument,
    NewerStyle,
    ReferenceDocument,
    StyleDocument,
    document_text,
    parse_document,
    preference_name,
    read_document,
    style_from,
)
from pie_desktop.styles.references import COPY_SIDE, file_digest
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import OnlyModel, Style

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

SUFFIX = ".piestyle"
FORMAT = 1
PALETTE_SIDE = 32
_MAX_SOURCE, _MAX_DOUBT = 255, 500  # letters
_MOST = 1e6  # of any number in a preference, see `Preference.fits`
_KINDS = ("jpeg", "png")

WITH_PHOTOS = (
    "Whoever gets this file can see small copies (768 px) of all photos of the style, edited and original, and their "
    "file names, and can use it with any model."
)
WITHOUT_PHOTOS = (
    "Whoever gets this file can see which colours the photos have and how you changed them, but neither what the "
    "photos show nor their names, and can use it only with the model that you use now."
)

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


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
    letters = (letter if letter.isalnum() or letter in " ._-" else "-" for letter in style.name)
    return ("".join(letters).strip(" .") or "style") + SUFFIX


def export_style(style: Style, target: Path, *, overwrite: bool = False) -> None:
    """Write a style with the copies of its photos.

    Args:
        target: the file.
        overwrite: whether it may replace an existing one.

    Raises:
        StyleError: the style came without photos, or the file exists or cannot be written.
    """
    if style.only_model is not None:
        raise StyleError(f"“{style.name}” came without its photos and can be passed on only without them.")
    document = _read(style)
    kept: list[ReferenceDocument] = []
    files: dict[str, Path] = {}
    for reference in document.references:
        copies = {"after": reference.after} | ({"before": reference.before} if reference.before is not None else {})
        paths = {kind: style.folder / REFERENCES_FOLDER / name for kind, name in copies.items()}
        if not all(path.is_file() for path in paths.values()):
            continue  # as the program itself does with lost copies
        names = {kind: f"{reference.id}_{kind}{path.suffix}" for kind, path in paths.items()}
        files |= {f"{COPIES}{names[kind]}": path for kind, path in paths.items()}
        kept.append(reference.model_copy(update=names | _bare_names(reference)))
    if not kept:
        raise StyleError(f"The copies of “{style.name}” are lost, so it cannot be exported.")
    _write(target, document.model_copy(update={"references": kept}), files, photos=True, overwrite=overwrite)


def export_without_photos(
    style: Style, preference: "Preference", model: OnlyModel, target: Path, *, overwrite: bool = False
) -> None:
    """Write a style with what a model learned from it, and no photo.

    Args:
        preference: of the style as it is, from this model.
        model: id and name of the bundle.
        target, overwrite: as for `export_style`.

    Raises:
        StyleError: as `export_style`, or a copy cannot be read.
    """
    document, kept = _read(style), []
    known = {reference.id: reference for reference in document.references}
    if len(preference.arrays["paired"]) != len(style.references):
        raise StyleError(f"Some copies of “{style.name}” cannot be read; remove these references first.")
    with tempfile.TemporaryDirectory(prefix="pie-desktop-", ignore_cleanup_errors=True) as folder:
        staging = Path(folder)
        files: dict[str, Path] = {}
        for number, reference in enumerate(style.references, 1):
            names = {"after": f"{reference.id}_after.png"}
            palettes = _palettes(reference.after, reference.before)
            if len(palettes) == 2:
                names["before"] = f"{reference.id}_before.png"
            values: dict[str, Any] = {"source": f"Photo {number}", "doubt": None, "before": None}
            values |= {"before_source": None, "before_digest": None} | names
            if len(palettes) == 2:
                values["before_source"] = f"Original of photo {number}"
            for (kind, name), palette in zip(names.items(), palettes, strict=True):
                path = staging / name
                Image.fromarray(palette).save(path)
                files[f"{COPIES}{name}"] = path
                values[f"{kind}_digest"] = file_digest(path)
            kept.append(known[reference.id].model_copy(update=values))
        update = {"references": kept, "only_model": ModelDocument(id=model.id, name=model.name[:80])}
        files[PREFERENCE] = staging / PREFERENCE
        without_places(preference).save(files[PREFERENCE])
        _write(target, document.model_copy(update=update), files, photos=False, overwrite=overwrite)


def without_places(preference: "Preference") -> "Preference":
    """The same preference with the colours of every pair sorted: they count alike, and show no picture any more."""
    from pie_desktop.model.preference import Preference

    arrays = dict(preference.arrays)
    before, after = arrays["colors_before"].copy(), arrays["colors_after"].copy()
    for pair in range(len(before)):
        order = np.lexsort(before[pair].T[::-1])
        before[pair], after[pair] = before[pair][order], after[pair][order]
    return Preference(arrays | {"colors_before": before, "colors_after": after}, preference.bundle_id)


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
    return reference.model_copy(update=names | _bare_names(reference) | {"doubt": doubt})


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
    paired = [reference.before is not None for reference in style.references]
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


def _read(style: Style) -> StyleDocument:
    try:
        return read_document(style.folder)
    except OSError as error:
        raise StyleError(f"“{style.name}” cannot be read: {error.strerror or error}.") from error


def _write(target: Path, document: StyleDocument, files: dict[str, Path], *, photos: bool, overwrite: bool) -> None:
    manifest = Manifest(program=f"PIE Desktop {__version__}", photos=photos)
    texts = {MANIFEST: manifest.model_dump_json(indent=2) + "\n", DESCRIPTION: document_text(document)}
    try:
        with atomic_write(target, overwrite=overwrite) as temporary:
            write_archive(temporary, texts, files)
    except OSError as error:
        raise StyleError(write_problem(target, error)) from error


def _palettes(after: Path, before: Path | None) -> list[np.ndarray]:
    """Colours of an edit, and of its original in the same order, uint8 (32, 32, 3): from dark to light, no picture."""
    images = [to_uint8(load_proxy(path)) for path in (after, before) if path is not None]
    side = (PALETTE_SIDE, PALETTE_SIDE)
    colors = [cv2.resize(image, side, interpolation=cv2.INTER_AREA).reshape(-1, 3) for image in images]
    order = np.argsort(colors[-1] @ np.array([0.299, 0.587, 0.114]), kind="stable")
    return [values[order].reshape(PALETTE_SIDE, PALETTE_SIDE, 3) for values in colors]


def _bare_names(reference: ReferenceDocument) -> dict[str, str | None]:
    """Names of the files without their folders, whichever system they are from."""
    before = reference.before_source
    return {"source": _bare(reference.source), "before_source": _bare(before) if before is not None else None}


def _bare(source: str) -> str:
    name = PureWindowsPath(PurePosixPath(source).name).name
    return "".join(letter for letter in name if letter.isprintable())[:_MAX_SOURCE] or "photo"
