"""The form for what a training run is asked to do; its values are remembered."""

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.model.fine_tuning import FINE_TUNING
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.form import FolderField, add_section

MINUTES, EPOCHS = 1, 2  # rows of the choice of the length
DEVICES = (("Automatic", "auto"), ("GPU (CUDA)", "cuda"), ("GPU (Apple)", "mps"), ("CPU", "cpu"))


@dataclass(frozen=True)
class FormValues:
    """The form as it was when it was read; attributes as in `TrainingOptions`."""

    pairs: Path | None
    originals: Path | None
    name: str
    epochs: int | None
    minutes: float | None
    references: int
    encoder_lr: float
    enhancer_lr: float
    gram: float
    tv: float
    device: str


class TrainingForm(QWidget):
    """Folders, length, references, learning rates, loss weights, device.

    Attributes:
        base: the field of the model to start from, which the list of models keeps up to date.

    Signals:
        folders_changed: another folder of edits or of originals.
    """

    folders_changed = Signal()

    def __init__(self, settings: Settings, base: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.base = base
        self.pairs = FolderField("Folder of your edits", "Choose a folder")
        self.originals = FolderField("Folder of originals", "Only if they are elsewhere", clearable=True)
        self.name = QLineEdit("My model")
        self.name.setMaxLength(60)
        self.name.setToolTip("The finished model appears under this name in the model list.")
        self.limit = ComboBox()
        self.limit.addItems(["As long as it gains", "Minutes", "Epochs"])
        self.limit.setToolTip(
            "How long to train. Minutes are the most that it takes; one epoch is one pass over all pairs."
        )
        self.epochs = _integer(1, 10_000, FINE_TUNING.epochs)
        self.minutes = _integer(1, 14 * 24 * 60, 60)
        self.references = _integer(1, 50, FINE_TUNING.references)
        self.references.setToolTip("How many of your edits the model sees as references in each training step.")
        self.encoder_lr = _scientific(FINE_TUNING.encoder_lr)
        self.encoder_lr.setToolTip("Keep this low: the encoder is the first to overfit.")
        self.enhancer_lr = _scientific(FINE_TUNING.enhancer_lr)
        self.gram = _decimal(FINE_TUNING.gram)
        self.gram.setToolTip("Weight of the Gram loss, which compares textures of colour.")
        self.tv = _decimal(FINE_TUNING.tv)
        self.tv.setToolTip("Weight of the total variation loss, which discourages noise and banding.")
        self.device = ComboBox()
        for label, value in DEVICES:
            self.device.addItem(label, value)
        self._build()
        self._restore()
        self.limit.currentIndexChanged.connect(self._show_limit)
        self._show_limit()
        for field in (self.pairs, self.originals):
            field.changed.connect(self.folders_changed)

    def values(self) -> FormValues:
        chosen = self.limit.currentIndex()
        return FormValues(
            pairs=self.pairs.path(),
            originals=self.originals.path(),
            name=self.name.text().strip(),
            epochs=self.epochs.value() if chosen == EPOCHS else None,
            minutes=float(self.minutes.value()) if chosen == MINUTES else None,
            references=self.references.value(),
            encoder_lr=self.encoder_lr.value(),
            enhancer_lr=self.enhancer_lr.value(),
            gram=self.gram.value(),
            tv=self.tv.value(),
            device=str(self.device.currentData()),
        )

    def remember(self) -> None:
        """Keeps the values for the next start of the editor."""
        for key, value in vars(self.values()).items():
            self._settings.set(f"train.{key}", str(value) if isinstance(value, Path) else value)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        add_section(layout, "YOUR EDITS", ("Edits", self.pairs), ("Originals", self.originals))
        add_section(layout, "RUN", ("Start from", self.base), ("Name", self.name), ("Length", self.limit))
        self._length = add_section(layout, "", ("Epochs", self.epochs), ("Minutes", self.minutes))
        add_section(
            layout,
            "MODEL",
            ("References", self.references),
            ("Encoder rate", self.encoder_lr),
            ("Enhancer rate", self.enhancer_lr),
            ("Gram weight", self.gram),
            ("TV weight", self.tv),
            ("Device", self.device),
        )
        layout.addStretch(1)

    def _show_limit(self) -> None:
        self._length.setRowVisible(self.epochs, self.limit.currentIndex() == EPOCHS)
        self._length.setRowVisible(self.minutes, self.limit.currentIndex() == MINUTES)

    def _restore(self) -> None:
        settings = self._settings
        for field, key in ((self.pairs, "pairs"), (self.originals, "originals")):
            stored = settings.text(f"train.{key}")
            if stored and os.path.isdir(stored):  # noqa: PTH112 - Path.is_dir raises for names that are too long
                field.set_path(Path(stored))
        self.name.setText(settings.text("train.name") or "My model")
        if settings.get("train.minutes") is not None:
            self.limit.setCurrentIndex(MINUTES)
        elif settings.get("train.epochs") is not None:
            self.limit.setCurrentIndex(EPOCHS)
        for spin, key in (
            (self.epochs, "epochs"),
            (self.minutes, "minutes"),
            (self.references, "references"),
            (self.encoder_lr, "encoder_lr"),
            (self.enhancer_lr, "enhancer_lr"),
            (self.gram, "gram"),
            (self.tv, "tv"),
        ):
            value = settings.number(f"train.{key}", spin.value(), spin.minimum(), spin.maximum())
            spin.setValue(type(spin.value())(value))  # type: ignore[arg-type] # each has its own number type
        index = self.device.findData(settings.text("train.device", "auto"))
        self.device.setCurrentIndex(max(index, 0))


class ScientificSpinBox(QDoubleSpinBox):
    """Learning rates as 1e-05; a step is a factor, as rates are compared by their ratio."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.2g}"

    def valueFromText(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        try:
            float(text)
        except ValueError:
            allowed = set(text.lower()) <= set("0123456789.e-+")
            state = QValidator.State.Intermediate if allowed else QValidator.State.Invalid
            return state, text, position
        return QValidator.State.Acceptable, text, position

    def stepBy(self, steps: int) -> None:
        self.setValue(self.value() * 10 ** (steps / 4))


def _integer(low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    return spin


def _decimal(value: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setDecimals(4)
    spin.setRange(0.0, 10.0)
    spin.setSingleStep(0.005)
    spin.setValue(value)
    return spin


def _scientific(value: float) -> QDoubleSpinBox:
    spin = ScientificSpinBox()
    spin.setDecimals(9)
    spin.setRange(1e-8, 1.0)
    spin.setValue(value)
    return spin
