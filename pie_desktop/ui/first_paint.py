"""When a window is there to be seen: what may wait for that, waits."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Watches a window until it has painted itself, with all that is in it, for the first time.

    A timer of zero is no substitute: Qt serves timers before it paints. A window that is shown minimised paints, and so
    tells, once it is restored.

    Signals:
        done: once.
    """

    done = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            # The window's own paint event is the first of many: its widgets follow before the event loop goes on.
            QTimer.singleShot(0, self, self.done.emit)
        return False
