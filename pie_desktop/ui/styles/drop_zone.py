"""The field that edits are dropped on, and the rows that show the progress of work on styles."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QProgressBar, QToolButton, QVBoxLayout, QWidget

from pie_desktop.ui.actions.commands import ActionTip
from pie_desktop.ui.actions.keys import KeyMap
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel

TITLE = "Drop your edits here"
ADVICE = "3 to 5 of your own edits work well, ideally each with its unedited original."


class DropZone(QWidget):
    """A dashed field that is also a button.

    Signals:
        clicked: by mouse or keyboard: choose files instead of dropping them.
    """

    clicked = Signal()

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        ActionTip(self, keys, "new_style", "Drop edited photos here, or click to choose them")
        self.setAccessibleName(TITLE)
        self._icon = PlainLabel()
        self._icon.setPixmap(icon("mdi6.tray-arrow-down", COLORS.text_muted).pixmap(QSize(24, 24)))
        self._title = PlainLabel(TITLE)
        self._advice = PlainLabel(ADVICE)
        self._advice.setProperty("role", "muted")
        self._advice.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.setSpacing(2)
        layout.addStretch(1)
        for label in (self._icon, self._title, self._advice):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        layout.addStretch(1)

    def set_marked(self, invitation: str) -> None:
        """Say what a drop would do now; empty when nothing is dragged to this field."""
        self._marked = bool(invitation)
        self._title.setText(invitation or TITLE)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self._marked or self.hasFocus()
        color = QColor(COLORS.accent if strong else COLORS.outline)
        painter.setPen(QPen(color, 2 if self._marked else 1, Qt.PenStyle.DashLine))
        if self._marked:
            fill = QColor(color)
            fill.setAlpha(28)
            painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


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


class MakingRows(QWidget):
    """Progress of styles that are being made and have no card yet, the latest on top.

    Attributes:
        rows: by key.

    Signals:
        cancel_requested: key of a style.
    """

    cancel_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, ProgressRow] = {}
        self._frames: dict[str, QFrame] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE)
        self.hide()

    def show_progress(self, key: str, fraction: float, text: str) -> bool:
        """Show how far the making of a style is; whether its row is new."""
        new = key not in self.rows
        if new:
            self._add(key)
        self.rows[key].show_progress(fraction, text)
        return new

    def end(self, key: str) -> None:
        """Take the row of a style away, if it has one."""
        if key in self.rows:
            del self.rows[key]
            frame = self._frames.pop(key)
            self._layout.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
            self.setVisible(bool(self.rows))

    def _add(self, key: str) -> None:
        frame = self._frames[key] = QFrame()
        frame.setProperty("role", "card")
        row = self.rows[key] = ProgressRow()
        row.cancelled.connect(lambda: self.cancel_requested.emit(key))
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.addWidget(row)
        self._layout.insertWidget(0, frame)
        self.show()
