"""A group of adjustments that opens and closes: its title, its sliders, and whether any of them is set."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Part
from pie_desktop.ui.adjust.sliders import EditSliders
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.slider import LabelledSlider


class PartEditor(QWidget):
    """What sets values of a part by other means than sliders; it stands above these.

    Signals:
        changed: (Edit, whether the change is still going on).
        grew: there is more of it than before.
    """

    changed = Signal(object, bool)
    grew = Signal()

    def set_edit(self, edit: Edit) -> None:
        """Show an edit; `changed` is not emitted."""

    def take(self, edit: Edit) -> None:
        """Take an edit while it is being changed, here or by a slider."""

    def set_active(self, active: bool) -> None:
        """Whether there is something to edit."""

    def sliders(self) -> list[LabelledSlider]:
        """Sliders that it has itself."""
        return []


class AdjustmentGroup(QWidget):
    """The sliders of some parts. They are made when the group is first seen open, not when the window starts.

    Where the parameters have sections, tabs choose between these.

    Attributes:
        editor: what stands above the sliders, where there is such a thing and the group was opened.

    Signals:
        changed: (Edit, whether a slider is still moving).
        built: the sliders, list of `LabelledSlider`, once.
        toggled: whether the group is open.
        grew: there is more of it to be seen than before.
    """

    changed = Signal(object, bool)
    built = Signal(list)
    toggled = Signal(bool)
    grew = Signal()

    def __init__(
        self, title: str, parts: Sequence[type[Part]], make_editor: Callable[[], PartEditor] | None = None
    ) -> None:
        super().__init__()
        self.title = title
        self.raw_only = all(part.RAW_ONLY for part in parts)
        self._make_editor = make_editor
        self.editor: PartEditor | None = None
        self.sliders: EditSliders | None = None
        self._parts = parts
        self._edit = Edit()
        self._active = False
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setCheckable(True)
        self.button.setAccessibleName(f"{title}, group of adjustments")
        self.button.setToolTip(plain(next((part.ABOUT for part in parts if part.ABOUT), "")))
        self.button.toggled.connect(self._on_toggled)
        self.reset_button = QToolButton()
        self.reset_button.setIcon(icon("mdi6.restore"))
        numbers = any(part.parameters() for part in parts)
        self.reset_button.setToolTip(plain(f"{title}: all sliders back to 0" if numbers else f"Delete all of {title}"))
        self.reset_button.setAccessibleName(f"Reset {title}")
        self.reset_button.clicked.connect(self.reset)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.button)
        head.addStretch(1)
        head.addWidget(self.reset_button)
        self._body = QWidget()
        self._body.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._body)
        self._show_state()

    @property
    def open(self) -> bool:
        """Whether the sliders are shown."""
        return self.button.isChecked()

    def set_open(self, opened: bool) -> None:
        """Show or hide the sliders."""
        self.button.setChecked(opened)

    def set_edit(self, edit: Edit) -> None:
        """Show an edit; `changed` is not emitted."""
        self._edit = edit
        if self.sliders is not None:
            self.sliders.set_edit(edit)
        if self.editor is not None:
            self.editor.set_edit(edit)
        self._show_state()

    def take(self, edit: Edit) -> None:
        """Take an edit while a slider is moved: those of this group stand already."""
        self._edit = edit
        if self.sliders is not None:
            self.sliders.take(edit)
        if self.editor is not None:
            self.editor.take(edit)
        self._show_state()

    def set_active(self, active: bool) -> None:
        """Whether there is something to edit."""
        self._active = active
        if self.sliders is not None:
            self.sliders.set_active(active)
        if self.editor is not None:
            self.editor.set_active(active)
        self._show_state()

    def reset(self) -> None:
        """All numbers of the group back to their defaults, and curves to straight lines, in one step."""
        edit = self._edit
        for part in self._parts:
            edit = edit.with_part(part())
        self.changed.emit(edit, False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.open:
            self._build()

    def _on_toggled(self, opened: bool) -> None:
        if opened and self.isVisible():
            self._build()
        self._body.setVisible(opened)
        self._show_state()
        self.toggled.emit(opened)

    def _build(self) -> None:
        if self.sliders is not None:
            return
        self.sliders = EditSliders(self._parts)
        self.sliders.set_edit(self._edit)
        self.sliders.set_active(self._active)
        self.sliders.changed.connect(self.changed)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, HALF_SPACE)
        column.setSpacing(2)
        if self._make_editor is not None:
            self.editor = self._make_editor()
            self.editor.set_edit(self._edit)
            self.editor.set_active(self._active)
            self.editor.changed.connect(self.changed)
            self.editor.grew.connect(self.grew)
            column.addWidget(self.editor)
        sections = self.sliders.sections()
        plain = sections.pop("", [])
        if len(sections) > 1:
            column.addWidget(self._tabs(sections, column))
        column.addWidget(_column(plain))
        own = self.editor.sliders() if self.editor is not None else []
        self.built.emit([*self.sliders.all(), *own])

    def _tabs(self, sections: dict[str, list[LabelledSlider]], column: QVBoxLayout) -> QWidget:
        tabs, pages = QTabBar(), QStackedWidget()
        tabs.setAccessibleName(f"Parts of {self.title}")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        for name, sliders in sections.items():
            tabs.addTab(name)
            pages.addWidget(_column(sliders))
        tabs.currentChanged.connect(pages.setCurrentIndex)
        column.addWidget(tabs)
        return pages

    def _show_state(self) -> None:
        decided = any(self._edit.part(part) != part() for part in self._parts)
        name = "mdi6.chevron-down" if self.open else "mdi6.chevron-right"
        self.button.setIcon(icon(name))
        font = self.button.font()
        if font.bold() != decided:
            font.setBold(decided)
            self.button.setFont(font)
        self.reset_button.setVisible(decided and self._active)


def _column(sliders: list[LabelledSlider]) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(SPACE, 0, 0, 0)
    layout.setSpacing(2)
    for slider in sliders:
        layout.addWidget(slider)
    layout.addStretch(1)
    return page
