"""Held-out photos of a run, unedited, as the model makes them now, and as the user made them."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.run_folder import WATCH
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, icon
from pie_desktop.ui.thumbnails.loader import qimage_of
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.job import Job, JobContext

KINDS = (("before", "Unedited"), ("ours", "This model"), ("yours", "Your edit"))
SIDE = 640  # px; those of a run are smaller
NONE_YET = "The photos that are held out appear here before the first step, and again with each check."


def read_pictures(context: JobContext, run: Path, number: int) -> list[np.ndarray | None]:
    """The pictures of the photo of that number, from 1, in the order of `KINDS`; None for those that cannot be read."""
    found: list[np.ndarray | None] = []
    for name, _ in KINDS:
        context.check()
        try:
            found.append(to_uint8(load_photo(run / WATCH / f"{number}-{name}.jpg", max_side=SIDE)))
        except (PieError, OSError):
            found.append(None)
    return found


class PhotosView(QWidget):
    """One photo at a time, the three pictures side by side; arrows go to the others."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: Path | None = None
        self._history = RunHistory()
        self._number = 1
        self._shown: tuple[Path, int, int] | None = None  # run, number of the photo, step
        self.pictures = [Panel(label) for _, label in KINDS]
        self.name = ElidedLabel()
        self.name.setProperty("role", "muted")
        self.back, self.on = _arrow("mdi6.chevron-left", "The photo before"), _arrow("mdi6.chevron-right", "Next photo")
        self.back.clicked.connect(lambda: self._go(-1))
        self.on.clicked.connect(lambda: self._go(1))
        self._pages = QStackedWidget()
        empty = PlainLabel(NONE_YET, wordWrap=True)
        empty.setProperty("role", "muted")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(empty)
        self._pages.addWidget(self._photos())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE, 0, 0)
        layout.addWidget(self._pages)

    def show_run(self, run: Path, history: RunHistory) -> None:
        """Shows the pictures of a run from now on; call `refresh` after it has new ones."""
        if run != self._run:
            self._number = 1
            for picture in self.pictures:
                picture.set_image(None)
        self._run, self._history = run, history
        self.refresh()

    def refresh(self) -> None:
        history = self._history
        self._pages.setCurrentIndex(1 if history.pictures else 0)
        if self._run is None or not history.pictures:
            return
        count = len(history.pictures)
        self._number = min(self._number, count)
        name, psnr = history.pictures[self._number - 1]
        self.name.set_full_text(f"{self._number} of {count}: {name}")
        self.pictures[1].set_caption(f"This model, {psnr:.1f} dB")
        self.back.setEnabled(self._number > 1)
        self.on.setEnabled(self._number < count)
        wanted = self._run, self._number, history.pictures_step
        if wanted != self._shown:
            self._shown = wanted
            job: Job = self._context.thumbnails.submit(read_pictures, self._run, self._number, key=id(self))
            job.result.connect(lambda images: self._show(wanted, images))

    def _show(self, wanted: tuple[Path, int, int], images: list[np.ndarray | None]) -> None:
        if wanted == self._shown:
            for picture, image in zip(self.pictures, images, strict=True):
                picture.set_image(None if image is None else self._context.display.apply(image))

    def _go(self, by: int) -> None:
        self._number += by
        self.refresh()

    def _photos(self) -> QWidget:
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.back)
        head.addWidget(self.on)
        row = QHBoxLayout()
        row.setSpacing(HALF_SPACE)
        for picture in self.pictures:
            row.addWidget(picture, 1)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addLayout(row, 1)
        return page


class Panel(QWidget):
    """A picture with its caption below, at the top of its room."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = QPixmap()
        self._caption = caption
        self.setAccessibleName(caption)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 96)

    def set_caption(self, caption: str) -> None:
        self._caption = caption
        self.setAccessibleName(caption)
        self.update()

    def set_image(self, image: np.ndarray | None) -> None:
        """Show uint8 `(H, W, 3)` in the colours of the monitor; None for nothing."""
        self.picture = QPixmap() if image is None else QPixmap.fromImage(qimage_of(image))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        line = self.fontMetrics().height() + HALF_SPACE
        room = self.rect().adjusted(0, 0, 0, -line)
        place = QRect(room.left(), room.top(), room.width(), min(room.height(), room.width()))
        if not self.picture.isNull():
            place.setSize(self.picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
            place.moveLeft((self.width() - place.width()) // 2)
            painter.drawPixmap(place, self.picture)
        else:
            painter.fillRect(place, QColor(COLORS.panel))
        below = QRect(0, place.bottom() + HALF_SPACE, self.width(), line)
        painter.setPen(QColor(COLORS.text_muted))
        text = self.fontMetrics().elidedText(self._caption, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


def _arrow(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(plain(tip))
    button.setAccessibleName(tip)
    button.setAutoRaise(True)
    return button
