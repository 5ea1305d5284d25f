"""Progress of work on a style, where it was started, with a button that stops it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QToolButton, QWidget

from pie_desktop.ui.elided_label import ElidedLabel
from pie_desktop.ui.theme import HALF_SPACE, icon

STEPS = 1000


class ProgressRow(QWidget):
    """A text, a bar and a cancel button; hidden while nothing is going on.

    Signals:
        cancelled: the button was pressed.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ElidedLabel()
        self.text.setProperty("role", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.button = QToolButton()
        self.button.setIcon(icon("mdi6.close"))
        self.button.setToolTip("Cancel (Esc)")
        self.button.setAccessibleName("Cancel")
        self.button.clicked.connect(self.cancelled)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(HALF_SPACE)
        layout.setVerticalSpacing(2)
        layout.addWidget(self.text, 0, 0)
        layout.addWidget(self.bar, 1, 0)
        layout.addWidget(self.button, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def show_progress(self, fraction: float, text: str) -> None:
        """A negative fraction shows that the share done is not known."""
        self.bar.setRange(0, 0 if fraction < 0 else STEPS)
        self.bar.setValue(round(max(fraction, 0) * STEPS))
        if text:
            self.text.set_full_text(text)
        self.show()
