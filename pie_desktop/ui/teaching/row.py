"""Below the adjustments: the button that adds to the style, and the line that offers it after several corrections."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.corrections import sentence
from pie_desktop.ui.actions.commands import ActionTip
from pie_desktop.ui.actions.keys import KeyMap
from pie_desktop.ui.teaching.jobs import Habit
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.plain_text import PlainLabel


class TeachingRow(QWidget):
    """Buttons for what `Teacher` does.

    Signals:
        add_requested, preview_requested: of the buttons.
        offer_taken, offer_dismissed: the `Habit` of the line.
    """

    add_requested = Signal()
    preview_requested = Signal()
    offer_taken = Signal(object)
    offer_dismissed = Signal(object)

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._habit: Habit | None = None
        self.add_button = QPushButton(icon("mdi6.school-outline"), "Add to style")
        self.add_button.clicked.connect(self.add_requested)
        ActionTip(self.add_button, keys, "teach_style")
        self.preview_button = QPushButton("Preview…")
        self.preview_button.clicked.connect(self.preview_requested)
        ActionTip(self.preview_button, keys, "preview_teaching")
        self.offer = QFrame()
        self.offer.setProperty("role", "card")
        self.offer_text = PlainLabel()
        self.offer_text.setWordWrap(True)
        self.teach_button = QPushButton("Teach the style…")
        self.teach_button.setAccessibleName("Teach the style what you did to these photos")
        self.teach_button.clicked.connect(lambda: self.offer_taken.emit(self._habit))
        self.dismiss_button = QToolButton()
        self.dismiss_button.setIcon(icon("mdi6.close", COLORS.text_muted))
        self.dismiss_button.setToolTip("Do not offer this again")
        self.dismiss_button.setAccessibleName("Do not offer this again")
        self.dismiss_button.clicked.connect(lambda: self.offer_dismissed.emit(self._habit))
        self._lay_out()
        self.show_offer(None)
        self.set_active(False)

    @property
    def habit(self) -> Habit | None:
        """What is offered now."""
        return self._habit

    def show_offer(self, habit: Habit | None) -> None:
        """Offer to teach what was done alike to several photos; None offers nothing."""
        self._habit = habit
        if habit is not None:
            self.offer_text.setText(sentence(habit.found))
            self.teach_button.setText("Teach the style…" if habit.style_id is not None else "Make it a style…")
        self.offer.setVisible(habit is not None)

    def set_active(self, active: bool) -> None:
        """Whether there is a photo to learn from."""
        self.add_button.setEnabled(active)
        self.preview_button.setEnabled(active)

    def set_subject(self, photos: int, new_style: bool) -> None:
        """Say what the button does.

        Args:
            photos: how many would be learned from.
            new_style: a new style would be made of them.
        """
        what = "New style from" if new_style else "Add"
        which = "this edit" if photos == 1 else f"{photos:,} edits"
        self.add_button.setText(f"{what} {which}" if new_style else f"{what} {which} to style")

    def _lay_out(self) -> None:
        line = QHBoxLayout(self.offer)
        line.setContentsMargins(SPACE, HALF_SPACE, HALF_SPACE, HALF_SPACE)
        line.setSpacing(HALF_SPACE)
        words = QVBoxLayout()
        words.setSpacing(HALF_SPACE)
        words.addWidget(self.offer_text)
        words.addWidget(self.teach_button, alignment=Qt.AlignmentFlag.AlignLeft)
        line.addLayout(words, 1)
        line.addWidget(self.dismiss_button, alignment=Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(HALF_SPACE)
        buttons.addWidget(self.add_button, 1)
        buttons.addWidget(self.preview_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, HALF_SPACE, SPACE, HALF_SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addWidget(self.offer)
        layout.addLayout(buttons)
