"""How photos are exported, as a form that is remembered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.export.job import ExportSettings
from pie_desktop.export.names import DEFAULT_TEMPLATE
from pie_desktop.export.presets import ExportPreset, PresetLibrary, options_from_json, settings_for
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.edit_choice import EditChoice
from pie_desktop.ui.export.fields import NameField
from pie_desktop.ui.export.file_form import FileForm
from pie_desktop.ui.export.preset_list import PresetList
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.form import FolderField, add_section
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.plain_text import PlainLabel

DEFAULT_FOLDER = "enhanced"
CONFLICTS = (("Skip exported photos", "skip"), ("Use a new name", "unique"), ("Overwrite it", "overwrite"))


@dataclass(frozen=True)
class ExportChoice:
    """The form as it was when it was read.

    Attributes:
        one_edit: the edit of all photos; None where each is exported as the Edit page shows it.
        style: name of the style of `one_edit`, None for neutral enhancement.
        settings: how the files are written where no preset is ticked; None while no destination is chosen.
        presets: those that are ticked.
    """

    one_edit: Edit | None
    style: str | None
    settings: ExportSettings | None
    presets: tuple[ExportPreset, ...] = ()

    @property
    def exports(self) -> list[ExportSettings]:
        """What is written: the settings, or one export for each preset; nothing without a destination."""
        if self.settings is None:
            return []
        return settings_for(self.settings, self.presets) if self.presets else [self.settings]


class ExportForm(QWidget):
    """Edit, presets, file format, destination.

    Signals:
        changed: the plan may be another now.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._suggested: Path | None = None
        self._settings = EncodeOptions()
        self._shows_preset = False
        self.edit_choice = EditChoice(context)
        self.file = FileForm()
        self.presets = PresetList(PresetLibrary(), context.notifier, self.file.options)
        self.hint = PlainLabel()
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self.destination = FolderField("Destination folder", "Choose a folder")
        self.names = NameField()
        self.burst_lock = QCheckBox("Frames of a burst share one look")
        self.burst_lock.setToolTip(
            "Photos taken by one camera within two seconds of each other that look alike get the same look, so that "
            "they do not flicker when viewed in sequence. The plan shows which photos these are."
        )
        self.conflict = ComboBox()
        for text, value in CONFLICTS:
            self.conflict.addItem(text, value)
        self._build()
        self._restore()
        self._connect()
        self._show_dependent()

    def choice(self) -> ExportChoice:
        edit, style = self.edit_choice.edit, self.edit_choice.style_name
        folder = self.destination.path()
        if folder is None or self.names.problem() is not None:
            return ExportChoice(edit, style, None)
        settings = ExportSettings(
            folder,
            self.settings,
            self.conflict.currentData(),
            edit if edit is not None else Edit(),
            self.names.text(),
            style if edit is not None else None,
            burst_lock=self.burst_lock.isChecked(),
        )
        return ExportChoice(edit, style, settings, self.presets.presets())

    @property
    def settings(self) -> EncodeOptions:
        """How files are written where no preset is ticked, whatever the fields show meanwhile."""
        return self._settings if self._shows_preset else self.file.options()

    def take_preset(self, options: EncodeOptions) -> None:
        """Make the settings of a preset those of the form, as the user asked for."""
        self._settings = options
        if not self._shows_preset:
            self.file.set_options(options)

    def suggest_destination(self, source: Path) -> None:
        """Suggests a folder beside the first photo (or in the first folder), unless the user has chosen one."""
        if self.destination.path() in (None, self._suggested):
            self._suggested = (source if source.is_dir() else source.parent) / DEFAULT_FOLDER
            self.destination.set_path(self._suggested)

    def remember(self) -> None:
        """Keeps the values for the next start of the editor; a destination that was only suggested is not kept."""
        destination = self.destination.path()
        values = {
            "file": asdict(self.settings),
            "presets": [preset.name for preset in self.presets.presets()],
            "destination": str(destination or "") if destination != self._suggested else "",
            "on_conflict": self.conflict.currentData(),
            "name": self.names.text(),
            "burst_lock": self.burst_lock.isChecked(),
        }
        for name, value in values.items():
            self._context.settings.set(f"export.{name}", value)
        self.edit_choice.remember()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addSpacing(SPACE)
        layout.addWidget(heading("EDIT"))
        layout.addWidget(self.edit_choice)
        layout.addWidget(self.burst_lock)
        destination = ("Folder", self.destination), ("Names", self.names), ("If file exists", self.conflict)
        add_section(layout, "DESTINATION", *destination)
        layout.addWidget(self.presets)
        layout.addWidget(self.hint)
        layout.addWidget(self.file)
        layout.addStretch(1)

    def _restore(self) -> None:
        settings = self._context.settings
        self.conflict.setCurrentIndex(max(self.conflict.findData(settings.text("export.on_conflict")), 0))
        stored_file = options_from_json(settings.get("export.file"))
        if stored_file is not None:
            self.file.set_options(stored_file)
        ticked = settings.get("export.presets")
        self.presets.set_ticked(ticked if isinstance(ticked, list) else ())
        self.burst_lock.setChecked(settings.flag("export.burst_lock"))
        self.names.set_text(settings.text("export.name", DEFAULT_TEMPLATE))
        destination = settings.text("export.destination")
        self.destination.set_path(Path(destination) if destination else None)

    def _connect(self) -> None:
        self.edit_choice.changed.connect(self._on_changed)
        self.conflict.currentIndexChanged.connect(self._on_changed)
        self.burst_lock.toggled.connect(self._on_changed)
        self.names.changed.connect(self._on_changed)
        self.file.changed.connect(self._on_changed)
        self.presets.ticked.connect(self._on_changed)
        self.presets.selected.connect(self._show_dependent)
        self.presets.chosen.connect(self.take_preset)
        self.destination.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._show_dependent()
        self.changed.emit()

    def _show_dependent(self) -> None:
        """With presets ticked the fields show what one of them writes, the selected or the first, and wait."""
        presets = self.presets.presets()
        shown = self.presets.selected_preset()
        if presets and shown not in presets:
            shown = presets[0]
        self.file.setEnabled(not presets)
        if presets and shown is not None:
            self._settings, self._shows_preset = self.settings, True
            self._show_options(shown.encode)
        elif self._shows_preset:
            self._shows_preset = False
            self._show_options(self._settings)
        self.hint.setText(_hint(presets, shown))

    def _show_options(self, options: EncodeOptions) -> None:
        blocked = self.file.blockSignals(True)
        self.file.set_options(options)
        self.file.blockSignals(blocked)


def _hint(presets: Sequence[ExportPreset], shown: ExportPreset | None) -> str:
    if not presets or shown is None:
        return "No preset is ticked: the settings below apply."
    if len(presets) == 1:
        return f"“{shown.name}” writes files like this; your own settings are kept."
    return f"Each ticked preset writes into its own folder. Below: “{shown.name}”."
