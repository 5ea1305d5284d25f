"""A combo box that fits its place: a text that is too long ends with an ellipsis, and the tooltip has all of it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from pie_desktop.ui.widgets.plain_text import plain

LEAST_LETTERS = 3
_MARGIN = 4  # pixels between a text and the frame of its field, both sides together


class ComboBox(QComboBox):
    """As wide as the layout wants, not as its longest entry; without eliding Qt cuts through a letter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LEAST_LETTERS)

    @property
    def shown_text(self) -> str:
        """The current text as it is painted."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, field.width() - _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def event(self, event: QEvent) -> bool:
        # A tooltip that explains the field stays; there is none where the text itself is the explanation.
        if event.type() == QEvent.Type.ToolTip and not self.toolTip() and self.shown_text != self.currentText():
            self.setToolTip(plain(self.currentText()))
            handled = super().event(event)
            self.setToolTip("")
            return handled
        return super().event(event)
