"""Masks under the mouse: their pins, the outline and handles of the chosen one, and where it acts, in colour."""

from collections.abc import Callable
from math import cos, pi, sin
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, QPolygonF

from pie_desktop.edit.mask import LINEAR, Mask
from pie_desktop.imaging.frame import Frame
from pie_desktop.ui.canvas.tools.mask_handles import CENTRE, MaskHandles
from pie_desktop.ui.canvas.tools.tool import CanvasTool, PictureView
from pie_desktop.ui.theme import COLORS

REACH = 11.0  # logical pixels around a handle that grab it
OVERLAY = QColor("#e03c31")
OVERLAY_SIDE = 320  # pixels of the long side of the coloured overlay, which is smooth
MOVE, GROW, TURN = 0.01, 1.1, 5.0  # by key: of the long side, factor, degrees
FAR = 4.0  # of the long side: lines across the whole picture, and beyond

MOVES = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
GROWS = {Qt.Key.Key_BracketLeft: 1 / GROW, Qt.Key.Key_BracketRight: GROW}
TURNS = {Qt.Key.Key_Comma: -TURN, Qt.Key.Key_Period: TURN}
DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)

K = TypeVar("K")


class MaskTool(CanvasTool):
    """Places the chosen mask, and chooses another one by its pin.

    Keys: Shift with an arrow moves the mask, `[` and `]` make it smaller and larger, comma and full stop turn it,
    Delete deletes it, Escape puts the tool away. What is no handle and no pin is left to the canvas.

    Args:
        frame: where the whole picture lies in the photo now; None while none is shown.

    Signals:
        placed: (the mask, whether it is still being dragged).
        picked: index of a mask.
        deleted: the chosen mask is to go.
        left: the tool is to be put away.

    Attributes:
        masks: all of them.
        index: the chosen one.
        overlay: whether it is shown in colour where the mask acts.
        drawing: the next drag draws the chosen mask anew, wherever it begins.
    """

    placed = Signal(object, bool)
    picked = Signal(int)
    deleted = Signal()
    left = Signal()

    def __init__(self, frame: Callable[[], Frame | None]) -> None:
        super().__init__()
        self._frame = frame
        self.masks: tuple[Mask, ...] = ()
        self.index = 0
        self.overlay = False
        self.drawing = False
        self._held: str | None = None
        self._offset = (0.0, 0.0)
        self._start = (0.0, 0.0)

    def show(self, masks: tuple[Mask, ...], index: int) -> None:
        """Show these masks and the handles of one of them."""
        self.masks, self.index = masks, index
        self.changed.emit()

    def set_overlay(self, shown: bool) -> None:
        """Show in colour where the chosen mask acts."""
        self.overlay = shown
        self.changed.emit()

    def set_drawing(self, drawing: bool) -> None:
        """Whether the next drag draws the chosen mask."""
        self.drawing = drawing

    @property
    def handles(self) -> MaskHandles | None:
        """Those of the chosen mask; None where there is nothing to show them on."""
        frame = self._frame()
        return MaskHandles(self.masks[self.index], frame) if frame is not None and self.masks else None

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        handles = self.handles
        if handles is None:
            return False
        place = view.place(position)
        if self.drawing:
            self.drawing, self._held, self._start = False, "draw", place
            return True
        name = self._handle_at(position, view)
        if name is not None:
            there = handles.places()[name]
            self._held, self._offset = name, (there[0] - place[0], there[1] - place[1])
            return True
        pin = self._pin_at(position, view)
        if pin is not None:
            self.picked.emit(pin)
            self._held, self._offset = CENTRE, (0.0, 0.0)
        return pin is not None

    def drag(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> None:
        mask = self._dragged(position, view)
        if mask is not None:
            self.placed.emit(mask, True)

    def release(self, position: QPointF, view: PictureView) -> None:
        held, self._held = self._held, None
        handles = self.handles
        if held is not None and handles is not None:  # where the last move has left it
            self.placed.emit(handles.mask, False)

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        if self.drawing or self._held == "draw":
            return Qt.CursorShape.CrossCursor
        name = self._held or self._handle_at(position, view)
        if name is None:
            return Qt.CursorShape.PointingHandCursor if self._pin_at(position, view) is not None else None
        return Qt.CursorShape.SizeAllCursor if name == CENTRE else Qt.CursorShape.CrossCursor

    def wants(self, event: QKeyEvent) -> bool:
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in MOVES:
            return modifiers == Qt.KeyboardModifier.ShiftModifier
        return not modifiers and (key in GROWS or key in TURNS or key in DELETES or key == Qt.Key.Key_Escape)

    def key(self, event: QKeyEvent) -> bool:
        handles = self.handles
        if handles is None or not self.wants(event):
            return False
        key = Qt.Key(event.key())  # one of those below: a keyboard may have others that Qt does not know
        if key in MOVES:
            self.placed.emit(handles.nudged(MOVES[key][0] * MOVE, MOVES[key][1] * MOVE), False)
        elif key in GROWS:
            self.placed.emit(handles.scaled(GROWS[key]), False)
        elif key in TURNS:
            self.placed.emit(handles.turned(TURNS[key]), False)
        elif key in DELETES:
            self.deleted.emit()
        else:
            self.left.emit()
        return True

    def draw(self, painter: QPainter, view: PictureView) -> None:
        frame, handles = self._frame(), self.handles
        if frame is None or handles is None:
            return
        if self.overlay:
            painter.drawImage(view.rect, _colored(handles.mask, frame))
        for line, dashed in _outline(handles):
            polygon = QPolygonF([view.position(*place) for place in line])
            for color, width in ((QColor(0, 0, 0, 150), 3.0), (QColor(COLORS.text_strong), 1.2)):
                style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
                painter.setPen(QPen(color, width, style))
                painter.drawPolyline(polygon)
        for index, mask in enumerate(self.masks):
            if index != self.index:
                _draw_dot(painter, view.position(*MaskHandles(mask, frame).at(0, 0)), COLORS.text_muted, 5.0)
        for name, place in handles.places().items():
            _draw_dot(painter, view.position(*place), COLORS.accent if name == CENTRE else COLORS.text_strong, 6.0)

    def _dragged(self, position: QPointF, view: PictureView) -> Mask | None:
        handles, (x, y) = self.handles, view.place(position)
        if handles is None or self._held is None:
            return None
        if self._held == "draw":
            return handles.drawn(self._start, (x, y))
        return handles.dragged(self._held, (x + self._offset[0], y + self._offset[1]))

    def _handle_at(self, position: QPointF, view: PictureView) -> str | None:
        handles = self.handles
        return _nearest(handles.places(), position, view) if handles is not None else None

    def _pin_at(self, position: QPointF, view: PictureView) -> int | None:
        frame = self._frame()
        if frame is None:
            return None
        pins = {
            index: MaskHandles(mask, frame).at(0, 0) for index, mask in enumerate(self.masks) if index != self.index
        }
        return _nearest(pins, position, view)


def _nearest(places: dict[K, tuple[float, float]], position: QPointF, view: PictureView) -> K | None:
    """Which of some places is under the mouse."""
    away = {key: (view.position(*place) - position).manhattanLength() for key, place in places.items()}
    nearest = min(away, key=lambda key: away[key], default=None)
    return nearest if nearest is not None and away[nearest] <= 1.4 * REACH else None


def _outline(handles: MaskHandles) -> list[tuple[list[tuple[float, float]], bool]]:
    """Lines around a mask: points in the picture, and whether they are dashed."""
    mask = handles.mask
    if mask.kind == LINEAR:
        half = mask.width / 2
        return [([handles.at(at, -FAR), handles.at(at, FAR)], at == 0) for at in (-half, 0.0, half)]
    sizes = [size for size in (1.0, 1 - mask.feather / 100) if size > 0]
    turns = [2 * pi * step / 72 for step in range(73)]
    return [
        ([handles.at(size * mask.width * cos(turn), size * mask.height * sin(turn)) for turn in turns], size < 1)
        for size in sizes
    ]


def _draw_dot(painter: QPainter, at: QPointF, color: str, radius: float) -> None:
    painter.setPen(QPen(QColor(0, 0, 0, 170), 1.5))
    painter.setBrush(QColor(color))
    painter.drawEllipse(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _colored(mask: Mask, frame: Frame) -> QImage:
    """The weight of a mask as a half transparent colour over the whole picture."""
    width, height = frame.whole
    factor = min(1.0, OVERLAY_SIDE / max(width, height))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    whole = Frame(frame.photo, size, (0, 0, *size), frame.scale * factor, frame.to_photo)
    pixels = np.empty((size[1], size[0], 4), np.uint8)
    pixels[..., :3] = (OVERLAY.red(), OVERLAY.green(), OVERLAY.blue())
    pixels[..., 3] = np.rint(mask.weight(whole) * 140)
    return QImage(pixels.data, *size, 4 * size[0], QImage.Format.Format_RGBA8888).copy()
