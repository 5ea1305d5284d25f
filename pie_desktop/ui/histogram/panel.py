"""The histogram of the open photo, and the two marks that say what is clipped."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from pie_desktop.imaging.tones import BINS, Tones
from pie_desktop.ui.canvas.clipping import BRIGHT_COLOR, DARK_COLOR
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.histogram.meter import PhotoTones, TonesMeter
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE
from pie_desktop.ui.widgets.plain_text import plain

# Not the pure colours, which are of very different brightness.
CHANNELS = ("#d0504a", "#4fa355", "#4f7fd0")
LINES = 4.5  # height, in lines of the window's font
NOTEWORTHY = 0.0005  # share of the pixels that is worth a mark
MARK = 9


class HistogramPanel(QFrame):
    """Red, green, blue and luma of the result; the luma of the original as a dotted line."""

    def __init__(self, context: AppContext, renderer: PreviewRenderer) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.view = HistogramView()
        self._meter = TonesMeter(context, renderer)
        self._meter.measured.connect(self.view.show_tones)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE + HALF_SPACE, SPACE, SPACE + HALF_SPACE, SPACE)
        layout.addWidget(self.view)


class HistogramView(QWidget):
    """Draws a `PhotoTones`.

    Signals:
        warnings_wanted: a mark was clicked: show or hide the clipping warnings.
    """

    warnings_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tones: PhotoTones | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram")
        self.show_tones(None)

    def show_tones(self, tones: PhotoTones | None) -> None:
        """Show the tones of a photo; None for no photo."""
        self.tones = tones
        said = describe(tones)
        self.setAccessibleDescription(said)
        self.setToolTip(plain(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, round(self.fontMetrics().height() * LINES))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if any(mark.contains(event.position().toPoint()) for mark in self._marks()):
            self.warnings_wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLORS.field))
        painter.setPen(QColor(COLORS.border))
        for quarter in (1, 2, 3):
            x = round(self.width() * quarter / 4)
            painter.drawLine(x, 0, x, self.height())
        if self.tones is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        after, before = self.tones.after, self.tones.before
        top = max(highest(after), highest(before))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        for counts, color in zip(after.counts, CHANNELS, strict=False):
            painter.setBrush(QColor(color))
            painter.drawPolygon(self._polygon(counts, top))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(COLORS.text), 1.2))
        painter.drawPolyline(self._polygon(after.counts[3], top))
        painter.setPen(QPen(QColor(COLORS.text_muted), 1, Qt.PenStyle.DotLine))
        painter.drawPolyline(self._polygon(before.counts[3], top))
        dark, bright = self._marks()
        self._draw_mark(painter, QRectF(dark), after.dark, DARK_COLOR)
        self._draw_mark(painter, QRectF(bright), after.bright, BRIGHT_COLOR)

    def _polygon(self, counts: np.ndarray, top: float) -> QPolygonF:
        heights = np.sqrt(np.minimum(smoothed(counts) / top, 1.0)) * (self.height() - 2)
        step, bottom = self.width() / (BINS - 1), self.height()
        points = [QPointF(0, bottom)]
        points += [QPointF(value * step, bottom - height) for value, height in enumerate(heights.tolist())]
        points.append(QPointF(self.width(), bottom))
        return QPolygonF(points)

    def _marks(self) -> tuple[QRect, QRect]:
        return QRect(3, 3, MARK, MARK), QRect(self.width() - MARK - 3, 3, MARK, MARK)

    @staticmethod
    def _draw_mark(painter: QPainter, place: QRectF, share: float, color: str) -> None:
        painter.setPen(QPen(QColor(COLORS.outline), 1))
        painter.setBrush(QColor(color) if share > NOTEWORTHY else Qt.BrushStyle.NoBrush)
        painter.drawRect(place)


def smoothed(counts: np.ndarray) -> np.ndarray:
    """Without the comb that an edit of 8-bit values leaves."""
    padded = np.pad(counts.astype(np.float64), 1, mode="edge")
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4


def highest(tones: Tones) -> float:
    """The highest count that is drawn in full: clipped tones must not flatten all the others."""
    return max(1.0, *(smoothed(counts)[2:-2].max() for counts in tones.counts))


def describe(tones: PhotoTones | None) -> str:
    """What the histogram shows, for tooltips and screen readers."""
    if tones is None:
        return "The histogram of the open photo"
    after, before = tones.after, tones.before
    return (
        "Red, green, blue and brightness of the result; the dotted line is the brightness of the original.\n"
        f"Black: {_share(after.dark)} of the photo ({_share(before.dark)} of the original).\n"
        f"Clipped highlights: {_share(after.bright)} ({_share(before.bright)}). J marks both in the photo."
    )


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
