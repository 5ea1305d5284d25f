"""Buttons of dialogs that are used by keys: what each does stands in its tooltip, and none acts unawares."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from pie_desktop.ui.widgets.plain_text import plain


def explain_buttons(explained: Mapping[QPushButton, str]) -> None:
    """Give buttons their tooltips; Return presses none of them, and a click leaves the focus where it was.

    Args:
        explained: by button a sentence without a full stop, with its key in brackets.
    """
    for button, said in explained.items():
        button.setToolTip(plain(said))
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)


def button_row(*buttons: QPushButton) -> QHBoxLayout:
    """The last line of a dialog: the buttons stand on the right."""
    row = QHBoxLayout()
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
