"""Passing styles on and taking them in: the dialog that exports a style, and the question for files to import."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from pie_desktop.styles.store import Style
from pie_desktop.styles.style_file import SUFFIX, WITH_PHOTOS, WITHOUT_PHOTOS, file_name, is_style_file
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import jobs
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.theme import SPACE, set_flag
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job

FILTER = f"Styles of PIE Desktop (*{SUFFIX})"
FOLDER = "styles.shared_folder"  # the setting for the folder of the last file
_WIDTH = 480
_CAME_WITHOUT = "This style came without its photos, so it can only be passed on without them."


class ShareDialog(QDialog):
    """Asks whether the photos go with a style, says what that means, and writes the file.

    Args:
        style: one of the library.
    """

    def __init__(self, context: AppContext, controller: StyleController, style: Style, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._controller = controller
        self._style = style
        self._job: Job | None = None
        self.setWindowTitle("Export style")
        self.setFixedWidth(_WIDTH)
        self.with_photos = QRadioButton("With its photos")
        self.without_photos = QRadioButton("Without photos")
        self.with_photos.setEnabled(style.only_model is None)
        (self.with_photos if style.only_model is None else self.without_photos).setChecked(True)
        self.answer = PlainLabel()
        self.answer.setWordWrap(True)
        self.answer.setMinimumHeight(36)
        self.answer.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.write = QPushButton("Export…")
        self.write.setProperty("primary", True)
        self.write.setDefault(True)
        self.write.clicked.connect(self.choose_file)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close)
        self._build()

    def choose_file(self) -> None:
        """Ask for the file, and write it."""
        start = Path(self._context.settings.text(FOLDER, str(Path.home()))) / file_name(self._style)
        chosen, _ = QFileDialog.getSaveFileName(self, "Export style", str(start), FILTER)
        if chosen:
            named = is_style_file(Path(chosen))
            # Without the suffix, the dialog has asked about a file other than the one that is written.
            self.start(Path(chosen if named else chosen + SUFFIX), overwrite=named)

    def start(self, target: Path, overwrite: bool) -> None:
        """Write the file; the answer stands below when it is done."""
        self._context.settings.set(FOLDER, str(target.parent))
        self.write.setEnabled(False)
        self._answer("Writing…", "muted")
        work = partial(jobs.export_shared, photos=self.with_photos.isChecked(), overwrite=overwrite)
        context = self._context
        job = self._controller.lane.submit(
            work, context.library, context.engine, self._style.id, target, title="Exporting a style"
        )
        job.result.connect(lambda _: self._answer(f"{target} was written.", ""))
        job.failed.connect(lambda message: self._answer(message, "error"))
        job.finished.connect(lambda: self.write.setEnabled(True))
        self._job = job

    def closeEvent(self, event: object) -> None:
        if self._job is not None and not self._job.done:
            self._job.cancel()
        super().closeEvent(event)  # type: ignore[arg-type]

    def _answer(self, text: str, role: str) -> None:
        self.answer.setText(text)
        set_flag(self.answer, "role", role)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        title = PlainLabel(f"“{self._style.name}” as a file for somebody else")
        title.setWordWrap(True)
        column.addWidget(title)
        for button, said in (
            (self.with_photos, WITH_PHOTOS if self._style.only_model is None else _CAME_WITHOUT),
            (self.without_photos, WITHOUT_PHOTOS),
        ):
            column.addWidget(button)
            hint = PlainLabel(said)
            hint.setProperty("role", "muted")
            hint.setWordWrap(True)
            hint.setContentsMargins(3 * SPACE, 0, 0, SPACE)
            column.addWidget(hint)
        column.addWidget(self.answer)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.write)
        column.addLayout(buttons)


class StyleSharing(QObject):
    """Opens the dialog, asks for files.

    Attributes:
        dialog: the last one that was opened.
    """

    def __init__(self, context: AppContext, controller: StyleController, panel: QWidget) -> None:
        super().__init__(panel)
        self._context = context
        self._controller = controller
        self._panel = panel
        self.dialog: ShareDialog | None = None

    def export(self, style_id: str) -> None:
        """Ask how a style is to be passed on."""
        style = self._controller.style(style_id)
        if style is None:
            return
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = ShareDialog(self._context, self._controller, style, self._panel)
        self.dialog.open()

    def ask_for_files(self) -> None:
        """Ask for files of styles, and take them in."""
        settings = self._context.settings
        chosen, _ = QFileDialog.getOpenFileNames(
            self._panel, "Import styles", settings.text(FOLDER), f"{FILTER};;All files (*)"
        )
        if chosen:
            settings.set(FOLDER, str(Path(chosen[0]).parent))
            self._controller.import_shared([Path(path) for path in chosen])
