"""A photo in one of the comparison views, at some zoom; `canvas` adds mouse and keys."""

from math import ceil, floor

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from pie_desktop.edit.part import ScaleEnd
from pie_desktop.imaging.geometry import Placement
from pie_desktop.ui.canvas.comparing_widget import ComparingWidget
from pie_desktop.ui.canvas.panes import View, draw_label, draw_photo, photo_rect
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS

VIEW_NAMES = {View.SPLIT: "Split view", View.SIDE: "Side by side", View.SINGLE: "Result only"}


class PhotoWidget(ComparingWidget):
    """Shows one photo; the pixels come from its `renderer`.

    Signals:
        comparing_changed: the original is held up for comparison, or not any more.
    """

    accessible_role = QAccessible.Role.Graphic
    comparing_changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._message = ""
        self._busy = ""
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Photo")

    def accessible_value(self) -> str:
        """View and zoom, or what is said in place of a photo."""
        if self._message or self.renderer.base is None:
            return self._message or self._busy or "no photo"
        what = self._labels[0] if self._comparing else VIEW_NAMES[self._view]
        if self._compared:
            what = f"Comparing {', '.join(rendering.name for rendering in self._compared)}"
            if self._marked is not None:
                what += f"; {self._compared[self._marked].name} is marked"
        if self.renderer.end:
            what = "Clipped highlights" if self.renderer.end == "bright" else "Clipped shadows"
        return f"{what}, {self.viewport.zoom * 100:.0f} %"

    @property
    def message(self) -> str:
        """The sentence that is shown instead of a photo; empty while there is none."""
        return self._message

    @property
    def comparing(self) -> bool:
        """Whether the original is held up for comparison."""
        return self._comparing

    def set_comparing(self, comparing: bool) -> None:
        if comparing != self._comparing:
            self._comparing = comparing
            self.update()
            self.comparing_changed.emit()

    @property
    def warnings(self) -> bool:
        """Whether what is clipped is marked."""
        return self.renderer.warnings

    def set_warnings(self, shown: bool) -> None:
        if shown != self.renderer.warnings:
            for renderer in self._renderers():
                renderer.warnings = shown
            self.update()
            self.view_changed.emit()

    def show_end(self, end: ScaleEnd) -> None:
        """Show nothing but what is clipped at an end of the scale of tones; an empty one shows the photo again."""
        if end != self.renderer.end:
            for renderer in self._renderers():
                renderer.end = end
            self.update()

    def set_photo(self, width: int, height: int) -> None:
        """Prepare for a photo of this size (full resolution, oriented), at the zoom and place of the one before."""
        self._message = ""
        self.renderer.clear()
        self.set_placement(Placement((width, height), (width, height)))

    def set_placement(self, placement: Placement, moving: bool = False) -> None:
        """Show another picture of the photo: cropped, turned, straightened; exactly once `moving` is over."""
        if placement.size != self.viewport.photo:
            self.viewport.set_photo(*placement.size)
            if self._compared:
                self._fit_panes()  # a picture of other proportions may need others
        self.renderer.set_placement(placement, moving)
        self._moved()

    def set_message(self, text: str) -> None:
        """Show a sentence instead of a photo."""
        self._message = text
        self.renderer.clear()
        self.update()

    def set_labels(self, original: str, enhanced: str) -> None:
        self._labels = (original, enhanced)
        self.update()

    def set_busy(self, text: str) -> None:
        """Say unobtrusively what is being waited for; empty for nothing."""
        if text != self._busy:
            self._busy = text
            self.update()

    # Zoom and pan

    def fit(self) -> None:
        self.viewport.fit()
        self._moved()

    def actual_size(self, at: QPointF | None = None) -> None:
        """1:1, keeping the point under `at` (widget position) in place."""
        self.zoom_to(1.0, at)

    def toggle_fit(self, at: QPointF | None = None) -> None:
        if self.viewport.fitted:
            self.actual_size(at)
        else:
            self.fit()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self.zoom_to(self.viewport.zoom * factor, at)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        anchor = None
        if at is not None:
            x, y = at.x() * self._ratio(), at.y() * self._ratio()
            pane = self.pane_at(x, y)
            anchor = (x - pane.left(), y - pane.top())
        self.viewport.zoom_to(zoom, anchor)
        self._moved()

    def look_at(self, zoom: float, centre: tuple[float, float]) -> None:
        """Show a point of the photo, in parts of its size, at a zoom."""
        self.viewport.look_at(zoom, centre)
        self._moved()

    def pan(self, dx: float, dy: float) -> None:
        """Move the photo by so many device pixels."""
        self.viewport.pan(dx, dy)
        self._moved()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._resize_panes()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._resize_panes()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(self._surround())
        painter.fillRect(self.rect(), QColor(COLORS.canvas))
        painter.setClipping(False)
        if self._message:
            painter.setPen(QColor(COLORS.text))
            place = self.rect().adjusted(32, 32, -32, -32)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
            return
        if self.renderer.base is None:
            if self._busy:
                self._draw_busy(painter, 1.0, self.rect())
            return
        ratio = self._ratio()
        if ratio != 1:
            painter.scale(1 / ratio, 1 / ratio)
            font = painter.font()
            font.setPixelSize(max(1, round(self.fontInfo().pixelSize() * ratio)))
            painter.setFont(font)
        pane = self.panes()[0]
        if self._view is View.SIDE:
            self._draw_side(painter, ratio)
        elif self._view is View.SPLIT and not self._comparing:
            self._draw_split(painter, pane, ratio)
        else:
            draw_photo(painter, self.renderer, self.viewport, pane, pane, self._comparing)
            draw_label(painter, self._labels[0 if self._comparing else 1], pane, not self._comparing, ratio)
        if self._busy:
            self._draw_busy(painter, ratio, pane)

    def _surround(self) -> QRegion:
        """What the photo does not cover; painting the whole canvas first would cost as much as the photo itself."""
        whole = QRegion(self.rect())
        if self._message or self.renderer.base is None or self._view is View.SIDE or self._compared:
            return whole
        photo, ratio = photo_rect(self.viewport), self._ratio()
        # Inwards, where a pixel of the photo is part of a logical pixel.
        left, top = ceil(photo.left() / ratio), ceil(photo.top() / ratio)
        right, bottom = floor((photo.right() + 1) / ratio), floor((photo.bottom() + 1) / ratio)
        return whole.subtracted(QRect(left, top, right - left, bottom - top))

    def _draw_busy(self, painter: QPainter, ratio: float, pane: QRect) -> None:
        top = QRect(pane.left(), pane.top(), pane.width(), pane.top() + round(48 * ratio))
        draw_label(painter, self._busy, top, True, ratio)
