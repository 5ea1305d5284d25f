"""The one place where messages for the user arrive; `notifications` shows them."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal

log = logging.getLogger(__name__)

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
        """A problem; stays until dismissed."""
        self._post(Notice(text, "error", details))

    def _post(self, notice: Notice) -> None:
        log.log(_LOG_LEVELS[notice.level], "Shown to the user: %s", notice.text)
        self._arrived.emit(notice)
