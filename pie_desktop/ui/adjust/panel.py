"""Strength, amount and attribution of the open photo."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from pie_desktop.edit.edit import EditState
from pie_desktop.ui.adjust.attribution import AttributionMeter, AttributionView
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Look, OpenedPhoto
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.theme import SPACE, icon
from pie_desktop.ui.widgets.slider import LabelledSlider


class AdjustPanel(QFrame):
    """Two sliders that change the session's state while they move, and what the edit consists of."""

    def __init__(self, context: AppContext, session: EditSession) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self.strength = LabelledSlider(
            "Preference", "How strongly your style counts: 0 % is general enhancement only, 100 % is you", 150
        )
        self.amount = LabelledSlider("Amount", "How much of the whole edit is applied: 0 % is the original", 100)
        self.attribution = AttributionView()
        self._meter = AttributionMeter(context)
        self._meter.measured.connect(self.attribution.show_attribution)
        reset = QToolButton()
        reset.setIcon(icon("mdi6.restore"))
        reset.setToolTip("Both sliders back to 100 %")
        reset.setAccessibleName("Reset")
        reset.clicked.connect(self.reset)
        head = QHBoxLayout()
        head.addWidget(_heading("STRENGTH"), 1)
        head.addWidget(reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, SPACE, 12, 12)
        layout.setSpacing(SPACE)
        layout.addLayout(head)
        layout.addWidget(self.strength)
        layout.addWidget(self.amount)
        layout.addSpacing(SPACE)
        layout.addWidget(_heading("HOW MUCH IS YOU"))
        layout.addWidget(self.attribution)
        for slider in (self.strength, self.amount):
            slider.changed.connect(lambda value, moving: self._on_slider(moving))
        session.state_changed.connect(self._on_state)
        session.opening.connect(self._on_closed)
        session.failed.connect(self._on_closed)
        session.opened.connect(self._on_opened)
        session.looked.connect(self._on_look)
        self._set_active(False)

    def reset(self) -> None:
        """Both sliders to 100 %, as one step of the history."""
        self._session.set_mix(1.0, 1.0, False)

    def _on_slider(self, moving: bool) -> None:
        self._session.set_mix(self.strength.value, self.amount.value, moving)

    def _on_state(self, state: EditState, moving: bool) -> None:
        if not moving:
            self.strength.set_value(state.strength)
            self.amount.set_value(state.amount)
        # Without a style there is no preference that could be strengthened.
        self.strength.setEnabled(self.amount.isEnabled() and state.style_id is not None)
        self._measure()

    def _on_opened(self, photo: OpenedPhoto) -> None:
        self._set_active(True)

    def _on_closed(self, what: object) -> None:
        self._meter.clear()
        self._set_active(False)

    def _on_look(self, look: Look) -> None:
        self._measure()

    def _measure(self) -> None:
        if self._session.look is not None:
            self._meter.measure(self._session.look, self._session.state.strength, self._session.state.amount)

    def _set_active(self, active: bool) -> None:
        self.amount.setEnabled(active)
        self.strength.setEnabled(active and self._session.state.style_id is not None)
        if not active:
            self.attribution.show_attribution(None)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
