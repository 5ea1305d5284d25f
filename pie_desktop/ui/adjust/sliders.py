"""The sliders of an edit: one for each parameter that its parts declare, wherever an edit can be set."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from pie_desktop.edit.edit import AMOUNT, MIX, PREFERENCE, STRENGTH, Edit
from pie_desktop.edit.part import Parameter, Part
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.ui.widgets.slider import LabelledSlider


def sliding(part: type[Part]) -> list[Parameter]:
    """The numbers of a part that have sliders; that of a blend stands with its styles, see `adjust.blend`."""
    return [one for one in part.parameters() if not one.called and one != MIX]


class EditSliders(QObject):
    """A slider for every number of some parts of an edit; who has them lays them out, by `groups` or `rows`.

    Signals:
        changed: (Edit, whether a slider is still moving).
    """

    changed = Signal(object, bool)

    def __init__(self, parts: Sequence[type[Part]] = (StylePart,), in_form: bool = False) -> None:
        """Sliders for the numbers of `parts`; `in_form` is that of `LabelledSlider`."""
        super().__init__()
        self._parts = parts
        self.edit = Edit()
        self._active = True
        self._sliders = {one: LabelledSlider(one, in_form) for part in parts for one in sliding(part)}
        for parameter, slider in self._sliders.items():
            slider.changed.connect(partial(self._on_slider, parameter))
        self._enable()

    def groups(self) -> list[tuple[str, list[LabelledSlider]]]:
        """The sliders of each part, with its name."""
        return [(part.LABEL, [self._sliders[one] for one in sliding(part)]) for part in self._parts]

    def sections(self) -> dict[str, list[LabelledSlider]]:
        """The sliders of each section, by its title; the empty title for those without."""
        found: dict[str, list[LabelledSlider]] = {}
        for parameter, slider in self._sliders.items():
            found.setdefault(parameter.section, []).append(slider)
        return found

    def rows(self) -> list[tuple[str, QWidget]]:
        """All sliders with their names, for a form."""
        return [(parameter.label, slider) for parameter, slider in self._sliders.items()]

    def all(self) -> list[LabelledSlider]:
        """Every slider."""
        return list(self._sliders.values())

    @property
    def strength(self) -> LabelledSlider:
        return self._sliders[STRENGTH]

    @property
    def amount(self) -> LabelledSlider:
        return self._sliders[AMOUNT]

    def set_edit(self, edit: Edit) -> None:
        """Show an edit; `changed` is not emitted."""
        self.edit = edit
        for parameter, slider in self._sliders.items():
            slider.set_value(edit.value(parameter))
        self._enable()

    def take(self, edit: Edit) -> None:
        """Take an edit whose slider is being moved here: the sliders stand already."""
        self.edit = edit
        self._enable()

    def set_active(self, active: bool) -> None:
        """Whether there is something to edit."""
        self._active = active
        self._enable()

    def _on_slider(self, parameter: Parameter, value: float, moving: bool) -> None:
        self.edit = self.edit.with_value(parameter, value)
        self.changed.emit(self.edit, moving)

    def _enable(self) -> None:
        for parameter, slider in self._sliders.items():
            # Without a style there is no preference that could be strengthened.
            slider.setEnabled(self._active and (parameter not in PREFERENCE or self.edit.style_id is not None))
