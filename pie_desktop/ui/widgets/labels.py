"""Small parts of several panels: counts, an elided label, what an empty panel shows, a name edited in place, a line."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.elision import Differences
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain


def counted(number: int, word: str) -> str:
    """A number with its noun, such as `1 photo` or `2,000 photos`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


class ElidedLabel(QLabel):
    """Plain text in one line, with an ellipsis where it is too long; the tooltip then has all of it."""

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._full = text
        self._mode = mode
        self._differences: Differences | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._elide()

    @property
    def full_text(self) -> str:
        return self._full

    def set_differences(self, differences: Differences) -> None:
        """Keep what tells the text from those beside it, in place of what the mode would keep."""
        self._differences = differences
        self._elide()

    def set_full_text(self, text: str) -> None:
        self._full = text
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 1, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def _elide(self) -> None:
        if self._differences is not None:
            shown = self._differences.elided(self._full, self.fontMetrics(), self.width())
        else:
            shown = self.fontMetrics().elidedText(self._full, self._mode, self.width())
        self.setText(shown)
        self.setToolTip(plain(self._full if shown != self._full else ""))


ICON_SIDE = 40


class EmptyState(QWidget):
    """Centred icon, sentence and button; `button` is public so that the owner connects it."""

    def __init__(self, icon_name: str, button_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        image = PlainLabel()
        image.setPixmap(icon(icon_name, COLORS.text_disabled).pixmap(QSize(ICON_SIDE, ICON_SIDE)))
        self._text = PlainLabel()
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self.button = QPushButton(button_text)
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE + SPACE // 2)
        layout.addStretch(2)
        for widget in (image, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    @property
    def text(self) -> str:
        return self._text.text()

    def set_text(self, text: str) -> None:
        self._text.setText(text)


MAX_LENGTH = 80


class _Editor(QLineEdit):
    """Ends with `done(accepted)`: Return and leaving it accept, Escape gives up."""

    done = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.done.emit(False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit(True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.done.emit(True)


class NameEdit(QWidget):
    """Shows a name, elided; `edit` turns it into a field.

    Signals:
        renamed: the new name, when it is another one.
        edit_ended: the field was left by Return or Escape, so that the focus should go where it was.
    """

    renamed = Signal(str)
    edit_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ElidedLabel()
        font = self._label.font()
        font.setBold(True)
        self._label.setFont(font)
        self.editor = _Editor()
        self.editor.setMaxLength(MAX_LENGTH)
        self.editor.setAccessibleName("Name of the style")
        self.editor.done.connect(self._finish)
        self._layout = QStackedLayout(self)
        self._layout.addWidget(self._label)
        self._layout.addWidget(self.editor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def name(self) -> str:
        return self._label.full_text

    @property
    def editing(self) -> bool:
        return self._layout.currentWidget() is self.editor

    def set_name(self, name: str) -> None:
        self._label.set_full_text(name)

    def edit(self) -> None:
        self.editor.setText(self.name)
        self._layout.setCurrentWidget(self.editor)
        self.editor.selectAll()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _finish(self, accepted: bool) -> None:
        if not self.editing:
            return
        by_keyboard = self.editor.hasFocus()
        self._layout.setCurrentWidget(self._label)
        name = " ".join(self.editor.text().split())
        if accepted and name and name != self.name:
            self.set_name(name)
            self.renamed.emit(name)
        if by_keyboard:
            self.edit_ended.emit()


def heading(text: str) -> QLabel:
    """The title of a panel or of a group of settings."""
    label = PlainLabel(text)
    label.setProperty("role", "heading")
    return label


def separator() -> QFrame:
    """A thin horizontal line between two parts of a panel."""
    line = QFrame()
    line.setProperty("role", "separator")
    return line
