"""Exporting many photos: the model looks at small proxies here, worker processes do the full-size pixels."""

import functools
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from pie_desktop.engine.destination import prepare_destination
from pie_desktop.engine.enhance import Transform, attribution
from pie_desktop.engine.export_plan import ExportSettings, PlannedPhoto, plan_export
from pie_desktop.engine.export_report import ExportItem, ExportProgress, ExportReport
from pie_desktop.engine.export_worker import ExportTask, Outcome, export_photo
from pie_desktop.engine.worker_pool import WorkerPool, WorkersUnavailable
from pie_desktop.errors import Cancelled, PieError

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

_log = logging.getLogger(__name__)

MAX_WORKERS = 8
FEW_PHOTOS = 2  # starting processes takes longer than these
_POLL_SECONDS = 0.1
_DRAIN_SECONDS = 0.4


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
        transform_for: the model's answer to a proxy picture; called in this thread, one photo after the other.
        progress: called in this thread whenever a photo is begun or finished.
        should_cancel: asked about ten times a second (without workers between two photos); photos in work are then
            dropped with nothing half written, those written stay.
        workers: number of processes, None for as many as there are cores, 0 for none.

    Returns:
        A report with one item per planned photo.

    Raises:
        PieError: the destination cannot be made; nothing was written.
    """
    return _Run(plan, settings, transform_for, progress, should_cancel).run(workers)


class _Run:
    """State of one export."""

    def __init__(
        self,
        plan: Sequence[PlannedPhoto],
        settings: ExportSettings,
        transform_for: Callable[[np.ndarray], Transform],
        progress: Callable[[ExportProgress], None] | None,
        should_cancel: Callable[[], bool] | None,
    ) -> None:
        self._plan = plan
        self._settings = settings
        self._transform_for = transform_for
        self._progress = progress
        self._should_cancel = should_cancel or (lambda: False)
        self._items: dict[int, ExportItem] = {}
        self._shares: dict[int, tuple[float, float]] = {}
        self._started = time.monotonic()
        self._exported = 0
        self._current = ""

    def run(self, workers: int | None) -> ExportReport:
        todo: deque[int] = deque()
        for index, photo in enumerate(self._plan):
            if photo.action == "skip":
                self._items[index] = ExportItem(photo.source, photo.target, "skipped", photo.problem)
            elif photo.action == "fail":
                self._items[index] = ExportItem(photo.source, photo.target, "failed", photo.problem)
            else:
                todo.append(index)
        if todo:
            prepare_destination(self._settings.destination)
        count = default_workers(len(todo)) if workers is None else min(workers, len(todo))
        try:
            if count:
                self._run_in_workers(todo, count)
            self._run_here(todo)
        except Cancelled:
            pass
        for index, photo in enumerate(self._plan):
            if index not in self._items:
                message = "Cancelled before it was written."
                self._items[index] = ExportItem(photo.source, photo.target, "cancelled", message)
        items = tuple(self._items[index] for index in range(len(self._plan)))
        return ExportReport(items, time.monotonic() - self._started)

    def _run_here(self, todo: deque[int]) -> None:
        while todo:
            self._check_cancelled()
            task = self._begin(todo.popleft())
            self._finish(export_photo(task, functools.partial(self._table, task.index)))

    def _run_in_workers(self, todo: deque[int], count: int) -> None:
        """While a worker waits for the model, its core is the model's: nothing stands still."""
        pool = WorkerPool(count)
        try:
            while todo or pool.busy:
                self._check_cancelled()
                while todo and pool.idle:
                    pool.submit(self._begin(todo.popleft()))
                for news in pool.wait(_POLL_SECONDS):
                    if isinstance(news, Outcome):
                        self._finish(news)
                        continue
                    try:
                        pool.answer(news.index, self._table(news.index, news.proxy))
                    except PieError as error:
                        pool.answer(news.index, str(error))
        except WorkersUnavailable:
            _log.warning("No worker process can be started here; photos are exported one after the other instead.")
            todo.extendleft(task.index for task in reversed(pool.running()))
        except Cancelled:
            self._drain(pool)
            raise
        finally:
            pool.close()

    def _drain(self, pool: WorkerPool) -> None:
        """Let photos that are almost done end, so that the report does not deny what was written."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        while pool.busy and (left := deadline - time.monotonic()) > 0:
            for news in pool.wait(left):
                if isinstance(news, Outcome):
                    self._finish(news)

    def _begin(self, index: int) -> ExportTask:
        photo = self._plan[index]
        self._current = photo.source.name
        self._report()
        return ExportTask(index, photo.source, photo.target, photo.action == "overwrite", self._settings.encode)

    def _table(self, index: int, proxy: np.ndarray) -> np.ndarray:
        """The edit of a photo whose proxy is known; what fails is a PieError about this photo."""
        try:
            transform = self._transform_for(proxy)
            table = transform.table(self._settings.strength, self._settings.amount)
            # A quarter of the pixels gives the same means to about 1 % and leaves the time to the photos.
            shares = attribution(proxy[::2, ::2], transform, self._settings.strength, self._settings.amount)
        except (Cancelled, PieError):
            raise
        except Exception as error:
            source = self._plan[index].source
            _log.exception("The transform of %s", source)
            raise PieError(f"{source.name} could not be enhanced ({error}).") from error
        self._shares[index] = (shares.general, shares.preference)
        return table

    def _finish(self, outcome: Outcome) -> None:
        photo = self._plan[outcome.index]
        if outcome.problem is not None:
            item = ExportItem(photo.source, photo.target, "failed", outcome.problem)
        else:
            remarks = [remark for remark in (photo.problem, outcome.remark) if remark]
            general, preference = self._shares[outcome.index]
            item = ExportItem(photo.source, photo.target, "written", " ".join(remarks) or None, general, preference)
        self._items[outcome.index] = item
        self._exported += 1
        self._report(item)

    def _report(self, item: ExportItem | None = None) -> None:
        if self._progress is None:
            return
        remaining = None
        if self._exported:
            per_photo = (time.monotonic() - self._started) / self._exported
            remaining = per_photo * (len(self._plan) - len(self._items))
        self._progress(ExportProgress(len(self._items), len(self._plan), remaining, self._current, item))

    def _check_cancelled(self) -> None:
        if self._should_cancel():
            raise Cancelled
