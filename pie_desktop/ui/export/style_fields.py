"""The fields for the style of the one edit for all photos: a style, another one to blend it with, and their mix."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from pie_desktop.edit.edit import MIX, Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.slider import LabelledSlider

NEUTRAL = "None (neutral)"
NO_BLEND = "No other style"

Entry = tuple[str, str | None]


class StyleFields(QObject):
    """Who has them lays them out, by `rows`, and says with `stand_in` where.

    Attributes:
        style_box, blend_box: the two styles; the second one is there to be chosen once there is a first one.
        mix: the share of the second; shown while there is one.

    Signals:
        changed: another style or mix was chosen, or the styles have other names now.
    """

    changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._library = context.library
        self._form: QFormLayout | None = None
        self.style_box, self.blend_box, self.mix = ComboBox(), ComboBox(), LabelledSlider(MIX, in_form=True)
        self.style_box.setAccessibleName("Style")
        self.blend_box.setAccessibleName("Blend with")
        self._entries: list[Entry] = []
        self.refresh()
        context.styles_changed.connect(self.refresh)
        self.style_box.currentIndexChanged.connect(self._on_style)
        self.blend_box.currentIndexChanged.connect(self._on_style)
        self.mix.changed.connect(self._on_mix)

    @property
    def name(self) -> str | None:
        """The name of the style, or of the blend; None for neutral enhancement."""
        names = {style_id: name for name, style_id in self._entries}
        return blend_name([names[style_id] for style_id in self.choose(Edit()).style.styles]) or None

    def choose(self, edit: Edit) -> Edit:
        """An edit with the styles and the mix that are chosen here, and its own strengths."""
        first, second = self.style_box.currentData(), self.blend_box.currentData()
        both = [] if first is None else [first] if second is None else [first, second]
        return edit.with_part(edit.style.choosing(both, self.mix.value))

    def show(self, edit: Edit) -> None:
        """Choose the styles of an edit; of a blend with a style that is not there, the other one."""
        style = edit.style.without(self._missing(edit.style.styles))
        self.mix.set_value(style.mix)
        self._fill(style)

    def rows(self) -> list[tuple[str, QWidget]]:
        """The fields with their names, for a form."""
        return [("Style", self.style_box), ("Blend with", self.blend_box), (MIX.label, self.mix)]

    def stand_in(self, form: QFormLayout) -> None:
        """The form that `rows` were added to, of which a row is hidden while it means nothing."""
        self._form = form
        self._show_rows()

    def refresh(self) -> None:
        """List the styles again and keep those that were chosen."""
        part = self.choose(Edit()).style
        self._fill(part.without(self._missing(part.styles)))
        self.changed.emit()

    def _missing(self, wanted: Collection[str]) -> list[str]:
        """Read the styles that are to be chosen from, of archived ones those that are wanted; what is not there."""
        marks = self._library.marks()
        self._entries = [
            (style.name, style.id)
            for style in marks.ordered(self._library.list())
            if style.id in wanted or not marks.of(style.id).archived
        ]
        return [one for one in wanted if all(one != style_id for _, style_id in self._entries)]

    def _on_style(self) -> None:
        self._fill(self.choose(Edit()).style)
        self.changed.emit()

    def _on_mix(self, _value: float, moving: bool) -> None:
        if moving:  # its end changes nothing more
            self.changed.emit()

    def _fill(self, chosen: StylePart) -> None:
        """No style is offered to be blended with itself."""
        others = [entry for entry in self._entries if entry[1] != chosen.style_id]
        _list(self.style_box, [(NEUTRAL, None), *self._entries], chosen.style_id)
        _list(self.blend_box, [(NO_BLEND, None), *others], chosen.blend_id)
        self._show_rows()

    def _show_rows(self) -> None:
        if self._form is not None:
            self._form.setRowVisible(self.blend_box, self.style_box.currentData() is not None)
            self._form.setRowVisible(self.mix, self.blend_box.currentData() is not None)


def _list(box: ComboBox, entries: Sequence[Entry], chosen: str | None) -> None:
    with QSignalBlocker(box):
        box.clear()
        for name, style_id in entries:
            box.addItem(name, style_id)
        box.setCurrentIndex(max(box.findData(chosen), 0))
