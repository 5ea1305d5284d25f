"""Text that comes from files, shown as the characters it consists of.

Qt treats any text that looks like HTML as HTML: a photo named `<img src='…'>` would load an image from wherever its
name points to. Labels are `PlainLabel`s, and tooltips and questions go through `plain`; a test finds those that do not.
"""

import html

from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class PlainLabel(QLabel):
    """A label that never takes its text for HTML."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, wordWrap: bool = False) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wordWrap)
        self.setText(text)


def plain(text: str) -> str:
    """Text for a tooltip or a message box, which have no plain mode: escaped if Qt would treat it as HTML."""
    if not QtGui.Qt.mightBeRichText(text):
        return text
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"
