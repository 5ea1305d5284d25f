"""An export with its journal and its receipt: what the editor and the command line run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pie_desktop import paths
from pie_desktop.engine import journal as journals
from pie_desktop.engine.cluster import ClusterPool
from pie_desktop.engine.export import local_pool
from pie_desktop.engine.export_parts import ExportPart
from pie_desktop.engine.export_report import ExportProgress, ExportReport
from pie_desktop.engine.export_run import ExportRun
from pie_desktop.engine.journal import Journal
from pie_desktop.engine.pool import Pool
from pie_desktop.engine.receipt import check_receipt_file, receipt, write_receipt
from pie_desktop.engine.unfinished import KeptExport
from pie_desktop.errors import PieError


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
        PieError: nothing can be done: the destination or the journal cannot be written, or the export is running.
    """
    if running.receipt is not None:
        check_receipt_file(running.receipt)
    if kept is None and not any(photo.writes for part in parts for photo in part.photos):
        return _finish(ExportRun(parts, "none").run(lambda photos: None), "none", parts, running, None)
    journal = journals.create(paths.exports_dir(), parts) if kept is None else journals.reopen(kept.folder)
    try:
        if kept is not None:
            journal.resumed()
        report = _run(parts, journal, running, kept)
        journal.closed("cancelled" if report.cancelled else "finished")
        return _finish(report, journal.id, parts, running, journal.folder, kept.begun if kept is not None else None)
    except PieError:
        if kept is None:  # nothing was written: there is nothing to go on with
            journal.discard()
        raise
    finally:
        journal.close()


def _run(parts: Sequence[ExportPart], journal: Journal, running: Running, kept: KeptExport | None) -> ExportReport:
    def make_pool(photos: int) -> Pool | None:
        if running.scheduler is not None:
            return ClusterPool(running.scheduler, sorted({part.settings.destination.absolute() for part in parts}))
        return local_pool(photos, running.workers)

    run = ExportRun(parts, journal.id, journal, running.progress, running.should_cancel)
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
