"""The references of a style at the size of the canvas: before, after, and what the style makes of it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from pie_desktop.engine.style_report import StyleReport
from pie_desktop.styles.consistency import Fit
from pie_desktop.styles.style import Style, StyleReference
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.references.jobs import ReferencePictures, read_reference
from pie_desktop.ui.references.pictures import Pictures, labelled
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.elision import Differences
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.lanes import LatestLane

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_ALONE = {Qt.Key.Key_1: 0, Qt.Key.Key_2: 1, Qt.Key.Key_3: 2}
_MANY = 10**6  # steps lead to the end
_OWN_KEYS = (*_STEPS, *_ALONE, Qt.Key.Key_Escape, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_M)


class ReferenceViewer(QWidget):
    """Shows one reference at a time. Arrows lead to the others, 1 to 3 show one picture alone, M mutes, Esc leaves.

    Signals:
        closed: somebody wants to leave; style id and id of the reference that was shown.
    """

    closed = Signal(str, str)

    def __init__(self, context: AppContext, controller: StyleController) -> None:
        super().__init__()
        self._context, self._controller = context, controller
        self._lane = context.add_lane(LatestLane("reference"))
        self._style: Style | None = None
        self._reference: StyleReference | None = None
        self._report: StyleReport | None = None
        self._read = ReferencePictures(None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Reference")
        self.pictures = Pictures()
        self.title = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.place = PlainLabel()
        self.place.setProperty("role", "muted")
        self.state = ElidedLabel()
        self.state.setProperty("role", "muted")
        self.back = _button("mdi6.arrow-left", "Back to the photo (Esc)", self.leave)
        self.previous = _button("mdi6.chevron-left", "The reference before (Left)", lambda: self.step(-1))
        self.next = _button("mdi6.chevron-right", "The next reference (Right)", lambda: self.step(1))
        self.mute = _button("mdi6.volume-off", "Mute this reference, or learn from it again (M)", self.toggle_muted)
        self.mute.setCheckable(True)
        self._lay_out()
        controller.listed.connect(self._on_listed)

    @property
    def reference(self) -> StyleReference | None:
        """The one that is shown."""
        return self._reference

    def show_reference(self, style_id: str, reference_id: str) -> None:
        """Show a reference of a style."""
        style = self._controller.style(style_id)
        reference = next((one for one in style.references if one.id == reference_id), None) if style else None
        if style is not None and reference is not None:
            self._style = style
            self._show(reference)

    def step(self, by: int) -> None:
        """Go to the next reference (+1) or the one before (-1); the ends stay."""
        place, references = self._place()
        if references:
            self._show(references[min(max(place + by, 0), len(references) - 1)])

    def toggle_muted(self) -> None:
        """Mute the reference that is shown, or learn from it again."""
        style, reference = self._style, self._reference
        if style is not None and reference is not None and not style.builtin:
            self._controller.set_muted(style.id, reference.id, not reference.muted)
        self._show_state()

    def leave(self) -> None:
        if self._style is not None and self._reference is not None:
            self.closed.emit(self._style.id, self._reference.id)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OWN_KEYS
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            event.accept()  # here these are no keys of actions
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.step(_STEPS[key])
        elif key in _ALONE:
            self.pictures.show_alone(_ALONE[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.step(-_MANY if key == Qt.Key.Key_Home else _MANY)
        elif key == Qt.Key.Key_M:
            self.toggle_muted()
        elif key == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _place(self) -> tuple[int, tuple[StyleReference, ...]]:
        references = self._style.references if self._style is not None else ()
        ids = [one.id for one in references]
        known = self._reference is not None and self._reference.id in ids
        return (ids.index(self._reference.id) if known and self._reference is not None else 0), references

    def _show(self, reference: StyleReference) -> None:
        assert self._style is not None
        if self._reference is None or reference.id != self._reference.id:
            self.pictures.show_message("Reading…")  # or the one before would be taken for it
        self._reference = reference
        names = [Path(one.source).name for one in self._style.references]
        self.title.set_differences(Differences(names))
        self.title.set_full_text(Path(reference.source).name)
        self._read = ReferencePictures(None)
        self._show_state()
        context = self._context
        job = self._lane.submit(read_reference, context.library, context.engine, self._style.id, reference)
        job.result.connect(self._on_read)
        job.failed.connect(self.pictures.show_message)

    def _on_read(self, read: ReferencePictures) -> None:
        self._read = read
        if read.after is None:
            self.pictures.show_message(read.problem)
        else:
            edit = "Your pick" if self._style is not None and self._style.picked else "Your edit"
            images = (("Original", read.before), (edit, read.after), (self._result_name(), read.result))
            apply = self._context.display.apply
            self.pictures.show_pictures([labelled(name, apply(image)) for name, image in images if image is not None])
        self._show_state()

    def _result_name(self) -> str:
        apart = self._read.apart
        assert self._style is not None
        return self._style.name if apart is None else f"{self._style.name}: ΔE {apart:.1f} from your edit"

    def _show_state(self) -> None:
        style, reference = self._style, self._reference
        if style is None or reference is None:
            return
        place, references = self._place()
        self.place.setText(f"{place + 1} of {len(references)}")
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place < len(references) - 1)
        self.mute.setChecked(reference.muted)
        self.mute.setEnabled(not style.builtin and style.only_model is None)
        report = self._report = self._controller.preferences.report(style)
        agreement = report.agreement.get(reference.id) if report is not None and len(report.agreement) > 1 else None
        said = ["muted" if reference.muted else "pair" if reference.before is not None else "edit only"]
        if agreement is not None and reference.before is not None:
            said.append(Fit.of(agreement).value)
        if self._read.after is not None and self._read.problem:
            said.append(self._read.problem)
        self.state.set_full_text(" · ".join(said))

    def _on_listed(self) -> None:
        """The style may be another one, or gone."""
        if self._style is None or self._reference is None or not self.isVisible():
            return
        style, before = self._controller.style(self._style.id), self._reference
        if style is None:
            self.leave()
            return
        report = self._controller.preferences.report(style)
        changed = style != self._style or report is not self._report
        self._style = style
        ids = {one.id: one for one in style.references}
        if before.id not in ids:
            self.leave()
        elif changed:
            self._show(ids[before.id])

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACE, HALF_SPACE, SPACE, HALF_SPACE)
        head.setSpacing(HALF_SPACE)
        head.addWidget(self.back)
        head.addWidget(self.title, 1)
        head.addWidget(self.state, 1)
        head.addWidget(self.mute)
        head.addWidget(self.previous)
        head.addWidget(self.place)
        head.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.pictures, 1)


def _button(name: str, tip: str, run: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(plain(tip))
    button.setAccessibleName(tip.partition(" (")[0])
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(run)
    return button
