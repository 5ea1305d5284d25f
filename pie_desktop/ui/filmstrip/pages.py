"""What stands in the place of the photos: themselves, or a sentence that says why there are none."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from pie_desktop.ui.widgets.labels import EmptyState
from pie_desktop.ui.widgets.plain_text import PlainLabel

BUSY_DELAY = 300  # ms: a quick listing shows no message that is gone before it can be read


class PhotoPages(QStackedWidget):
    """The photos, or one of three messages.

    Attributes:
        empty: nothing is open, or there is nothing in what is open; its button is connected by the owner.
        nothing_left: the filter hides all photos; its button is connected by the owner.
    """

    def __init__(self, photos: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos = photos
        self.empty = EmptyState("mdi6.folder-image", "Open folder…")
        self.nothing_left = EmptyState("mdi6.filter-off-outline", "Show all photos")
        self.nothing_left.set_text("No photo is as the filter wants it.")
        self._busy = PlainLabel("Reading the folder…")
        self._busy.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._busy.setProperty("role", "muted")
        for page in (photos, self.empty, self.nothing_left, self._busy):
            self.addWidget(page)
        self._busy_timer = QTimer(self, singleShot=True, interval=BUSY_DELAY)
        self._busy_timer.timeout.connect(lambda: self.setCurrentWidget(self._busy))

    def show_photos(self, any_left: bool = True) -> None:
        """Show the photos, or say that the filter leaves none."""
        self._busy_timer.stop()
        self.setCurrentWidget(self._photos if any_left else self.nothing_left)

    def show_reading(self) -> None:
        """Say that a folder is read, if that takes a while."""
        self.setCurrentWidget(self._photos)
        self._busy_timer.start()

    def show_empty(self, text: str) -> None:
        """Say why there are no photos, and what to do."""
        self.empty.set_text(text)
        self.setCurrentWidget(self.empty)
