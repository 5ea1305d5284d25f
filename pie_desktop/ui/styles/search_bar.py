"""Search, favourites and order of the style cards."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from pie_desktop.styles.finding import Sorting, Wanted
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.plain_text import plain

SORTING = "styles.sorting"  # the setting
ORDERS = {
    Sorting.OWN: "My own order",
    Sorting.NAME: "By name",
    Sorting.NEWEST: "Newest first",
    Sorting.LAST_USED: "Last used first",
    Sorting.MOST_USED: "Most used first",
}
_ICON = QSize(14, 14)


class _Field(QLineEdit):
    """Signals: left: the keyboard goes on to the cards."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class StyleSearchBar(QWidget):
    """A search field, a star, and the button of the order.

    Attributes:
        wanted: what is asked for.

    Signals:
        changed: it is something else.
        left: the keyboard goes on to the cards.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        kept = settings.text(SORTING)
        self.wanted = Wanted(sorting=next((one for one in Sorting if one.value == kept), Sorting.OWN))
        self.field = _Field(placeholderText="Search styles")
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName("Search styles")
        self.field.setToolTip("Words of the name or of tags; #word looks at tags alone (Esc clears it)")
        self.field.textChanged.connect(lambda text: self._set(replace(self.wanted, text=text)))
        self.field.left.connect(self.left)
        self.star = _button("mdi6.star-outline", "Show favourites only")
        self.star.setCheckable(True)
        self.star.clicked.connect(self.toggle_favorites)
        self.order = _button("mdi6.sort-variant", "Order of the styles")
        self.order.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._orders: dict[Sorting, QAction] = {}
        self.order.setMenu(self._menu())
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, SPACE, HALF_SPACE)
        row.setSpacing(HALF_SPACE)
        row.addWidget(self.field, 1)
        row.addWidget(self.star)
        row.addWidget(self.order)
        self._show()

    def clear(self) -> None:
        """Show all styles that are not archived."""
        self.field.clear()
        self._set(replace(self.wanted, text="", favorites=False))

    def toggle_favorites(self) -> None:
        """Show those with a star alone, or all."""
        self._set(replace(self.wanted, favorites=not self.wanted.favorites))

    def toggle_archived(self) -> None:
        """Show what was put away, too, or not."""
        self._set(replace(self.wanted, archived=not self.wanted.archived))

    def sort(self, sorting: Sorting) -> None:
        """Show the styles in this order, also after the next start."""
        self._settings.set(SORTING, sorting.value)
        self._set(replace(self.wanted, sorting=sorting))

    def _set(self, wanted: Wanted) -> None:
        if wanted != self.wanted:
            self.wanted = wanted
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        self.star.setChecked(self.wanted.favorites)
        self.star.setIcon(icon("mdi6.star" if self.wanted.favorites else "mdi6.star-outline"))
        self._orders[self.wanted.sorting].setChecked(True)
        self._archived.setChecked(self.wanted.archived)

    def _menu(self) -> QMenu:
        menu = QMenu(self.order)
        group = QActionGroup(menu)
        for sorting, text in ORDERS.items():
            action = self._orders[sorting] = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda checked=False, chosen=sorting: self.sort(chosen))
            group.addAction(action)
        self._orders[Sorting.OWN].setToolTip("Drag a card, or press Alt+Up and Alt+Down")
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        self._archived = menu.addAction("Show archived styles")
        self._archived.setCheckable(True)
        self._archived.triggered.connect(self.toggle_archived)
        return menu


def _button(name: str, said: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(_ICON)
    button.setToolTip(plain(said))
    button.setAccessibleName(said)
    return button
