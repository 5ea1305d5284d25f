"""What the canvas compares, and where: original and result, or several renderings, in panes or in one picture."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from pie_desktop.ui.canvas.panes import (
    Rendering,
    View,
    best_columns,
    draw_frame,
    draw_handle,
    draw_label,
    draw_photo,
    pane_under,
    panes_of,
    photo_rect,
)
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.canvas.viewport import Viewport
from pie_desktop.ui.context import AppContext


class ComparingWidget(QWidget):
    """The renderings of one photo with one viewport for all of them; `PhotoWidget` shows them.

    Signals:
        viewport_changed: zoom or position changed.
        view_changed: another comparison view was chosen, or the clipping warnings were shown or hidden.
    """

    viewport_changed = Signal()
    view_changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.viewport = Viewport()
        self.renderer = PreviewRenderer(context, self.viewport)
        self.renderer.changed.connect(self.update)
        self._view = View.SPLIT
        self._handles = [0.5]
        self._usual_handles = self._handles
        self._held_handle: int | None = None
        self._compared: list[Rendering] = []
        self._marked: int | None = None
        self._comparing = False
        self._labels = ("Original", "Enhanced")

    @property
    def view(self) -> View:
        return self._view

    def set_view(self, view: View) -> None:
        if view is not self._view:
            self._view = view
            self._resize_panes()
            self.view_changed.emit()

    @property
    def renderings(self) -> list[Rendering]:
        """What is compared: the original with the result unless `compare` said otherwise."""
        if self._compared:
            return self._compared
        return [Rendering(self.renderer, self._labels[0], original=True), Rendering(self.renderer, self._labels[1])]

    @property
    def compares_others(self) -> bool:
        """Whether other renderings are compared than original and result."""
        return bool(self._compared)

    def compare(self, renderings: Sequence[Rendering]) -> None:
        """Compare these renderings, two or more, in place of original and result; none for these again."""
        before = len(self._compared)
        self._compared = list(renderings)
        self._marked = None if self._marked is None or self._marked >= len(renderings) else self._marked
        if len(renderings) != before:
            if not before:
                self._usual_handles = self._handles
            count = len(renderings)
            self._handles = [place / count for place in range(1, count)] if renderings else self._usual_handles
            self._held_handle = None
            self._resize_panes()
        self.update()

    @property
    def marked(self) -> int | None:
        """The number of the rendering that a key or a click would take."""
        return self._marked

    def mark(self, number: int | None) -> None:
        if number != self._marked:
            self._marked = number
            self.update()

    def panes(self) -> list[QRect]:
        """The pane of each rendering, in device pixels; a single one where they share it."""
        size = self._device_width(), round(self.height() * self._ratio())
        count = len(self.renderings)
        if self._view is not View.SIDE:
            return panes_of(1, 1, *size)
        return panes_of(count, best_columns(count, *size, self.viewport.photo) if self._compared else count, *size)

    def pane_at(self, x: float, y: float) -> QRect:
        """The pane that holds a position of the canvas; all in device pixels."""
        panes = self.panes()
        return panes[pane_under(panes, x, y)]

    def rendering_under(self, position: QPointF) -> int:
        """The number of the rendering under a position of the widget, or nearest to it."""
        x, y = position.x() * self._ratio(), position.y() * self._ratio()
        if self._view is View.SINGLE:
            return len(self.renderings) - 1
        return pane_under(self.panes() if self._view is View.SIDE else self._strips(), x, y)

    @property
    def handle(self) -> float:
        """Place of the first split line, in parts of the visible photo."""
        return self._handles[0]

    def set_handle(self, place: float, number: int = 0) -> None:
        """Move a split line, as far as those beside it."""
        low = self._handles[number - 1] if number else 0.0
        high = self._handles[number + 1] if number + 1 < len(self._handles) else 1.0
        self._handles[number] = min(max(place, low), high)
        self.update()

    def _moved(self) -> None:
        self.renderer.update()
        self.update()
        self.viewport_changed.emit()

    def _resize_panes(self) -> None:
        self._fit_panes()
        if not self.viewport.fitted:
            self.viewport.pan(0, 0)
        self._moved()

    def _fit_panes(self) -> None:
        pane = self.panes()[0]
        self.viewport.set_pane(pane.width(), pane.height())

    def _renderers(self) -> list[PreviewRenderer]:
        return [self.renderer, *(rendering.renderer for rendering in self._compared)]

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _device_width(self) -> int:
        return round(self.width() * self._ratio())

    def _draw_side(self, painter: QPainter, ratio: float) -> None:
        for number, (pane, rendering) in enumerate(zip(self.panes(), self.renderings, strict=True)):
            draw_photo(painter, rendering.renderer, self.viewport, pane, pane, rendering.original or self._comparing)
            draw_label(painter, rendering.name, pane, number > 0 and not self._compared, ratio)
            if number == self._marked:
                draw_frame(painter, pane, ratio)

    def _strips(self) -> list[QRect]:
        """What each rendering has of the pane that they share."""
        photo, pane = photo_rect(self.viewport), self.panes()[0]
        lines = [photo.left() + round(photo.width() * place) for place in self._handles]
        return [QRect(left, 0, right - left, pane.height()) for left, right in pairwise([0, *lines, pane.width()])]

    def _draw_split(self, painter: QPainter, pane: QRect, ratio: float) -> None:
        photo, strips, renderings = photo_rect(self.viewport), self._strips(), self.renderings
        for strip, rendering in zip(strips, renderings, strict=True):
            draw_photo(painter, rendering.renderer, self.viewport, pane, strip, rendering.original)
        for number, strip in enumerate(strips[1:]):
            draw_handle(painter, strip.left(), photo.top(), photo.height(), ratio, self._held_handle == number)
        if self._marked is not None:
            draw_frame(painter, strips[self._marked].intersected(photo), ratio)
        for number, (strip, rendering) in enumerate(zip(strips, renderings, strict=True)):
            draw_label(
                painter, rendering.name, pane if len(renderings) == 2 else strip, number == len(renderings) - 1, ratio
            )
