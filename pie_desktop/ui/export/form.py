"""How photos are exported, as a form that is remembered."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from pie_desktop.catalog.edit_state import EditState
from pie_desktop.engine.export import ExportSettings
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.folder_field import FolderField
from pie_desktop.ui.form_section import add_row, add_section
from pie_desktop.ui.percent_slider import PercentSlider
from pie_desktop.ui.theme import SPACE

FORMATS = (("JPEG", "jpeg"), ("PNG", "png"), ("TIFF, 8 bit", "tiff8"), ("TIFF, 16 bit", "tiff16"))
CONFLICTS = (("Skip it", "skip"), ("Use a new name", "unique"), ("Overwrite it", "overwrite"))
LONG_SIDE_RANGE = (64, 30_000)
DEFAULT_LONG_SIDE = 2560


@dataclass(frozen=True)
class ExportChoice:
    """The form as it was when it was read.

    Attributes:
        edit: style, strength and amount for all photos, or for those without an edit of their own.
        own_edits: whether a photo's own edit counts where it has one.
        settings: how the files are written; None while no destination is chosen.
    """

    edit: EditState
    own_edits: bool
    settings: ExportSettings | None


class ExportForm(QWidget):
    """Edit, file format, destination.

    Signals:
        changed: the plan may be another now.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._followed: EditState | None = None
        self.style_box = QComboBox()
        self.style_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.own_edits = QCheckBox("Each photo's own edit, if it has one")
        self.own_edits.setToolTip(
            "Photos that you have adjusted on the Edit page keep that style, preference and amount; "
            "the others get what is chosen here."
        )
        self.strength = PercentSlider("Preference", 0, 150, 100)
        self.amount = PercentSlider("Amount", 0, 100, 100)
        self.format = QComboBox()
        for text, value in FORMATS:
            self.format.addItem(text, value)
        self.quality = PercentSlider("Quality", 1, 100, 92, suffix="")
        self.limit_side = QCheckBox("At most")
        self.long_side = QSpinBox()
        self.long_side.setRange(*LONG_SIDE_RANGE)
        self.long_side.setValue(DEFAULT_LONG_SIDE)
        self.long_side.setSuffix(" px")
        self.long_side.setEnabled(False)
        self.destination = FolderField("Destination folder", "Choose a folder")
        self.conflict = QComboBox()
        for text, value in CONFLICTS:
            self.conflict.addItem(text, value)
        self._build()
        self.refresh_styles()
        self._restore()
        self._connect()
        self._show_dependent()

    def choice(self) -> ExportChoice:
        encode = EncodeOptions(
            format=self.format.currentData(),
            quality=self.quality.value(),
            long_side=self.long_side.value() if self.limit_side.isChecked() else None,
        )
        edit = EditState(self.style_box.currentData(), self.strength.value() / 100, self.amount.value() / 100)
        folder = self.destination.path()
        if folder is None:
            return ExportChoice(edit, self.own_edits.isChecked(), None)
        settings = ExportSettings(folder, encode, self.conflict.currentData(), edit.strength, edit.amount)
        return ExportChoice(edit, self.own_edits.isChecked(), settings)

    def refresh_styles(self) -> None:
        """Lists the styles again and keeps the one that was chosen."""
        chosen = self.style_box.currentData() if self.style_box.count() else self._context.selected_style
        self.style_box.blockSignals(True)
        self.style_box.clear()
        self.style_box.addItem("None: neutral", None)
        for style in self._context.library.list():
            self.style_box.addItem(style.name, style.id)
        self.style_box.setCurrentIndex(max(self.style_box.findData(chosen), 0))
        self.style_box.blockSignals(False)
        if self.style_box.currentData() != chosen:
            self.changed.emit()

    def select_style(self, style_id: str) -> None:
        """Follows the style that is selected on the Edit page; empty for none."""
        self.style_box.setCurrentIndex(max(self.style_box.findData(style_id or None), 0))

    def follow(self, edit: EditState) -> None:
        """Takes over the edit of the photo on the Edit page, so that the export looks like the screen.

        Without effect while that edit is still the one that was taken over before: what was chosen here since counts.
        """
        if edit != self._followed:
            self._followed = edit
            self.select_style(edit.style_id or "")
            self.strength.set_value(round(100 * edit.strength))
            self.amount.set_value(round(100 * edit.amount))

    def remember(self, with_destination: bool) -> None:
        """Keeps the values for the next start of the editor; the style is remembered with the Edit page."""
        values = {
            "own_edits": self.own_edits.isChecked(),
            "strength": self.strength.value(),
            "amount": self.amount.value(),
            "format": self.format.currentData(),
            "quality": self.quality.value(),
            "limit_side": self.limit_side.isChecked(),
            "long_side": self.long_side.value(),
            "destination": str(self.destination.path() or "") if with_destination else "",
            "on_conflict": self.conflict.currentData(),
        }
        for name, value in values.items():
            self._context.settings.set(f"export.{name}", value)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        add_section(layout, "EDIT", ("Style", self.style_box), ("Preference", self.strength), ("Amount", self.amount))
        layout.addWidget(self.own_edits)
        self._file = add_section(layout, "FILE", ("Format", self.format), ("Quality", self.quality))
        size = QWidget()
        row = QHBoxLayout(size)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.limit_side)
        row.addWidget(self.long_side, 1)
        add_row(self._file, "Long side", size)
        add_section(layout, "DESTINATION", ("Folder", self.destination), ("If it exists", self.conflict))
        layout.addStretch(1)

    def _restore(self) -> None:
        get = self._context.settings.get
        for slider, name in ((self.strength, "strength"), (self.amount, "amount"), (self.quality, "quality")):
            stored = get(f"export.{name}")
            if isinstance(stored, int):
                slider.set_value(stored)
        for box, name in ((self.format, "format"), (self.conflict, "on_conflict")):
            box.setCurrentIndex(max(box.findData(get(f"export.{name}")), 0))
        self.own_edits.setChecked(bool(get("export.own_edits", False)))
        self.limit_side.setChecked(bool(get("export.limit_side", False)))
        self.long_side.setValue(int(get("export.long_side") or DEFAULT_LONG_SIDE))
        destination = get("export.destination")
        self.destination.set_path(Path(destination) if destination else None)

    def _connect(self) -> None:
        self._context.styles_changed.connect(self.refresh_styles)
        self._context.style_selected.connect(self.select_style)
        for box in (self.style_box, self.format, self.conflict):
            box.currentIndexChanged.connect(self._on_changed)
        for slider in (self.strength, self.amount, self.quality):
            slider.changed.connect(self._on_changed)
        self.own_edits.toggled.connect(self._on_changed)
        self.limit_side.toggled.connect(self._on_changed)
        self.long_side.valueChanged.connect(self._on_changed)
        self.destination.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._show_dependent()
        self.changed.emit()

    def _show_dependent(self) -> None:
        self._file.setRowVisible(self.quality, self.format.currentData() == "jpeg")
        self.long_side.setEnabled(self.limit_side.isChecked())
        self.strength.setEnabled(self.style_box.currentData() is not None)

