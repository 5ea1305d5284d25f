"""One to three pictures of one size, arranged so that they are as large as there is room; a click shows one alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from pie_desktop.ui.canvas.panes import draw_label
from pie_desktop.ui.theme import COLORS

_GAP = 8
_MOST_ENLARGED = 2.0  # copies are small; beyond this one would judge the interpolation


@dataclass(frozen=True)
class LabelledPicture:
    """A picture in the colours of the monitor, and what stands in its corner."""

    label: str
    pixmap: QPixmap


def labelled(label: str, image: np.ndarray) -> LabelledPicture:
    """Of uint8 (H, W, 3) in the colours of the monitor."""
    image = np.ascontiguousarray(image)
    height, width = image.shape[:2]
    shown = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return LabelledPicture(label, QPixmap.fromImage(shown))


class Pictures(QWidget):
    """The pictures on the neutral surround, or a sentence in their place."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self._pictures: Sequence[LabelledPicture] = ()
        self._alone: int | None = None
        self._message = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(240, 160))
        self.setAccessibleName("Pictures of the reference")

    @property
    def labels(self) -> list[str]:
        """Of the pictures that are shown."""
        return [one.label for one in self._shown()]

    @property
    def message(self) -> str:
        return self._message

    def accessible_value(self) -> str:
        return self._message or ", ".join(self.labels)

    def show_pictures(self, pictures: Sequence[LabelledPicture]) -> None:
        """Show these; the one that was alone stays so where it is there again."""
        self._pictures, self._message = pictures, ""
        if self._alone is not None and self._alone >= len(pictures):
            self._alone = None
        self.update()

    def show_message(self, text: str) -> None:
        """Show a sentence in the place of pictures."""
        self._pictures, self._message = (), text
        self.update()

    def show_alone(self, number: int) -> None:
        """Show one of the pictures alone, or all again where it is."""
        if number < len(self._pictures):
            self._alone = None if self._alone == number else number
            self.update()

    def places(self) -> list[QRect]:
        """Where the pictures lie, in their order."""
        shown = self._shown()
        if not shown:
            return []
        size = shown[0].pixmap.size()
        count, best, columns = len(shown), 0.0, 1
        for number in range(1, count + 1):
            cell = self._cell(number, -(-count // number))
            scale = min(cell.width() / size.width(), cell.height() / size.height(), _MOST_ENLARGED)
            if scale > best:
                best, columns = scale, number
        rows, cell = -(-count // columns), self._cell(columns, -(-count // columns))
        scaled = QSize(max(1, round(size.width() * best)), max(1, round(size.height() * best)))
        whole = QSize(columns * scaled.width() + (columns - 1) * _GAP, rows * scaled.height() + (rows - 1) * _GAP)
        left, top = (self.width() - whole.width()) // 2, (self.height() - whole.height()) // 2
        places = []
        for number in range(count):
            row, column = divmod(number, columns)
            corner = QPoint(left + column * (scaled.width() + _GAP), top + row * (scaled.height() + _GAP))
            places.append(QRect(corner, scaled))
        return places

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._alone is not None:
            self.show_alone(self._alone)
            return
        for number, rectangle in enumerate(self.places()):
            if rectangle.contains(place):
                self.show_alone(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLORS.canvas))
        if self._message:
            painter.setPen(QColor(COLORS.text))
            where = self.rect().adjusted(32, 32, -32, -32)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for picture, place in zip(self._shown(), self.places(), strict=True):
            painter.drawPixmap(place, picture.pixmap)
            draw_label(painter, picture.label, place, False, 1.0)

    def _shown(self) -> Sequence[LabelledPicture]:
        return self._pictures if self._alone is None else self._pictures[self._alone : self._alone + 1]

    def _cell(self, columns: int, rows: int) -> QSize:
        room = QSize(self.width() - (columns - 1) * _GAP, self.height() - (rows - 1) * _GAP)
        return QSize(max(1, room.width() // columns), max(1, room.height() // rows))
