"""Passing styles on and taking them in: the dialog that exports a style, and the question for files to import."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QRadioButton, QWidget

from pie_desktop.styles.store import Style
from pie_desktop.styles.style_file import SUFFIX, WITH_PHOTOS, WITHOUT_PHOTOS, file_name, is_style_file
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import jobs
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.ui.widgets.writing_dialog import WritingDialog

FILTER = f"Styles of PIE Desktop (*{SUFFIX})"
FOLDER = "styles.shared_folder"  # the setting for the folder of the last file
_WIDTH, _ANSWER_HEIGHT = 480, 36
_CAME_WITHOUT = "This style came without its photos, so it can only be passed on without them."


class ShareDialog(WritingDialog):
    """Asks whether the photos go with a style, says what that means, and writes the file.

    Args:
        style: one of the library.
    """

    def __init__(self, context: AppContext, controller: StyleController, style: Style, parent: QWidget) -> None:
        super().__init__("Export style", _WIDTH, _ANSWER_HEIGHT, context.settings, FOLDER, parent)
        self._context = context
        self._controller = controller
        self._style = style
        self.with_photos = QRadioButton("With its photos")
        self.without_photos = QRadioButton("Without photos")
        self.with_photos.setEnabled(style.only_model is None)
        (self.with_photos if style.only_model is None else self.without_photos).setChecked(True)
        self._build()

    def choose_file(self) -> None:
        """Ask for the file, and write it."""
        start = self.last_folder / file_name(self._style)
        chosen, _ = QFileDialog.getSaveFileName(self, "Export style", str(start), FILTER)
        if chosen:
            named = is_style_file(Path(chosen))
            # Without the suffix, the dialog has asked about a file other than the one that is written.
            self.start(Path(chosen if named else chosen + SUFFIX), overwrite=named)

    def start(self, target: Path, overwrite: bool) -> None:
        """Write the file; the answer stands below when it is done."""
        work = partial(jobs.export_shared, photos=self.with_photos.isChecked(), overwrite=overwrite)
        context = self._context
        job = self._controller.lane.submit(
            work, context.library, context.engine, self._style.id, target, title="Exporting a style"
        )
        self._follow(job, target, "Writing…", lambda _: f"{target} was written.")

    def _build(self) -> None:
        title = PlainLabel(f"“{self._style.name}” as a file for somebody else")
        title.setWordWrap(True)
        self.column.addWidget(title)
        for button, said in (
            (self.with_photos, WITH_PHOTOS if self._style.only_model is None else _CAME_WITHOUT),
            (self.without_photos, WITHOUT_PHOTOS),
        ):
            self.column.addWidget(button)
            hint = PlainLabel(said)
            hint.setProperty("role", "muted")
            hint.setWordWrap(True)
            hint.setContentsMargins(3 * SPACE, 0, 0, SPACE)
            self.column.addWidget(hint)
        self._add_ending()


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
