"""The list of style cards; the arrow keys move the focus from card to card."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from pie_desktop.edit.parts.style import StylePart
from pie_desktop.styles.store import Style
from pie_desktop.styles.style import Contradiction
from pie_desktop.ui.styles.card import StyleCard
from pie_desktop.ui.styles.drop_zone import ProgressRow
from pie_desktop.ui.theme import HALF_SPACE, SPACE
from pie_desktop.ui.thumbnails import ThumbnailLoader


def stepped(widgets: Sequence[QWidget], event: QKeyEvent) -> QWidget | None:
    """The widget that an arrow, Home or End key leads to from the one with the focus; None for other keys."""
    place = next((place for place, widget in enumerate(widgets) if widget.hasFocus()), None)
    if place is None:
        return None
    last = len(widgets) - 1
    targets = {
        Qt.Key.Key_Up: max(place - 1, 0),
        Qt.Key.Key_Down: min(place + 1, last),
        Qt.Key.Key_Home: 0,
        Qt.Key.Key_End: last,
    }
    target = targets.get(Qt.Key(event.key()))
    return widgets[target] if target is not None else None


FULL_CARD = 84  # px of height, with the space below
IN_SIGHT = 6  # cards are compact where so many, or all that there are, would not be in sight otherwise
AT_ONCE = 16  # cards, more than a window shows
TURN_SECONDS = 0.02  # of making cards before the window may do something else


class StyleGallery(QScrollArea):
    """Cards: neutral first, then the styles in the order given; above them what is being made.

    The first cards are made at once. The others follow a few at a time, so that hundreds do not stop the window.

    Signals:
        current_changed: another card is the one that actions apply to.
        filled: cards that were missing have all been made.
        chosen: style id, or None for neutral.
        details_requested, renamed, menu_requested: style id and, for the latter two, the name or the global position.
        cancel_requested: key of the card or of the new style.
    """

    current_changed = Signal()
    filled = Signal()
    chosen = Signal(object)
    details_requested = Signal(str)
    renamed = Signal(str, str)
    menu_requested = Signal(str, QPoint)
    cancel_requested = Signal(str)

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._cards: dict[str | None, StyleCard] = {}
        self._making: dict[str, tuple[QFrame, ProgressRow]] = {}
        self._current: str | None = None
        self._order: dict[str | None, int] = {None: 0}
        self._missing: list[Style] = []
        self._contradictions: Mapping[str, Contradiction | None] = {}
        self._selected: str | None = None
        self._mix = StylePart()
        self._compact = False
        self._content = QWidget()
        self._layout = QVBoxLayout(self._content)
        self._layout.setContentsMargins(SPACE, 0, SPACE, 0)
        self._layout.setSpacing(SPACE)
        # Cards that were just put in must not be painted squeezed, before the scroll area has made room for them.
        self._layout.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self._layout.addStretch(1)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Who works on a card keeps it in sight when there is more or less above it, or the field for drops has gone.
        self.verticalScrollBar().rangeChanged.connect(self._keep_in_sight)
        self._add_card(None)
        self._set_current(None)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._add_missing)

    @property
    def cards(self) -> dict[str | None, StyleCard]:
        """Cards by style id, in the order shown, as far as they have been made; None is neutral."""
        return self._cards

    def set_styles(self, styles: Sequence[Style], contradictions: Mapping[str, Contradiction | None]) -> None:
        """Show these styles; cards of styles that stay are kept, so that nothing jumps.

        Args:
            styles: in order.
            contradictions: by style id, whether its references disagree.
        """
        self._order = {style_id: place for place, style_id in enumerate((None, *(style.id for style in styles)))}
        self._contradictions = contradictions
        for gone in [style_id for style_id in self._cards if style_id not in self._order]:
            self._drop_card(gone)
        self._missing = []
        for place, style in enumerate(styles):
            card = self._cards.get(style.id)
            if card is not None:
                if card.shown_style != style or card.name.name != style.name:
                    card.set_style(style)
                card.set_contradiction(contradictions.get(style.id))
            elif place < AT_ONCE:
                self._add_card(style)
            else:
                self._missing.append(style)
        self._sort()
        for position, card in enumerate(self._cards.values(), len(self._making)):
            if self._layout.indexOf(card) != position:
                self._layout.removeWidget(card)
                self._layout.insertWidget(position, card)
        self._fit_cards()
        if self._missing:
            self._timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_cards()

    def _fit_cards(self) -> None:
        compact = self.height() < FULL_CARD * min(IN_SIGHT, len(self._order))
        if compact != self._compact:
            self._compact = compact
            self._layout.setSpacing(HALF_SPACE // 2 if compact else SPACE)
            for card in self._cards.values():
                card.set_compact(compact)

    def _keep_in_sight(self) -> None:
        card = self._cards.get(self._current)
        focused = card.window().focusWidget() if card is not None else None
        if card is not None and focused is not None and (card is focused or card.isAncestorOf(focused)):
            self.ensureWidgetVisible(card, 0, SPACE)

    def _add_missing(self) -> None:
        """Make cards for one turn of the event loop."""
        end = time.perf_counter() + TURN_SECONDS
        while self._missing:
            self._add_card(self._missing.pop(0))
            if time.perf_counter() > end:
                break
        self._sort()
        if not self._missing:
            self._timer.stop()
            self.filled.emit()

    def _sort(self) -> None:
        self._cards = {style_id: self._cards[style_id] for style_id in self._order if style_id in self._cards}

    def _wanted_card(self, style_id: str | None) -> StyleCard | None:
        """The card of a style, made now if it is still missing; None where there is no such style."""
        style = next((style for style in self._missing if style.id == style_id), None)
        if style is not None:
            self._missing.remove(style)
            self._add_card(style)
            self._sort()
        return self._cards.get(style_id)

    def set_selected(self, style_id: str | None) -> None:
        self._selected = style_id
        for card_id, card in self._cards.items():
            card.set_selected(card_id == style_id)

    def show_mix(self, style: StylePart) -> None:
        """Show on its card how much of a second style is mixed into the photo's."""
        self._mix = style
        for card in self._cards.values():
            card.show_mix(style)

    def set_drop_target(self, style_id: str | None) -> None:
        """Mark the card that edits would be dropped on, and no other; None for none."""
        for card_id, card in self._cards.items():
            card.set_drop_target(style_id is not None and card_id == style_id)

    @property
    def current_id(self) -> str | None:
        """Style of the card that had the focus last, None for neutral."""
        return self._current

    def show_card(self, style_id: str | None) -> None:
        """Give the card the focus and bring it into view."""
        card = self._wanted_card(style_id)
        if card is not None:
            card.setFocus(Qt.FocusReason.OtherFocusReason)
            # A card that was just inserted has no place yet, and gets none before it is shown.
            card.show()
            self._layout.activate()
            self.ensureWidgetVisible(card, 0, SPACE)

    def card_at(self, position: QPoint) -> StyleCard | None:
        """The card under a position in global coordinates."""
        if not self.viewport().rect().contains(self.viewport().mapFromGlobal(position)):
            return None
        cards = self._cards.values()
        return next((card for card in cards if card.rect().contains(card.mapFromGlobal(position))), None)

    def show_progress(self, key: str, fraction: float, text: str) -> None:
        """On the style's card, or on a frame of its own for a style that is being made."""
        card = self._wanted_card(key)
        if card is not None:
            card.show_progress(fraction, text)
        else:
            self._making_row(key).show_progress(fraction, text)

    def end_progress(self, key: str, problem: str) -> None:
        card = self._wanted_card(key)
        if card is not None:
            card.end_progress(problem)
        if key in self._making:  # perhaps beside a card that was not there yet when the work began
            frame, _ = self._making.pop(key)
            frame.deleteLater()

    def images(self) -> list[Path]:
        """All images that the cards show."""
        return [path for card in self._cards.values() for path in card.mosaic.paths]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        card = stepped(list(self._cards.values()), event)
        if isinstance(card, StyleCard):
            self.show_card(card.style_id)
        else:
            event.ignore()

    def _add_card(self, style: Style | None) -> None:
        card = StyleCard(style, self._loader)
        style_id = card.style_id
        card.chosen.connect(lambda: self.chosen.emit(style_id))
        card.focused.connect(lambda: self._set_current(style_id))
        if style_id is not None:
            card.details_requested.connect(lambda: self.details_requested.emit(style_id))
            card.renamed.connect(lambda name: self.renamed.emit(style_id, name))
            card.menu_requested.connect(lambda position: self.menu_requested.emit(style_id, position))
            card.cancel_requested.connect(lambda: self.cancel_requested.emit(style_id))
            card.set_contradiction(self._contradictions.get(style_id))
        card.set_selected(style_id == self._selected)
        card.show_mix(self._mix)
        card.set_compact(self._compact)
        before = sum(self._order[other] < self._order[style_id] for other in self._cards if other in self._order)
        self._cards[style_id] = card
        self._layout.insertWidget(len(self._making) + before, card)

    def _drop_card(self, style_id: str | None) -> None:
        ids = list(self._cards)
        neighbour = ids[ids.index(style_id) - 1]
        card = self._cards[style_id]
        if card.hasFocus():
            self.show_card(neighbour)
        if self._current == style_id:
            self._set_current(neighbour)
        del self._cards[style_id]
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _set_current(self, style_id: str | None) -> None:
        """Tab goes to one card only; the arrow keys go to the others."""
        if self._current in self._cards:
            self._cards[self._current].setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._current = style_id
        self.current_changed.emit()
        self._cards[style_id].setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _making_row(self, key: str) -> ProgressRow:
        if key not in self._making:
            frame = QFrame()
            frame.setProperty("role", "card")
            row = ProgressRow()
            row.cancelled.connect(lambda: self.cancel_requested.emit(key))
            layout = QVBoxLayout(frame)
            layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
            layout.addWidget(row)
            self._layout.insertWidget(0, frame)
            self._making[key] = (frame, row)
            self.verticalScrollBar().setValue(0)
        return self._making[key][1]
