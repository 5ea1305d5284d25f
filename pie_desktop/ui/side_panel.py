"""The right side of the Edit tab: histogram; styles, adjustments or history; and below them the strength."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QTabBar, QVBoxLayout, QWidget

from pie_desktop.ui.adjust.adjustments import AdjustmentsPanel
from pie_desktop.ui.adjust.panel import AdjustPanel
from pie_desktop.ui.editor.history_panel import HistoryPanel
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.styles.panel import StylePanel
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.labels import heading, separator

TABS = ("Styles", "Adjust", "History")
TALL_LINES = 60  # of the window's font


class SidePanel(QFrame):
    """Styles, adjustments and history share one place, by tabs; where the window is tall enough, all are there.

    The line above the sliders can be moved, and the sliders scroll if they must. Below the adjustments and the history,
    which need the room, they are folded at first; for each page the user's choice is kept.

    Attributes:
        tabs: the tabs; choosing one shows its page.
        splitter: the pages above, the sliders below.
        tall: whether all pages are shown.
    """

    def __init__(
        self,
        top: QWidget,
        styles: StylePanel,
        adjustments: AdjustmentsPanel,
        history: HistoryPanel,
        adjust: AdjustPanel,
    ) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.tall = False
        self._divided = False  # by the user, now or before
        self._adjust = adjust
        self._styles, self._adjustments, self._history = styles, adjustments, history
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Styles, adjustments and history")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for name in TABS:
            self.tabs.addTab(name)
        self._both = QSplitter(Qt.Orientation.Vertical)
        self._both.setHandleWidth(1)
        self._both.setChildrenCollapsible(False)
        for page, stretch in ((styles, 3), (adjustments, 4), (history, 2)):
            self._both.addWidget(page)
            self._both.setStretchFactor(self._both.indexOf(page), stretch)
        self.tabs.currentChanged.connect(self._show_pages)
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, SPACE, 0)
        head.addWidget(self.tabs)
        self._title = heading("STYLES")
        self._title.setContentsMargins(SPACE, SPACE, 0, SPACE)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(styles.taste_button)
        head.addWidget(styles.new_button)
        column.addLayout(head)
        column.addWidget(self._both, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName("Sliders")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the controls in it
        scroll.setWidget(adjust)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(above)
        self.splitter.addWidget(scroll)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.splitterMoved.connect(self._on_moved)
        self._folded = {name: name != TABS[0] for name in TABS}
        adjust.folded.connect(self._on_folded)
        adjust.height_changed.connect(lambda: None if self._divided else self._divide())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top)
        layout.addWidget(separator())
        layout.addWidget(self.splitter, 1)
        self._show_pages()

    def show_page(self, name: str) -> None:
        """Show a page of `TABS`."""
        self.tabs.setCurrentIndex(TABS.index(name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        tall = self.height() >= TALL_LINES * self.fontMetrics().height()
        if tall != self.tall:
            self.tall = tall
            self._show_pages()
        if not self._divided:
            self._divide()

    def _on_moved(self) -> None:
        self._divided = True

    def _on_folded(self, folded: bool) -> None:
        self._folded[TABS[self.tabs.currentIndex()]] = folded
        self._divided = False  # for what was shown then
        self._divide()

    def _divide(self) -> None:
        """The sliders get what they need, and no more than half."""
        layout, whole = self._adjust.layout(), sum(self.splitter.sizes())
        if layout is None or not whole:
            return
        needed = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else layout.sizeHint().height()
        needed = min(needed, whole // 2)
        self.splitter.setSizes([whole - needed, needed])

    def _show_pages(self) -> None:
        chosen = TABS[self.tabs.currentIndex()]
        self._styles.setVisible(self.tall or chosen == "Styles")
        self._adjustments.setVisible(self.tall or chosen == "Adjust")
        self._history.setVisible(self.tall or chosen == "History")
        for button in (self._styles.taste_button, self._styles.new_button):
            button.setVisible(self._styles.isVisibleTo(self))
        self.tabs.setVisible(not self.tall)
        self._title.setVisible(self.tall)
        self._adjust.fold.setVisible(not self.tall)
        self._adjust.set_folded(self._folded[chosen] and not self.tall)
        self._adjustments.set_titled(self.tall)
        self._history.set_titled(self.tall)

    def remember(self, settings: Settings) -> None:
        """Put the layout into the settings."""
        settings.set("edit.side_page", TABS[self.tabs.currentIndex()])
        settings.set("edit.side_folded", [name for name, folded in self._folded.items() if folded])
        if self._divided and all(self.splitter.sizes()):
            settings.set("edit.side_sizes", self.splitter.sizes())

    def restore(self, settings: Settings) -> None:
        """As it was remembered; at first the sliders get what they need, the rest is for the page above."""
        folded = settings.get("edit.side_folded")
        if isinstance(folded, list):
            self._folded = {name: name in folded for name in TABS}
        name = settings.text("edit.side_page", TABS[0])
        self.show_page(name if name in TABS else TABS[0])
        self._show_pages()
        sizes = settings.sizes("edit.side_sizes", 2)
        if sizes is not None and all(sizes):
            self.splitter.setSizes(sizes)
            self._divided = True
