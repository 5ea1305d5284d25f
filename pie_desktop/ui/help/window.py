"""The help: a list of pages on the left, the page on the right."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut, QTextBlockFormat, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from pie_desktop.ui.help.pages import SHORTCUTS, HelpPage, load_pages
from pie_desktop.ui.help.shortcuts import shortcut_markdown
from pie_desktop.ui.theme import SPACE

LIST_WIDTH = 208
ROW_HEIGHT = 32
LINE_HEIGHT_PERCENT = 135.0


class HelpWindow(QWidget):
    """Opens beside the main window, so that it can be read while trying.

    The page of shortcuts lists those of the window that the help was opened from.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self._window = window
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
        self.browser.anchorClicked.connect(self._follow)
        for keys in (QKeySequence(Qt.Key.Key_Escape), QKeySequence(QKeySequence.StandardKey.Close)):
            QShortcut(keys, self).activated.connect(self.close)
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

    def _markdown(self, page: HelpPage) -> str:
        if page.name == SHORTCUTS:
            return f"{page.markdown}\n{shortcut_markdown(self._window)}\n"
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
