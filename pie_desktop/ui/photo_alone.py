"""The photo alone on the whole screen, without anything around it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMainWindow, QWidget


class PhotoAlone(QObject):
    """Hides all that is around the photo, and brings it back as it was.

    Args:
        window: goes to full screen and back.
        around: gives the widgets to hide.
        photo: gets the focus.

    Signals:
        changed: whether the photo is alone now.
    """

    changed = Signal(bool)

    def __init__(self, window: QMainWindow, around: Callable[[], Sequence[QWidget]], photo: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._around = around
        self._photo = photo
        self._hidden: list[QWidget] | None = None
        self._was_full = False

    @property
    def on(self) -> bool:
        return self._hidden is not None

    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self._enter()

    def leave(self) -> None:
        """Bring back what was hidden; nothing while the photo is not alone."""
        if self._hidden is None:
            return
        for widget in self._hidden:
            widget.show()
        self._hidden = None
        if not self._was_full:
            self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowFullScreen)
        self.changed.emit(False)

    def _enter(self) -> None:
        self._was_full = self._window.isFullScreen()
        self._photo.setFocus()  # not on what is hidden
        self._hidden = [widget for widget in self._around() if widget.isVisible()]
        for widget in self._hidden:
            widget.hide()
        self._window.setWindowState(self._window.windowState() | Qt.WindowState.WindowFullScreen)
        self.changed.emit(True)
