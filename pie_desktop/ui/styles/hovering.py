"""Which style in the gallery is only looked at: the mouse rests on its card, or the keyboard has come to it."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QFocusEvent

from pie_desktop.ui.styles.card import StyleCard
from pie_desktop.ui.styles.gallery import StyleGallery

DWELL_MS = 120
"""So long the mouse rests on a card before it means that style, and so long a look lasts when it has left: on its way
across the cards, or from one to the next, nothing flickers."""

BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


@dataclass(frozen=True)
class _Pointed:
    """A card, its style, None for neutral, and whether it was the keyboard that came to it.

    A card gets another style when it leaves the sight, so that both are needed.
    """

    card: StyleCard
    style_id: str | None
    by_keys: bool

    @property
    def ends(self) -> tuple[QEvent.Type, ...]:
        """What of the card ends it."""
        return (QEvent.Type.FocusOut if self.by_keys else QEvent.Type.Leave, QEvent.Type.Hide)


class StyleHovering(QObject):
    """Watches the cards of a gallery; the mouse or the keyboard counts, whichever moved last.

    Signals:
        entered: id of a style, None for neutral, that may be looked at in a moment.
        rested: id of the style, None for neutral, that is looked at.
        left: none is any more.
    """

    entered = Signal(object)
    rested = Signal(object)
    left = Signal()

    def __init__(self, gallery: StyleGallery) -> None:
        super().__init__(gallery)
        self._began_at = QCursor.pos()  # a window that opens under the mouse means nothing by that
        self._pointed: _Pointed | None = None
        self._looked_at: _Pointed | None = None
        self._timer = QTimer(self, singleShot=True, interval=DWELL_MS)
        self._timer.timeout.connect(self._settle)
        self._gallery = gallery
        self._follow()
        gallery.made.connect(self._follow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, StyleCard):
            kind = event.type()
            if kind == QEvent.Type.Enter and QCursor.pos() != self._began_at:
                self._point(watched, by_keys=False)
            elif kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent) and event.reason() in BY_KEYS:
                self._point(watched, by_keys=True)
            elif self._pointed is not None and self._pointed.card is watched and kind in self._pointed.ends:
                self._leave()
        return False

    def _follow(self) -> None:
        """Watch the cards that are there; one that has another style now is not the one that was pointed at."""
        for card in self._gallery.cards.values():
            card.installEventFilter(self)  # a second time changes nothing
        if self._pointed is not None and self._pointed.style_id != self._pointed.card.style_id:
            self._leave()

    def _point(self, card: StyleCard, by_keys: bool) -> None:
        self._pointed = _Pointed(card, card.style_id, by_keys)
        self._timer.start()
        self.entered.emit(card.style_id)

    def _leave(self) -> None:
        self._pointed = None
        self._timer.start()

    def _settle(self) -> None:
        before, self._looked_at = self._looked_at, self._pointed
        if self._looked_at is not None:
            if before is None or before.style_id != self._looked_at.style_id:
                self.rested.emit(self._looked_at.style_id)
        elif before is not None:
            self.left.emit()
