"""Cyclic garbage is collected in the GUI thread only."""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000


class GuiThreadCollector(QObject):
    """Takes over from Python's automatic collection, which runs in whatever thread happens to allocate.

    A widget or timer that is part of a reference cycle would then be destroyed in a lane's thread, which Qt answers
    with a crash or a deadlock.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that has passed Python's own threshold."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if thresholds[generation] and counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Give collection back to Python; call it once the lanes are closed."""
        self._timer.stop()
        gc.enable()
