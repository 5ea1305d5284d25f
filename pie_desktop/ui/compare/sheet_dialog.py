"""The dialog of the contact sheet: what is on it, a look at every page, and the files."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.sheet import SheetOrder
from pie_desktop.ui.compare.sheet_jobs import SheetChoices, SheetPage, SheetSource, WrittenSheet, draw_page, write_pages
from pie_desktop.ui.compare.sheet_options import SheetOptions
from pie_desktop.ui.compare.sheet_pages import SheetPages
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane, QueueLane

FOLDER = "sheet.folder"
_SIZE = QSize(1080, 700)
_QUIET_MS = 150  # after the last choice, before the page is drawn
_FILTER = "JPEG (*.jpg);;PNG (*.png);;TIFF (*.tif)"


class SheetDialog(QDialog):
    """Photos in rows, chosen styles in columns; what is written is what is shown.

    Args:
        previews: lane in which pages are drawn to be looked at.
        writes: lane of the files.
        source: what the sheet is made of.
        photos: the rows.
        choices: all styles and models that can be chosen.
        chosen: ids of the styles that are at first, None for neutral.

    Attributes:
        options: what is chosen.
        page: what is shown; None while it is drawn for the first time.
    """

    def __init__(
        self,
        context: AppContext,
        previews: LatestLane,
        writes: QueueLane,
        source: SheetSource,
        photos: Sequence[PhotoVersion],
        choices: SheetChoices,
        chosen: Sequence[str | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._context, self._previews, self._writes = context, previews, writes
        self._source = source
        self._folder = photos[0].path.parent
        self._writing: Job | None = None
        self.page: SheetPage | None = None
        self._number = 0
        self.setWindowTitle("Contact sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_SIZE.boundedTo(parent.window().size()))
        self.options = SheetOptions(context.settings, photos, choices.styles, chosen, choices.models)
        self.pages = SheetPages()
        self.said = PlainLabel()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the contact sheet")
        self.progress.hide()
        self.save = QPushButton("Save…")
        self.save.setProperty("primary", True)
        self.save.setDefault(True)
        self.cancel = QPushButton("Close")
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._timer.timeout.connect(self._draw)
        self.options.changed.connect(self._timer.start)
        self.pages.turned.connect(self._turn)
        self.save.clicked.connect(self.choose_file)
        self.cancel.clicked.connect(self._stop_or_close)
        self._timer.start()

    @property
    def order(self) -> SheetOrder:
        """What is chosen."""
        return self.options.order

    @property
    def writing(self) -> bool:
        return self._writing is not None and not self._writing.done

    def choose_file(self) -> None:
        """Ask where to write, and write; a file that exists is never replaced."""
        folder = Path(self._context.settings.text(FOLDER, str(self._folder)))
        path = free_name(folder / "Contact sheet.jpg")
        options = QFileDialog.Option.DontConfirmOverwrite
        chosen, kind = QFileDialog.getSaveFileName(self, "Save contact sheet", str(path), _FILTER, options=options)
        if chosen:
            target = Path(chosen)
            if not target.suffix:
                target = target.with_suffix(f".{kind.rsplit('.', 1)[-1].rstrip(')')}")
            self.write(target)

    def write(self, path: Path) -> None:
        """Draw all pages in full size and write them; the dialog says what came of it."""
        self._context.settings.set(FOLDER, str(path.parent))
        job = self._writes.submit(write_pages, self._source, self.order, path, title="Drawing a contact sheet")
        job.progress.connect(self._on_progress)
        job.result.connect(self._on_written)
        job.failed.connect(self._on_failed)
        job.finished.connect(self._on_finished)
        self._writing = job
        self._say("Drawing…", "muted")
        self.progress.setValue(0)
        self.progress.show()
        self.save.setEnabled(False)
        self.cancel.setText("Cancel")

    def closeEvent(self, event: QCloseEvent) -> None:
        self._give_up()
        super().closeEvent(event)

    def reject(self) -> None:
        self._give_up()
        super().reject()

    def _give_up(self) -> None:
        self._timer.stop()
        self._previews.cancel_all()
        if self._writing is not None:
            self._writing.cancel()

    def _stop_or_close(self) -> None:
        if self.writing and self._writing is not None:
            self._writing.cancel()
        else:
            self.close()

    def _draw(self) -> None:
        order = self.order
        scale = self.pages.scale_of(order.paper)
        job = self._previews.submit(draw_page, self._source, order, scale, self._number, self._context.display.lut)
        job.progress.connect(self.pages.show_progress)
        job.result.connect(self._on_page)
        job.failed.connect(self._on_no_page)

    def _on_page(self, page: SheetPage) -> None:
        self.page, self._number = page, page.number
        self.pages.show_page(page)
        self.save.setEnabled(not self.writing)
        if not self.writing:
            self._say(" ".join(page.problems[:3]), "warning")

    def _on_no_page(self, problem: str) -> None:
        self.page = None
        self.pages.show_page(None)
        self.save.setEnabled(False)
        self._say(problem, "warning")

    def _turn(self, number: int) -> None:
        self._number = number
        self._draw()

    def _on_progress(self, share: float, text: str) -> None:
        self.progress.setValue(round(1000 * max(0.0, share)))
        self._say(text, "muted")

    def _on_written(self, written: WrittenSheet) -> None:
        first, more = written.files[0], len(written.files) - 1
        also = f", and {counted(more, 'more page')} beside it" if more else ""
        self._say(" ".join([f"{first} was written{also}.", *written.problems[:3]]), "")

    def _on_failed(self, problem: str) -> None:
        self._say(problem, "error")

    def _on_finished(self) -> None:
        if self._writing is not None and self._writing.cancelled:
            self._say("Nothing was written.", "muted")
        self.progress.hide()
        self.save.setEnabled(self.page is not None)
        self.cancel.setText("Close")

    def _say(self, text: str, role: str) -> None:
        self.said.setText(text)
        set_flag(self.said, "role", role)

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(2 * SPACE)
        above.addWidget(self.options)
        above.addWidget(self.pages, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addWidget(self.said, 1)
        buttons.addWidget(self.progress)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(above, 1)
        layout.addLayout(buttons)


def free_name(path: Path) -> Path:
    """The path, with a number behind its name where it, or its first page, exists already."""
    number, found = 1, path
    while found.exists() or found.with_name(f"{found.stem}-1{found.suffix}").exists():
        number += 1
        found = path.with_name(f"{path.stem} {number}{path.suffix}")
    return found
