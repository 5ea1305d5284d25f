"""The line above the style cards: the current style of the folder, and whether it follows the style that is chosen."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

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

    def set_styles(self, styles: Sequence[Style]) -> None:
        """The styles that there are."""
        self.box.clear()
        self.box.addItem("Neutral", None)
        for style in styles:
            self.box.addItem(style.name, style.id)
        self._show()

    def _show(self) -> None:
        style = self._keeper.style
        self.box.setCurrentIndex(max(self.box.findData(style.style_id), 0))
        self.pin.setChecked(style.pinned)
        self.pin.setIcon(icon("mdi6.pin" if style.pinned else "mdi6.pin-off-outline"))
        self.pin.setToolTip(plain(PINNED if style.pinned else FOLLOWS))
