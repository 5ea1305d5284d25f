"""A name that can be edited in place."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QStackedLayout, QWidget

from pie_desktop.ui.elided_label import ElidedLabel

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
