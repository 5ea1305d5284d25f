"""Strength, amount and attribution of the open photo."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from pie_desktop.edit.edit import Edit
from pie_desktop.ui.adjust.attribution import AttributionMeter, AttributionView
from pie_desktop.ui.adjust.blend import BlendRow
from pie_desktop.ui.adjust.sliders import EditSliders
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement, OpenedPhoto
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.labels import counted, heading
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.widgets.slider import LabelledSlider


class AdjustPanel(QFrame):
    """The sliders of the open photo's edit, and how much of it is the user's preference.

    Folded, it has the sliders that are used most, and those of a blend.

    Signals:
        height_changed: it needs more, or less, than before.
        folded: whether the user has folded it, or opened it again.
    """

    height_changed = Signal()
    folded = Signal(bool)

    def __init__(self, context: AppContext, session: EditSession) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self._current = context.current
        self.sliders = EditSliders()
        self.attribution = AttributionView()
        self._meter = AttributionMeter(context)
        self._meter.measured.connect(self.attribution.show_attribution)
        reset = QToolButton()
        reset.setIcon(icon("mdi6.restore"))
        reset.setToolTip("All sliders back to their defaults, adjustments too")
        reset.setAccessibleName("Reset")
        reset.clicked.connect(self.reset)
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setAccessibleName("Fewer sliders")
        self.fold.setToolTip(plain("Show the most used sliders only, to leave more room above"))
        self.fold.clicked.connect(self._on_fold)
        head = QHBoxLayout()
        self.applies_to = PlainLabel()
        self.applies_to.setProperty("role", "accent")
        self.applies_to.hide()
        head.addWidget(self.fold)
        head.addWidget(heading("STRENGTH"), 1)
        head.addWidget(self.applies_to)
        self.blend = BlendRow(context, session)
        self.blend.height_changed.connect(self.height_changed)
        head.addWidget(self.blend.button)
        head.addWidget(reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, HALF_SPACE, 12, SPACE)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.blend)
        for number, (name, sliders) in enumerate(self.sliders.groups()):
            if number:  # the first part is the style, whose heading stands above
                layout.addWidget(heading(name.upper()))
            for slider in sliders:
                layout.addWidget(slider)
        layout.addSpacing(HALF_SPACE)
        layout.addWidget(self.attribution)
        layout.addStretch(1)
        self.set_folded(False)
        session.several.count_changed.connect(self._on_count)
        self.sliders.changed.connect(context.current.change)
        context.current.changed.connect(self._on_edit)
        session.opening.connect(self._on_closed)
        session.failed.connect(self._on_closed)
        session.opened.connect(self._on_opened)
        session.enhanced.connect(self._on_enhanced)
        self._set_active(False)

    @property
    def strength(self) -> LabelledSlider:
        return self.sliders.strength

    @property
    def amount(self) -> LabelledSlider:
        return self.sliders.amount

    def set_folded(self, folded: bool) -> None:
        """Show the sliders that are used most alone, or all there is."""
        self.fold.setChecked(folded)
        self.fold.setIcon(icon("mdi6.chevron-right" if folded else "mdi6.chevron-down"))
        finer = [slider for slider in self.sliders.all() if slider.parameter.under]
        for widget in (self.attribution, *finer):
            widget.setVisible(not folded)
        self.height_changed.emit()

    def _on_fold(self, folded: bool) -> None:
        self.set_folded(folded)
        self.folded.emit(folded)

    def reset(self) -> None:
        """All sliders of all selected photos to their defaults, as one step of the history."""
        if self._session.several.count > 1:
            self._session.several.change_all("Reset", lambda _, edit: edit.plain)
        else:
            self._current.change(self._session.edit.plain)

    def _on_count(self, photos: int) -> None:
        self.applies_to.setText(f"applies to {counted(photos, 'photo')}")
        self.applies_to.setVisible(photos > 1)

    def _on_edit(self, edit: Edit, moving: bool) -> None:
        if moving:
            self.sliders.take(edit)
        else:
            self.sliders.set_edit(edit)
        self._measure()

    def _on_opened(self, photo: OpenedPhoto) -> None:
        self._set_active(True)

    def _on_closed(self, what: object) -> None:
        self._meter.clear()
        self._set_active(False)

    def _on_enhanced(self, enhancement: Enhancement) -> None:
        self._measure()

    def _measure(self) -> None:
        if self._session.enhancement is not None:
            transform = self._session.enhancement.transform
            style = self._session.edit.style
            self.attribution.show_errors(transform.expected_error_of(style), transform.fit_error_of(style))
            self._meter.measure(self._session.enhancement, self._session.edit)

    def _set_active(self, active: bool) -> None:
        self.sliders.set_active(active)
        self.blend.set_active(active)
        if not active:
            self.attribution.show_attribution(None)
            self.attribution.show_errors(None)
