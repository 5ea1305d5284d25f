"""The line above the style cards: the current style of the folder, and whether it follows the style that is chosen."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from pie_desktop.styles.marks import LibraryMarks
from pie_desktop.styles.style import Style
from pie_desktop.ui.editor.folder_style import FolderStyleKeeper
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

ABOUT = "Photos of this folder that have no edit of their own open, and are exported, in this style."
PINNED = "Pinned: the folder keeps its style. Choosing a style changes the open or selected photos alone."
FOLLOWS = "Not pinned: a style that you choose becomes the folder's, too. Press to keep the folder's style."


class FolderStyleRow(QWidget):
    """Shows and changes what a `FolderStyleKeeper` keeps."""

    def __init__(self, keeper: FolderStyleKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._styles: Sequence[Style] = ()
        self._marks = LibraryMarks()
        self._offered: list[tuple[str, str]] = []
        label = PlainLabel("Folder")
        label.setProperty("role", "muted")
        self.box = ComboBox()
        self.box.setAccessibleName("Style of the folder")
        self.box.setToolTip(plain(ABOUT))
        self.box.addItem("Neutral", None)
        label.setBuddy(self.box)
        self.pin = QToolButton()
        self.pin.setCheckable(True)
        self.pin.setAccessibleName("Keep the style of the folder")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, 0, SPACE, HALF_SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(label)
        layout.addWidget(self.box, 1)
        layout.addWidget(self.pin)
        self._show()
        keeper.changed.connect(self._show)
        self.box.activated.connect(lambda _index: keeper.choose(self.box.currentData()))
        self.pin.clicked.connect(keeper.pin)

    def set_styles(self, styles: Sequence[Style], marks: LibraryMarks) -> None:
        """The styles that there are, and what is noted about them."""
        self._styles, self._marks = styles, marks
        self._fill()
        self._show()

    def _fill(self) -> None:
        """Offer the styles that are not archived, and that of the folder."""
        chosen = self._keeper.style.style_id
        offered = [
            (style.name, style.id)
            for style in self._marks.ordered(self._styles)
            if style.id == chosen or not self._marks.of(style.id).archived
        ]
        if offered != self._offered:
            self._offered = offered
            self.box.clear()
            self.box.addItem("Neutral", None)
            for name, style_id in offered:
                self.box.addItem(name, style_id)

    def _show(self) -> None:
        style = self._keeper.style
        if self.box.findData(style.style_id) < 0:  # it may be an archived one
            self._fill()
        self.box.setCurrentIndex(max(self.box.findData(style.style_id), 0))
        self.pin.setChecked(style.pinned)
        self.pin.setIcon(icon("mdi6.pin" if style.pinned else "mdi6.pin-off-outline"))
        self.pin.setToolTip(plain(PINNED if style.pinned else FOLLOWS))
