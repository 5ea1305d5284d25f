"""Hold a key to see the original, wherever the focus is."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from pie_desktop.ui.canvas.photo_widget import PhotoWidget

COMPARE_KEYS = (Qt.Key.Key_Backslash, Qt.Key.Key_C)
TEXT_FIELDS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)


class CompareKeys(QObject):
    """Event filter for a window's `windowHandle()`: there, keys arrive before the widget that has the focus.

    A shortcut would not do, for it tells no release; and lists would take the letter for a search.
    """

    def __init__(self, canvas: PhotoWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusOut:
            # The release goes to another window.
            self._canvas.set_comparing(False)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = event.key() in COMPARE_KEYS and not event.modifiers()
            if plain and self._canvas.isVisible() and not isinstance(QApplication.focusWidget(), TEXT_FIELDS):
                self._canvas.set_comparing(True)
                return True
        elif kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and self._canvas.comparing:
            # A key that is held down repeats both press and release.
            if event.key() in COMPARE_KEYS and not event.isAutoRepeat():
                self._canvas.set_comparing(False)
            return event.key() in COMPARE_KEYS
        return False
