"""The images of styles: up to four in one square, and what loads them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from pie_desktop.styles.style import Style
from pie_desktop.ui.display import DisplayColors
from pie_desktop.ui.theme import COLORS, icon
from pie_desktop.ui.thumbnails import ThumbnailLoader, side_for
from pie_desktop.workers.lanes import PriorityLane

GAP = 2
RADIUS = 4
TICK_SIDE = 20
_FADED = 0.3  # opacity
# Cells as fractions (x, y, width, height) of the square, by number of images.
LAYOUTS = {
    1: [(0.0, 0.0, 1.0, 1.0)],
    2: [(0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 1.0)],
    3: [(0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)],
    4: [(0.0, 0.0, 0.5, 0.5), (0.5, 0.0, 0.5, 0.5), (0.0, 0.5, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)],
}


class Mosaic(QWidget):
    """Images of a loader, each cropped to fill its cell; shows an icon while there is none."""

    def __init__(self, loader: ThumbnailLoader, side: int, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._icon = icon_name
        self._paths: list[Path] = []
        self._checked = False
        self._faded = False
        self.set_side(side)
        loader.loaded.connect(self._on_loaded)

    @property
    def paths(self) -> list[Path]:
        """The images shown, at most four."""
        return self._paths

    def set_paths(self, paths: Sequence[Path]) -> None:
        self._paths = list(paths[: max(LAYOUTS)])
        self.update()

    def set_icon(self, name: str) -> None:
        """What is shown while there is no image."""
        self._icon = name
        self.update()

    def set_side(self, side: int) -> None:
        """Height and width in device-independent pixels."""
        self.setFixedSize(QSize(side, side))

    def set_faded(self, faded: bool) -> None:
        """Show the images as something that does not count."""
        self._faded = faded
        self.update()

    def set_checked(self, checked: bool) -> None:
        """Mark the whole with a tick in its corner."""
        self._checked = checked
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_images(painter)
        if self._checked:
            corner = QRect(self.width() - TICK_SIDE - 2, self.height() - TICK_SIDE - 2, TICK_SIDE, TICK_SIDE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLORS.accent_text))
            painter.drawEllipse(corner)
            icon("mdi6.check-circle", COLORS.accent).paint(painter, corner)

    def _paint_images(self, painter: QPainter) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(COLORS.field))
        if not self._paths:
            margin = self.width() // 4
            icon(self._icon, COLORS.text_muted).paint(painter, self.rect().adjusted(margin, margin, -margin, -margin))
            return
        painter.setOpacity(_FADED if self._faded else 1.0)
        for path, cell in zip(self._paths, self._cells(), strict=False):
            thumbnail = self._loader.cache.get(path)
            if thumbnail is not None and thumbnail.pixmap is not None:
                painter.drawPixmap(cell, thumbnail.pixmap, covering(thumbnail.pixmap, cell))

    def _cells(self) -> list[QRectF]:
        width, height = self.width() + GAP, self.height() + GAP
        return [
            QRectF(x * width, y * height, w * width - GAP, h * height - GAP) for x, y, w, h in LAYOUTS[len(self._paths)]
        ]

    def _on_loaded(self, path: Path) -> None:
        if path in self._paths:
            self.update()


def covering(pixmap: QPixmap, cell: QRectF) -> QRectF:
    """The largest centred part of the pixmap with the proportions of `cell`."""
    size = cell.size().scaled(pixmap.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio)
    left, top = (pixmap.width() - size.width()) / 2, (pixmap.height() - size.height()) / 2
    return QRectF(left, top, size.width(), size.height())


CACHE_BYTES = 32 * 2**20
IMAGE_SIDE = 96


class StyleImages(QObject):
    """Loads the small copies of the references that the style panel shows.

    Attributes:
        loader: where mosaics find them.
    """

    def __init__(self, lane: PriorityLane, display: DisplayColors, parent: QObject) -> None:
        super().__init__(parent)
        self.loader = ThumbnailLoader(lane, self, CACHE_BYTES, display=display)
        self._digests: dict[Path, str] = {}

    def load(self, shown: Sequence[Path], other: Sequence[Path], pixel_ratio: float) -> None:
        """Load what is shown now, then the other images of the panel."""
        self.loader.side = side_for(IMAGE_SIDE * pixel_ratio)
        self.loader.want(shown, other)

    def forget_changed(self, styles: Sequence[Style]) -> None:
        """Forget the images of references that have changed: another original has the file name of the one before."""
        references = {reference.after: reference for style in styles for reference in style.references}
        for after, reference in references.items():
            if self._digests.get(after, reference.digest) != reference.digest:
                self.loader.forget([path for path in (after, reference.before) if path is not None])
        self._digests = {after: reference.digest for after, reference in references.items()}
