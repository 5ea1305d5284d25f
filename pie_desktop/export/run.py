"""One run of an export: gives photos to workers, names what is complete, keeps the journal."""

import functools
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from pie_desktop.edit.note import edit_note
from pie_desktop.errors import Cancelled, DecodeError, PieError
from pie_desktop.export.cleaning import clean_destination
from pie_desktop.export.journal import Journal
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.photo_luts import AbandonableThread, PartPhoto, PhotoLuts
from pie_desktop.export.pool import Pool, WorkersUnavailable
from pie_desktop.export.provenance import settings_properties
from pie_desktop.export.report import ExportItem, ExportProgress, ExportReport
from pie_desktop.export.settings import ExportPart
from pie_desktop.export.staging import Staging, gone
from pie_desktop.export.tally import Tally
from pie_desktop.export.targets import prepare_destination
from pie_desktop.export.unfinished import changed_since, settle
from pie_desktop.export.worker import ExportTask, Outcome, export_isolated, export_photo
from pie_desktop.imaging import isolation
from pie_desktop.imaging.atomic import write_problem

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
_DRAIN_SECONDS = 0.3

T = TypeVar("T")


class ExportRun:
    """State of one run; to be used once."""

    def __init__(
        self,
        parts: Sequence[ExportPart],
        export_id: str,
        journal: Journal | None = None,
        progress: Callable[[ExportProgress], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> None:
        self._photos = [PartPhoto(photo, part) for part in parts for photo in part.photos]
        self._luts = PhotoLuts(self._photos)
        self._destinations = {part.settings.destination.absolute() for part in parts}
        self._id = export_id
        self._journal = journal
        self._tally = Tally(self._photos, journal, progress)
        self._should_cancel = should_cancel or (lambda: False)

    def run(self, make_pool: Callable[[int], Pool | None], kept: KeptExport | None = None) -> ExportReport:
        """Write the photos.

        Args:
            make_pool: where so many photos are made; None is one after the other, in a decoding process or, where there
                are none (`isolation.active`), in this one.
            kept: what an earlier run of this export did.

        Raises:
            PieError: a destination cannot be made, or is gone when an export goes on; nothing was written.
        """
        planned = [index for index, entry in enumerate(self._photos) if entry.photo.writes]
        if planned:
            for folder in self._destinations:
                if kept is not None and kept.written and not folder.is_dir():
                    raise PieError(gone(folder))
                prepare_destination(folder)
            for folder in self._destinations | {self._photos[index].photo.target.parent for index in planned}:
                clean_destination(folder)
        self._staging = Staging(self._id, self._destinations)
        targets = {self._photos[index].photo.target for index in planned}
        try:
            if kept is not None:
                self._take_over(kept)
                self._staging.clear(targets)
            self._write_all(deque(index for index in planned if index not in self._tally), make_pool)
        except Cancelled:
            pass
        finally:
            self._staging.clear()
        return self._tally.report()

    def _take_over(self, kept: KeptExport) -> None:
        known = set(kept.items)
        settle(kept, self._staging, self._commit)
        for index, item in kept.items.items():
            if item.status == "written":
                self._tally.take_over(index, changed_since(item))
                if self._journal is not None and index not in known:
                    self._journal.ended(index, item)

    def _write_all(self, todo: deque[int], make_pool: Callable[[int], Pool | None]) -> None:
        with closing(AbandonableThread()) as thread:
            self._thread = thread
            pool = make_pool(len(todo)) if todo else None
            if pool is not None:
                self._run_in_pool(todo, pool)
            while todo:
                self._check_cancelled()
                # The whole photo is made where it is decoded, which waits for its LUT with the pixels.
                isolated = isolation.active()
                task = self._begin(todo.popleft(), load_lut=isolated)
                if task is not None:
                    self._finish(self._isolated(task) if isolated else self._here(task))

    def _isolated(self, task: ExportTask) -> Outcome:
        try:
            return self._aside(functools.partial(export_isolated, task.source, task))
        except DecodeError as error:
            return Outcome(task.index, problem=str(error))

    def _here(self, task: ExportTask) -> Outcome:
        return self._aside(functools.partial(export_photo, task, functools.partial(self._luts.own, task.index)))

    def _run_in_pool(self, todo: deque[int], pool: Pool) -> None:
        """While a worker waits for the model, its core is the model's: nothing stands still."""
        again: deque[int] = deque()  # tried once more, one by one, when all others are done
        tried: set[int] = set()
        try:
            while todo or pool.busy or again:
                self._check_cancelled()
                if again and not todo and not pool.busy:
                    todo.append(again.popleft())
                while todo and pool.idle:
                    task = self._begin(todo.popleft())
                    if task is not None:
                        pool.submit(task)
                for news in pool.wait(_POLL_SECONDS):
                    if isinstance(news, Outcome):
                        if news.killed and news.index not in tried:
                            tried.add(news.index)
                            again.append(news.index)
                        else:
                            self._finish(news)
                        continue
                    try:
                        wanted = functools.partial(self._luts.own, news.index, news.proxy)
                        pool.answer(news.index, self._aside(wanted))
                    except PieError as error:
                        pool.answer(news.index, str(error))
        except WorkersUnavailable:
            _log.warning("No worker process can be started here; photos are exported one at a time instead.")
            todo.extend(again)
            todo.extendleft(task.index for task in reversed(pool.running()))
        except Cancelled:
            self._drain(pool)
            pool.close(at_once=True)
            raise
        finally:
            pool.close()

    def _drain(self, pool: Pool) -> None:
        """Let photos that are almost done end, so that little work is lost."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        while pool.busy and (left := deadline - time.monotonic()) > 0:
            for news in pool.wait(left):
                if isinstance(news, Outcome) and not news.killed:
                    self._finish(news)

    def _begin(self, index: int, load_lut: bool = False) -> ExportTask | None:
        """The task of a photo; None when it cannot be begun, which is its result then.

        Args:
            index: place in the plan.
            load_lut: whether the task brings its LUT along, for which the photo is decoded; else it asks for it.
        """
        entry = self._photos[index]
        photo = entry.photo
        self._tally.begun(index)
        try:
            place = self._staging.place(index, photo.target, entry.part.settings.destination.absolute())
            lut = None
            if load_lut:
                lut = self._aside(functools.partial(self._luts.load, index, self._should_cancel))
            elif photo.burst is not None:
                lut = self._aside(functools.partial(self._luts.shared, index, self._should_cancel))
        except PieError as error:
            self._finish(Outcome(index, problem=str(error)))
            return None
        settings = entry.part.settings
        note = edit_note(settings.edit, settings.style).with_properties(settings_properties(settings, photo.copy))
        return ExportTask(index, photo.source, place, True, settings.encode, lut, note, settings.edit)

    def _aside(self, work: Callable[[], T]) -> T:
        return self._thread.run(work, self._should_cancel)

    def _finish(self, outcome: Outcome) -> None:
        index = outcome.index
        photo = self._photos[index].photo
        if outcome.details is not None:
            _log.error("%s could not be exported:\n%s", photo.source, outcome.details)
        problem = self._explained(outcome.problem, index) if outcome.problem is not None else None
        warnings = [warning for warning in (photo.problem, outcome.warning) if warning]
        # None: the LUT of a burst that was made without this frame.
        general, preference = self._luts.shares.get(index, (None, None))
        item = ExportItem(
            photo.source,
            photo.target,
            "written",
            " ".join(warnings) or None,
            general,
            preference,
            outcome.source_state,
            self._luts.errors.get(index),
            photo.copy,
            self._luts.fit_errors.get(index),
        )
        if problem is None and outcome.staged is not None:
            try:
                if self._journal is not None:
                    self._journal.ready(index, outcome.staged, item)
                self._commit(index, outcome.staged)
            except PieError as error:
                problem = self._explained(str(error), index)
            except OSError as error:
                problem = self._explained(write_problem(photo.target, error), index)
        if problem is not None:
            item = ExportItem(photo.source, photo.target, "failed", problem, copy=photo.copy)
        self._tally.done(index, item)

    def _commit(self, index: int, staged: Path) -> None:
        entry = self._photos[index]
        destination = entry.part.settings.destination.absolute()
        self._staging.commit(staged, entry.photo.target, destination, entry.photo.action == "overwrite")

    def _explained(self, problem: str, index: int) -> str:
        """A problem of a photo, with the name that the user knows instead of the temporary one."""
        entry = self._photos[index]
        destination = entry.part.settings.destination.absolute()
        if not destination.is_dir():
            return gone(destination)
        return self._staging.with_final_name(problem, index, entry.photo.target)

    def _check_cancelled(self) -> None:
        if self._should_cancel():
            raise Cancelled
