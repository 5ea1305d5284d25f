"""The second style of the open photo's edit, and how much of it is mixed in."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.edit import MIX, Edit
from pie_desktop.edit.naming import DELETED
from pie_desktop.styles.style import Style
from pie_desktop.ui.actions.commands import ActionTip
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.theme import HALF_SPACE, icon
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.widgets.slider import LabelledSlider

ABOUT = "A second style that the photo's style is mixed with. Choosing a style in the gallery ends the blend."
NONE = "No other style"


class BlendRow(QWidget):
    """Chooses the second style, and has the slider of the mix while there is one; else hidden until it is asked for.

    Attributes:
        button: asks for it; the owner places it.
        box: the other styles.
        mix: the slider.

    Signals:
        save_requested: the blend is to become a style of its own.
        height_changed: the row, or the slider in it, has come or gone.
    """

    save_requested = Signal()
    height_changed = Signal()

    def __init__(self, context: AppContext, session: EditSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = context.current
        self._styles: dict[str, str] = {}
        self._listed: list[tuple[str, str | None]] = []
        self._active = False
        self.button = QToolButton()
        self.button.setIcon(icon("mdi6.set-center"))
        self.button.setCheckable(True)
        self.button.setAccessibleName("Blend with another style")
        self.button.setToolTip(plain("Blend the photo's style with another one"))
        self.button.clicked.connect(self._enable)
        label = PlainLabel("Blend with")
        label.setProperty("role", "muted")
        label.setToolTip(plain(ABOUT))
        self.box = ComboBox()
        self.box.setAccessibleName("Blend with")
        self.box.setToolTip(plain(ABOUT))
        label.setBuddy(self.box)
        self.save = QToolButton()
        self.save.setIcon(icon("mdi6.content-save-plus-outline"))
        self.save.setAccessibleName("Save the blend as a style")
        ActionTip(self.save, context.keys, "save_blend")
        self.save.clicked.connect(self.save_requested)
        self.mix = LabelledSlider(MIX)
        row = QHBoxLayout()
        row.setSpacing(HALF_SPACE)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        row.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, HALF_SPACE)
        layout.setSpacing(2)
        for hidden in (self, self.mix, self.save):
            hidden.hide()
        layout.addLayout(row)
        layout.addWidget(self.mix)
        self.box.activated.connect(self._on_chosen)
        self.mix.changed.connect(lambda value, moving: self._current.change(self._edit.with_value(MIX, value), moving))
        context.current.changed.connect(self._on_edit)
        session.enhanced.connect(lambda _enhancement: self._enable())
        self._fill()

    @property
    def _edit(self) -> Edit:
        return self._current.edit

    @property
    def can_save(self) -> bool:
        """Whether there is a blend, of which both styles exist."""
        style = self._edit.style
        return self._active and style.blend_id is not None and all(one in self._styles for one in style.styles)

    def set_styles(self, styles: Sequence[Style]) -> None:
        """The styles that there are."""
        self._styles = {style.id: style.name for style in styles}
        self._fill()

    def set_active(self, active: bool) -> None:
        """Whether there is something to edit."""
        self._active = active
        self._enable()

    def _on_chosen(self, _index: int) -> None:
        chosen = self.box.currentData()
        if chosen != self._edit.style.blend_id:
            self._current.change(self._edit.with_blend(chosen, self._edit.value(MIX)))

    def _on_edit(self, edit: Edit, moving: bool) -> None:
        if not moving:
            self.mix.set_value(edit.value(MIX))
            self._fill()

    def _fill(self) -> None:
        style = self._edit.style
        entries = [(name, style_id) for style_id, name in self._styles.items() if style_id != style.style_id]
        if style.blend_id is not None and style.blend_id not in self._styles:
            entries.insert(0, (f"{DELETED[:1].upper()}{DELETED[1:]}", style.blend_id))
        wanted: list[tuple[str, str | None]] = [(NONE, None), *entries]
        if wanted != self._listed:
            self._listed = wanted
            self.box.clear()
            for name, style_id in wanted:
                self.box.addItem(name, style_id)
        self.box.setCurrentIndex(max(self.box.findData(style.blend_id), 0))
        self._enable()

    def _enable(self) -> None:
        """A mix means nothing without two styles that exist."""
        style = self._edit.style
        blended = style.blend_id is not None
        shown = blended or (self.button.isChecked() and style.style_id is not None)
        if (shown, blended) != (not self.isHidden(), not self.mix.isHidden()):
            self.setVisible(shown)
            self.mix.setVisible(blended)
            self.save.setVisible(blended)
            self.height_changed.emit()
        self.button.setChecked(shown)
        self.button.setEnabled(self._active and style.style_id is not None and not blended)
        self.mix.setEnabled(self.can_save)
        self.save.setEnabled(self.can_save)
        self.box.setEnabled(self._active and style.style_id is not None)
