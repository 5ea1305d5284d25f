"""The geometry of a photo above its sliders: crop and its shape, turns, mirroring, horizon and guides."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout

from pie_desktop.edit.crop_box import RATIOS
from pie_desktop.edit.edit import Edit
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.adjust.group import PartEditor
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.cropping import Cropping
from pie_desktop.ui.theme import HALF_SPACE, SPACE, numeric_font
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.plain_text import PlainLabel

SHAPES = {"free": "Free", "original": "Original", **{name: name for name in RATIOS}, "": "Custom…"}
"""Labels by name; the empty name is a ratio of one's own."""
ROW = ("rotate_left", "rotate_right", "flip_horizontal", "flip_vertical", "draw_horizon", "draw_guides", "reset_crop")


class GeometryEditor(PartEditor):
    """Buttons for the actions of geometry, the shape of crops, and the size of the result.

    Attributes:
        shapes: the ratios.
        own: the field for a ratio of one's own.
        pixels: the size of the result.
    """

    def __init__(self, context: AppContext, cropping: Cropping, commands: Commands) -> None:
        super().__init__()
        self._context = context
        self._cropping = cropping
        self.shapes = ComboBox()
        for name, label in SHAPES.items():
            self.shapes.addItem(label, name)
        self.shapes.setAccessibleName("Shape of the crop")
        self.shapes.setToolTip("Width to height of the crop")
        self.shapes.activated.connect(self._on_shape)
        self.own = QLineEdit()
        self.own.setPlaceholderText("7:5")
        self.own.setAccessibleName("Ratio of width to height")
        self.own.setToolTip("Width to height, such as 7:5 or 2.35")
        self.own.setMaximumWidth(self.own.fontMetrics().horizontalAdvance("0000:0000"))
        self.own.editingFinished.connect(self._on_own)
        self.own.hide()
        self.pixels = PlainLabel()
        self.pixels.setFont(numeric_font(self.font()))
        self.pixels.setProperty("role", "muted")
        self.pixels.setToolTip("Pixels of the result")
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(HALF_SPACE)
        second.setSpacing(0)
        first.addWidget(_button(commands, "crop"))
        first.addWidget(self.shapes, 1)
        first.addWidget(self.own)
        first.addWidget(_button(commands, "swap_crop"))
        for name in ROW:
            second.addWidget(_button(commands, name))
        second.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, 0, 0, HALF_SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self.pixels)
        cropping.changed.connect(self._show)
        self._show()

    def set_edit(self, edit: Edit) -> None:
        self._show()

    def take(self, edit: Edit) -> None:
        self._show()

    def set_active(self, active: bool) -> None:
        for field in (self.shapes, self.own):
            field.setEnabled(active)
        self._show()

    def _show(self) -> None:
        size = self._cropping.size
        self.pixels.setText(f"{size[0]} × {size[1]} px" if size is not None else "")
        own = self._cropping.ratio not in SHAPES
        with QSignalBlocker(self.shapes):
            if self.shapes.currentData() or own:  # else a ratio of one's own is about to be written
                self.shapes.setCurrentIndex(self.shapes.findData("" if own else self._cropping.ratio))

    def _on_shape(self) -> None:
        name = self.shapes.currentData()
        self.own.setVisible(not name)
        if name:
            self._cropping.set_ratio(name)
        else:
            self.own.setFocus()

    def _on_own(self) -> None:
        text = self.own.text().strip()
        if not text or text == self._cropping.ratio:
            return
        try:
            self._cropping.set_ratio(text)
        except ValueError:
            self._context.notifier.info(f"“{text}” is no ratio; write width and height, such as 7:5.")


def _button(commands: Commands, name: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(commands[name])
    button.setAccessibleName(commands[name].text())
    return button
