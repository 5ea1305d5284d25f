"""Jobs of the style panel: what happens to styles off the GUI thread.

Beside them, what a drop needs before it becomes a style: the photos in it, and a name made of their files' names.
"""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from pie_desktop.edit.parts.style import StylePart
from pie_desktop.engine import saved_blend as blends
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.sharing import share_style
from pie_desktop.engine.style_report import StyleReport, report_on
from pie_desktop.errors import StyleError
from pie_desktop.imaging.listing import list_photos, looks_like_photo
from pie_desktop.imaging.pairs.find import EditPair, find_pairs
from pie_desktop.styles.document import MAX_NAME
from pie_desktop.styles.importing import import_style
from pie_desktop.styles.marks import LibraryMarks
from pie_desktop.styles.store import MAX_EDITS, AddReport, Style, StyleLibrary
from pie_desktop.workers.job import JobContext

_log = logging.getLogger(__name__)


def expand_folders(paths: Iterable[Path]) -> list[Path]:
    """The paths with each folder replaced by the photos in it and below, each photo once.

    Raises:
        PieError: a folder cannot be read, or there is nothing in it.
    """
    found: dict[Path, None] = {}
    folders = []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            found.update(dict.fromkeys(list_photos(path, recursive=True)))
        else:
            found[path] = None
    if not found:
        names = ", ".join(folder.name for folder in folders) or "what you dropped"
        raise StyleError(f"There are no photos in {names}; drop edited photos or a folder of them.")
    return list(found)


# Names that say nothing about a style: steps of the work, after which the folder above may say more ...
STEPS = re.compile(
    r"(afters?|befores?|edits?|edited|exports?|exported|finals?|images?|img|dscf?|jpe?gs?|out|output|photos?|pngs?"
    r"|processed|raws?|results?|tiffs?)",
    re.IGNORECASE,
)
# ... and places where everything lies, above which there is only the user's own name.
PLACES = re.compile(r"(dcim|desktop|documents|downloads|home|pictures|temp|tmp|users?)", re.IGNORECASE)
MIN_PREFIX = 4
FALLBACK = "My style"
LIKED = "What I like"


def propose_name(edits: Sequence[Path]) -> str:
    """Name of the edits' common folder, or what their file names begin with, or a plain one.

    >>> propose_name([Path("/photos/warm_evening/edits/1.jpg"), Path("/photos/warm_evening/edits/2.jpg")])
    'Warm evening'
    """
    folders = {edit.parent for edit in edits}
    if len(folders) == 1:
        folder = folders.pop()
        for candidate in (folder.name, folder.parent.name):
            words = _words(candidate)
            if PLACES.fullmatch(words):
                break
            if words and not STEPS.fullmatch(words) and not _is_number(words):
                return words
    stems = sorted(edit.stem for edit in edits)
    same = sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(stems[0], stems[-1], strict=False)))
    prefix = _words(stems[0][:same].rstrip("0123456789"))
    if len(edits) > 1 and len(prefix) >= MIN_PREFIX and not STEPS.fullmatch(prefix):
        return prefix
    return FALLBACK


def _words(name: str) -> str:
    words = re.sub(r"[_\s]+", " ", name).strip(" -_.")
    return words[:1].upper() + words[1:]


def _is_number(words: str) -> bool:
    return not any(letter.isalpha() for letter in words)


@dataclass(frozen=True)
class StyleListing:
    """All styles, what is noted about them, and sentences about what cannot be read."""

    styles: list[Style]
    marks: LibraryMarks
    problems: list[str]


@dataclass(frozen=True)
class ReadyStyle:
    """A style whose preference is known, with what can be told of it."""

    style_id: str
    fingerprint: str
    report: StyleReport


def list_styles(context: JobContext, library: StyleLibrary) -> StyleListing:
    styles, marks = library.list(), library.marks()
    return StyleListing(styles, marks, library.take_problems())


def import_edits(
    context: JobContext, library: StyleLibrary, dropped: Sequence[Path], style_id: str | None
) -> AddReport:
    """Find the originals of the dropped edits, then make a style of them or add them to the style `style_id`.

    Raises:
        PieError: nothing of it can be used.
        Cancelled: nothing was changed.
    """
    context.progress(-1, "Looking for originals")
    files = expand_folders(dropped)
    photos = [path for path in files if looks_like_photo(path)]
    problems = [f"{path.name} is not a photo and was left out." for path in files if path not in photos]
    if not photos:
        raise StyleError(f"{problems[0]} Drop edited photos, such as JPEG, TIFF or HEIC files.")
    guesses = find_pairs(photos)
    # Dropped befores and afters of the same name find each other by their folders; a before is no edit of its own.
    befores = {guess.before for guess in guesses}
    pairs = [EditPair(guess.after, guess.before) for guess in guesses if guess.after not in befores]
    context.check()
    if style_id is None:
        name = library.unique_name(propose_name([pair.after for pair in pairs]))
        report = library.create(name, pairs, context.progress, context.should_cancel)
    else:
        report = library.add(style_id, pairs, context.progress, context.should_cancel)
    return replace(report, problems=(*problems, *report.problems))


def import_liked(context: JobContext, library: StyleLibrary, photos: Sequence[Path]) -> AddReport:
    """Make a style of finished photos without their originals, however many.

    Raises:
        PieError: none of them can be used.
        Cancelled: what was taken in before is a style; nothing else was.
    """
    edits = [EditPair(photo) for photo in photos]
    parts = [edits[start : start + MAX_EDITS] for start in range(0, len(edits), MAX_EDITS)]
    report = library.create(library.unique_name(LIKED), parts[0], context.progress, context.should_cancel)
    for part in parts[1:]:
        more = library.add(report.style.id, part, context.progress, context.should_cancel)
        report = replace(more, added=report.added + more.added, problems=(*report.problems, *more.problems))
    return report


def import_shared(context: JobContext, library: StyleLibrary, path: Path) -> Style:
    return import_style(library, path, context.progress, context.should_cancel)


def export_shared(
    context: JobContext,
    library: StyleLibrary,
    engine: Engine,
    style_id: str,
    target: Path,
    *,
    photos: bool,
    overwrite: bool,
) -> None:
    share_style(
        engine,
        library.get(style_id),
        target,
        photos=photos,
        overwrite=overwrite,
        progress=context.progress,
        should_cancel=context.should_cancel,
    )


def set_original(
    context: JobContext, library: StyleLibrary, style_id: str, reference_id: str, original: Path | None
) -> AddReport:
    return library.set_before(style_id, reference_id, original)


def swap_pair(context: JobContext, library: StyleLibrary, style_id: str, reference_id: str) -> Style:
    return library.swap_pair(style_id, reference_id)


def dismiss_doubt(context: JobContext, library: StyleLibrary, style_id: str, reference_id: str) -> Style:
    return library.dismiss_doubt(style_id, reference_id)


def remove_references(context: JobContext, library: StyleLibrary, style_id: str, references: Sequence[str]) -> Style:
    """Take references out of a style that has others. Raises StyleError."""
    for reference_id in references:
        library.remove_reference(style_id, reference_id)
    return library.get(style_id)


def restore_references(context: JobContext, library: StyleLibrary, style_id: str, references: Sequence[str]) -> Style:
    """Bring references back that were taken out. Raises StyleError."""
    for reference_id in references:
        library.restore_reference(style_id, reference_id)
    return library.get(style_id)


def set_muted(context: JobContext, library: StyleLibrary, style_id: str, reference_id: str, muted: bool) -> Style:
    return library.set_muted(style_id, reference_id, muted)


def rename(context: JobContext, library: StyleLibrary, style_id: str, name: str) -> Style:
    return library.rename(style_id, name)


def duplicate(context: JobContext, library: StyleLibrary, style_id: str) -> Style:
    return library.duplicate(style_id)


def delete(context: JobContext, library: StyleLibrary, style_id: str) -> str:
    return library.delete(style_id)


def undelete(context: JobContext, library: StyleLibrary, token: str) -> Style:
    return library.undelete(token)


def note_use(context: JobContext, library: StyleLibrary, style_id: str) -> None:
    """A style was chosen. Where that cannot be noted, nobody is stopped."""
    try:
        library.note_use(style_id)
    except StyleError as error:
        _log.warning("That a style was used could not be noted: %s", error)


def mark(
    context: JobContext, library: StyleLibrary, change: Callable[[StyleLibrary], LibraryMarks]
) -> tuple[LibraryMarks, LibraryMarks]:
    """What was noted about the styles before a change, and after it. Raises StyleError."""
    return library.marks(), change(library)


def compute_preference(context: JobContext, library: StyleLibrary, engine: Engine, style_id: str) -> ReadyStyle:
    """Make sure that the preference of the style, as it is on disk now, is known to the engine."""
    style = library.get(style_id)
    report = report_on(engine, style, context.progress, context.should_cancel)
    return ReadyStyle(style_id, style.fingerprint, report)


def save_blend(
    context: JobContext, library: StyleLibrary, engine: Engine, style: StylePart, name: str, photos: Sequence[Path]
) -> Style:
    """Make a style of a blend; see `engine.saved_blend`."""
    name = name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
    return blends.save_blend(engine, library, style, name, photos, context.progress, context.should_cancel)
