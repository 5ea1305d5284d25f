"""A column of widgets of which only those in sight, and a few around them, exist: thousands cost what a dozen do."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

Key = TypeVar("Key", bound=Hashable)
W = TypeVar("W", bound=QWidget)

AROUND = 400  # px above and below what is in sight, where widgets are made ahead
KEPT = 1200  # px beyond which they are given up
SPARE = 24  # widgets that are kept for other keys
ALL = 16  # widgets that are made at once where there are no more


def stepped(count: int, place: int | None, event: QKeyEvent, page: int = 1) -> int | None:
    """The place that an arrow, Home, End or page key leads to from another one; None for other keys.

    Args:
        count: of places.
        place: where the focus is, None for nowhere.
        page: how many places a page key goes.
    """
    if place is None:
        return None
    last = count - 1
    targets = {
        Qt.Key.Key_Up: max(place - 1, 0),
        Qt.Key.Key_Down: min(place + 1, last),
        Qt.Key.Key_PageUp: max(place - page, 0),
        Qt.Key.Key_PageDown: min(place + page, last),
        Qt.Key.Key_Home: 0,
        Qt.Key.Key_End: last,
    }
    # With other keys held down, they may be those of an action.
    return targets.get(Qt.Key(event.key())) if not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier else None


class ColumnSignals(QObject):
    """Signals of a `CardColumn`, which is generic and so cannot have its own.

    Signals:
        made: widgets were made.
        placed: the column has another place or height.
        moved_by: what is in sight has moved by this many px, as what is above it became higher or lower.
    """

    made = Signal()
    placed = Signal()
    moved_by = Signal(int)


class CardColumn(QWidget, Generic[Key, W]):
    """Widgets by key, one below the other, each as high as it wants to be.

    Those that have not been made yet are taken to be as high as the usual one.

    Args:
        make: the widget of a key: a new one, or one that is given, which was another key's before.
        held: keys whose widgets have to be there, wherever they are.

    Attributes:
        keys: in order, see `set_keys`.
        widgets: those that are there, by key, in order.
    """

    def __init__(
        self, make: Callable[[Key, W | None], W], held: Callable[[], Collection[Key]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make, self._held = make, held
        self.signals = ColumnSignals(self)
        self.keys: Sequence[Key] = ()
        self.widgets: dict[Key, W] = {}
        self._spare: list[W] = []
        self._places: dict[Key, int] = {}
        self._heights: dict[Key, int] = {}
        self._tops: list[int] = [0]
        self._usual = 0
        self._spacing = 0
        self._sight = (0, 0)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_keys(self, keys: Sequence[Key]) -> None:
        """Show these, each once; widgets of keys that stay are kept."""
        self.keys = keys
        self._places = {key: place for place, key in enumerate(keys)}
        for gone in [key for key in self.widgets if key not in self._places]:
            self._give_up(gone)
        self._heights = {key: height for key, height in self._heights.items() if key in self._places}
        self._sort()
        self._arrange()
        self._fill()

    def set_spacing(self, spacing: int) -> None:
        """Px between two widgets."""
        self._spacing = spacing
        self._arrange()

    def place(self, key: Key) -> int:
        """Position of a key among all. Raises KeyError."""
        return self._places[key]

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def widget(self, key: Key) -> W | None:
        """The widget of a key, made now if it is not there; None for an unknown one."""
        if key not in self._places:
            return None
        if key not in self.widgets:
            self._add([key])
        return self.widgets[key]

    def gap_at(self, y: int) -> int:
        """The place before which something dropped at `y` belongs, 0 to the number of keys."""
        middles = ((above + below) / 2 for above, below in pairwise(self._tops))
        return sum(y > middle for middle in middles)

    def gap_top(self, place: int) -> int:
        """Where the line is that shows the gap before a place."""
        return max(self._tops[place] - self._spacing // 2 - 1, 0)

    def show_part(self, top: int, height: int) -> None:
        """What is in sight now: make what is there, give up what is far from it."""
        self._sight = (top, height)
        self._fill()

    def usual_changed(self, spacing: int) -> None:
        """The widgets want other heights than before, with so many px between them."""
        self._heights.clear()
        self._spacing = spacing
        self._arrange()

    def heightForWidth(self, width: int) -> int:
        taller = sum(_height(widget, width) - self._heights[key] for key, widget in self.widgets.items())
        return max(self._tops[-1] - self._spacing + taller, 0)

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange(self._anchor())
        self.signals.placed.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.signals.placed.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a widget wants another height
            self._arrange(self._anchor())
            return True
        return super().event(event)

    def _fill(self) -> None:
        top, height = self._sight
        if len(self.keys) <= ALL:
            near: set[Key] = set(self.keys)
        else:
            near = set(self._between(top - AROUND, top + height + AROUND))
        held = set(self._held())
        kept = near | held | set(self._between(top - KEPT, top + height + KEPT))
        for far in [key for key in self.widgets if key not in kept]:
            self._give_up(far)
        self._add([key for key in self.keys if key in near and key not in self.widgets])

    def _between(self, top: int, bottom: int) -> Sequence[Key]:
        first = max(bisect_right(self._tops, top) - 1, 0)
        return self.keys[first : bisect_left(self._tops, bottom)]

    def _add(self, keys: Sequence[Key]) -> None:
        if not keys:
            return
        for key in keys:
            widget = self.widgets[key] = self._make(key, self._spare.pop() if self._spare else None)
            if widget.parent() is not self:
                widget.setParent(self)
        self._sort()
        for key in keys:
            self.widgets[key].show()
        self._arrange(self._anchor())
        self.signals.made.emit()

    def _sort(self) -> None:
        self.widgets = dict(sorted(self.widgets.items(), key=lambda item: self._places[item[0]]))

    def _give_up(self, key: Key) -> None:
        widget = self.widgets.pop(key)
        widget.hide()
        if len(self._spare) < SPARE:
            self._spare.append(widget)
        else:
            widget.deleteLater()

    def _anchor(self) -> Key | None:
        """The first key in sight, which is to stay where it is; None at the very top."""
        top = self._sight[0]
        return next(iter(self._between(top, top + 1)), None) if top > 0 else None

    def _arrange(self, anchor: Key | None = None) -> None:
        """Measure the widgets, and put each in its place."""
        width = self.width()
        before = self._tops[self._places[anchor]] if anchor is not None else 0
        for key, widget in self.widgets.items():
            self._heights[key] = _height(widget, width)
        self._usual = _commonest(self._heights.values())
        tops = [0]
        for key in self.keys:
            tops.append(tops[-1] + self._heights.get(key, self._usual) + self._spacing)
        self._tops = tops
        for key, widget in self.widgets.items():
            widget.setGeometry(QRect(0, tops[self._places[key]], width, self._heights[key]))
        # Asked for, and not set: the scroll bar that comes with more height makes the column narrower, and so higher.
        self.updateGeometry()
        if anchor is not None and tops[self._places[anchor]] != before:
            self.signals.moved_by.emit(tops[self._places[anchor]] - before)


def _height(widget: QWidget, width: int) -> int:
    layout = widget.layout()
    if layout is not None and layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width)
    return widget.sizeHint().height()


def _commonest(heights: Collection[int]) -> int:
    values = list(heights)
    return max(set(values), key=values.count, default=0)
