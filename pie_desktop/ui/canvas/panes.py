"""The comparison views: which part of the canvas shows which image, and how it is drawn.

Everything here counts in device pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from pie_desktop.ui.canvas.clipping import clipped_alone, marked
from pie_desktop.ui.canvas.layer import Layer
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.canvas.viewport import Viewport, Zone
from pie_desktop.ui.theme import COLORS

SIDE_GAP = 8


class View(Enum):
    """How original and result are compared."""

    SPLIT = "split"
    SIDE = "side"
    SINGLE = "single"


@dataclass(frozen=True)
class Rendering:
    """One of the images that are compared.

    Attributes:
        renderer: has its layers.
        name: stands on it.
        original: whether it is the original of these layers, and not the result.
    """

    renderer: PreviewRenderer
    name: str
    original: bool = False


def panes_of(count: int, columns: int, width: int, height: int) -> list[QRect]:
    """So many panes beside and below each other, all of one size."""
    rows = -(-count // columns)
    across, down = (width - (columns - 1) * SIDE_GAP) // columns, (height - (rows - 1) * SIDE_GAP) // rows
    panes = []
    for number in range(count):
        row, column = divmod(number, columns)
        # The last one ends where the canvas does.
        left = width - across if column == columns - 1 and columns > 1 else column * (across + SIDE_GAP)
        panes.append(QRect(left, row * (down + SIDE_GAP), max(1, across), max(1, down)))
    return panes


def best_columns(count: int, width: int, height: int, photo: tuple[int, int]) -> int:
    """In how many columns so many panes show a photo of this width and height the largest."""

    def zoom(columns: int) -> float:
        pane = panes_of(count, columns, width, height)[0]
        return min(pane.width() / photo[0], pane.height() / photo[1])

    return max(range(1, count + 1), key=zoom)


def pane_under(panes: Sequence[QRect], x: float, y: float) -> int:
    """The number of the pane that holds a position of the canvas, or is the nearest."""

    def distance(pane: QRect) -> float:
        return max(pane.left() - x, x - pane.right() - 1, 0) + max(pane.top() - y, y - pane.bottom() - 1, 0)

    return min(range(len(panes)), key=lambda number: distance(panes[number]))


def draw_frame(painter: QPainter, place: QRect, scale: float) -> None:
    """Around the image that a key or a click would take."""
    line = max(2, round(2 * scale))
    painter.save()
    painter.setPen(QPen(QColor(COLORS.accent), line, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    painter.drawRect(place.adjusted(line // 2, line // 2, -line, -line))
    painter.restore()


def photo_rect(viewport: Viewport) -> QRect:
    """The visible part of the photo, in pane pixels."""
    left, top = viewport.offset()
    visible = viewport.visible()
    return QRect(left + visible.left, top + visible.top, visible.width, visible.height)


def draw_photo(
    painter: QPainter, renderer: PreviewRenderer, viewport: Viewport, pane: QRect, clip: QRect, original: bool
) -> None:
    """Draw the original or the result into a pane, limited to `clip`."""
    base, detail = renderer.base, renderer.detail
    covered = detail is not None and detail.request.whole == viewport.zoomed() and _covers(detail, viewport)
    painter.save()
    painter.setClipRect(clip)
    if base is not None and not covered:
        _draw_layer(painter, base, renderer, viewport, pane, clip, original)
    if detail is not None and not viewport.fitted:
        _draw_layer(painter, detail, renderer, viewport, pane, clip, original)
    painter.restore()


def draw_handle(painter: QPainter, x: int, top: int, height: int, scale: float, active: bool) -> None:
    """The line of the split view with its grip; `scale` is the device pixel ratio."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = max(1, round(scale))
    painter.fillRect(QRect(x - line, top, 2 * line, height), QColor(0, 0, 0, 110))
    painter.fillRect(QRect(x - line // 2, top, line, height), QColor(255, 255, 255, 235))
    centre, radius = top + height // 2, round(14 * scale)
    painter.setPen(QPen(QColor(0, 0, 0, 90), scale))
    painter.setBrush(QColor(COLORS.accent if active else COLORS.text))
    painter.drawEllipse(x - radius, centre - radius, 2 * radius, 2 * radius)
    painter.setPen(QPen(QColor(COLORS.accent_text), 1.6 * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    arm, inner = round(4 * scale), round(4 * scale)
    for side in (-1, 1):
        tip = x + side * (inner + arm)
        painter.drawLine(tip, centre, x + side * inner, centre - arm)
        painter.drawLine(tip, centre, x + side * inner, centre + arm)
    painter.restore()


def draw_label(painter: QPainter, text: str, pane: QRect, right: bool, scale: float) -> None:
    """A small caption in a lower corner of a pane."""
    metrics = painter.fontMetrics()
    pad, margin = round(8 * scale), round(12 * scale)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, pane.width() - 2 * margin - 2 * pad))
    width, height = metrics.horizontalAdvance(text) + 2 * pad, metrics.height() + pad
    left = pane.right() + 1 - margin - width if right else pane.left() + margin
    chip = QRect(left, pane.bottom() + 1 - margin - height, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 190))
    painter.drawRoundedRect(chip, 4 * scale, 4 * scale)
    painter.setPen(QColor(COLORS.text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _covers(layer: Layer, viewport: Viewport) -> bool:
    return layer.request.zone.contains(viewport.visible())


def _draw_layer(
    painter: QPainter,
    layer: Layer,
    renderer: PreviewRenderer,
    viewport: Viewport,
    pane: QRect,
    clip: QRect,
    original: bool,
) -> None:
    request, zone = layer.request, layer.request.zone
    left, top = viewport.offset()
    whole = viewport.zoomed()
    if request.whole == whole:
        shown = clip.translated(-pane.left() - left, -pane.top() - top)
        visible = Zone(shown.left(), shown.top(), shown.right() + 1, shown.bottom() + 1).grown(0, 0, zone)
        if visible.width <= 0 or visible.height <= 0:
            return
        pixels = layer.original if original else layer.pixels(renderer.edit, visible)
        target = QRect(pane.left() + left + visible.left, pane.top() + top + visible.top, visible.width, visible.height)
        left, top = visible.left - zone.left, visible.top - zone.top
        area = (slice(top, top + visible.height), slice(left, left + visible.width))
        if renderer.end:
            ends = clipped_alone(layer, pixels, renderer.edit, area, original, renderer.end)
            painter.drawImage(target, as_image(ends))
        elif renderer.warnings:
            painter.drawImage(target, as_image(marked(layer, pixels, renderer.edit, area, original)))
        else:
            painter.drawImage(target, as_image(pixels), QRect(left, top, visible.width, visible.height))
        return
    # The zoom has changed and the right pixels are on their way: stretch what is there.
    pixels = layer.original if original else layer.pixels(renderer.edit, zone)
    ratio_x, ratio_y = whole.width / request.whole.width, whole.height / request.whole.height
    target = QRect(
        pane.left() + left + round(zone.left * ratio_x),
        pane.top() + top + round(zone.top * ratio_y),
        round(zone.width * ratio_x),
        round(zone.height * ratio_y),
    )
    painter.drawImage(target, as_image(pixels))


def as_image(pixels: np.ndarray) -> QImage:
    """A QImage on the pixels of a contiguous uint8 `(h, w, 3)` array, which must outlive it."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
