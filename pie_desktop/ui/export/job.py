"""The export as a job: each photo as the Edit page shows it, or one edit for all."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.versions import PhotoVersion, Source
from pie_desktop.engine.engine import Engine
from pie_desktop.export.by_edit import in_order, parts_by_edit
from pie_desktop.export.job import ExportProgress, ExportReport, PlannedPhoto, Running, run_job
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.name_values import name_values
from pie_desktop.export.names import NameValues
from pie_desktop.export.photo_edits import EditOf, PhotoEdit, PhotoEdits, Remembered, one_for_all
from pie_desktop.export.presets import plan_all
from pie_desktop.export.settings import ExportPart
from pie_desktop.export.sources import expand_sources
from pie_desktop.export.unfinished import continued
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.export.form import ExportChoice
from pie_desktop.workers.job import JobContext


class ExportWatcher(QObject):
    """Carries what happens in the export's thread to the page.

    Signals:
        item: the `ExportItem` of a photo that is finished.
        progress: an `ExportProgress` over all photos.
        report: the `ExportReport` at the end, also after a cancel.
    """

    item = Signal(object)
    progress = Signal(object)
    report = Signal(object)


_SAVED_AT_ONCE = 0.3  # seconds; where saving takes longer, the page says what it waits for


@dataclass(frozen=True)
class Services:
    """What the job needs of the program; all of it may be used from any thread.

    Attributes:
        edits_kept: set once the edits made before the start are in the catalog.
    """

    engine: Engine
    library: StyleLibrary
    catalog: Catalog
    edits_kept: threading.Event

    def edit_of(self, choice: ExportChoice) -> EditOf:
        """Finds the edit of a photo: the one for all if there is one, else the one that the Edit page shows."""
        if choice.one_edit is not None:
            return one_for_all(choice.one_edit, choice.style)
        return PhotoEdits(self.catalog, self.library).of

    def copies_of(self, photo: Path) -> Iterable[str]:
        """The names of a photo's virtual copies."""
        return self.catalog.copies(photo)


@dataclass(frozen=True)
class FoundPlan:
    """What is to be exported.

    Attributes:
        sources: the photos and virtual copies.
        plan: of all exports, one behind the other; empty while there is nothing to plan with.
        sample: what the fields of a name template stand for with the first photo; None without photos.
        edits: what each photo is exported with.
    """

    sources: list[PhotoVersion]
    plan: list[PlannedPhoto]
    sample: NameValues | None
    edits: Mapping[PhotoVersion, PhotoEdit]


def find_plan(context: JobContext, services: Services, sources: Sequence[Source], choice: ExportChoice) -> FoundPlan:
    """The photos of the sources with their virtual copies, and their plans for the exports; a job.

    Of sources that are versions exactly those are taken.

    Raises:
        PieError: a folder, or the catalog of edits, cannot be read.
    """
    if choice.one_edit is None:
        _wait_for_edits(context, services.edits_kept)
    photos = expand_sources(sources, services.copies_of)
    context.check()
    exports, edit_of = choice.exports, Remembered(services.edit_of(choice))
    plans = plan_all(photos, exports, None, context.should_cancel, edit_of) if exports else []
    for photo in photos:  # without a destination there is no plan, and still something to say of each photo
        edit_of(photo)
        context.check()
    sample = name_values(photos[0], exports[0]) if photos and exports else None
    if sample is not None:
        sample = replace(sample, style=edit_of.found[photos[0]].style)
    return FoundPlan(photos, [photo for plan in plans for photo in plan], sample, edit_of.found)


def export_photos(
    context: JobContext, services: Services, plan: Sequence[PlannedPhoto], choice: ExportChoice, watcher: ExportWatcher
) -> ExportReport:
    """Exports the plans of `choice.exports`; photos with the same settings and edit are a part of the export.

    Raises:
        PieError: the destination or the journal cannot be written; a style or the model that all photos share cannot
            be used.
    """
    context.progress(-1.0, "Preparing the export")
    if choice.one_edit is None:
        _wait_for_edits(context, services.edits_kept)
    per_export = len(plan) // max(len(choice.exports), 1)
    plans = [
        (settings, plan[number * per_export : (number + 1) * per_export])
        for number, settings in enumerate(choice.exports)
    ]
    parts = parts_by_edit(services.engine, plans, services.edit_of(choice), context.progress, context.should_cancel)
    return _run(context, parts, [photo.target for photo in plan], watcher)


def resume_photos(context: JobContext, services: Services, kept: KeptExport, watcher: ExportWatcher) -> ExportReport:
    """Goes on with an interrupted export.

    Raises:
        PieError: the destination is gone, or another model is in use.
    """
    context.progress(-1.0, "Preparing the export")
    parts = continued(kept, services.engine)
    return _run(context, parts, [photo.target for photo in kept.photos], watcher, kept)


def edits_of(kept: KeptExport) -> dict[PhotoVersion, PhotoEdit]:
    """What the photos of an interrupted export are written with."""
    return {
        photo.version: PhotoEdit(part.settings.edit, "own", part.settings.style)
        for part in kept.parts
        for photo in part.photos
    }


def _wait_for_edits(context: JobContext, edits_kept: threading.Event) -> None:
    """Until the edits made before the start are in the catalog, however long that takes; raises Cancelled."""
    if not edits_kept.wait(_SAVED_AT_ONCE):
        context.progress(-1.0, "Waiting until your latest edits are saved")
        while not edits_kept.wait(0.05):
            context.check()


def _run(
    context: JobContext,
    parts: Sequence[ExportPart],
    targets: Sequence[Path],
    watcher: ExportWatcher,
    kept: KeptExport | None = None,
) -> ExportReport:
    """Runs the parts and reports everything; the items of the report are in the order of `targets`."""
    reported: set[Path] = set()

    def on_progress(progress: ExportProgress) -> None:
        if progress.item is not None:
            reported.add(progress.item.target)
            watcher.item.emit(progress.item)
        watcher.progress.emit(progress)
        context.progress(progress.fraction, f"Exporting {progress.done:,} of {progress.total:,}")

    report = run_job(parts, Running(progress=on_progress, should_cancel=context.should_cancel), kept)
    for item in report.items:
        if item.target not in reported:
            watcher.item.emit(item)
    report = in_order(report, targets)
    watcher.report.emit(report)
    return report
