"""Running an export with its journal and receipt, as the editor and the command line both do.

The main process asks the model about small proxies; worker processes handle the pixels in full size.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from pie_desktop import paths
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import PieError
from pie_desktop.export import journal as journals
from pie_desktop.export.cleaning import remove_left_overs
from pie_desktop.export.journal import Journal, JournalError
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.plan import plan_export
from pie_desktop.export.pool import Pool, WorkerPool
from pie_desktop.export.receipt import check_receipt_file, receipt, write_receipt
from pie_desktop.export.report import ExportItem, ExportProgress, ExportReport
from pie_desktop.export.run import ExportRun
from pie_desktop.export.settings import ExportPart, ExportSettings, PlannedPhoto
from pie_desktop.imaging.leftovers import owner

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """How an export runs.

    Attributes:
        workers: number of processes, None for what suits.
        scheduler: address of a Dask cluster that makes the photos, or None for this machine.
        receipt: a file of the user's for the receipt, or None; the state folder has one in any case.
        progress: called whenever a photo is begun or finished.
        should_cancel: asked about ten times a second.
    """

    workers: int | None = None
    scheduler: str | None = None
    receipt: Path | None = None
    progress: Callable[[ExportProgress], None] | None = None
    should_cancel: Callable[[], bool] | None = None


def run_job(parts: Sequence[ExportPart], running: Running, kept: KeptExport | None = None) -> ExportReport:
    """Write the photos of some parts, with a journal from the first photo to the last and a receipt at the end.

    Args:
        parts: of one export; with `kept` those of `unfinished.continued`.
        running: how.
        kept: the interrupted export that goes on.

    Returns:
        The report; `receipt` is the readable one in the state folder.

    Raises:
        PieError: nothing can be done: the destination cannot be written, or the export is running.
    """
    if running.receipt is not None:
        check_receipt_file(running.receipt)
    if kept is None and not any(photo.writes for part in parts for photo in part.photos):
        return _finish(ExportRun(parts, "none").run(lambda photos: None), "none", parts, running, None)
    remove_left_overs()
    try:
        journal = journals.create(paths.exports_dir(), parts) if kept is None else journals.reopen(kept.folder)
    except JournalError as error:
        return _without_journal(parts, running, kept, str(error))
    try:
        if kept is not None:
            journal.resumed()
        report = _run(parts, journal, running, kept, journal.id)
        journal.closed("cancelled" if report.cancelled else "finished")
        return _finish(report, journal.id, parts, running, journal.folder, kept.begun if kept is not None else None)
    except PieError:
        if kept is None:  # nothing was written: there is nothing to go on with
            journal.discard()
        raise
    finally:
        journal.close()


def _without_journal(
    parts: Sequence[ExportPart], running: Running, kept: KeptExport | None, problem: str
) -> ExportReport:
    """The photos are what the user wants; that the export could not be continued is worth a sentence."""
    _log.warning("%s", problem)
    export_id = owner() if kept is None else kept.folder.name
    report = _run(parts, None, running, kept, export_id)
    notice = f"{problem} The photos were exported all the same; an interrupted export could not have been continued."
    return _finish(replace(report, notice=notice), export_id, parts, running, None, kept.begun if kept else None)


def _run(
    parts: Sequence[ExportPart],
    journal: Journal | None,
    running: Running,
    kept: KeptExport | None,
    export_id: str,
) -> ExportReport:
    def make_pool(photos: int) -> Pool | None:
        if running.scheduler is not None:
            from pie_desktop.export.cluster import ClusterPool  # asyncio takes a while to import

            return ClusterPool(running.scheduler, sorted({part.settings.destination.absolute() for part in parts}))
        return local_pool(photos, running.workers)

    run = ExportRun(parts, export_id, journal, running.progress, running.should_cancel)
    return run.run(make_pool, kept)


def _finish(
    report: ExportReport,
    export_id: str,
    parts: Sequence[ExportPart],
    running: Running,
    folder: Path | None,
    begun: datetime | None = None,
) -> ExportReport:
    begun = begun or (datetime.now() - timedelta(seconds=report.seconds)).astimezone()
    document = receipt(export_id, begun.isoformat(timespec="seconds"), parts, report)
    problems = [report.notice]
    readable = None
    for path in (folder and folder / "receipt.json", folder and folder / "receipt.html", running.receipt):
        if path is None:
            continue
        try:
            write_receipt(document, path)
            readable = path if path.name == "receipt.html" and path.parent == folder else readable
        except PieError as error:
            problems.append(str(error))
    notice = " ".join(problem for problem in problems if problem) or None
    return replace(report, receipt=readable, notice=notice)


__all__ = [
    "ExportItem",
    "ExportProgress",
    "ExportReport",
    "ExportSettings",
    "PlannedPhoto",
    "default_workers",
    "plan_export",
    "run_export",
]

MAX_WORKERS = 8
FEW_PHOTOS = 2  # starting processes takes longer than these


def default_workers(photos: int) -> int:
    """Number of worker processes for so many photos; 0 is none: a decoding process does them one after the other."""
    if photos <= FEW_PHOTOS:
        return 0
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MAX_WORKERS, photos)


def run_export(
    plan: Sequence[PlannedPhoto],
    settings: ExportSettings,
    transform_for: Callable[[np.ndarray], Transform],
    progress: Callable[[ExportProgress], None] | None = None,
    should_cancel: Callable[[], bool] | None = None,
    workers: int | None = None,
) -> ExportReport:
    """Write the photos of a plan. One that fails is reported and the rest goes on.

    Args:
        plan: of `plan_export`, with the same settings.
        settings: the export.
        transform_for: the model's answer to a proxy image; called for one photo after the other, in another thread.
        progress: called in this thread whenever a photo is begun or finished.
        should_cancel: asked about ten times a second; photos in work are then dropped with nothing half written, those
            written stay.
        workers: number of processes, None for as many as there are cores, 0 for none.

    Returns:
        A report with one item per planned photo.

    Raises:
        PieError: the destination cannot be made; nothing was written.
    """
    part = ExportPart(settings, tuple(plan), transform_for)
    run = ExportRun([part], owner(), None, progress, should_cancel)
    return run.run(lambda photos: local_pool(photos, workers))


def local_pool(photos: int, workers: int | None = None) -> WorkerPool | None:
    """Processes of this machine for so many photos; None where it is better to have none.

    Args:
        photos: how many.
        workers: number of processes, None for what suits, 0 for none.
    """
    count = default_workers(photos) if workers is None else min(workers, photos)
    return WorkerPool(count) if count else None
