"""Exporting many photos: the model looks at small proxies here, worker processes do the full-size pixels."""

import os
import secrets
from collections.abc import Callable, Sequence

import numpy as np

from pie_desktop.engine.enhance import Transform
from pie_desktop.engine.export_parts import ExportPart
from pie_desktop.engine.export_plan import plan_export
from pie_desktop.engine.export_report import ExportItem, ExportProgress, ExportReport
from pie_desktop.engine.export_run import ExportRun
from pie_desktop.engine.planned import ExportSettings, PlannedPhoto
from pie_desktop.engine.worker_pool import WorkerPool

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
    """Number of processes for so many photos; 0 is none, the work is then done by the caller's thread."""
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
        transform_for: the model's answer to a proxy picture; called for one photo after the other, in another thread.
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
    run = ExportRun([part], secrets.token_hex(6), None, progress, should_cancel)
    return run.run(lambda photos: local_pool(photos, workers))


def local_pool(photos: int, workers: int | None = None) -> WorkerPool | None:
    """Processes of this machine for so many photos; None where it is better to have none.

    Args:
        photos: how many.
        workers: number of processes, None for what suits, 0 for none.
    """
    count = default_workers(photos) if workers is None else min(workers, photos)
    return WorkerPool(count) if count else None
