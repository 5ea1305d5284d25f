"""The list of style cards; the arrow keys move the focus from card to card."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from pie_desktop.edit.parts.style import StylePart
from pie_desktop.engine.style_report import StyleReport
from pie_desktop.styles.marks import NO_MARKS, LibraryMarks
from pie_desktop.styles.store import Style
from pie_desktop.ui.styles.card import StyleCard
from pie_desktop.ui.styles.card_column import CardColumn, stepped
from pie_desktop.ui.styles.drop_zone import MakingRows
from pie_desktop.ui.theme import HALF_SPACE, SPACE
from pie_desktop.ui.thumbnails import ThumbnailLoader

FULL_CARD = 84  # px of height, with the space below
GAP_HEIGHT = 2
IN_SIGHT = 6  # cards are compact where so many, or all that there are, would not be in sight otherwise


class StyleGallery(QScrollArea):
    """Cards: neutral first, then the styles in the order given; above them what is being made.

    Only the cards in sight and around it exist, see `CardColumn`.

    Signals:
        current_changed: another card is the one that actions apply to.
        made: cards were made that were not there before.
        chosen: style id, or None for neutral.
        details_requested, renamed, menu_requested: style id and, for the latter two, the name or the global position.
        cancel_requested: key of the card or of the new style.
        favorite_requested: id of the style whose star was clicked.
        dragged, drag_ended: id and the global position of the mouse, or None for the latter where it was given up.
    """

    favorite_requested = Signal(str)
    dragged = Signal(str, QPoint)
    drag_ended = Signal(object)
    current_changed = Signal()
    made = Signal()
    chosen = Signal(object)
    details_requested = Signal(str)
    renamed = Signal(str, str)
    menu_requested = Signal(str, QPoint)
    cancel_requested = Signal(str)

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self.making = MakingRows(self)
        self.making.cancel_requested.connect(self.cancel_requested)
        self._current: str | None = None
        self._styles: dict[str, Style] = {}
        self._reports: Mapping[str, StyleReport | None] = {}
        self._marks = LibraryMarks()
        self._busy: dict[str, tuple[float, str]] = {}
        self._problems: dict[str, str] = {}
        self._selected: str | None = None
        self._mix = StylePart()
        self._compact = False
        self._in_sight = True  # the current card, as far as its user left it there
        content = QWidget()
        self._layout = QVBoxLayout(content)
        self._layout.setContentsMargins(SPACE, 0, SPACE, 0)
        self._layout.setSpacing(SPACE)
        # Cards that were just put in must not be painted squeezed, before the scroll area has made room for them.
        self._layout.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self.column: CardColumn[str | None, StyleCard] = CardColumn(
            self._make_card, lambda: {self._current, *self._busy}
        )
        self.column.set_spacing(SPACE)
        self._layout.addWidget(self.making)
        self._layout.addWidget(self.column)
        self._gap = QFrame(self.column)
        self._gap.setProperty("role", "gap")
        self._gap.hide()
        self._layout.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Who works on a card keeps it in sight when there is more or less above it, or the field for drops has gone.
        self.verticalScrollBar().rangeChanged.connect(self._keep_in_sight)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.column.signals.made.connect(self.made)
        self.column.signals.moved_by.connect(self._scroll_by)
        self.column.signals.placed.connect(self._show_part)
        self.column.set_keys([None])
        self._set_current(None)

    @property
    def cards(self) -> dict[str | None, StyleCard]:
        """The cards that are there, by style id, in the order shown; None is neutral."""
        return self.column.widgets

    def set_styles(
        self,
        styles: Sequence[Style],
        reports: Mapping[str, StyleReport | None],
        marks: LibraryMarks | None = None,
    ) -> None:
        """Show these styles; cards of styles that stay are kept, so that nothing jumps.

        Args:
            styles: in order.
            reports: by style id, what can be told of it; None while that is not known.
            marks: what is noted about them.
        """
        self._marks = marks or LibraryMarks()
        order = [None, *(style.id for style in styles)]
        self._styles = {style.id: style for style in styles}
        self._reports = reports
        if self._current not in self._styles and self._current is not None:
            self._leave_current(set(order))
        for style_id, card in self.cards.items():
            if style_id is not None and style_id in self._styles:
                style = self._styles[style_id]
                if card.shown_style != style or card.name.name != style.name:
                    card.set_style(style)
                card.set_report(reports.get(style_id))
                card.set_marks(self._marks.of(style_id))
        self.column.set_keys(order)
        self._fit_cards()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_cards()
        self._show_part()

    def _on_scrolled(self) -> None:
        self._show_part()
        card = self.cards.get(self._current)
        self._in_sight = card is not None and not card.visibleRegion().isEmpty()

    def _show_part(self) -> None:
        """Tell the column what is in sight."""
        self.column.show_part(self.verticalScrollBar().value() - self.column.y(), self.viewport().height())

    def _scroll_by(self, height: int) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + height)

    def _fit_cards(self) -> None:
        compact = self.height() < FULL_CARD * min(IN_SIGHT, len(self.column.keys))
        if compact != self._compact:
            self._compact = compact
            space = HALF_SPACE // 2 if compact else SPACE
            self._layout.setSpacing(space)
            for card in self.cards.values():
                card.set_compact(compact)
            self.column.usual_changed(space)

    def _keep_in_sight(self) -> None:
        card = self.cards.get(self._current)
        focused = card.window().focusWidget() if card is not None else None
        if card is None or focused is None or not self._in_sight:
            return
        if card is focused or card.isAncestorOf(focused):
            self.ensureWidgetVisible(card, 0, SPACE)

    def set_selected(self, style_id: str | None) -> None:
        self._selected = style_id
        for card_id, card in self.cards.items():
            card.set_selected(card_id == style_id)

    def show_mix(self, style: StylePart) -> None:
        """Show on its card how much of a second style is mixed into the photo's."""
        self._mix = style
        for card in self.cards.values():
            card.show_mix(style)

    def set_drop_target(self, style_id: str | None) -> None:
        """Mark the card that edits would be dropped on, and no other; None for none."""
        for card_id, card in self.cards.items():
            card.set_drop_target(style_id is not None and card_id == style_id)

    def add_below(self, widget: QWidget) -> None:
        """Show a widget below the cards."""
        self._layout.insertWidget(self._layout.indexOf(self.column) + 1, widget)

    def show_gap(self, place: int | None) -> None:
        """Draw a line before a place, where what is dragged would come; None for none."""
        self._gap.setVisible(place is not None)
        if place is not None:
            self._gap.setGeometry(0, self.column.gap_top(place), self.column.width(), GAP_HEIGHT)
            self._gap.raise_()

    @property
    def current_id(self) -> str | None:
        """Style of the card that had the focus last, None for neutral."""
        return self._current

    def show_card(self, style_id: str | None, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Give the card the focus and bring it into view."""
        card = self.column.widget(style_id)
        if card is not None:
            self._set_current(style_id)
            card.setFocus(reason)
            # A card that was just inserted has no place yet, and gets none before it is shown.
            card.show()
            self._layout.activate()
            self.ensureWidgetVisible(card, 0, SPACE)
            self._in_sight = True

    def card_at(self, position: QPoint) -> StyleCard | None:
        """The card under a position in global coordinates."""
        if not self.viewport().rect().contains(self.viewport().mapFromGlobal(position)):
            return None
        return next((card for card in self.cards.values() if card.rect().contains(card.mapFromGlobal(position))), None)

    def show_progress(self, key: str, fraction: float, text: str) -> None:
        """On the style's card, or on a frame of its own for a style that is being made."""
        self._problems.pop(key, None)
        if key in self.column:
            self._busy[key] = (fraction, text)
            card = self.cards.get(key)
            if card is not None:
                card.show_progress(fraction, text)
        else:
            if self.making.show_progress(key, fraction, text):
                self.verticalScrollBar().setValue(0)

    def end_progress(self, key: str, problem: str) -> None:
        self._busy.pop(key, None)
        if problem:
            self._problems[key] = problem
        card = self.cards.get(key)
        if card is not None:
            card.end_progress(problem)
        self.making.end(key)  # perhaps beside a card that was not there yet when the work began

    def images(self) -> list[Path]:
        """All images that the cards show."""
        return [path for card in self.cards.values() for path in card.mosaic.paths]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = self.column.keys
        card = self.cards.get(self._current)
        place = self.column.place(self._current) if card is not None and card.hasFocus() else None
        page = max(self.viewport().height() // max(card.height(), 1) - 1, 1) if card is not None else 1
        target = stepped(len(keys), place, event, page)
        if target is not None:
            self.show_card(keys[target], Qt.FocusReason.TabFocusReason)
        else:
            event.ignore()

    def _make_card(self, style_id: str | None, spare: StyleCard | None) -> StyleCard:
        card = spare or self._new_card()
        card.set_style(self._styles[style_id] if style_id is not None else None)
        card.set_report(self._reports.get(style_id) if style_id is not None else None)
        card.set_marks(self._marks.of(style_id) if style_id is not None else NO_MARKS)
        if style_id in self._busy:
            card.show_progress(*self._busy[style_id])
        else:
            card.end_progress(self._problems.get(style_id, "") if style_id is not None else "")
        card.set_selected(style_id == self._selected)
        card.show_mix(self._mix)
        card.set_drop_target(False)
        card.set_compact(self._compact)
        card.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return card

    def _new_card(self) -> StyleCard:
        """A card that says what is asked of whichever style it has then."""
        card = StyleCard(None, self._loader)
        card.chosen.connect(lambda: self.chosen.emit(card.style_id))
        card.focused.connect(lambda: self._set_current(card.style_id))
        card.details_requested.connect(lambda: self.details_requested.emit(card.style_id))
        card.renamed.connect(lambda name: self.renamed.emit(card.style_id, name))
        card.menu_requested.connect(lambda position: self.menu_requested.emit(card.style_id, position))
        card.cancel_requested.connect(lambda: self.cancel_requested.emit(card.style_id))
        card.favorite_requested.connect(lambda: self.favorite_requested.emit(card.style_id))
        card.dragged.connect(lambda position: self.dragged.emit(card.style_id, position))
        card.drag_ended.connect(self.drag_ended)
        return card

    def _leave_current(self, staying: set[str | None]) -> None:
        """The current card is about to go: the one before it that stays takes its place, and its focus."""
        place = self.column.place(self._current)
        neighbour = next(key for key in reversed(self.column.keys[:place]) if key in staying)
        card = self.cards.get(self._current)
        if card is not None and card.hasFocus():
            self.show_card(neighbour)
        else:
            self._set_current(neighbour)

    def _set_current(self, style_id: str | None) -> None:
        """Tab goes to one card only; the arrow keys go to the others."""
        if self._current in self.cards:
            self.cards[self._current].setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._current = style_id
        self.current_changed.emit()
        card = self.column.widget(style_id)
        if card is not None:
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
