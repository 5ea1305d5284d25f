"""The export as a job: one style for all, or each photo's own edit."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.catalog.edit_state import EditState
from pie_desktop.catalog.store import Catalog
from pie_desktop.engine.enhance import Engine, Transform
from pie_desktop.engine.export import (
    ExportItem,
    ExportProgress,
    ExportReport,
    ExportSettings,
    PlannedPhoto,
    run_export,
)
from pie_desktop.engine.presets import plan_all
from pie_desktop.errors import PieError
from pie_desktop.gallery.store import StyleLibrary
from pie_desktop.imaging.formats import list_photos, one_per_photo
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


LONGEST_KEEPING = 10.0  # seconds to wait for edits that are being kept


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


def find_plan(
    context: JobContext, sources: Sequence[Path], exports: Sequence[ExportSettings]
) -> tuple[list[Path], list[PlannedPhoto]]:
    """The photos of the sources (files and folders), and their plans for the exports, one behind the other; a job.

    Raises:
        DecodeError: a folder cannot be read.
    """
    photos: dict[Path, None] = {}
    for source in sources:
        absolute = source.absolute()
        photos.update(dict.fromkeys(one_per_photo(list_photos(absolute)) if absolute.is_dir() else [absolute]))
        context.check()
    plans = plan_all(photos, exports, None, context.should_cancel) if exports else []
    return list(photos), [photo for plan in plans for photo in plan]


def export_photos(
    context: JobContext, services: Services, plan: Sequence[PlannedPhoto], choice: ExportChoice, watcher: ExportWatcher
) -> ExportReport:
    """Exports the plans of `choice.exports`; photos with the same settings and edit are exported together.

    Raises:
        PieError: the destination cannot be made; a style or the model that all photos share cannot be used.
    """
    return _Export(context, services, plan, choice, watcher).run()


class _Export:
    """Adds the parts of the export, one for each distinct edit, up to one progress and one report."""

    def __init__(
        self,
        context: JobContext,
        services: Services,
        plan: Sequence[PlannedPhoto],
        choice: ExportChoice,
        watcher: ExportWatcher,
    ) -> None:
        self._context = context
        self._services = services
        self._plan = plan
        self._choice = choice
        self._exports = choice.exports
        self._watcher = watcher
        self._items: dict[Path, ExportItem] = {}
        self._started = time.monotonic()

    def run(self) -> ExportReport:
        self._context.progress(-1.0, "Preparing the export")
        groups = self._groups()
        for (number, edit), photos in groups.items():
            self._run_group(self._exports[number], edit, photos, only=len(groups) == 1)
        items = tuple(self._items[photo.target] for photo in self._plan)
        report = ExportReport(items, time.monotonic() - self._started)
        self._watcher.report.emit(report)
        return report

    def _groups(self) -> dict[tuple[int, EditState], list[PlannedPhoto]]:
        """Photos by the number of their export and their edit."""
        deadline = time.monotonic() + LONGEST_KEEPING
        while self._choice.own_edits and not self._context.cancelled and time.monotonic() < deadline:
            if self._services.edits_kept.wait(0.05):
                break
        groups: dict[tuple[int, EditState], list[PlannedPhoto]] = {}
        per_export = len(self._plan) // max(len(self._exports), 1)
        for index, photo in enumerate(self._plan):
            edit = None
            if self._choice.own_edits and photo.action in ("write", "overwrite") and not self._context.cancelled:
                edit = self._services.catalog.get(photo.source)
            groups.setdefault((index // per_export, edit or self._choice.edit), []).append(photo)
        return groups

    def _run_group(
        self, settings: ExportSettings, edit: EditState, photos: list[PlannedPhoto], only: bool
    ) -> None:
        services = self._services
        preference, style_name = None, None
        try:
            if edit.style_id is not None and any(photo.action in ("write", "overwrite") for photo in photos):
                style = services.library.get(edit.style_id)
                style_name = style.name
                preference = services.engine.preference(style, self._context.progress, self._context.should_cancel)
        except PieError as error:
            # The style of some photos' own edits may be gone: the others go on.
            if only:
                raise
            for photo in photos:
                self._take(ExportItem(photo.source, photo.target, "failed", str(error)))
            return

        def transform_for(proxy: np.ndarray) -> Transform:
            return services.engine.transform(proxy, preference)

        settings = replace(settings, strength=edit.strength, amount=edit.amount, style=style_name)
        report = run_export(photos, settings, transform_for, self._on_progress, self._context.should_cancel)
        for item in report.items:
            if item.target not in self._items:
                self._take(item)

    def _on_progress(self, progress: ExportProgress) -> None:
        if progress.item is not None:
            self._take(progress.item)
        done = len(self._items)
        exported = sum(item.status in ("written", "failed") for item in self._items.values())
        remaining = (time.monotonic() - self._started) / exported * (len(self._plan) - done) if exported else None
        overall = ExportProgress(done, len(self._plan), remaining, progress.current)
        self._watcher.progress.emit(overall)
        self._context.progress(overall.fraction, f"Exporting {done:,} of {len(self._plan):,}")

    def _take(self, item: ExportItem) -> None:
        self._items[item.target] = item
        self._watcher.item.emit(item)
