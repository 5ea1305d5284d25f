"""One of two renderings, as large as there is room, which can be clicked."""

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from pie_desktop.ui.theme import COLORS

_FRAME = 3


class Picture(QWidget):
    """Shows an image whole on the neutral surround.

    Signals:
        clicked: with the left button.
    """

    clicked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap = QPixmap()
        self._hovered = False
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(240, 180))

    def set_image(self, image: np.ndarray | None) -> None:
        """Show uint8 `(H, W, 3)` in the colours of the monitor; None for nothing."""
        if image is None:
            self._pixmap = QPixmap()
        else:
            image = np.ascontiguousarray(image)
            height, width = image.shape[:2]
            self._pixmap = QPixmap.fromImage(QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888))
        self.update()

    @property
    def is_empty(self) -> bool:
        return self._pixmap.isNull()

    def enterEvent(self, event: object) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLORS.canvas))
        if self._pixmap.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.rect().adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME)
        size = self._pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(room.topLeft(), size)
        place.moveCenter(room.center())
        painter.drawPixmap(place, self._pixmap)
        if self._hovered and self.isEnabled():
            painter.setPen(QPen(QColor(COLORS.accent), 2))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
