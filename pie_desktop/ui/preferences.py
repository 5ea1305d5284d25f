"""The preferences: what a person may want to be otherwise and that has no place on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.context import THUMBNAILS_MB, USUAL_THUMBNAILS_MB, AppContext
from pie_desktop.ui.display import MONITOR, NO_PROFILE
from pie_desktop.ui.filmstrip.actions import CHOICES, RawPairChoice
from pie_desktop.ui.filmstrip.culling import AUTO_ADVANCE
from pie_desktop.ui.filmstrip.index import SIDECARS
from pie_desktop.ui.last_state import REOPEN
from pie_desktop.ui.recent import RecentFolders
from pie_desktop.ui.theme import SPACE, TEXT_SIZE, TEXT_SIZES
from pie_desktop.ui.train.closing import CHOICES as CLOSING_CHOICES
from pie_desktop.ui.train.closing import CLOSING
from pie_desktop.ui.widgets.form import add_section
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

RAW_PAIR_NAMES = {"raw": "The RAW file", "jpeg": "The JPEG file", "both": "Both, as two photos"}
PROFILE_FILTER = "ICC profiles (*.icc *.icm *.ICC *.ICM);;All files (*)"
CHOOSE_PROFILE = "A profile file…"


@dataclass(frozen=True)
class Flag:
    """A preference that is on or off, of which nothing has to be told.

    Attributes:
        setting: its name in the settings.
        label: as the person reads it.
        help: one sentence.
        default: where the settings say nothing.
    """

    setting: str
    label: str
    help: str
    default: bool


FLAGS = (
    Flag(REOPEN, "Start with what was open last", "The folder, the photo and the place in it, as you left them.", True),
    Flag(AUTO_ADVANCE, "Go to the next photo after rating one", "For culling by keyboard.", False),
    Flag(
        SIDECARS,
        "Write ratings into XMP files beside the photos",
        "Other programs read them. What others wrote into such a file stays in it.",
        False,
    ),
)


class Preferences(QDialog):
    """Every change holds at once and is kept; only the size of texts waits for the next start."""

    def __init__(
        self, context: AppContext, raw_pairs: RawPairChoice, recent: RecentFolders, commands: Commands, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._context = context
        self._raw_pairs = raw_pairs
        self.flags = {flag.setting: self._flag(flag) for flag in FLAGS}
        self.raw_pairs = QComboBox()
        for choice in CHOICES:
            self.raw_pairs.addItem(RAW_PAIR_NAMES[choice], choice)
        self.raw_pairs.setCurrentIndex(CHOICES.index(raw_pairs.show))
        self.raw_pairs.activated.connect(lambda row: raw_pairs.set_show(CHOICES[row]))
        self.profile = self._profile_field()
        self.thumbnails = self._number(
            THUMBNAILS_MB, 0, 100_000, USUAL_THUMBNAILS_MB, " MB", "Keep none", context.set_thumbnail_limit
        )
        self.thumbnails.setSingleStep(100)
        low, high = TEXT_SIZES
        self.text_size = self._number(TEXT_SIZE, low - 1, high, low - 1, " pt", "As the system says", lambda _: None)
        self.training = QComboBox()
        for fate, label in CLOSING_CHOICES:
            self.training.addItem(label, fate)
        self.training.setCurrentIndex(max(0, self.training.findData(context.settings.text(CLOSING))))
        self.training.activated.connect(lambda: context.settings.set(CLOSING, self.training.currentData()))
        self.forget = QPushButton("Forget recent folders")
        self.forget.clicked.connect(recent.clear)
        self.forget.clicked.connect(lambda: self.forget.setEnabled(False))
        self.forget.setEnabled(bool(recent.folders))
        self.keys = QPushButton("Change keyboard shortcuts…")
        self.keys.clicked.connect(commands["change_shortcuts"].trigger)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
        add_section(layout, "START", ("", self.flags[REOPEN]), ("", self.forget))
        add_section(
            layout,
            "PHOTOS",
            ("RAW + JPEG", self.raw_pairs),
            ("", self.flags[AUTO_ADVANCE]),
            ("", self.flags[SIDECARS]),
            ("Thumbnails", self.thumbnails),
        )
        add_section(layout, "SCREEN", ("Colours", self.profile), ("Text size", self.text_size))
        later = PlainLabel("Another text size is used from the next start on.")
        later.setProperty("role", "muted")
        later.setWordWrap(True)
        layout.addWidget(later)
        add_section(layout, "TRAINING", ("At closing", self.training))
        add_section(layout, "KEYS", ("", self.keys))
        layout.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.raw_pairs.setToolTip("What is shown of a photo that the camera stored as RAW and as JPEG")
        self.thumbnails.setToolTip("How much room thumbnails may take on the disk; those used least go first")
        self.text_size.setToolTip("How large texts and the controls around them are")
        self.training.setToolTip("What becomes of a training run when the window is closed")
        self.profile.setToolTip("Which profile the photos are shown through")
        for name, field in (
            ("RAW + JPEG", self.raw_pairs),
            ("Room for thumbnails", self.thumbnails),
            ("Colours of the screen", self.profile),
            ("Text size", self.text_size),
            ("Training when the window is closed", self.training),
        ):
            field.setAccessibleName(name)

    def _flag(self, flag: Flag) -> QCheckBox:
        settings = self._context.settings
        box = QCheckBox(flag.label)
        box.setToolTip(plain(flag.help))
        box.setChecked(settings.flag(flag.setting, flag.default))
        box.toggled.connect(lambda on: settings.set(flag.setting, on))
        return box

    def _number(
        self, setting: str, low: int, high: int, default: int, unit: str, least: str, use: Callable[[int], None]
    ) -> QSpinBox:
        """A whole number; `least` is what the lowest one means."""
        settings = self._context.settings
        field = QSpinBox()
        field.setRange(low, high)
        field.setSuffix(unit)
        field.setSpecialValueText(least)
        field.setKeyboardTracking(False)
        field.setValue(round(settings.number(setting, default, low, high)))

        def take(value: int) -> None:
            settings.set(setting, value)
            use(value)

        field.valueChanged.connect(take)
        return field

    def _profile_field(self) -> QComboBox:
        display, field = self._context.display, QComboBox()
        field.addItem("The profile of the monitor", MONITOR)
        field.addItem("No profile", NO_PROFILE)
        kept = display.profile
        if kept not in (MONITOR, NO_PROFILE):
            field.addItem(Path(kept).name, kept)
        field.addItem(CHOOSE_PROFILE)
        field.setCurrentIndex(field.findData(kept))
        field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field.activated.connect(self._on_profile)
        return field

    def _on_profile(self, row: int) -> None:
        display, field = self._context.display, self.profile
        if field.itemText(row) != CHOOSE_PROFILE:
            display.set_profile(field.itemData(row))
            return
        name, _ = QFileDialog.getOpenFileName(self, "Choose a profile", "", PROFILE_FILTER)
        if name:
            if not display.can_use(Path(name)):
                self._context.notifier.error(f"“{Path(name).name}” is not a profile of a monitor; choose an ICC file.")
            else:
                display.set_profile(name)
                for old in range(field.count() - 2, 1, -1):
                    field.removeItem(old)
                field.insertItem(2, Path(name).name, name)
                field.setItemData(2, plain(name), Qt.ItemDataRole.ToolTipRole)
        field.setCurrentIndex(field.findData(display.profile))
