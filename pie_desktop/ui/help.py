"""The help window: Markdown pages from `resources/help`, and the keys that hold now."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut, QTextBlockFormat, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from pie_desktop import paths
from pie_desktop.ui.actions.keys import KeyMap, shown
from pie_desktop.ui.actions.sheet import with_keys
from pie_desktop.ui.theme import SPACE

SHORTCUTS = "6-shortcuts"


@dataclass(frozen=True)
class HelpPage:
    """One page; `name` is its file's name without suffix, `title` its first heading."""

    name: str
    title: str
    markdown: str


def load_pages(folder: Path | None = None) -> list[HelpPage]:
    """All pages; `{home}` in them stands for the folder of the program's own files."""
    pages = []
    files = (folder or paths.resource("help")).glob("*.md")
    for file in sorted(files, key=lambda file: int(file.stem.partition("-")[0])):
        text = file.read_text(encoding="utf-8").replace("{home}", str(paths.home_dir()))
        title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), file.stem)
        pages.append(HelpPage(file.stem, title, text))
    return pages


LIST_WIDTH = 208
ROW_HEIGHT = 32
LINE_HEIGHT_PERCENT = 135.0


class HelpWindow(QWidget):
    """Opens beside the main window, so that it can be read while trying.

    The page of shortcuts always lists the keys that hold now.
    """

    def __init__(self, window: QWidget, keys: KeyMap) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self._keys = keys
        self._pages = load_pages()
        self.setWindowTitle("PIE Desktop Help")
        self.resize(880, 640)
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_WIDTH)
        for page in self._pages:
            item = QListWidgetItem(f"  {page.title}", self.list)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
        self.list.setAccessibleName("Help pages")
        self.browser = QTextBrowser()
        self.browser.setOpenLinks(False)
        self.browser.document().setDocumentMargin(3 * SPACE)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.browser, 1)
        self.list.currentRowChanged.connect(self._show_row)
        keys.changed.connect(self._show_again)
        self.browser.anchorClicked.connect(self._follow)
        for closing in (QKeySequence(Qt.Key.Key_Escape), QKeySequence(QKeySequence.StandardKey.Close)):
            QShortcut(closing, self).activated.connect(self.close)
        self.list.setCurrentRow(0)

    def show_page(self, name: str = "") -> None:
        """Shows the window with a page such as `4-export`; without a name, with the page last read."""
        row = next((row for row, page in enumerate(self._pages) if page.name == name), -1)
        if row >= 0:
            self.list.setCurrentRow(row)
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    def show_shortcuts(self) -> None:
        self.show_page(SHORTCUTS)

    def _show_row(self, row: int) -> None:
        if 0 <= row < len(self._pages):
            self.browser.setMarkdown(self._markdown(self._pages[row]))
            _format(self.browser.document())
            self.browser.moveCursor(QTextCursor.MoveOperation.Start)

    def _show_again(self) -> None:
        self._show_row(self.list.currentRow())

    def _markdown(self, page: HelpPage) -> str:
        if page.name == SHORTCUTS:
            return with_keys(page.markdown, lambda action_id: [shown(key) for key in self._keys.of(action_id)])
        return page.markdown

    def _follow(self, url: QUrl) -> None:
        name = url.path().rsplit("/", 1)[-1].removesuffix(".md")
        for row, page in enumerate(self._pages):
            if page.name == name:
                self.list.setCurrentRow(row)


def _format(document: QTextDocument) -> None:
    """Air between lines and around headings; tables without frames. Markdown has no style sheet of its own."""
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        layout = block.blockFormat()
        level = layout.headingLevel()
        layout.setLineHeight(LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if level:
            layout.setTopMargin(0 if level == 1 else 2 * SPACE)
            layout.setBottomMargin(SPACE)
        cursor.setBlockFormat(layout)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            table = frame.format()
            table.setBorder(0)
            table.setCellPadding(4)
            table.setCellSpacing(0)
            frame.setFormat(table)
