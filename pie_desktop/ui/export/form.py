"""How photos are exported, as a form that is remembered."""

from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.errors import EditError
from pie_desktop.export.job import ExportSettings
from pie_desktop.export.names import DEFAULT_TEMPLATE
from pie_desktop.export.presets import ExportPreset, PresetLibrary, options_from_json, settings_for
from pie_desktop.ui.adjust.sliders import EditSliders
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.fields import NameField
from pie_desktop.ui.export.file_form import FileForm
from pie_desktop.ui.export.preset_list import PresetList
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.form import FolderField, add_section
from pie_desktop.ui.widgets.plain_text import PlainLabel

DEFAULT_FOLDER = "enhanced"
CONFLICTS = (("Skip exported photos", "skip"), ("Use a new name", "unique"), ("Overwrite it", "overwrite"))
# By the number of presets that are ticked: none, one, several.
_HINTS = (
    "No preset is ticked: the settings below apply.",
    "The settings of the ticked preset apply.",
    "Each ticked preset writes into its own folder.",
)


@dataclass(frozen=True)
class ExportChoice:
    """The form as it was when it was read.

    Attributes:
        edit: style, strength and amount for all photos, or for those without an edit of their own.
        own_edits: whether a photo that has an edit of its own keeps it.
        settings: how the files are written where no preset is ticked; None while no destination is chosen.
        presets: those that are ticked.
    """

    edit: Edit
    own_edits: bool
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
        self._followed: Edit | None = None
        self._suggested: Path | None = None
        self.style_box = QComboBox()
        self.style_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.own_edits = QCheckBox("Each photo's own edit if it has one")
        self.own_edits.setToolTip(
            "Photos that you have adjusted on the Edit page keep that style, preference and amount; "
            "all others get what you choose here."
        )
        self.sliders = EditSliders(in_form=True)
        self.file = FileForm()
        self.presets = PresetList(PresetLibrary(), context.notifier, self.file.options)
        self.hint = PlainLabel()
        self.hint.setProperty("role", "muted")
        self.destination = FolderField("Destination folder", "Choose a folder")
        self.names = NameField()
        self.burst_lock = QCheckBox("Frames of a burst share one look")
        self.burst_lock.setToolTip(
            "Photos taken by one camera within two seconds of each other that look alike get the same look, so that "
            "they do not flicker when viewed in sequence. The plan shows which photos these are."
        )
        self.conflict = QComboBox()
        for text, value in CONFLICTS:
            self.conflict.addItem(text, value)
        self._build()
        self.refresh_styles()
        self._restore()
        self._connect()
        self._show_dependent()

    def choice(self) -> ExportChoice:
        edit = self.sliders.edit
        folder = self.destination.path()
        if folder is None or self.names.problem() is not None:
            return ExportChoice(edit, self.own_edits.isChecked(), None)
        file, style = self.file.options(), self._style_name()
        settings = ExportSettings(
            folder,
            file,
            self.conflict.currentData(),
            edit,
            self.names.text(),
            style,
            burst_lock=self.burst_lock.isChecked(),
        )
        return ExportChoice(edit, self.own_edits.isChecked(), settings, self.presets.presets())

    def refresh_styles(self) -> None:
        """Lists the styles again and keeps the one that was chosen."""
        chosen = self.style_box.currentData() if self.style_box.count() else self._context.current.style_id
        self.style_box.blockSignals(True)
        self.style_box.clear()
        self.style_box.addItem("None (neutral)", None)
        for style in self._context.library.list():
            self.style_box.addItem(style.name, style.id)
        self.style_box.setCurrentIndex(max(self.style_box.findData(chosen), 0))
        self.style_box.blockSignals(False)
        if self.style_box.currentData() != chosen:
            self.changed.emit()

    def select_style(self, style_id: str) -> None:
        """Follows the style that is selected on the Edit page; empty for none."""
        self.style_box.setCurrentIndex(max(self.style_box.findData(style_id or None), 0))

    def follow(self, edit: Edit) -> None:
        """Takes over the edit of the photo on the Edit page, so that the export looks like the screen.

        Without effect while that edit is the one that was taken over last: what was chosen here since then stays.
        """
        if edit != self._followed:
            self._followed = edit
            self.select_style(edit.style_id or "")
            self.sliders.set_edit(edit)
            self._on_changed()

    def suggest_destination(self, source: Path) -> None:
        """Suggests a folder beside the first photo (or in the first folder), unless the user has chosen one."""
        if self.destination.path() in (None, self._suggested):
            self._suggested = (source if source.is_dir() else source.parent) / DEFAULT_FOLDER
            self.destination.set_path(self._suggested)

    def remember(self) -> None:
        """Keeps the values for the next start of the editor; a destination that was only suggested is not kept.

        The style is remembered with the Edit page.
        """
        destination = self.destination.path()
        values = {
            "own_edits": self.own_edits.isChecked(),
            "edit": self.sliders.edit.with_style(None).to_json(),
            "file": asdict(self.file.options()),
            "presets": [preset.name for preset in self.presets.presets()],
            "destination": str(destination or "") if destination != self._suggested else "",
            "on_conflict": self.conflict.currentData(),
            "name": self.names.text(),
            "burst_lock": self.burst_lock.isChecked(),
        }
        for name, value in values.items():
            self._context.settings.set(f"export.{name}", value)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        add_section(layout, "EDIT", ("Style", self.style_box), *self.sliders.rows())
        layout.addWidget(self.own_edits)
        layout.addWidget(self.burst_lock)
        destination = ("Folder", self.destination), ("Names", self.names), ("If file exists", self.conflict)
        add_section(layout, "DESTINATION", *destination)
        layout.addWidget(self.presets)
        layout.addWidget(self.hint)
        layout.addWidget(self.file)
        layout.addStretch(1)

    def _restore(self) -> None:
        settings = self._context.settings
        self.sliders.set_edit(self._remembered_edit().with_style(self.style_box.currentData()))
        self.conflict.setCurrentIndex(max(self.conflict.findData(settings.text("export.on_conflict")), 0))
        stored_file = options_from_json(settings.get("export.file"))
        if stored_file is not None:
            self.file.set_options(stored_file)
        ticked = settings.get("export.presets")
        self.presets.set_ticked(ticked if isinstance(ticked, list) else ())
        self.own_edits.setChecked(settings.flag("export.own_edits"))
        self.burst_lock.setChecked(settings.flag("export.burst_lock"))
        self.names.set_text(settings.text("export.name", DEFAULT_TEMPLATE))
        destination = settings.text("export.destination")
        self.destination.set_path(Path(destination) if destination else None)

    def _connect(self) -> None:
        self._context.styles_changed.connect(self.refresh_styles)
        self._context.current.style_changed.connect(self.select_style)
        for box in (self.style_box, self.conflict):
            box.currentIndexChanged.connect(self._on_changed)
        self.sliders.changed.connect(self._on_slider)
        self.own_edits.toggled.connect(self._on_changed)
        self.burst_lock.toggled.connect(self._on_changed)
        self.names.changed.connect(self._on_changed)
        self.file.changed.connect(self._on_changed)
        self.presets.ticked.connect(self._on_changed)
        self.presets.chosen.connect(self.file.set_options)
        self.destination.changed.connect(self._on_changed)

    def _remembered_edit(self) -> Edit:
        """The strength and amount of the last start; those of earlier versions were kept in percent."""
        settings = self._context.settings
        percent = {name: settings.number(f"export.{name}", 100, 0, 200) for name in ("strength", "amount")}
        older = {name: value / 100 for name, value in percent.items()}
        try:
            return Edit.from_json(settings.get("export.edit") or older)
        except EditError:
            return Edit()

    def _style_name(self) -> str | None:
        return self.style_box.currentText() if self.style_box.currentData() is not None else None

    def _on_slider(self, edit: Edit, moving: bool) -> None:
        if moving:  # its end changes nothing more
            self._on_changed()

    def _on_changed(self) -> None:
        self._show_dependent()
        self.changed.emit()

    def _show_dependent(self) -> None:
        presets = self.presets.presets()
        self.file.setEnabled(not presets)
        self.hint.setText(_HINTS[min(len(presets), 2)])
        self.sliders.set_edit(self.sliders.edit.with_style(self.style_box.currentData()))
