"""The three panes of the Edit tab beside each other: which of them are shown, how wide, and the grid in their place."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.side_panel import SidePanel

DEFAULT_SIZES = [248, 872, 320]


class EditPanes(QSplitter):
    """Filmstrip, centre and side panel; both at the sides can be hidden and resized, and settings remember it.

    Signals:
        panels_changed: a side panel was hidden or shown.
        grid_changed: whether the thumbnails have the whole page.
        centre_wanted: what had the focus was hidden; the centre is to have it.
    """

    panels_changed = Signal()
    grid_changed = Signal(bool)
    centre_wanted = Signal()

    def __init__(self, filmstrip: Filmstrip, centre: QStackedWidget, right: SidePanel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._filmstrip, self._centre, self._right = filmstrip, centre, right
        self._beside_grid: tuple[bool, bool, list[int]] | None = None
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for widget in (filmstrip, centre, right):
            self.addWidget(widget)
        for index, stretch in enumerate((0, 1, 0)):
            self.setStretchFactor(index, stretch)
        filmstrip.setMinimumWidth(160)
        right.setMinimumWidth(280)

    def toggle_panels(self) -> None:
        """Hide both side panels, or show them again."""
        shown = not (self._filmstrip.isVisibleTo(self) or self._right.isVisibleTo(self))
        self.show_panel(self._filmstrip, shown)
        self.show_panel(self._right, shown)

    def toggle_panel(self, panel: QWidget) -> None:
        """Hide the filmstrip or the side panel, or show it again."""
        self.show_panel(panel, not panel.isVisibleTo(self))

    def show_panel(self, panel: QWidget, shown: bool) -> None:
        """Hide or show the filmstrip or the side panel; the focus does not stay on what is hidden."""
        focused = self.window().focusWidget()
        if not shown and focused is not None and panel.isAncestorOf(focused):
            self.centre_wanted.emit()
        panel.setVisible(shown)
        self.panels_changed.emit()

    @property
    def grid(self) -> bool:
        """Whether the thumbnails have the whole page."""
        return self._beside_grid is not None

    def show_grid(self, shown: bool) -> None:
        """Give the thumbnails the whole page, or return to the photo with the panels as they were."""
        if shown == self.grid:
            return
        strip = self._filmstrip
        if shown:
            panels = strip.isVisibleTo(self), self._right.isVisibleTo(self)
            self._beside_grid = (*panels, self.sizes())
            strip.show()
            self._centre.hide()
            self._right.hide()
            strip.setFocus()
        elif self._beside_grid is not None:
            filmstrip, panel, sizes = self._beside_grid
            self._beside_grid = None
            self._centre.show()
            strip.setVisible(filmstrip)
            self._right.setVisible(panel)
            self.setSizes(sizes)
            self.centre_wanted.emit()
        # The columns are others once the layout has settled.
        QTimer.singleShot(0, strip, lambda: strip.view.scrollTo(strip.view.currentIndex()))
        self.panels_changed.emit()
        self.grid_changed.emit(shown)

    def remember(self, settings: Settings) -> None:
        """Put the layout into the settings; the grid itself is not kept."""
        beside = self._filmstrip.isVisibleTo(self), self._right.isVisibleTo(self), self.sizes()
        filmstrip, panel, sizes = self._beside_grid or beside
        if filmstrip and panel:
            settings.set("edit.sizes", sizes)
        settings.set("edit.filmstrip", filmstrip)
        settings.set("edit.panel", panel)
        self._right.remember(settings)

    def restore(self, settings: Settings) -> None:
        """As it was remembered."""
        self.setSizes(settings.sizes("edit.sizes", 3) or DEFAULT_SIZES)
        self._right.restore(settings)
        self._filmstrip.setVisible(settings.get("edit.filmstrip") is not False)
        self._right.setVisible(settings.get("edit.panel") is not False)
