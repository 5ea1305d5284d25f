"""Messages for the user: the one place where they arrive, and the small cards that show them over the window."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

_log = logging.getLogger(__name__)

Level = Literal["info", "warning", "error"]
_LOG_LEVELS: dict[Level, int] = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


@dataclass(frozen=True)
class Notice:
    """One message.

    Attributes:
        text: one sentence.
        details: more to copy, such as a traceback; not shown.
        action_text, action: an optional button, for instance Undo.
    """

    text: str
    level: Level = "info"
    details: str = ""
    action_text: str = ""
    action: Callable[[], object] | None = None


class Notifier(QObject):
    """Takes messages from any thread and emits them in the GUI thread.

    Signals:
        posted: a `Notice` to show.
    """

    posted = Signal(object)
    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._arrived.connect(self.posted, Qt.ConnectionType.QueuedConnection)

    def info(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """A short confirmation that goes away by itself; `action` is called without arguments by its button."""
        self._post(Notice(text, "info", "", action_text, action))

    def warning(self, text: str, details: str = "") -> None:
        self._post(Notice(text, "warning", details))

    def error(self, text: str, details: str = "") -> None:
        """A problem; stays longer than the others."""
        self._post(Notice(text, "error", details))

    def _post(self, notice: Notice) -> None:
        _log.log(_LOG_LEVELS[notice.level], "Shown to the user: %s", notice.text)
        self._arrived.emit(notice)


LIMIT = 4
WIDTH = 440
MARGIN = 16
# Long enough to read the sentence twice; the pointer over a card, or the focus in it, keeps it.
SHOWN_MS: dict[Level, int] = {"info": 6000, "warning": 15000, "error": 30000}
ICONS: dict[Level, tuple[str, str]] = {
    "info": ("mdi6.information-outline", COLORS.info),
    "warning": ("mdi6.alert-outline", COLORS.warning),
    "error": ("mdi6.alert-circle-outline", COLORS.error),
}


class NotificationStack(QWidget):
    """The newest cards, at most `LIMIT`; the same sentence is shown once."""

    def __init__(self, notifier: Notifier, window: QWidget, bottom_margin: Callable[[], int]) -> None:
        super().__init__(window)
        self._window = window
        self._bottom_margin = bottom_margin
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE)
        self.cards: list[NotificationCard] = []
        self.hide()
        window.installEventFilter(self)
        notifier.posted.connect(self.post)

    def post(self, notice: Notice) -> None:
        for card in list(self.cards):
            if card.notice.text == notice.text:
                self.remove(card)
        card = NotificationCard(notice)
        card.closed.connect(lambda: self.remove(card))
        self.cards.append(card)
        self._layout.addWidget(card)
        # A layout counts only widgets that are shown, and would show this one too late.
        self.show()
        card.show()
        for old in self.cards[:-LIMIT]:
            self.remove(old)
        self._place()

    def remove(self, card: "NotificationCard") -> None:
        if card in self.cards:
            self.cards.remove(card)
            card.stop()
            self._layout.removeWidget(card)
            card.hide()
            card.deleteLater()
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.setVisible(bool(self.cards))
        window = self._window
        width = min(WIDTH, window.width() - 2 * MARGIN)
        self.setFixedWidth(width)
        self._layout.activate()
        height = self._layout.heightForWidth(width)
        self.resize(width, height)
        self.move((window.width() - width) // 2, window.height() - self._bottom_margin() - height - MARGIN)
        self.raise_()


class NotificationCard(QFrame):
    """One message with its buttons; `closed` is the close button's signal or the end of its time."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.notice = notice
        self.setObjectName("notification")
        self.setProperty("level", notice.level)
        name, color = ICONS[notice.level]
        symbol = PlainLabel()
        symbol.setPixmap(icon(name, color).pixmap(20, 20))
        self.text = PlainLabel(notice.text, wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, SPACE, SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.text, 1)
        if notice.action_text and notice.action is not None:
            action = QPushButton(notice.action_text)
            action.clicked.connect(self._act)
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignTop)
        if notice.level != "info":
            layout.addWidget(_button("mdi6.content-copy", "Copy the message", self._copy), 0, Qt.AlignmentFlag.AlignTop)
        self._close = _button("mdi6.close", "Dismiss", lambda: None)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.closed = self._close.clicked
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS[notice.level])
        self._timer.timeout.connect(self._end)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def enterEvent(self, event: QEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()

    def _end(self) -> None:
        focused = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self._timer.start()  # somebody is on the way to its button
        else:
            self._close.click()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n\n".join(filter(None, (self.notice.text, self.notice.details))))

    def _act(self) -> None:
        action = self.notice.action
        self._close.click()
        if action is not None:
            action()


def _button(name: str, tip: str, run: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name, COLORS.text_muted))
    button.setToolTip(plain(tip))
    button.setAccessibleName(tip)
    button.clicked.connect(lambda checked=False: run())
    return button
