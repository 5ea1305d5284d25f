"""The adjustments by hand of the open photo, in groups that open and close."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Part, part_types
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.imaging.formats.registry import is_developed
from pie_desktop.ui.adjust.curve_editor import CurveEditor
from pie_desktop.ui.adjust.group import AdjustmentGroup, PartEditor
from pie_desktop.ui.adjust.masks_editor import MasksEditor
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import OpenedPhoto
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.theme import HALF_SPACE, SPACE
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.slider import LabelledSlider

OPEN = "edit.adjustments_open"
ORDER = (
    "RAW development",
    "Light",
    "Colour",
    "Curve",
    "HSL",
    "Grading",
    "Black and white",
    "Geometry",
    "Detail",
    "Effects",
    "Masks",
)
"""Titles of groups from top to bottom; others come after them."""
OPEN_AT_FIRST = ("RAW development", "Light")


class AdjustmentsPanel(QFrame):
    """One group for every `Part.GROUP`, with a slider for every number of its parts.

    Signals:
        built: sliders that were made, list of `LabelledSlider`.
        end_wanted: the end of the scale whose clipped pixels are to be shown alone, or an empty one for the photo.

    Attributes:
        groups: by title.
    """

    built = Signal(list)
    end_wanted = Signal(str)

    def __init__(
        self,
        context: AppContext,
        session: EditSession,
        canvas: Canvas,
        more_editors: Mapping[str, Callable[[], PartEditor]],
    ) -> None:
        """`more_editors` are made, by title of the group, when the group is first seen open."""
        super().__init__()
        self.setProperty("role", "panel")
        self._context = context
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(SPACE, HALF_SPACE, SPACE, SPACE)
        column.setSpacing(HALF_SPACE)
        opened = context.settings.get(OPEN)
        editors: dict[str, Callable[[], PartEditor]] = {
            "Curve": lambda: CurveEditor(context, canvas.renderer),
            "Masks": lambda: MasksEditor(canvas),
            **more_editors,
        }
        self.groups = {title: AdjustmentGroup(title, parts, editors.get(title)) for title, parts in _grouped()}
        for title, group in self.groups.items():
            group.set_open(title in (opened if isinstance(opened, list) else OPEN_AT_FIRST))
            group.changed.connect(context.current.change)
            group.built.connect(self._on_built)
            group.toggled.connect(self._remember)
            group.toggled.connect(partial(self._bring_into_view, group))
            group.grew.connect(partial(self._bring_into_view, group, True))
            column.addWidget(group)
        self._offer(raw=False)
        column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setAccessibleName("Adjustments")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the controls in it
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._title = heading("ADJUST")
        self._title.setContentsMargins(SPACE, SPACE, 0, HALF_SPACE)
        self._title.hide()
        layout.setSpacing(0)
        layout.addWidget(self._title)
        self._actions = QHBoxLayout()
        self._actions.setContentsMargins(SPACE, HALF_SPACE, SPACE, 0)
        self._actions.setSpacing(HALF_SPACE)
        layout.addLayout(self._actions)
        layout.addWidget(scroll)
        context.current.changed.connect(self._on_edit)
        session.opening.connect(lambda _: self._set_active(False))
        session.failed.connect(lambda _: self._set_active(False))
        session.opened.connect(self._on_opened)

    def set_titled(self, titled: bool) -> None:
        """Whether the panel shows its title: where no tab does."""
        self._title.setVisible(titled)

    def add_actions(self, actions: Sequence[QAction]) -> None:
        """Show actions on the whole photo as buttons above the groups."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._actions.addWidget(button)
        self._actions.addStretch(1)

    def _on_built(self, sliders: list[LabelledSlider]) -> None:
        for slider in sliders:
            if end := slider.parameter.end:
                slider.alt_held.connect(lambda held, end=end: self.end_wanted.emit(end if held else ""))
        self.built.emit(sliders)

    def add_footer(self, footer: QWidget) -> None:
        """Show something below the adjustments that does not scroll with them."""
        layout = self.layout()
        assert layout is not None
        layout.addWidget(footer)

    def _on_opened(self, photo: OpenedPhoto) -> None:
        self._offer(is_developed(photo.info.format))
        self._set_active(True)

    def _offer(self, raw: bool) -> None:
        """Show the groups that have an effect: some act on the data of a sensor alone."""
        for group in self.groups.values():
            group.setVisible(raw or not group.raw_only)

    def _on_edit(self, edit: Edit, moving: bool) -> None:
        for group in self.groups.values():
            if moving:
                group.take(edit)
            else:
                group.set_edit(edit)

    def _set_active(self, active: bool) -> None:
        for group in self.groups.values():
            group.set_active(active)

    def _bring_into_view(self, group: AdjustmentGroup, opened: bool) -> None:
        """A group that opens below what is seen comes up, once its sliders have their places."""

        def scroll() -> None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # what has grown has its place
            bar, seen = self._scroll.verticalScrollBar(), self._scroll.viewport().height()
            if group.geometry().bottom() > bar.value() + seen:
                bar.setValue(max(bar.value(), min(group.y(), group.geometry().bottom() - seen + SPACE)))

        if opened and self.isVisible():
            QTimer.singleShot(0, self, scroll)

    def _remember(self) -> None:
        self._context.settings.set(OPEN, [title for title, group in self.groups.items() if group.open])


def _grouped() -> list[tuple[str, list[type[Part]]]]:
    """The parts of each group that is on the screen, in the order of the groups."""

    def title(part: type[Part]) -> str:
        return part.GROUP or part.LABEL

    def place(part: type[Part]) -> tuple[int, str]:
        return (ORDER.index(title(part)) if title(part) in ORDER else len(ORDER), title(part))

    shown = (part for part in part_types() if part.parameters() or title(part) in ORDER)
    parts = sorted((part for part in shown if part is not StylePart), key=place)
    return [(name, list(members)) for name, members in groupby(parts, key=title)]
