"""A dialog that writes one file as often as wanted: below its fields stands what became of the last one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.widgets.buttons import button_row
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job


class WritingDialog(QDialog):
    """Closing it gives up what is being written.

    Attributes:
        answer: what became of the file.
        write: the button that asks for the file.
        close_button: the other one.
    """

    def __init__(
        self, title: str, width: int, answer_height: int, settings: Settings, folder: str, parent: QWidget | None
    ) -> None:
        """A dialog without fields yet.

        Args:
            title: of the window.
            width: px.
            answer_height: px, so that nothing jumps when the answer is there.
            settings: of the user.
            folder: the setting that keeps the folder of the last file.
        """
        super().__init__(parent)
        self._settings, self._folder = settings, folder
        self._job: Job | None = None
        self.setWindowTitle(title)
        self.setFixedWidth(width)
        self.answer = paragraph("", answer_height)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.write = QPushButton("Export…")
        self.write.setProperty("primary", True)
        self.write.setDefault(True)
        self.write.clicked.connect(self.choose_file)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        self.column.setSpacing(SPACE)

    def choose_file(self) -> None:
        """Ask for the file, and write it."""
        raise NotImplementedError

    @property
    def last_folder(self) -> Path:
        """Where the last file was written; the home folder at first."""
        return Path(self._settings.text(self._folder, str(Path.home())))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._job is not None and not self._job.done:
            self._job.cancel()
        super().closeEvent(event)

    def _add_ending(self) -> None:
        """Add answer and buttons, below all fields."""
        self.column.addWidget(self.answer)
        self.column.addStretch(1)
        self.column.addLayout(button_row(self.close_button, self.write))

    def _follow(self, job: Job, path: Path, meanwhile: str, written: Callable[[Any], str]) -> None:
        """Tell what becomes of a job that writes a file.

        Args:
            path: the file, whose folder is offered the next time.
            meanwhile: stands there while it is written.
            written: what is said then, of the result of the job.
        """
        self._settings.set(self._folder, str(path.parent))
        self._job = job
        self.write.setEnabled(False)
        self._answer(meanwhile, "muted")
        job.result.connect(lambda result: self._answer(written(result), ""))
        job.failed.connect(lambda message: self._answer(message, "error"))
        job.finished.connect(lambda: self.write.setEnabled(True))

    def _answer(self, text: str, role: str) -> None:
        self.answer.setText(text)
        set_flag(self.answer, "role", role)


def paragraph(role: str, height: int) -> PlainLabel:
    """A label of several lines and at least that height in px, so that nothing jumps when its text changes."""
    label = PlainLabel()
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setMinimumHeight(height)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label
