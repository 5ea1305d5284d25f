"""Search, filter and order of the list of photos."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from pie_desktop.catalog.culling import SORT_KEYS, PhotoFilter, SortKey
from pie_desktop.imaging.metadata.marks import LABELS, MAX_STARS, Flag
from pie_desktop.ui.filmstrip.badges import flag_icon, label_icon
from pie_desktop.ui.theme import COLORS, HALF_SPACE, icon
from pie_desktop.ui.widgets.plain_text import plain

_FLAGS: dict[Flag, str] = {"pick": "Picked", "": "Without a flag", "reject": "Rejected"}
_STATES = (
    ("edited", True, "Edited"),
    ("edited", False, "Not edited"),
    ("exported", True, "Exported"),
    ("exported", False, "Not exported"),
    ("unsure", True, "The model is unsure"),
)
_ICON = QSize(14, 14)
WIDEST = 420  # in the grid its parts would drift apart


class FilterBar(QWidget):
    """A search field with two buttons; the second opens the filters.

    Attributes:
        filter, key, descending: what is chosen.

    Signals:
        changed: one of them is another one.
    """

    changed = Signal()

    def __init__(self, choices: Callable[[], tuple[list[str], list[str]]]) -> None:
        """`choices` gives the cameras and the styles that there are, for the menu."""
        super().__init__()
        self._choices = choices
        self.filter = PhotoFilter()
        self.key: SortKey = "name"
        self.descending = False
        self.search = QLineEdit(placeholderText="Search")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search photos")
        self.search.textChanged.connect(lambda text: self._set(replace(self.filter, text=text)))
        self.sort = _button("mdi6.sort-variant", "Order of the photos")
        self.sort.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.sort.setMenu(self._sort_menu())
        self.toggle = _button("mdi6.filter-variant", "Filter the photos", checkable=True)
        self.toggle.toggled.connect(self._show_filters)
        self.stars = [self._star(count) for count in range(1, MAX_STARS + 1)]
        self.flags = {flag: self._choice(flag_icon(flag), text, self._on_flags) for flag, text in _FLAGS.items()}
        self.labels = {
            label: self._choice(label_icon(label), label or "Without a label", self._on_labels)
            for label in (*LABELS, "")
        }
        self.more = _button("mdi6.dots-horizontal", "More to filter by")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.menu().aboutToShow.connect(self._fill_more)
        self.clear_button = _button("mdi6.filter-off-outline", "Show all photos")
        self.clear_button.clicked.connect(self.clear)
        self._filters = QWidget()
        self.setMaximumWidth(WIDEST)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(HALF_SPACE, 0, HALF_SPACE, HALF_SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addLayout(_row(self.search, self.sort, self.toggle))
        rows = QVBoxLayout(self._filters)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(_row(*self.stars, None, *self.flags.values()))
        rows.addLayout(_row(*self.labels.values(), None, self.more, self.clear_button))
        layout.addWidget(self._filters)
        self._filters.hide()
        self._show()

    @property
    def reviewing(self) -> bool:
        """Whether the order or the filter asks how sure the model is."""
        return self.key == "warning" or self.filter.unsure is not None

    def clear(self) -> None:
        """Show all photos; the order stays."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._set(PhotoFilter())

    def set_order(self, key: SortKey, descending: bool = False) -> None:
        """Sort by something."""
        if (key, descending) != (self.key, self.descending):
            self.key, self.descending = key, descending
            self._show()
            self.changed.emit()

    def set_filter(self, chosen: PhotoFilter) -> None:
        """Show what a filter takes."""
        self.search.setText(chosen.text)
        self._set(chosen)

    def _set(self, chosen: PhotoFilter) -> None:
        if chosen != self.filter:
            self.filter = chosen
            self._show()
            self.changed.emit()
        else:
            self._show()

    def _show(self) -> None:
        """Let the controls show what is chosen."""
        for count, button in enumerate(self.stars, 1):
            button.setIcon(_star_icon(count <= self.filter.stars))
            button.setChecked(count <= self.filter.stars)
        for flag, button in self.flags.items():
            button.setChecked(flag in self.filter.flags)
        for label, button in self.labels.items():
            button.setChecked(label in self.filter.labels)
        self.clear_button.setEnabled(self.filter.active)
        color = COLORS.accent if self.filter.active else COLORS.text
        self.toggle.setIcon(icon("mdi6.filter-variant", color))
        self.sort.setIcon(icon("mdi6.sort-variant", COLORS.accent if self.key != "name" else COLORS.text))
        for action in self.sort.menu().actions():
            if isinstance(action.data(), str):
                action.setChecked(action.data() == self.key)
        self._reverse.setChecked(self.descending)

    def _show_filters(self, shown: bool) -> None:
        self._filters.setVisible(shown)

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self.sort)
        group = QActionGroup(menu)
        for key, text in SORT_KEYS.items():
            action = QAction(text, menu, checkable=True)
            action.setData(key)
            action.triggered.connect(lambda checked=False, key=key: self.set_order(key, self.descending))
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        self._reverse = QAction("The other way round", menu, checkable=True)
        self._reverse.triggered.connect(lambda checked: self.set_order(self.key, checked))
        menu.addAction(self._reverse)
        return menu

    def _star(self, count: int) -> QToolButton:
        said = f"At least {count} star{'s' if count > 1 else ''}"
        button = self._choice(_star_icon(False), said, lambda: None)
        # The star that is chosen already takes the choice back.
        button.clicked.connect(
            lambda: self._set(replace(self.filter, stars=0 if self.filter.stars == count else count))
        )
        return button

    def _choice(self, sign: QIcon, said: str, run: Callable[[], None]) -> QToolButton:
        button = _button("", said, checkable=True)
        button.setIcon(sign)
        button.clicked.connect(lambda checked=False: run())
        return button

    def _on_flags(self) -> None:
        self._set(replace(self.filter, flags=frozenset(flag for flag, one in self.flags.items() if one.isChecked())))

    def _on_labels(self) -> None:
        self._set(
            replace(self.filter, labels=frozenset(label for label, one in self.labels.items() if one.isChecked()))
        )

    def _fill_more(self) -> None:
        menu = self.more.menu()
        menu.clear()
        cameras, styles = self._choices()
        entries = [*_STATES, *(("camera", name, name) for name in cameras), *(("style", name, name) for name in styles)]
        before = ""
        for name, value, text in entries:
            if before and name != before and name in ("camera", "style"):
                menu.addSeparator()
            before = name
            action = QAction(text.replace("&", "&&"), menu, checkable=True)
            action.setChecked(getattr(self.filter, name) == value)
            action.triggered.connect(lambda checked, name=name, value=value: self._on_more(name, value, checked))
            menu.addAction(action)

    def _on_more(self, name: str, value: object, checked: bool) -> None:
        wanted: dict[str, Any] = {name: value if checked else None}
        self._set(replace(self.filter, **wanted))


def _button(icon_name: str, said: str, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    if icon_name:
        button.setIcon(icon(icon_name))
    button.setIconSize(_ICON)
    button.setToolTip(plain(said))
    button.setAccessibleName(said)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _star_icon(filled: bool) -> QIcon:
    return icon("mdi6.star", COLORS.accent) if filled else icon("mdi6.star-outline", COLORS.text_muted)


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    return row
