"""The export as a job: one style for all, or each photo's own edit."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import NewerEditError, PieError
from pie_desktop.export.job import ExportProgress, ExportReport, ExportSettings, PlannedPhoto, Running, run_job
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.names import NameTemplate, NameValues
from pie_desktop.export.plan import expand_sources, name_values
from pie_desktop.export.presets import plan_all
from pie_desktop.export.settings import ExportPart, make_part
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


@dataclass(frozen=True)
class FoundPlan:
    """What is to be exported.

    Attributes:
        sources: the photos.
        plan: of all exports, one behind the other; empty while there is nothing to plan with.
        sample: what the fields of a name template stand for with the first photo; None without photos.
    """

    sources: list[Path]
    plan: list[PlannedPhoto]
    sample: NameValues | None


def find_plan(
    context: JobContext, services: Services, sources: Sequence[Path], exports: Sequence[ExportSettings], own_edits: bool
) -> FoundPlan:
    """The photos of the sources (files and folders), and their plans for the exports; a job.

    Raises:
        DecodeError: a folder cannot be read.
    """
    photos = expand_sources(sources)
    context.check()
    styles = _StyleNames(services, exports[0].style if exports else None)
    # Finding a photo's own edit reads a part of the photo: only for names that hold its style.
    style_of = styles.of if own_edits and any("style" in NameTemplate(one.name).fields for one in exports) else None
    plans = plan_all(photos, exports, None, context.should_cancel, style_of) if exports else []
    sample = name_values(photos[0], exports[0]) if photos and exports else None
    return FoundPlan(photos, [photo for plan in plans for photo in plan], sample)


class _StyleNames:
    """Names of the styles of photos with an edit of their own, for the names of their files."""

    def __init__(self, services: Services, otherwise: str | None) -> None:
        self._services = services
        self._otherwise = otherwise
        self._names: dict[str, str | None] = {}

    def of(self, photo: Path) -> str | None:
        try:
            edit = self._services.catalog.get(photo)
        except NewerEditError:
            edit = None  # the photo is not written, see `_groups`
        if edit is None:
            return self._otherwise
        if edit.style_id is None:
            return None
        if edit.style_id not in self._names:
            try:
                self._names[edit.style_id] = self._services.library.get(edit.style_id).name
            except PieError:
                self._names[edit.style_id] = None
        return self._names[edit.style_id]


def export_photos(
    context: JobContext, services: Services, plan: Sequence[PlannedPhoto], choice: ExportChoice, watcher: ExportWatcher
) -> ExportReport:
    """Exports the plans of `choice.exports`; photos with the same settings and edit are a part of the export.

    Raises:
        PieError: the destination or the journal cannot be written; a style or the model that all photos share cannot
            be used.
    """
    context.progress(-1.0, "Preparing the export")
    groups = _groups(context, services, plan, choice)
    parts = [
        _part(context, services, choice.exports[number], edit, photos, only=len(groups) == 1)
        for (number, edit), photos in groups.items()
    ]
    return _run(context, parts, [photo.target for photo in plan], watcher)


def resume_photos(context: JobContext, services: Services, kept: KeptExport, watcher: ExportWatcher) -> ExportReport:
    """Goes on with an interrupted export.

    Raises:
        PieError: the destination is gone, or another model is in use.
    """
    context.progress(-1.0, "Preparing the export")
    parts = continued(kept, services.engine)
    return _run(context, parts, [photo.target for photo in kept.photos], watcher, kept)


def _groups(
    context: JobContext, services: Services, plan: Sequence[PlannedPhoto], choice: ExportChoice
) -> dict[tuple[int, Edit], list[PlannedPhoto]]:
    """Photos by the number of their export and their edit."""
    if choice.own_edits:
        _wait_for_edits(context, services.edits_kept)
    groups: dict[tuple[int, Edit], list[PlannedPhoto]] = {}
    per_export = len(plan) // max(len(choice.exports), 1)
    for index, photo in enumerate(plan):
        edit = None
        if choice.own_edits and photo.writes:
            try:
                edit = services.catalog.get(photo.source)
            except NewerEditError:
                photo = replace(photo, action="fail", problem=_newer(photo.source))  # noqa: PLW2901
        groups.setdefault((index // per_export, edit or choice.edit), []).append(photo)
        context.check()
    return groups


def _newer(photo: Path) -> str:
    return (
        f"The edit of {photo.name} was made with a newer version of PIE Desktop; update the program, or edit the photo "
        "here before it is exported."
    )


def _wait_for_edits(context: JobContext, edits_kept: threading.Event) -> None:
    """Until the edits made before the start are in the catalog, however long that takes; raises Cancelled."""
    if not edits_kept.wait(_SAVED_AT_ONCE):
        context.progress(-1.0, "Waiting until your latest edits are saved")
        while not edits_kept.wait(0.05):
            context.check()


def _part(
    context: JobContext,
    services: Services,
    settings: ExportSettings,
    edit: Edit,
    photos: list[PlannedPhoto],
    only: bool,
) -> ExportPart:
    preference, style_name = None, None
    try:
        if edit.style_id is not None and any(photo.writes for photo in photos):
            style = services.library.get(edit.style_id)
            style_name = style.name
            preference = services.engine.preference(style, context.progress, context.should_cancel)
    except PieError as error:
        # The style of some photos' own edits may be gone: the others go on.
        if only:
            raise
        failed = {"action": "fail", "problem": str(error)}
        photos = [replace(photo, **failed) if photo.writes else photo for photo in photos]  # type: ignore[arg-type]
    settings = replace(settings, edit=edit, style=style_name)
    return make_part(services.engine, settings, tuple(photos), preference)


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
    items = {item.target: item for item in report.items}
    for item in report.items:
        if item.target not in reported:
            watcher.item.emit(item)
    report = replace(report, items=tuple(items[target] for target in targets))
    watcher.report.emit(report)
    return report
