"""A filmstrip that is watched: what it shows when, and how long its window stalls."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip import Filmstrip

SIZE = (420, 1200)
_DECORATION = Qt.ItemDataRole.DecorationRole


class Heartbeat:
    """The longest time between two beats of a timer is the longest time that the event loop did nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)

    def reset(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


class WatchedFilmstrip:
    """A filmstrip of `SIZE`, shown.

    Attributes:
        strip: the widget.
        heartbeat: of its event loop.
    """

    def __init__(self, context: AppContext) -> None:
        self.strip = Filmstrip(context)
        self.strip.resize(*SIZE)
        self.strip.show()
        wait_until(self.strip.isVisible)
        self.heartbeat = Heartbeat()
        wait_until(lambda: self.heartbeat.longest > 0)

    def open(self, folder: Path, photos: int) -> tuple[float, float]:
        """Open a folder of so many photos; seconds until it is listed and painted, and until all visible have a
        image. The heartbeat begins anew."""
        view = self.strip.view
        self.heartbeat.reset()
        started = time.perf_counter()
        self.strip.set_folder(folder)
        wait_until(lambda: self.strip.model.rowCount() == photos and bool(view.visible_rows()))
        view.viewport().repaint()
        painted = time.perf_counter() - started
        wait_until(self.filled)
        return painted, time.perf_counter() - started

    def jump_to_end(self) -> float:
        """Seconds until the last photos have an image."""
        view, last = self.strip.view, self.strip.model.rowCount()
        view.scrollToBottom()
        return wait_until(lambda: view.visible_rows().stop == last and self.filled())

    def filled(self, proper: bool = False) -> bool:
        """Whether every visible photo has an image; a `proper` one is made of its own pixels."""
        rows, model = self.strip.view.visible_rows(), self.strip.model
        if not rows or any(model.index(row).data(_DECORATION) is None for row in rows):
            return False
        entries = [self.strip._loader.cache.peek(model.paths[row]) for row in rows]
        return not proper or not any(entry is None or entry.placeholder for entry in entries)


def wait_until(condition: Callable[[], bool], timeout: float = 60.0) -> float:
    """Run the event loop until the condition holds; seconds that took."""
    started = time.perf_counter()
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() or time.perf_counter() - started > timeout else None)
    timer.start(2)
    loop.exec()
    return time.perf_counter() - started


def let_run(seconds: float) -> None:
    """Run the event loop for so long."""
    end = time.perf_counter() + seconds
    wait_until(lambda: time.perf_counter() > end, timeout=seconds + 5)
