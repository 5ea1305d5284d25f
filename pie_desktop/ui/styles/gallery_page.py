"""The page of the style cards: search above them, the cards in the order that is asked for, and how they are moved."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from pie_desktop.engine.style_report import StyleReport
from pie_desktop.styles.finding import Sorting, StyleFinder
from pie_desktop.styles.marks import LibraryMarks
from pie_desktop.styles.style import Style
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.styles.gallery import StyleGallery
from pie_desktop.ui.styles.search_bar import StyleSearchBar
from pie_desktop.ui.theme import HALF_SPACE, SPACE
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.widgets.plain_text import PlainLabel

MANY = 8  # styles from which on the search is always there
_EDGE = 24  # px at the top and bottom where dragging scrolls
_SCROLL = 12  # px of each turn


class GalleryPage(QWidget):
    """Shows the styles that are asked for.

    Signals:
        shown: other cards, or the same in another order.
        move_requested: style id, and that of the style before which it is to stand, None for the end.
    """

    shown = Signal()
    move_requested = Signal(str, object)

    def __init__(self, loader: ThumbnailLoader, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gallery = StyleGallery(loader)
        self.search = StyleSearchBar(settings)
        self._finder = StyleFinder()
        self._reports: Mapping[str, StyleReport | None] = {}
        self._kept: str | None = None
        self._asked = False
        self.nothing = PlainLabel()
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setProperty("role", "muted")
        self.all_button = QPushButton("Show all styles")
        self.all_button.clicked.connect(self.search.clear)
        self.gallery.add_below(self._nothing_found())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.search)
        layout.addWidget(self.gallery, 1)
        self.search.changed.connect(self._on_wanted)
        self.search.left.connect(self._go_to_cards)
        self.gallery.dragged.connect(self._on_dragged)
        self.gallery.drag_ended.connect(self._on_drag_ended)
        self._dragging: tuple[str, QPoint] | None = None
        self._scrolling = QTimer(self, interval=16)
        self._scrolling.timeout.connect(self._scroll)
        self._find()

    @property
    def in_own_order(self) -> bool:
        """Whether cards can be moved."""
        return self.search.wanted.sorting is Sorting.OWN

    def set_library(
        self, styles: Sequence[Style], marks: LibraryMarks, reports: Mapping[str, StyleReport | None]
    ) -> None:
        """Show styles as they are now; see `StyleFinder` and `StyleGallery.set_styles`."""
        self._finder, self._reports = StyleFinder(styles, marks), reports
        self._find()

    def set_selected(self, style_id: str | None) -> None:
        """The style of the photo, which is shown even if it is archived."""
        self.gallery.set_selected(style_id)
        archived = self._finder.marks.of
        changed = {style for style in (self._kept, style_id) if style is not None and archived(style).archived}
        self._kept = style_id
        if changed:
            self._find()

    def start_search(self) -> None:
        """Give the search field the keyboard."""
        self._asked = True
        self._show_bar()
        self.search.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.field.selectAll()

    def reveal(self, style_id: str) -> None:
        """Make sure that a style is shown, whatever was searched for."""
        if style_id not in self.gallery.column:
            self.search.clear()

    def step(self, style_id: str, by: int) -> None:
        """Ask to move a style by so many places among those that are shown."""
        ids = [key for key in self.gallery.column.keys if key is not None]
        place = ids.index(style_id)
        target = place + by + (by > 0)  # the one before which it will stand
        if 0 <= place + by < len(ids):
            self._ask_to_move(style_id, ids, target)

    def _ask_to_move(self, style_id: str, ids: Sequence[str], target: int) -> None:
        before = ids[target] if target < len(ids) else None
        if before is None and self._finder.find(self.search.wanted, self._kept) != self._everything():
            before = self._following(ids[-1])  # the last of those found is seldom the last of all
        self.move_requested.emit(style_id, before)

    def _everything(self) -> list[Style]:
        return self._finder.marks.ordered(self._finder.styles)

    def _following(self, style_id: str) -> str | None:
        ids = [style.id for style in self._everything()]
        return next(iter(ids[ids.index(style_id) + 1 :]), None)

    # ---- what is shown

    def _on_wanted(self) -> None:
        self._find()
        self.gallery.verticalScrollBar().setValue(0)

    def _find(self) -> None:
        wanted = self.search.wanted
        found = self._finder.find(wanted, self._kept)
        self.gallery.set_styles(found, self._reports, self._finder.marks)
        none = not found and wanted.narrows
        self.nothing.setText(_said(wanted.text, wanted.favorites) if none else "")
        self._below.setVisible(none)
        self._show_bar()
        self.shown.emit()

    def _show_bar(self) -> None:
        wanted = self.search.wanted
        used = wanted.narrows or wanted.archived or wanted.sorting is not Sorting.OWN
        many = len(self._finder.styles) >= MANY or any(one.archived for one in self._finder.marks.styles.values())
        self.search.setVisible(many or used or self._asked)

    def _go_to_cards(self) -> None:
        found = [key for key in self.gallery.column.keys if key is not None]
        self.gallery.show_card(found[0] if found and self.search.wanted.narrows else self.gallery.current_id)

    def _nothing_found(self) -> QWidget:
        self._below = QWidget()
        column = QVBoxLayout(self._below)
        column.setContentsMargins(SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        column.setSpacing(SPACE + HALF_SPACE)
        column.addWidget(self.nothing)
        column.addWidget(self.all_button, alignment=Qt.AlignmentFlag.AlignCenter)
        self._below.hide()
        return self._below

    # ---- dragging a card

    def _on_dragged(self, style_id: str, position: QPoint) -> None:
        if not self.in_own_order:
            return
        self._dragging = (style_id, position)
        self.gallery.show_gap(self._gap(position))
        y = self.gallery.viewport().mapFromGlobal(position).y()
        near_edge = y < _EDGE or y > self.gallery.viewport().height() - _EDGE
        self._scrolling.start() if near_edge else self._scrolling.stop()

    def _on_drag_ended(self, position: QPoint | None) -> None:
        dragging, self._dragging = self._dragging, None
        self._scrolling.stop()
        self.gallery.show_gap(None)
        if dragging is None or position is None:
            return
        ids = [key for key in self.gallery.column.keys if key is not None]
        style_id, target = dragging[0], self._gap(position) - 1  # without neutral
        if style_id in ids and target not in (ids.index(style_id), ids.index(style_id) + 1):
            self._ask_to_move(style_id, ids, target)

    def _gap(self, position: QPoint) -> int:
        """The place before which a card would come; neutral stays the first."""
        column = self.gallery.column
        return max(column.gap_at(column.mapFromGlobal(position).y()), 1)

    def _scroll(self) -> None:
        if self._dragging is None:
            return
        bar, viewport = self.gallery.verticalScrollBar(), self.gallery.viewport()
        upper = viewport.mapFromGlobal(self._dragging[1]).y() < viewport.height() // 2
        bar.setValue(bar.value() + (-_SCROLL if upper else _SCROLL))
        self.gallery.show_gap(self._gap(self._dragging[1]))


def _said(text: str, favorites: bool) -> str:
    """That nothing was found."""
    words = " ".join(text.split())
    if words:
        which = "favourite" if favorites else "style"
        return f"No {which} has “{words}” in its name or its tags."
    return "No style has a star yet; its menu gives it one."
