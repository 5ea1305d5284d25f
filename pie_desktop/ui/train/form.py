"""The form for what a training run is asked to do; its values are remembered."""

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QToolButton, QVBoxLayout, QWidget

from pie_desktop.model.fine_tuning import PRESETS, SETTINGS, Preset
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.train.folder_fields import MOST, FolderFields
from pie_desktop.ui.train.setting_field import SettingField
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.form import FolderField, add_section
from pie_desktop.ui.widgets.plain_text import PlainLabel

MINUTES, EPOCHS = 1, 2  # rows of the choice of the length
OWN_SETTINGS = "own"
DEVICES = (("Automatic", "auto"), ("GPU (CUDA)", "cuda"), ("GPU (Apple)", "mps"), ("CPU", "cpu"))


@dataclass(frozen=True)
class FormValues:
    """The form as it was when it was read; attributes as in `TrainingOptions`."""

    pairs: Path | None
    more: tuple[Path, ...]
    originals: Path | None
    name: str
    epochs: int | None
    minutes: float | None
    references: int
    encoder_lr: float
    enhancer_lr: float
    gram: float
    tv: float
    seed: int
    device: str

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders of edits."""
        return () if self.pairs is None else (self.pairs, *self.more)


class TrainingForm(QWidget):
    """Folders, a preset, and behind a fold every setting.

    Attributes:
        base: the field of the model to start from, which the list of models keeps up to date.

    Signals:
        folders_changed: other folders of edits, or another one of originals.
        changed: anything that changes how a run goes.
    """

    folders_changed = Signal()
    changed = Signal()

    def __init__(self, settings: Settings, base: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.base = base
        self.pairs = FolderFields("Folder of your edits", "Choose or drop a folder")
        self.originals = FolderField("Folder of originals", "Only if they are elsewhere", clearable=True)
        self.name = QLineEdit("My model")
        self.name.setMaxLength(60)
        self.name.setToolTip("The finished model appears under this name in the model list.")
        self.preset = ComboBox()
        for preset in PRESETS.values():
            self.preset.addItem(preset.label, preset.key)
        self.preset.addItem("Own settings", OWN_SETTINGS)
        self.preset_note = PlainLabel()
        self.preset_note.setProperty("role", "muted")
        self.preset_note.setWordWrap(True)
        self.fold = QToolButton()
        self.fold.setText("Expert settings")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.limit = ComboBox()
        self.limit.addItems(["As long as it gains", "Minutes", "Epochs"])
        self.fields = {key: SettingField(setting) for key, setting in SETTINGS.items()}
        self.device = ComboBox()
        for label, value in DEVICES:
            self.device.addItem(label, value)
        self._build()
        self._restore()
        self._connect()
        self._show_preset()
        self._show_limit()

    def values(self) -> FormValues:
        chosen, number = self.limit.currentIndex(), {key: field.value() for key, field in self.fields.items()}
        first, *more = self.pairs.paths() or (None,)
        return FormValues(
            pairs=first,
            more=tuple(path for path in more if path is not None),
            originals=self.originals.path(),
            name=self.name.text().strip(),
            epochs=int(number["epochs"]) if chosen == EPOCHS else None,
            minutes=float(number["minutes"]) if chosen == MINUTES else None,
            references=int(number["references"]),
            encoder_lr=float(number["encoder_lr"]),
            enhancer_lr=float(number["enhancer_lr"]),
            gram=float(number["gram"]),
            tv=float(number["tv"]),
            seed=int(number["seed"]),
            device=str(self.device.currentData()),
        )

    def problem(self) -> str | None:
        """What is wrong with a setting, as one sentence; None where nothing is."""
        unused = {EPOCHS: {"minutes"}, MINUTES: {"epochs"}}.get(self.limit.currentIndex(), {"minutes", "epochs"})
        problems = (field.problem() for key, field in self.fields.items() if key not in unused)
        return next((problem for problem in problems if problem is not None), None)

    def remember(self) -> None:
        """Keeps the values for the next start of the editor."""
        for key, value in vars(self.values()).items():
            stored = [str(path) for path in value] if isinstance(value, tuple) else value
            self._settings.set(f"train.{key}", str(stored) if isinstance(stored, Path) else stored)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        add_section(layout, "YOUR EDITS", ("Edits", self.pairs), ("Originals", self.originals))
        add_section(layout, "RUN", ("Start from", self.base), ("Name", self.name), ("Training", self.preset)).addRow(
            "", self.preset_note
        )
        layout.addWidget(self.fold)
        self.expert = QWidget()
        inside = QVBoxLayout(self.expert)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE)
        self._length = add_section(
            inside,
            "",
            ("Length", self.limit),
            *((SETTINGS[key].label, self.fields[key]) for key in ("epochs", "minutes")),
        )
        rest = [(SETTINGS[key].label, field) for key, field in self.fields.items() if key not in ("epochs", "minutes")]
        add_section(inside, "", *rest, ("Device", self.device))
        layout.addWidget(self.expert)
        layout.addStretch(1)

    def _connect(self) -> None:
        for folder in (self.pairs, self.originals):
            folder.changed.connect(self.folders_changed)
        self.fold.toggled.connect(self._show_fold)
        self.preset.currentIndexChanged.connect(self._on_preset)
        self.limit.currentIndexChanged.connect(self._show_limit)
        for choice in (self.limit, self.device):
            choice.currentIndexChanged.connect(self._on_setting)
        for field in self.fields.values():
            field.changed.connect(self._on_setting)

    def _on_preset(self) -> None:
        preset = PRESETS.get(str(self.preset.currentData()))
        if preset is None:
            self.fold.setChecked(True)
        else:
            for key, value in _settings_of(preset).items():
                self.fields[key].setValue(value)
            self.limit.setCurrentIndex(0 if preset.minutes is None else MINUTES)
        self._show_preset()
        self.changed.emit()

    def _on_setting(self) -> None:
        self._show_preset()
        self.changed.emit()

    def _show_preset(self) -> None:
        """Names the preset that the settings are those of."""
        key = next((preset.key for preset in PRESETS.values() if self._is(preset)), OWN_SETTINGS)
        self.preset.blockSignals(True)
        self.preset.setCurrentIndex(self.preset.findData(key))
        self.preset.blockSignals(False)
        preset = PRESETS.get(key)
        self.preset_note.setText(preset.help if preset else "As set under Expert settings.")

    def _is(self, preset: Preset) -> bool:
        length = self.limit.currentIndex()
        if length != (0 if preset.minutes is None else MINUTES) or self.problem() is not None:
            return False
        unused = {"epochs"} if preset.minutes else {"epochs", "minutes"}
        return all(self.fields[key].value() == v for key, v in _settings_of(preset).items() if key not in unused)

    def _show_fold(self) -> None:
        opened = self.fold.isChecked()
        self.fold.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self.expert.setVisible(opened)

    def _show_limit(self) -> None:
        self._length.setRowVisible(self.fields["epochs"], self.limit.currentIndex() == EPOCHS)
        self._length.setRowVisible(self.fields["minutes"], self.limit.currentIndex() == MINUTES)

    def _restore(self) -> None:
        settings = self._settings
        more = settings.get("train.more")
        stored = [settings.text("train.pairs"), *(more if isinstance(more, list) else [])]
        self.pairs.set_paths(tuple(Path(path) for path in stored[:MOST] if _is_folder(path)))
        originals = settings.text("train.originals")
        if _is_folder(originals):
            self.originals.set_path(Path(originals))
        self.name.setText(settings.text("train.name") or "My model")
        if settings.get("train.minutes") is not None:
            self.limit.setCurrentIndex(MINUTES)
        elif settings.get("train.epochs") is not None:
            self.limit.setCurrentIndex(EPOCHS)
        for key, field in self.fields.items():
            setting = SETTINGS[key]
            field.setValue(settings.number(f"train.{key}", field.value(), setting.low, setting.high))
        index = self.device.findData(settings.text("train.device", "auto"))
        self.device.setCurrentIndex(max(index, 0))
        self._show_fold()


def _settings_of(preset: Preset) -> dict[str, float]:
    """The value of every setting in a preset."""
    values = {key: setting.default for key, setting in SETTINGS.items()}
    return values | {"references": preset.references} | ({"minutes": preset.minutes} if preset.minutes else {})


def _is_folder(path: object) -> bool:
    # Path.is_dir raises for names that are too long.
    try:
        return isinstance(path, str) and bool(path) and os.path.isdir(path)  # noqa: PTH112
    except ValueError:
        return False
