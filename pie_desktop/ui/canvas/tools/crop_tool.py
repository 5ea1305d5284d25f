"""Cropping on the photo: a rectangle with handles, moved by its inside, rotated from outside."""

from collections.abc import Callable
from math import atan2, degrees

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen, QPolygonF

from pie_desktop.edit.crop_box import CropBox
from pie_desktop.edit.upright import Point
from pie_desktop.imaging.geometry import Placement
from pie_desktop.ui.canvas.tools.tool import CanvasTool, PictureView, draw_chip
from pie_desktop.ui.theme import COLORS

REACH = 12.0  # logical pixels around an edge or a corner that take hold of it
MARK = 18.0  # length of the marks at the corners
FAR = 10  # pixels that an arrow moves with Shift
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
CURSORS = {
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (0, 0): Qt.CursorShape.SizeAllCursor,
}


class CropTool(CanvasTool):
    """Changes a crop over the whole tilted photo (`GeometryPart.surround`); who has it shows that and takes the end.

    Attributes:
        box: the crop; None while there is none.
        ratio: width by height that it keeps, None for a free shape.

    Signals:
        moved: the crop is another one.
        accepted: it shall be taken.
        cancelled: it shall be as before.
        swap_wanted: portrait and landscape shall change places.
    """

    moved = Signal()
    accepted = Signal()
    cancelled = Signal()
    swap_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.box: CropBox | None = None
        self.ratio: float | None = None
        self._drag: Callable[[QPointF, PictureView], CropBox] | None = None
        self._surround: tuple[object, Placement] | None = None

    @property
    def dragged(self) -> bool:
        """Whether the mouse holds the crop."""
        return self._drag is not None

    def set_box(self, box: CropBox) -> None:
        """Take another crop."""
        if box != self.box:
            self.box = box
            self.moved.emit()
            self.changed.emit()

    def surround(self) -> Placement:
        """What is shown under the crop."""
        assert self.box is not None
        key = (self.box.part.tilt, self.box.part.turned_size(self.box.photo), self.box.photo)
        if self._surround is None or self._surround[0] != key:
            self._surround = key, self.box.part.surround(self.box.photo)
        return self._surround[1]

    def position(self, place: Point, view: PictureView) -> QPointF:
        """The position in the widget of a place in the plane of the crop."""
        left, top, width, height = self._extent()
        return view.position((place[0] - left) / width, (place[1] - top) / height)

    def place(self, position: QPointF, view: PictureView) -> Point:
        """The place in the plane of a position in the widget."""
        left, top, width, height = self._extent()
        x, y = view.place(position)
        return left + x * width, top + y * height

    def _extent(self) -> tuple[float, float, float, float]:
        """What is shown, in the plane: left, top, width, height."""
        assert self.box is not None
        left, top, right, bottom = self.box.part.surroundings(self.box.photo)
        return left, top, right - left, bottom - top

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        if self.box is None:
            return False
        start, handle, first = self.box, self._handle(position, view), self.place(position, view)
        if handle is None:
            middle = self.position(start.middle, view)
            angle = _angle(middle, position)
            self._drag = lambda at, now: start.tilted(start.part.straighten + _turn(angle, _angle(middle, at)))
        elif handle == (0, 0):

            def move(at: QPointF, now: PictureView) -> CropBox:
                x, y = self.place(at, now)
                return start.moved(x - first[0], y - first[1])

            self._drag = move
        else:
            self._drag = lambda at, now: start.pulled(handle, self.place(at, now), self.ratio)
        return True

    def drag(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> None:
        if self._drag is not None and self.box is not None:
            self.set_box(self._drag(position, view))

    def release(self, position: QPointF, view: PictureView) -> None:
        self._drag = None
        if self.box is not None:
            self.moved.emit()
        self.changed.emit()

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        self.accepted.emit()
        return True

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        if self.box is None:
            return None
        handle = self._handle(position, view)
        if handle is None:
            return Qt.CursorShape.CrossCursor
        return CURSORS.get(handle) or CURSORS[(-handle[0], -handle[1])]

    def wants(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_X, *ARROWS)
        return plain and event.key() in keys

    def key(self, event: QKeyEvent) -> bool:
        if self.box is None or not self.wants(event):
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() == Qt.Key.Key_X:
            self.swap_wanted.emit()
        elif event.key() in ARROWS:
            steps = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            across, down = ARROWS[Qt.Key(event.key())]
            self.set_box(self.box.moved(across * steps, down * steps))
        else:
            self.accepted.emit()
        return True

    def _handle(self, position: QPointF, view: PictureView) -> tuple[int, int] | None:
        """The edge or corner under a position; (0, 0) inside, None outside."""
        rect = self._rect(view)
        if not rect.adjusted(-REACH, -REACH, REACH, REACH).contains(position):
            return None
        near = []
        for at, low, high in (
            (position.x(), rect.left(), rect.right()),
            (position.y(), rect.top(), rect.bottom()),
        ):
            reach = min(REACH, (high - low) / 3)
            near.append(-1 if at < low + reach else 1 if at > high - reach else 0)
        return near[0], near[1]

    def _rect(self, view: PictureView) -> QRectF:
        assert self.box is not None
        left, top, right, bottom = self.box.rect
        return QRectF(self.position((left, top), view), self.position((right, bottom), view))

    def draw(self, painter: QPainter, view: PictureView) -> None:
        if self.box is None:
            return
        rect = self._rect(view)
        ends = [self.position((float(x), float(y)), view) for x, y in self.box.part.corners(self.box.photo)]
        photo, everything, inside = QPainterPath(), QPainterPath(), QPainterPath()
        photo.addPolygon(QPolygonF([*ends, ends[0]]))
        everything.addRect(view.pane)
        inside.addRect(rect)
        painter.fillPath(everything.subtracted(photo), QColor(COLORS.canvas))
        painter.fillPath(photo.subtracted(inside), QColor(0, 0, 0, 150))
        _draw_thirds(painter, rect)
        _draw_corners(painter, rect)
        width, height = self.box.placement.size
        text = f"{width} × {height} px"
        if self.box.part.straighten:
            text += f",  {self.box.part.straighten:+.1f}°"
        draw_chip(painter, text, view.pane)


def _angle(middle: QPointF, position: QPointF) -> float:
    return degrees(atan2(position.y() - middle.y(), position.x() - middle.x()))


def _turn(before: float, after: float) -> float:
    """The way from one angle to another, in (-180, 180]."""
    return (after - before + 180) % 360 - 180


def _draw_thirds(painter: QPainter, rect: QRectF) -> None:
    painter.setPen(QPen(QColor(255, 255, 255, 110), 1))
    for share in (1 / 3, 2 / 3):
        x, y = rect.left() + share * rect.width(), rect.top() + share * rect.height()
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    painter.setPen(QPen(QColor(COLORS.text_strong), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)


def _draw_corners(painter: QPainter, rect: QRectF) -> None:
    length = min(MARK, rect.width() / 3, rect.height() / 3)
    painter.setPen(QPen(QColor(COLORS.text_strong), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    for corner, across, down in (
        (rect.topLeft(), 1, 1),
        (rect.topRight(), -1, 1),
        (rect.bottomLeft(), 1, -1),
        (rect.bottomRight(), -1, -1),
    ):
        painter.drawLine(corner, corner + QPointF(across * length, 0))
        painter.drawLine(corner, corner + QPointF(0, down * length))
