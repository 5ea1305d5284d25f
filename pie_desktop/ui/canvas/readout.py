"""The colour under the mouse: that of the original and that of the result."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QMouseEvent

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.canvas.layer import Luts, to_uint8
from pie_desktop.ui.canvas.photo_widget import PhotoWidget


@dataclass(frozen=True)
class Readout:
    """Attributes:
    x, y: the pixel of the photo, in full resolution, from its top left.
    before, after: red, green and blue of the original and the result, sRGB, 0 to 255.
    """

    x: int
    y: int
    before: tuple[int, int, int]
    after: tuple[int, int, int]

    @property
    def text(self) -> str:
        """For instance `R 120 G 98 B 77  →  131 104 80`."""
        red, green, blue = self.before
        return f"R {red:3d}  G {green:3d}  B {blue:3d}  →  {self.after[0]:3d}  {self.after[1]:3d}  {self.after[2]:3d}"


class ColorReadout(QObject):
    """Follows the mouse over a photo, and the photo under a mouse that rests.

    Signals:
        changed: a `Readout`, or None where the mouse is not over the photo.
    """

    changed = Signal(object)

    def __init__(self, canvas: PhotoWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._at: tuple[float, float] | None = None
        self._said: Readout | None = None
        self._lut: tuple[Luts, Edit, np.ndarray] | None = None
        canvas.installEventFilter(self)
        canvas.renderer.changed.connect(self._update)
        canvas.viewport_changed.connect(self._update)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._at = (event.position().x(), event.position().y())
            self._update()
        elif event.type() in (QEvent.Type.Leave, QEvent.Type.Hide):
            self._at = None
            self._update()
        return False

    def _update(self) -> None:
        found = self._read(*self._at) if self._at is not None else None
        if found != self._said:
            self._said = found
            self.changed.emit(found)

    def _read(self, x: float, y: float) -> Readout | None:
        """What is at a position of the widget."""
        canvas = self._canvas
        renderer = canvas.renderings[canvas.rendering_under(QPointF(x, y))].renderer
        viewport, ratio = canvas.viewport, canvas.devicePixelRatioF()
        x, y = int(x * ratio) + 0.5, int(y * ratio) + 0.5  # the middle of the pixel
        pane = canvas.pane_at(x, y)
        photo_x, photo_y = viewport.to_photo(x - pane.left(), y - pane.top())
        width, height = viewport.photo
        if not (0 <= photo_x < width and 0 <= photo_y < height):
            return None
        for layer in (renderer.detail, renderer.base):
            if layer is None:
                continue
            zone, whole = layer.request.zone, layer.request.whole
            column = int(photo_x * whole.width / width) - zone.left
            row = int(photo_y * whole.height / height) - zone.top
            if not (0 <= column < layer.sampled.shape[1] and 0 <= row < layer.sampled.shape[0]):
                continue
            pixel = np.ascontiguousarray(layer.sampled[row : row + 1, column : column + 1])
            luts = layer.request.luts
            if luts is None:
                after = pixel
            elif layer.exact_for == renderer.edit:
                after = layer.exact_srgb[row : row + 1, column : column + 1]
            else:
                after = apply_lut(pixel, self._lut_of(luts, renderer.edit))
            return Readout(int(photo_x), int(photo_y), _values(pixel), _values(after))
        return None

    def _lut_of(self, luts: Luts, edit: Edit) -> np.ndarray:
        """Made once for all places that the mouse passes."""
        if self._lut is None or self._lut[0] is not luts or self._lut[1] != edit:
            self._lut = (luts, edit, luts.lut(edit))
        return self._lut[2]


def _values(pixel: np.ndarray) -> tuple[int, int, int]:
    red, green, blue = to_uint8(pixel)[0, 0].tolist()
    return red, green, blue
