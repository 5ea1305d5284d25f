"""The curve of all channels or of one: which of them is edited, its graph, and its chosen point in numbers."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSpinBox, QToolButton, QVBoxLayout

from pie_desktop.edit.curve_points import shown_points
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.curve import CurvePart, Points
from pie_desktop.ui.adjust.curve_view import CurveView, OtherCurve
from pie_desktop.ui.adjust.group import PartEditor
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.histogram.meter import PhotoTones, TonesMeter
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, icon, numeric_font
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

CURVES = {
    "points": ("RGB", "All channels", COLORS.text_strong, 3),
    "red": ("R", "Red", "#ef6a62", 0),
    "green": ("G", "Green", "#62c06a", 1),
    "blue": ("B", "Blue", "#6d9bf0", 2),
}
"""By field of the part: short name, name, colour, and which counts of `Tones` lie behind it."""
_TIP = (
    "Click to add a point, drag it, double-click or press Delete to remove it.\n"
    "Arrow keys move the chosen point, Page Up and Page Down choose another, Insert adds one."
)


def before_curve(edit: Edit) -> Edit:
    """What reaches the curve: the edit without it and what acts after it."""
    return Edit(tuple(part for part in edit.colors.parts if part.ORDER < CurvePart.ORDER))


class CurveEditor(PartEditor):
    """Edits the points of a `CurvePart`; the histogram behind them is that of the colours that reach the curve.

    Attributes:
        view: the graph.
        buttons: by field of the part, which curve is edited.
        input, output: the chosen point, as values of an 8-bit photo.
    """

    def __init__(self, context: AppContext, renderer: PreviewRenderer) -> None:
        super().__init__()
        self._edit = Edit()
        self._name = "points"
        self._tones: PhotoTones | None = None
        self.view = CurveView()
        self.view.setToolTip(plain(_TIP))
        self.buttons: dict[str, QToolButton] = {}
        head, choice = QHBoxLayout(), QButtonGroup(self)
        for name, (short, long, _, _) in CURVES.items():
            button = self.buttons[name] = QToolButton()
            button.setText(short)
            button.setCheckable(True)
            button.setAccessibleName(f"Curve of {long.lower()}")
            button.setToolTip(plain(f"Curve of {long.lower()}"))
            button.clicked.connect(lambda _checked=False, name=name: self.choose(name))
            choice.addButton(button)
            head.addWidget(button)
        self.reset_button = QToolButton()
        self.reset_button.setIcon(icon("mdi6.restore"))
        self.reset_button.setToolTip("This curve back to a straight line")
        self.reset_button.setAccessibleName("Reset this curve")
        self.reset_button.clicked.connect(lambda: self._change((), False))
        self.input, self.output = self._field("Input"), self._field("Output")
        head.addStretch(1)
        head.addWidget(self.reset_button)
        numbers = QHBoxLayout()
        numbers.setSpacing(HALF_SPACE)
        for field in (self.input, self.output):
            label = PlainLabel(field.accessibleName().split()[-1].capitalize())
            label.setBuddy(field)
            numbers.addWidget(label)
            numbers.addWidget(field)
            numbers.addSpacing(SPACE)
        numbers.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, 0, 0, HALF_SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addLayout(head)
        layout.addWidget(self.view)
        layout.addLayout(numbers)
        self.view.changed.connect(self._change)
        self.view.chosen_changed.connect(self._show_chosen)
        self._meter = TonesMeter(context, renderer, "tones before the curve", before_curve)
        self._meter.measured.connect(self._on_measured)
        self.choose("points")

    def choose(self, name: str) -> None:
        """Edit the curve of a field of `CurvePart`."""
        self._name = name
        self.buttons[name].setChecked(True)
        self.view.setAccessibleName(f"Curve of {CURVES[name][1].lower()}")
        self._show()

    def set_edit(self, edit: Edit) -> None:
        self._edit = edit
        self._show()

    def take(self, edit: Edit) -> None:
        self.set_edit(edit)  # another one's: the graph has its own already

    def set_active(self, active: bool) -> None:
        self.setEnabled(active)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._meter.enabled = True
        self._meter.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self._meter.enabled = False  # costs nothing while nobody sees it
        super().hideEvent(event)

    def _field(self, name: str) -> QSpinBox:
        field = QSpinBox()
        field.setRange(0, 255)
        field.setProperty("plain", True)
        field.setFont(numeric_font(self.font()))
        field.setFixedWidth(field.fontMetrics().horizontalAdvance("255") + 3 * SPACE)
        field.setKeyboardTracking(False)
        field.setAccessibleName(f"Chosen point, {name.lower()}")
        field.setToolTip(plain(f"{name} of the chosen point, 0 to 255"))
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.valueChanged.connect(self._on_field)
        return field

    def _on_field(self) -> None:
        """The other one stays as it is, also between two values of 8 bits."""
        index = self.view.chosen
        if index is not None:
            x, y = shown_points(self.view.points)[index]
            moved = self.sender() is self.input
            self.view.move_chosen(self.input.value() / 255 if moved else x, y if moved else self.output.value() / 255)
            self._show_chosen()  # its neighbours may have stopped it

    def _change(self, points: Points, moving: bool) -> None:
        values: dict[str, Any] = {self._name: points}
        self._edit = self._edit.with_part(replace(self._edit.part(CurvePart), **values))
        self.changed.emit(self._edit, moving)
        self._show_others()

    def _show(self) -> None:
        part = self._edit.part(CurvePart)
        points: Points = getattr(part, self._name)
        # What was dragged back to a straight line is kept without points, and still has those of its ends.
        if shown_points(points) != shown_points(self.view.points) or self._color != self.view.color:
            self.view.set_curve(points, self._color)
        self._show_others()
        self._show_chosen()
        self._show_tones()

    @property
    def _color(self) -> str:
        return CURVES[self._name][2]

    def _show_others(self) -> None:
        """With all channels, the curves of single ones and what the sliders below make of it."""
        part, others = self._edit.part(CurvePart), []
        if self._name == "points":
            for name in ("red", "green", "blue"):
                if points := getattr(part, name):
                    others.append(OtherCurve((points,), CURVES[name][2]))
            if part.regions:
                others.append(OtherCurve((part.regions, shown_points(part.points)), COLORS.text_muted))
        self.view.set_others(others)
        self.reset_button.setEnabled(bool(getattr(part, self._name)))
        for name, button in self.buttons.items():
            font = button.font()
            font.setBold(bool(getattr(part, name)))
            button.setFont(font)

    def _show_chosen(self) -> None:
        index = self.view.chosen
        x, y = shown_points(self.view.points)[index] if index is not None else (0.0, 0.0)
        for field, value in ((self.input, x), (self.output, y)):
            with QSignalBlocker(field):
                field.setValue(round(255 * value))
            field.setEnabled(index is not None)

    def _on_measured(self, tones: PhotoTones | None) -> None:
        self._tones = tones
        self._show_tones()

    def _show_tones(self) -> None:
        self.view.set_counts(self._tones.after.counts[CURVES[self._name][3]] if self._tones is not None else None)
