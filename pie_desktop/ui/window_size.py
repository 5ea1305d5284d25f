"""The window on its screen: it fits with its frame, and nothing that a page shows makes it wider than that."""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QMainWindow, QStatusBar, QWidget

USUAL = QSize(1440, 900)
SMALLEST = QSize(768, 540)
"""Below this the window cannot be made smaller; above it no text has a say."""


def bounded(hint: QSize, status_bar: bool = False) -> QSize:
    """The smallest size that a part of the window may ask for."""
    return hint.boundedTo(QSize(SMALLEST.width(), hint.height() if status_bar else SMALLEST.height()))


class BoundedArea(QWidget):
    """The centre of the window: never asks for more than a small window, however long its texts are."""

    def minimumSizeHint(self) -> QSize:
        return bounded(super().minimumSizeHint())


class BoundedStatusBar(QStatusBar):
    """A status bar that never asks for more width than a small window has."""

    def minimumSizeHint(self) -> QSize:
        return bounded(super().minimumSizeHint(), status_bar=True)


def place_within_screen(window: QMainWindow) -> None:
    """Before the window is shown: no larger than its screen, and not off it."""
    screen = window.screen().availableGeometry()
    if not screen.intersects(QRect(window.pos(), window.size())):
        window.move(screen.topLeft())
    window.resize(window.size().boundedTo(screen.size()))


def fit_with_frame(window: QWidget) -> None:
    """Once the window has its frame: frame and all are within the screen.

    A maximised window is left alone, and one that was made larger than its screen on purpose.
    """
    screen, frame = window.screen().availableGeometry(), window.frameGeometry()
    larger = window.width() > screen.width() or window.height() > screen.height()
    if larger or window.isMaximized() or window.isFullScreen():
        return
    around = frame.size() - window.size()
    size = window.size().boundedTo(screen.size() - around)
    if size != window.size():
        window.resize(size)
    frame = QRect(frame.topLeft(), size + around)
    left = max(screen.left(), min(frame.left(), screen.right() + 1 - frame.width()))
    top = max(screen.top(), min(frame.top(), screen.bottom() + 1 - frame.height()))
    if frame.topLeft() != QPoint(left, top):
        window.move(left, top)
