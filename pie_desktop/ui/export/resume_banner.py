"""An export that was interrupted: reported at the start of the editor, and offered on the Export page."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from pie_desktop import paths
from pie_desktop.export.cleaning import remove_left_overs
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.unfinished import dismiss, latest_unfinished
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import JobContext


def find_interrupted(context: JobContext) -> KeptExport | None:
    """Remove what killed runs left, and find the latest export that was interrupted; a job."""
    remove_left_overs()
    return latest_unfinished(paths.exports_dir())


def interrupted_text(export: KeptExport) -> str:
    """Such as `The export to holiday started on 9 March at 15:04 was interrupted: 41 of 120 photos were written.`"""
    total = sum(photo.writes for photo in export.photos)
    begun = export.begun
    return (
        f"The export to {export.destination.name} started on {begun.day} {begun:%B at %H:%M} was interrupted: "
        f"{total - export.left:,} of {total:,} photos were written."
    )


def report_interrupted(context: AppContext, show: Callable[[], None]) -> None:
    """Look for an interrupted export in the background, and report it with a button that leads to the Export page."""

    def report(export: KeptExport | None) -> None:
        if export is not None:
            context.notifier.info(interrupted_text(export), "Show", show)

    job = context.background.submit(find_interrupted)  # kept until it is connected: a closed lane keeps none
    job.result.connect(report)


class ResumeBanner(QFrame):
    """Offers an interrupted export; hidden while there is none.

    Signals:
        accepted: the `KeptExport` that is to go on.
    """

    accepted = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._export: KeptExport | None = None
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.go_on_button = QPushButton(icon("mdi6.play", COLORS.accent_text, COLORS.accent_text), "Continue")
        self.go_on_button.setProperty("primary", True)
        self.go_on_button.setToolTip("Writes the missing photos, with the settings that the export was started with.")
        self.dismiss_button = QPushButton("Dismiss")
        self.dismiss_button.setToolTip("Keeps what was written; the rest is not exported.")
        self.setProperty("role", "card")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        layout.setSpacing(SPACE)
        mark = PlainLabel()
        mark.setPixmap(icon("mdi6.alert-outline", COLORS.warning).pixmap(20, 20))
        mark.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(mark)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.go_on_button)
        layout.addWidget(self.dismiss_button)
        self.go_on_button.clicked.connect(self._accept)
        self.dismiss_button.clicked.connect(self._dismiss)
        self.hide()

    def look(self) -> None:
        """Look for an interrupted export, in the background."""
        job = self._context.background.submit(find_interrupted)
        job.result.connect(self.offer)

    def offer(self, export: KeptExport | None) -> None:
        self._export = export
        if export is not None:
            self.text.setText(interrupted_text(export))
        self.setVisible(export is not None)

    def _accept(self) -> None:
        export, self._export = self._export, None
        self.hide()
        if export is not None:
            self.accepted.emit(export)

    def _dismiss(self) -> None:
        export, self._export = self._export, None
        self.hide()
        if export is not None:
            job = self._context.background.submit(lambda _context: dismiss(export))
            self._context.report_failure(job)
            job.result.connect(lambda _none: self.look())
