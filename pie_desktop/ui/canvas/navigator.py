"""The whole photo, small, with a frame around what the canvas shows; there while the canvas shows only a part of it."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from pie_desktop.ui.canvas.panes import as_image
from pie_desktop.ui.canvas.photo_widget import PhotoWidget
from pie_desktop.ui.canvas.viewport import Zone
from pie_desktop.ui.theme import COLORS

LINES = 10  # long side, in lines of the window's font
MARGIN = 12
SMOOTH = Qt.TransformationMode.SmoothTransformation


class Navigator(QWidget):
    """Lies over a corner of the canvas; a click or a drag goes to that place of the photo."""

    def __init__(self, canvas: PhotoWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._image = QImage()
        self.setAccessibleName("Navigator: the part of the photo that is shown")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.move(MARGIN, MARGIN)
        self.hide()
        canvas.viewport_changed.connect(self._follow)
        canvas.renderer.changed.connect(self._follow)
        canvas.renderer.shown.connect(self._take_image)

    def frame(self) -> QRectF:
        """What the canvas shows, in pixels of this widget."""
        visible, whole = self._canvas.viewport.visible(), self._canvas.viewport.zoomed()
        across, down = self.width() / whole.width, self.height() / whole.height
        return QRectF(visible.left * across, visible.top * down, visible.width * across, visible.height * down)

    def _follow(self) -> None:
        viewport = self._canvas.viewport
        partly = viewport.visible() != viewport.zoomed()
        if self._canvas.renderer.base is None:
            self._image = QImage()
        shown = partly and self._canvas.renderer.base is not None
        if shown:
            side = LINES * self.fontMetrics().lineSpacing()
            self.resize(QSize(*viewport.photo).scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio))
            if self._image.isNull():
                self._take_image()
        self.setVisible(shown)
        self.update()

    def _take_image(self) -> None:
        """The result as it is now; not for every step of a slider, which would cost as much as the canvas itself."""
        base, viewport = self._canvas.renderer.base, self._canvas.viewport
        if base is None or viewport.visible() == viewport.zoomed():
            self._image = QImage()
            return
        zone: Zone = base.request.zone
        size = self.size() * self.devicePixelRatioF()
        whole = as_image(base.pixels(self._canvas.renderer.edit, zone))
        self._image = whole.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, SMOOTH)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._image)
        frame = self.frame()
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3))
        painter.drawRect(frame.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(QColor(COLORS.text_strong), 1))
        painter.drawRect(frame.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(QColor(COLORS.border), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()  # not one of the canvas, which would leave the zoom

    def _go(self, position: QPointF | QPoint) -> None:
        place = (position.x() / self.width(), position.y() / self.height())
        self._canvas.look_at(self._canvas.viewport.zoom, place)
