"""Reading what is known of the photos in the list, off the GUI thread."""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pie_desktop.catalog.culling import CopyFacts, PhotoFacts
from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.errors import NewerEditError, PieError
from pie_desktop.imaging.metadata.marks import Mark, write_mark
from pie_desktop.imaging.metadata.reading import PhotoSummary, read_described
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.workers.job import JobContext

_log = logging.getLogger(__name__)


@dataclass
class FactSources:
    """Where facts come from.

    Attributes:
        catalog: edits, marks and the styles of folders.
        library: the names of styles.
    """

    catalog: Catalog
    library: StyleLibrary
    described: dict[Path, tuple[int, PhotoSummary, Mark]] = field(default_factory=dict)

    def read(self, photo: Path) -> PhotoFacts:
        """What the photo's file, its sidecars and the catalog say; what cannot be read is left out."""
        summary, mark = self._described(photo)
        edited, copies = False, {}
        styles: tuple[str, ...] = ()
        try:
            mark = self.catalog.marks.get(photo) or mark
            copies = self.catalog.copies(photo)
            try:
                edit = self.catalog.get(photo)
                edited = edit is not None
            except NewerEditError:
                edit, edited = None, True
            if edit is not None:
                styles = edit.style.styles
            elif (chosen := self.catalog.folder_styles.get(photo.parent)) is not None:
                styles = () if chosen.style_id is None else (chosen.style_id,)
        except PieError as error:
            _log.info("%s: %s", photo, error)
        return PhotoFacts(
            mark,
            next(iter(styles), None),
            self._style_name(styles),
            edited,
            date=summary.date,
            camera=summary.camera or "",
            copies=self.of_copies(copies),
        )

    def of_copies(self, copies: Mapping[str, Edit]) -> tuple[CopyFacts, ...]:
        """What is known of virtual copies, from their edits by name."""
        return tuple(
            CopyFacts(name, edit.style_id, self._style_name(edit.style.styles)) for name, edit in copies.items()
        )

    def _described(self, photo: Path) -> tuple[PhotoSummary, Mark]:
        """Read again only when the file has changed; a sidecar that changes later is seen when the folder is opened."""
        try:
            modified = photo.stat().st_mtime_ns
            kept = self.described.get(photo)
            if kept is None or kept[0] != modified:
                kept = self.described[photo] = (modified, *read_described(photo))
            return kept[1:]
        except (PieError, OSError) as error:
            _log.info("%s: %s", photo, error)
            return PhotoSummary(), Mark()

    def _style_name(self, styles: Sequence[str]) -> str:
        """That of the style or blend, of what exists."""
        names = []
        for style_id in styles:
            with contextlib.suppress(PieError):
                names.append(self.library.get(style_id).name)
        return blend_name(names)


def read_facts(context: JobContext, sources: FactSources, photos: Sequence[Path]) -> dict[Path, PhotoFacts]:
    """What is known of some photos; the function of a job."""
    facts = {}
    for photo in photos:
        context.check()
        facts[photo] = sources.read(photo)
    return facts


def keep_marks(
    context: JobContext, catalog: Catalog, marks: Mapping[Path, Mark], before: Mapping[Path, Mark], sidecars: bool
) -> list[str]:
    """Keep marks in the catalog, and in sidecars where that is wanted; the function of a job.

    Args:
        catalog: gets them.
        marks: by photo.
        before: what the photos were believed to have.
        sidecars: write them beside the photos as well.

    Returns:
        A sentence for each sidecar that could not be written, or whose rating of another program was replaced.

    Raises:
        PieError: the catalog could not take them.
    """
    catalog.marks.put(marks)
    told: list[str] = []
    for photo, mark in marks.items() if sidecars else ():
        try:
            told += write_mark(photo, mark, before.get(photo, Mark()))
        except PieError as error:
            told.append(str(error))
    return told
