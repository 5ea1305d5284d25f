"""The pages of a contact sheet, one at a time, with arrows to the others."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from pie_desktop.export.sheet_layout import Paper
from pie_desktop.ui.compare.sheet_jobs import SheetPage
from pie_desktop.ui.theme import SPACE, icon
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain


class SheetPages(QWidget):
    """Shows a page as large as there is room; a long one for a screen is as wide as that, and scrolls.

    Attributes:
        before, after: lead to the other pages.

    Signals:
        turned: number of the page that is wanted.
    """

    turned = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._view = PlainLabel()
        self._view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._view.setAccessibleName("Page of the contact sheet")
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._view)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.where = PlainLabel()
        self.where.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.before, self.after = self._arrow("left", "Page before", -1), self._arrow("right", "Next page", 1)
        turning = QHBoxLayout()
        for widget in (self.before, self.where, self.after):
            turning.addWidget(widget, int(widget is self.where))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(turning)

    def scale_of(self, paper: Paper) -> float:
        """Pixels of the screen per pixel of a page that is shown here; at most 1."""
        ratio = self.devicePixelRatioF()
        room = self._scroll.maximumViewportSize() * ratio
        if paper.trimmed:  # beside the scroll bar
            bar = self._scroll.verticalScrollBar().sizeHint().width() * ratio
            return min(1.0, (room.width() - bar) / paper.width)
        return min(1.0, room.width() / paper.width, room.height() / paper.height)

    def show_page(self, page: SheetPage | None) -> None:
        """Show a page; None for none."""
        pixmap = QPixmap() if page is None else QPixmap.fromImage(page.image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self._view.setPixmap(pixmap)
        number, count = (0, 0) if page is None else (page.number, page.count)
        self._number = number
        self.where.setText(f"Page {number + 1} of {count}" if count else "")
        self.before.setEnabled(number > 0)
        self.after.setEnabled(number + 1 < count)

    def show_progress(self, share: float, text: str) -> None:
        """Say what is done for the page to come; a model that reads a style for the first time takes long."""
        self.where.setText(text)

    def _arrow(self, side: str, name: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(f"mdi6.chevron-{side}"))
        button.setToolTip(plain(name))
        button.setAccessibleName(name)
        button.setEnabled(False)
        button.clicked.connect(lambda: self.turned.emit(self._number + by))
        return button
