"""The start page, shown while no photo is open: three steps, the ways to begin, and the folders that were open last."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from pie_desktop import paths
from pie_desktop.errors import PieError
from pie_desktop.imaging.samples import copy_sample_photos
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.recent_view import RecentView
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import JobContext

STEPS = (
    (
        "mdi6.image-multiple-outline",
        "1  Drop photos",
        "Files or a folder, anywhere on this window. Originals stay untouched.",
    ),
    (
        "mdi6.palette-outline",
        "2  Drop your edits",
        "Three to five of them on the style panel, ideally with their originals.",
    ),
    ("mdi6.tune-variant", "3  Slide", "Each photo is shown your way. Choose how strongly, then export them all."),
)
ICON_SIDE = 40
STEP_WIDTH = 208
STEP_HEIGHT = 168


class WelcomeView(QScrollArea):
    """Three steps and three buttons, centred, on the canvas surround.

    Signals:
        open_photos_requested, open_folder_requested: to show the file dialog.
        samples_ready: list of the sample photographs' paths, to be opened.
    """

    open_photos_requested = Signal()
    open_folder_requested = Signal()
    samples_ready = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setAccessibleName("Welcome: open photos to begin")
        self.open_photos_button = _button("Open photos…", "mdi6.image-plus", primary=True)
        self.open_folder_button = _button("Open folder…", "mdi6.folder-open-outline")
        self.samples_button = _button("Try the sample photos", "mdi6.flower-outline")
        self.open_photos_button.clicked.connect(self.open_photos_requested)
        self.open_folder_button.clicked.connect(self.open_folder_requested)
        self.samples_button.clicked.connect(self._copy_samples)
        self.samples_button.setToolTip("Copies a few photos to the program's own folder and opens them.")
        page = QWidget()
        # Not in the style sheet: only here does a page have the colour of the surround.
        page.setObjectName("welcome")
        page.setStyleSheet(f"#welcome {{ background: {COLORS.canvas}; }}")
        title = PlainLabel("Your photos, edited your way")
        title.setProperty("role", "title")
        steps = QHBoxLayout()
        steps.setSpacing(2 * SPACE)
        steps.addStretch(1)
        for step in STEPS:
            steps.addWidget(_step(*step))
        steps.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addStretch(1)
        for button in (self.open_photos_button, self.open_folder_button, self.samples_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.recent = RecentView(context, self.samples_button)
        private = PlainLabel("No photo ever leaves this computer.")
        private.setProperty("role", "muted")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.addStretch(4)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(3 * SPACE)
        layout.addLayout(steps)
        layout.addSpacing(3 * SPACE)
        layout.addLayout(buttons)
        layout.addSpacing(2 * SPACE)
        layout.addWidget(self.recent, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(2 * SPACE)
        layout.addWidget(private, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(5)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusProxy(self.open_photos_button)

    def _copy_samples(self) -> None:
        self.samples_button.setEnabled(False)
        job = self._context.background.submit(_sample_job, paths.home_dir() / "samples", title="Copying sample photos")
        self._context.report_failure(job)
        job.result.connect(self.samples_ready)
        job.finished.connect(lambda: self.samples_button.setEnabled(True))


def _sample_job(context: JobContext, folder: Path) -> list[Path]:
    try:
        return copy_sample_photos(folder)
    except OSError as error:
        raise PieError(f"The sample photos could not be copied to {folder}: {error.strerror or error}.") from error


def _button(text: str, icon_name: str, primary: bool = False) -> QPushButton:
    symbol = icon(icon_name, COLORS.accent_text, COLORS.accent_text) if primary else icon(icon_name)
    button = QPushButton(symbol, text)
    button.setProperty("primary", primary)
    button.setAutoDefault(True)  # Enter presses it, not only Space
    return button


def _step(icon_name: str, heading: str, text: str) -> QWidget:
    card = QFrame()
    card.setFixedSize(STEP_WIDTH, STEP_HEIGHT)
    image = PlainLabel()
    image.setPixmap(icon(icon_name, COLORS.text_muted).pixmap(QSize(ICON_SIDE, ICON_SIDE)))
    name = PlainLabel(heading)
    font = name.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.1)
    name.setFont(font)
    words = PlainLabel(text)
    words.setProperty("role", "muted")
    words.setWordWrap(True)
    words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    layout = QVBoxLayout(card)
    layout.setSpacing(SPACE)
    layout.addWidget(image, 0, Qt.AlignmentFlag.AlignHCenter)
    layout.addWidget(name, 0, Qt.AlignmentFlag.AlignHCenter)
    layout.addWidget(words, 1)
    return card
