"""Which styles were marked in the gallery, to do something with all of them."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from pie_desktop.ui.styles.card import StyleCard
from pie_desktop.ui.styles.gallery import StyleGallery
from pie_desktop.ui.theme import set_flag

AT_MOST = 4


class ComparedStyles(QObject):
    """Ctrl with a click, or with the space bar, marks the style of a card, and takes the mark away again.

    Args:
        gallery: has the cards.
        tell: says a sentence to the user.

    Signals:
        changed: other styles are marked.
    """

    changed = Signal()

    def __init__(self, gallery: StyleGallery, tell: Callable[[str], object]) -> None:
        super().__init__(gallery)
        self._gallery = gallery
        self._tell = tell
        self._marked: list[str | None] = []
        self._follow()
        gallery.made.connect(self._follow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(watched, StyleCard):
            return False
        assert isinstance(event, QMouseEvent)
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.button() != Qt.MouseButton.LeftButton or not with_control:
            return False
        self.toggle(watched.style_id)
        return True

    @property
    def styles(self) -> list[str | None]:
        """Ids of the marked styles, None for neutral, in the order in which they were marked."""
        return list(self._marked)

    def toggle(self, style_id: str | None) -> None:
        """Mark a style, None for neutral, unless it is marked, or four others are."""
        if style_id in self._marked:
            self._marked.remove(style_id)
        elif len(self._marked) == AT_MOST:
            self._tell(f"{AT_MOST} styles are marked already; take one of these marks away first.")
            return
        else:
            self._marked.append(style_id)
        self._show()

    def clear(self) -> None:
        self._marked = []
        self._show()

    def keep(self, known: Collection[str]) -> None:
        """Forget the marks of styles that are gone."""
        kept = [style_id for style_id in self._marked if style_id is None or style_id in known]
        if kept != self._marked:
            self._marked = kept
            self._show()

    def _follow(self) -> None:
        """Watch the cards that are there, and show which are marked: a card may have another style now."""
        for style_id, card in self._gallery.cards.items():
            card.installEventFilter(self)  # a second time changes nothing
            set_flag(card, "marked", style_id in self._marked)
            card.setAccessibleDescription("Marked for comparing" if style_id in self._marked else "")

    def _show(self) -> None:
        self._follow()
        self.changed.emit()
