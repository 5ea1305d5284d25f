"""Files dragged in from a file manager."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


def drop(widget: QWidget, paths: list[Path], target: QWidget | None = None) -> bool:
    """Drag files in and drop them on the middle of `widget`, or of `target` in it; returns whether they are taken."""
    place = widget.rect().center() if target is None else target.mapTo(widget, target.rect().center())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, action, data, button, keys)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        QApplication.sendEvent(widget, QDragMoveEvent(place, action, data, button, keys))
        QApplication.sendEvent(widget, QDropEvent(QPointF(place), action, data, button, keys))
    return enter.isAccepted()
