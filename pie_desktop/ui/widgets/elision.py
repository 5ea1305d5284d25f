"""Names that are too long for their place, cut where they are like their neighbours and not where they differ."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import takewhile

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

ELLIPSIS = "…"
BEFORE = 4  # characters before the difference that are kept, too: of 0001 and 0011 not only the last digits
_MODES = (Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideLeft)


class Differences:
    """Where each of some names differs from the one that is most like it."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = sorted(set(names))

    def place(self, name: str) -> int:
        """Index of the first character that tells a name from all others that begin like it."""
        at = bisect_left(self._names, name)
        known = self._names[at : at + 1] == [name]
        neighbours = self._names[max(at - 1, 0) : at] + self._names[at + known : at + known + 1]
        return max((_alike(name, other) for other in neighbours), default=0)

    def elided(self, name: str, metrics: QFontMetrics, width: int) -> str:
        """The name in a width: in the middle, at the end or at the beginning, whichever keeps what differs."""
        place = self.place(name)
        for mode in _MODES:
            shown = metrics.elidedText(name, mode, width)
            if shown == name or (_shows(shown, name, place) and _shows(shown, name, max(place - BEFORE, 0))):
                return shown
        # It differs in the middle: the text around that place, as much as fits.
        start = max(place - BEFORE, 0)
        while start > 0 and metrics.horizontalAdvance(f"{ELLIPSIS}{name[start - 1 : place + 2]}{ELLIPSIS}") <= width:
            start -= 1
        return metrics.elidedText(ELLIPSIS + name[start:], Qt.TextElideMode.ElideRight, width)


def _alike(name: str, other: str) -> int:
    """How many characters at the beginning are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, other, strict=False)))


def _shows(shown: str, name: str, place: int) -> bool:
    head, _, tail = shown.partition(ELLIPSIS)
    return place < len(head) or len(name) - len(tail) <= place < len(name)


class NameDelegate(QStyledItemDelegate):
    """Paints the names of one column; `differences` is of all of them."""

    differences = Differences()

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        style = option.widget.style()
        place = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        option.text = self.differences.elided(option.text, option.fontMetrics, place.width() - 2 * margin)
        option.textElideMode = Qt.TextElideMode.ElideNone  # or the style, which knows nothing of the others, cuts again
