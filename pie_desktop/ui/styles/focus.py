"""Arrow keys that walk through a column of widgets."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


def stepped(widgets: Sequence[QWidget], event: QKeyEvent) -> QWidget | None:
    """The widget that an arrow, Home or End key leads to from the one with the focus; None for other keys."""
    place = next((place for place, widget in enumerate(widgets) if widget.hasFocus()), None)
    if place is None:
        return None
    last = len(widgets) - 1
    targets = {
        Qt.Key.Key_Up: max(place - 1, 0),
        Qt.Key.Key_Down: min(place + 1, last),
        Qt.Key.Key_Home: 0,
        Qt.Key.Key_End: last,
    }
    target = targets.get(Qt.Key(event.key()))
    return widgets[target] if target is not None else None
