"""The map of a run's references: edits that the model takes for alike in taste lie close to each other."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.run_folder import SHEET, WATCH
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS, SPACE
from pie_desktop.ui.thumbnails.loader import qimage_of
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.workers.job import Job, JobContext

NONE_YET = "A map of your edits by taste appears here: those that the model takes for alike lie close to each other."
CAPTION = "Your edits by taste: those that the model takes for alike lie close to each other (t-SNE)."
LEAST, MOST = 18, 40  # side of a thumbnail, px


def read_sheet(context: JobContext, run: Path) -> np.ndarray | None:
    """The sheet of the references' thumbnails, uint8 `(H, W, 3)`; None where it cannot be read."""
    try:
        return to_uint8(load_photo(run / WATCH / "references.jpg"))
    except (PieError, OSError):
        return None


class MapView(QWidget):
    """Thumbnails of the references where t-SNE puts them; a tooltip names each."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: Path | None = None
        self._history = RunHistory()
        self._read: Path | None = None  # run whose sheet is shown or being read
        self.sheet = QPixmap()
        self.setAccessibleName(CAPTION)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 120)

    def show_run(self, run: Path, history: RunHistory) -> None:
        """Shows the map of a run from now on; call `refresh` after it has a new one."""
        self._run, self._history = run, history
        self.refresh()

    def refresh(self) -> None:
        if self._run is not None and self._history.points and self._read != self._run:
            self._read, self.sheet = self._run, QPixmap()
            run = self._run
            job: Job = self._context.thumbnails.submit(read_sheet, run, key=id(self))
            job.result.connect(lambda image: self._show(run, image))
        self.update()

    def places(self) -> list[QRect]:
        """Where each reference is drawn."""
        points = self._history.points
        side = round(min(max((self.width() * self.height() / (6 * max(len(points), 1))) ** 0.5, LEAST), MOST))
        room = self._room().adjusted(0, 0, -side, -side)
        scale = min(room.width(), room.height())
        left, top = room.left() + (room.width() - scale) / 2, room.top() + (room.height() - scale) / 2
        return [QRect(round(left + x * scale), round(top + (1 - y) * scale), side, side) for x, y in points]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QColor(COLORS.text_muted))
        wrap = Qt.TextFlag.TextWordWrap
        if not self._history.points:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | wrap, NONE_YET)
            return
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter | wrap, CAPTION)
        columns, side = SHEET
        for number, place in enumerate(self.places()):
            source = QRect(side * (number % columns), side * (number // columns), side, side)
            if self.sheet.rect().contains(source):
                painter.drawPixmap(place, self.sheet, source)
            else:
                painter.fillRect(place, QColor(COLORS.raised))
            painter.setPen(QPen(QColor(COLORS.window), 1))
            painter.drawRect(place.adjusted(0, 0, -1, -1))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            # Those drawn last lie on top.
            found = [number for number, place in enumerate(self.places()) if place.contains(event.pos())]
            QToolTip.showText(event.globalPos(), plain(self._history.point_names[found[-1]]) if found else "", self)
            return True
        return super().event(event)

    def _room(self) -> QRect:
        """Above the caption."""
        caption = self.fontMetrics().boundingRect(self.rect(), int(Qt.TextFlag.TextWordWrap), CAPTION).height()
        return self.rect().adjusted(0, SPACE, 0, -caption - SPACE)

    def _show(self, run: Path, image: np.ndarray | None) -> None:
        if run == self._run and image is not None:
            self.sheet = QPixmap.fromImage(qimage_of(self._context.display.apply(image)))
            self.update()
