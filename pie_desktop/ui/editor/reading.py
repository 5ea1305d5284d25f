"""Jobs that read a photo and compute its transform. No widget is touched here."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.catalog.folder_styles import FolderStyle
from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.blending import gone_styles, remaining
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import DecodeError, NewerEditError, StyleError
from pie_desktop.imaging import decode
from pie_desktop.imaging.decode import proxy_of
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.metadata import reading as metadata
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.canvas.layer import Source
from pie_desktop.workers.job import JobContext

# Formats that take so long to decode that their embedded preview is shown first.
PREVIEWED = frozenset({"raw", "heic"})
SAME_SHAPE = 0.03  # of the proportions: cameras cut some pixels off at the edges


@dataclass(frozen=True)
class OpenedPhoto:
    """What is known of a photo before its pixels are.

    Attributes:
        edit: the edit that was kept for it, or None.
        style_gone: the style of that edit does not exist any more; the edit has none instead.
        edit_is_newer: the edit was made with a newer version of the program, so that the photo opens without it.
        history: what led to the edit, as it was kept; None where nothing is known, or the edit is newer.
        folder_style: what was chosen for its folder, None where nothing was.
        folder_style_gone: that style does not exist any more.
    """

    info: decode.PhotoInfo
    summary: metadata.PhotoSummary
    edit: Edit | None
    style_gone: bool
    edit_is_newer: bool = False
    history: PhotoHistory | None = None
    folder_style: FolderStyle | None = None
    folder_style_gone: bool = False


@dataclass(frozen=True, eq=False)
class Enhancement:
    """The transform of a photo in a style, or in a blend of two, with the proxy that it was computed from.

    Attributes:
        styles: those of the edit that it was computed for.
        names: of those that exist.
        model: bundle of another model than the one in use, to compare with; None for that.
    """

    proxy: np.ndarray
    transform: Transform
    styles: tuple[str, ...]
    names: tuple[str, ...]
    model: Path | None = None

    @property
    def style_id(self) -> str | None:
        """The style, the first one of a blend; None for neutral."""
        return self.styles[0] if self.styles else None

    @property
    def incomplete(self) -> bool:
        """Whether one of the two styles of the blend does not exist any more."""
        return len(self.names) < len(self.styles)


@dataclass(frozen=True, eq=False)
class Pixels:
    """A decode.

    Attributes:
        proxy: from all pixels of the photo, the one that export computes its transform from; None for a reduced decode.
    """

    source: Source
    proxy: np.ndarray | None


def identify(
    context: JobContext,
    catalog: Catalog,
    library: StyleLibrary,
    path: Path,
    known: Edit | None,
    known_folder: FolderStyle | None = None,
) -> OpenedPhoto:
    """Read header, camera data, the kept edit and the style of the folder; raises DecodeError.

    Args:
        known: the photo's edit if it was edited since the program started, when the catalog may still be behind.
        known_folder: the folder's style, likewise.
    """
    info = decode.probe(path)
    context.check()
    edit, style_gone, edit_is_newer, history = known, False, False, None
    if edit is None:
        try:
            edit = catalog.get(path)
            history = catalog.history(path)
        except NewerEditError:
            edit_is_newer = True
    if edit is not None and edit.style.styles and len(gone_styles(library, edit)) == len(edit.style.styles):
        edit, style_gone = edit.with_style(None), True
    folder = known_folder or catalog.folder_styles.get(path.parent)
    folder_gone = folder is not None and not _is_there(library, folder.style_id)
    summary = metadata.read_summary(path)
    return OpenedPhoto(info, summary, edit, style_gone, edit_is_newer, history, folder, folder_gone)


def _is_there(library: StyleLibrary, style_id: str | None) -> bool:
    if style_id is not None:
        try:
            library.get(style_id)
        except StyleError:
            return False
    return True


def read_source(
    context: JobContext, info: decode.PhotoInfo, max_side: int | None, development: Development = AS_SHOT
) -> Pixels:
    """Decode a photo, reduced or full; raises DecodeError."""
    image = decode.load_photo(info.path, max_side, development)
    context.check()
    source = Source(image, min(1.0, image.shape[1] / info.width))
    proxy = proxy_of(image, info.format == "jpeg") if image.shape[1] >= info.width else None
    return Pixels(source, proxy)


def read_preview(context: JobContext, info: decode.PhotoInfo, max_side: int) -> Source | None:
    """What the file carries to be shown until it is decoded, or None: also where that shows another crop."""
    try:
        image = decode.load_preview(info.path, max_side)
    except DecodeError:
        return None  # the decode itself will say why
    context.check()
    if image is None:
        return None
    height, width = image.shape[:2]
    if abs(width * info.height / (height * info.width) - 1) > SAME_SHAPE:
        return None
    return Source(image, min(1.0, width / info.width))


def compute_enhancement(
    context: JobContext,
    engine: Engine,
    library: StyleLibrary,
    path: Path,
    edit: Edit,
    proxy: np.ndarray | None,
    development: Development = AS_SHOT,
) -> Enhancement:
    """The photo's transform in the style of an edit, or in its blend of two, of which one may have been deleted.

    Args:
        proxy: of the same photo, if it is known: that of an earlier transform, or the one from all its pixels.
        development: of a RAW photo whose proxy is not known.

    Raises:
        DecodeError, StyleError, BundleError.
    """
    if proxy is None:
        proxy = decode.load_proxy(path, development)
    context.check()
    style = remaining(library, edit).style
    names = tuple(library.get(style_id).name for style_id in style.styles)
    preference = engine.preference_of(style, context.progress, context.should_cancel)
    context.check()
    return Enhancement(proxy, engine.transform(proxy, preference), edit.style.styles, names)


def keep_history(
    context: JobContext, catalog: Catalog, path: Path, history: PhotoHistory
) -> tuple[PhotoHistory, PhotoHistory]:
    """Keep the edit of a photo and what led to it; raises PieError.

    Returns:
        The history that was given, and the one that is kept.
    """
    return history, catalog.put_history(path, history)


def load_model(context: JobContext, engine: Engine) -> None:
    """Load the model ahead of the first photo; raises BundleError."""
    engine.load()
