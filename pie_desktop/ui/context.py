"""What the widgets share: styles, engine, catalog, settings, lanes and the notifier."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop import paths
from pie_desktop.ui import closing
from pie_desktop.ui.actions.keys import KeyMap
from pie_desktop.ui.display import DisplayColors
from pie_desktop.ui.editor.current_edit import CurrentEdit
from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.steps import Steps
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lane import Lane
from pie_desktop.workers.lanes import PriorityLane, QueueLane

if TYPE_CHECKING:
    from pie_desktop.catalog.store import Catalog
    from pie_desktop.catalog.thumbnails import ThumbnailStore
    from pie_desktop.engine.engine import Engine
    from pie_desktop.styles.store import StyleLibrary

L = TypeVar("L", bound=Lane)
_log = logging.getLogger(__name__)

# They mostly wait: for the disk, and for the processes that decode. Half of the cores stay for what the user waits for.
THUMBNAILS_MB = "thumbnails.cache_mb"
USUAL_THUMBNAILS_MB = 500
SAVE_DELAY_MS = 300  # one write for what changes together
THUMBNAIL_THREADS = max(2, min(4, (os.cpu_count() or 2) // 2))


class AppContext(QObject):
    """Made once by `app`, handed to every widget; nothing in the editor is global.

    Attributes:
        library, engine, catalog: the layers below.
        thumbnail_store: thumbnails on disk.
        display: the colours of the monitor.
        settings: values by dotted name; saved in the background soon after a change, and by `close`.
        keys: the keys of all actions.
        thumbnails: lane of small images, visible first.
        background: lane of small things in order, such as saving edits.
        lanes: these and those of the widgets; whoever runs jobs has a lane of its own.
        notifier: messages for the user.
        current: the edit of the open photo, and the selected style.
        steps: what was done beyond the open photo, and can be undone.

    Signals:
        styles_changed: a style was made, changed or deleted.
        lane_added: a `Lane` that is new.
        edits_changed: photos whose edits in the catalog are others now.
        engine_changed: another bundle or device is in use: preferences and previews must be made anew.
    """

    styles_changed = Signal()
    engine_changed = Signal()
    lane_added = Signal(object)
    edits_changed = Signal(object)

    def __init__(
        self,
        library: StyleLibrary | None = None,
        engine: Engine | None = None,
        catalog: Catalog | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__()
        self.notifier = Notifier()
        self.current = CurrentEdit(self)
        self.steps = Steps(self)
        self.settings = settings or Settings(paths.settings_path())
        if self.settings.problem:
            self.notifier.warning(self.settings.problem)
        self.keys = KeyMap(self.settings)
        self.display = DisplayColors(self.settings, parent=self)
        self.library = library or self._open_library()
        self.engine = engine or self._open_engine()
        self.catalog = catalog or self._open_catalog()
        self.thumbnail_store = self._thumbnail_store()
        self.lanes: list[Lane] = []
        self.thumbnails = self.add_lane(PriorityLane("thumbnails", THUMBNAIL_THREADS))
        self.background = self.add_lane(QueueLane("background"))
        self._saving = QTimer(self, singleShot=True, interval=SAVE_DELAY_MS)
        self._saving.timeout.connect(lambda: self.background.submit(_save_settings, self.settings))
        self.settings.changed = self._saving.start
        closing.report_problems(self.settings, self.notifier)
        # Not here: another process may have locked the file, and this is the thread of the window.
        opening = self.background.submit(lambda _context: self.catalog.open())
        opening.finished.connect(self.report_catalog_problems)

    def add_lane(self, lane: L) -> L:
        """Take charge of the end of a lane: `close` ends it with the others. Returns the lane."""
        self.lanes.append(lane)
        self.lane_added.emit(lane)
        return lane

    def report_catalog_problems(self) -> None:
        """Show what went wrong with the catalog file itself since the last time."""
        for problem in self.catalog.take_problems():
            self.notifier.warning(problem)

    def report_failure(self, job: Job) -> Job:
        """Show the job's error, if there will be one, in the notifier; returns the job."""
        job.failed.connect(self.notifier.error)
        return job

    def close(self) -> None:
        """Save the edits, cancel all other jobs, join all threads, save the settings; within bounds, see `closing`.

        What is submitted afterwards does not run.
        """
        self._saving.stop()
        self.settings.changed = lambda: None
        others = [lane for lane in self.lanes if lane is not self.background]
        closing.keep_problems(self.settings, closing.end_lanes(self.background, others))
        self.catalog.close()
        self.thumbnail_store.close()
        _save(self.settings)

    def set_thumbnail_limit(self, megabytes: int) -> None:
        """How much room thumbnails may take on the disk from now on; what is too much goes with the next ones."""
        self.thumbnail_store.limit = megabytes * 1_000_000

    def _open_library(self) -> StyleLibrary:
        from pie_desktop.styles.store import StyleLibrary

        return StyleLibrary()

    def _open_engine(self) -> Engine:
        from pie_desktop.engine.engine import Engine

        return Engine(self.library)

    def _open_catalog(self) -> Catalog:
        from pie_desktop.catalog.store import Catalog

        return Catalog(paths.catalog_path(), open_now=False)

    def _thumbnail_store(self) -> ThumbnailStore:
        from pie_desktop.catalog.thumbnails import ThumbnailStore

        megabytes = self.settings.number(THUMBNAILS_MB, USUAL_THUMBNAILS_MB, -1, 1_000_000)
        megabytes = USUAL_THUMBNAILS_MB if megabytes < 0 else megabytes
        return ThumbnailStore(paths.cache_dir() / "thumbnails.sqlite", int(megabytes * 1_000_000))


def _save_settings(context: JobContext, settings: Settings) -> None:
    _save(settings)


def _save(settings: Settings) -> None:
    try:
        settings.save()
    except OSError:
        _log.exception("Cannot save the settings")
