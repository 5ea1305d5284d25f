"""The masks of a photo: a list of them, and the place, sliders and switches of the chosen one."""

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.mask import LINEAR, RADIAL, Mask
from pie_desktop.edit.part import Parameter
from pie_desktop.edit.parts.masks import MOST_MASKS, MasksPart
from pie_desktop.imaging.frame import Frame
from pie_desktop.ui.adjust.group import PartEditor
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.tools.mask_handles import MaskHandles
from pie_desktop.ui.canvas.tools.masks import DELETES, MaskTool
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.widgets.slider import LabelledSlider

ADDED = {
    LINEAR: ("Graduated", "mdi6.gradient-vertical", "Add a graduated mask, such as for a sky"),
    RADIAL: ("Radial", "mdi6.circle-outline", "Add a radial mask, such as for a face"),
}
ROWS = 4  # of the list, before it scrolls
_TIP = "Drag on the photo to draw it; drag its handles to place it.\nDelete removes it, Escape puts its handles away."


class MasksEditor(PartEditor):
    """Adds, chooses, sets and deletes masks; their handles are on the canvas while one is chosen and this is seen.

    Attributes:
        rows: the list.
        tool: the handles.
        add_buttons: by kind of mask.
        fields: sliders of the chosen mask, by field of `Mask`.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._edit = Edit()
        self._index: int | None = None
        self.tool = MaskTool(self._frame)
        self.tool.placed.connect(self._on_placed)
        self.tool.picked.connect(self.choose)
        self.tool.deleted.connect(self.delete)
        self.tool.left.connect(partial(self.choose, None))
        self.tool.put_away.connect(self._on_put_away)
        self.add_buttons: dict[str, QToolButton] = {}
        head = QHBoxLayout()
        for kind, (label, image, help_) in ADDED.items():
            button = self.add_buttons[kind] = QToolButton()
            button.setText(label)
            button.setIcon(icon(image))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setAccessibleName(help_)
            button.setToolTip(plain(f"{help_}.\n{_TIP}"))
            button.clicked.connect(partial(self.add, kind))
            head.addWidget(button)
        head.addStretch(1)
        self.rows = _MaskList()
        self.rows.setAccessibleName("Masks")
        self.rows.setToolTip(plain(_TIP))
        self.rows.currentRowChanged.connect(self._on_row)
        self.rows.delete_pressed.connect(self.delete)
        self.invert, self.overlay = QCheckBox("Invert"), QCheckBox("Show")
        self.invert.setToolTip("What is inside of the mask and what is outside change places")
        self.invert.toggled.connect(self._on_invert)
        self.overlay.setToolTip("Show in red where the mask acts")
        self.overlay.setAccessibleName("Show where the mask acts")
        self.overlay.toggled.connect(self.tool.set_overlay)
        self.delete_button = QToolButton()
        self.delete_button.setIcon(icon("mdi6.trash-can-outline"))
        self.delete_button.setToolTip("Delete the mask")
        self.delete_button.setAccessibleName("Delete the mask")
        self.delete_button.clicked.connect(self.delete)
        self.fields = {one.name: self._slider(one) for one in Mask.parameters()}
        self._chosen = self._below()
        self._hint = PlainLabel("Lighten or darken a sky, a face, or any other place of the photo.")
        self._hint.setProperty("role", "muted")
        self._hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, 0, 0, HALF_SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addLayout(head)
        layout.addWidget(self._hint)
        layout.addWidget(self.rows)
        layout.addWidget(self._chosen)
        self._show()

    @property
    def masks(self) -> tuple[Mask, ...]:
        """Those of the edit."""
        return self._edit.part(MasksPart).masks

    @property
    def chosen(self) -> Mask | None:
        """The mask whose sliders are shown."""
        return self.masks[self._index] if self._index is not None else None

    def sliders(self) -> list[LabelledSlider]:
        return list(self.fields.values())

    def add(self, kind: str) -> None:
        """Add a mask in the middle of what the canvas shows; the next drag there draws it elsewhere."""
        if len(self.masks) >= MOST_MASKS:
            return
        mask = Mask(kind, width=0.35 if kind == LINEAR else 0.15, height=0.15)
        frame = self._frame()
        if frame is not None:
            mask = MaskHandles(mask, frame).dragged("centre", self._canvas.viewport.centre)
        self._index = len(self.masks)
        self._change((*self.masks, mask), False)
        self._show()
        self.tool.set_drawing(True)

    def choose(self, index: int | None) -> None:
        """Show the sliders and handles of a mask; None for those of none."""
        self._index = index if index is not None and 0 <= index < len(self.masks) else None
        self.tool.set_drawing(False)
        self._show()

    def delete(self) -> None:
        """Delete the chosen mask; the one after it is chosen then."""
        if self._index is not None:
            left = self._edit.part(MasksPart).without_mask(self._index).masks
            self._index = min(self._index, len(left) - 1) if left else None
            self._change(left, False)
            self._show()

    def set_edit(self, edit: Edit) -> None:
        self._edit = edit
        if self._index is not None and self._index >= len(self.masks):
            self._index = None
        self._show()

    def take(self, edit: Edit) -> None:
        self._edit = edit
        if self._index is not None and self._index < len(self.masks):
            self.tool.show(self.masks, self._index)

    def set_active(self, active: bool) -> None:
        if not active:
            self.choose(None)
        self.setEnabled(active)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._give_mouse()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._canvas.tool is self.tool:
            self._canvas.set_tool(None)
        super().hideEvent(event)

    def _frame(self) -> Frame | None:
        base = self._canvas.renderer.base
        return base.request.frame if base is not None else None

    def _slider(self, parameter: Parameter) -> LabelledSlider:
        slider = LabelledSlider(parameter)
        slider.track.setAccessibleName(f"Mask {parameter.label.lower()}")
        slider.number.setAccessibleName(f"Mask {parameter.label.lower()}")
        slider.changed.connect(partial(self._on_slider, parameter))
        return slider

    def _below(self) -> QWidget:
        """What belongs to the chosen mask."""
        below = QWidget()
        column, switches = QVBoxLayout(below), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.invert, self.overlay):
            switches.addWidget(widget)
            switches.addSpacing(SPACE)
        switches.addStretch(1)
        switches.addWidget(self.delete_button)
        column.addLayout(switches)
        for slider in self.fields.values():
            column.addWidget(slider)
        return below

    def _on_row(self, row: int) -> None:
        self.choose(row if row >= 0 else None)

    def _on_slider(self, parameter: Parameter, value: float, moving: bool) -> None:
        if self.chosen is not None:
            values: dict[str, Any] = {parameter.name: parameter.clip(value)}
            self._replace(replace(self.chosen, **values), moving)

    def _on_invert(self, inverted: bool) -> None:
        if self.chosen is not None:
            self._replace(replace(self.chosen, invert=inverted), False)

    def _on_placed(self, mask: Mask, moving: bool) -> None:
        if self.chosen is not None:
            self._replace(mask, moving)

    def _on_put_away(self) -> None:
        """Another tool has the mouse, or nobody sees these masks any more."""
        if self.isVisible():
            self.choose(None)

    def _replace(self, mask: Mask, moving: bool) -> None:
        assert self._index is not None
        self._change(self._edit.part(MasksPart).with_mask(self._index, mask).masks, moving)

    def _change(self, masks: tuple[Mask, ...], moving: bool) -> None:
        self._edit = self._edit.with_part(MasksPart(masks))
        self.tool.show(masks, self._index or 0)
        self.changed.emit(self._edit, moving)

    def _show(self) -> None:
        masks, chosen = self.masks, self.chosen
        names = [f"{number}  {mask.label}" for number, mask in enumerate(masks, 1)]
        with QSignalBlocker(self.rows):
            if names != [self.rows.item(row).text() for row in range(self.rows.count())]:
                self.rows.clear()
                for name in names:
                    item = QListWidgetItem(name)
                    item.setSizeHint(QSize(0, self.fontMetrics().height() + 2 * HALF_SPACE))
                    self.rows.addItem(item)
            self.rows.setCurrentRow(self._index if self._index is not None else -1)
        line = self.rows.sizeHintForRow(0) if masks else 0
        self.rows.setFixedHeight(min(max(len(masks), 1), ROWS) * line + 2 * self.rows.frameWidth())
        self.rows.setVisible(bool(masks))
        self._hint.setVisible(not masks)
        full = len(masks) >= MOST_MASKS
        for kind, button in self.add_buttons.items():
            button.setEnabled(not full)
            help_ = f"A photo can have {MOST_MASKS} masks at most." if full else f"{ADDED[kind][2]}.\n{_TIP}"
            button.setToolTip(plain(help_))
        if chosen is not None and self._chosen.isHidden():
            self.grew.emit()
        self._chosen.setVisible(chosen is not None)
        if chosen is not None:
            for name, slider in self.fields.items():
                slider.set_value(getattr(chosen, name))
            self.fields["feather"].setVisible(chosen.kind == RADIAL)
            with QSignalBlocker(self.invert):
                self.invert.setChecked(chosen.invert)
        self.tool.show(masks, self._index or 0)
        self._give_mouse()

    def _give_mouse(self) -> None:
        """The handles are there while a mask is chosen and its sliders can be seen."""
        wanted = self._index is not None and self.isVisible()
        if wanted:
            self._canvas.set_tool(self.tool)
        elif self._canvas.tool is self.tool:
            self._canvas.set_tool(None)


class _MaskList(QListWidget):
    """A list in which Delete deletes."""

    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in DELETES:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)
