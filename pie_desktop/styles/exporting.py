"""Writing `.piestyle` files: with the photos' copies, or with their colours and what one model learned."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from pie_desktop import __version__
from pie_desktop.errors import StyleError
from pie_desktop.imaging.archive import write_archive
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.stored import file_digest, to_uint8
from pie_desktop.styles.archive import COPIES, DESCRIPTION, MANIFEST, PREFERENCE
from pie_desktop.styles.document import (
    REFERENCES_FOLDER,
    ModelDocument,
    ReferenceDocument,
    StyleDocument,
    document_text,
    read_document,
)
from pie_desktop.styles.style import OnlyModel, Style
from pie_desktop.styles.style_file import PALETTE_SIDE, Manifest, bare_names

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference


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
        kept.append(reference.model_copy(update=names | bare_names(reference)))
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
    if len(preference.arrays["paired"]) != len(style.active):
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
    if "colors_before" not in arrays:  # a system of the study keeps no colours of photos
        return preference
    before, after = arrays["colors_before"].copy(), arrays["colors_after"].copy()
    for pair in range(len(before)):
        order = np.lexsort(before[pair].T[::-1])
        before[pair], after[pair] = before[pair][order], after[pair][order]
    return Preference(arrays | {"colors_before": before, "colors_after": after}, preference.bundle_id)


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
