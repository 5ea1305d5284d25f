"""The window: tabs, menus, messages; it connects the parts and does no work itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.controls import CompareKeys
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.commands import CommandList, Commands
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import PHOTO_FILTER
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.export.look_dialog import LookExport
from pie_desktop.ui.help import HelpWindow
from pie_desktop.ui.menus import TABS, TopBar, build_menus, define_commands, define_view_commands
from pie_desktop.ui.notifications import NotificationStack
from pie_desktop.ui.status_bar import StatusBar
from pie_desktop.ui.thumbnails.cache import ThumbnailClearing

if TYPE_CHECKING:
    from pie_desktop.ui.export.page import ExportPage
    from pie_desktop.ui.train.page import TrainPage


class MainWindow(QMainWindow):
    """Made once, with a context that outlives it.

    The Export and Train pages are made when they are first shown, so that the window opens sooner.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setWindowTitle("PIE Desktop")
        self.setAcceptDrops(True)
        self.commands = Commands(self)
        self.session = EditSession(context)
        self.canvas = Canvas(context)
        self._compare_keys = CompareKeys(self.canvas)
        self.thumbnail_clearing = ThumbnailClearing(context, self)
        self.look_export = LookExport(context, self.session, self)
        define_view_commands(self.commands, self.canvas)
        self.edit_page = EditPage(context, self.session, self.canvas, self.commands)
        define_commands(self)
        self.pages = QStackedWidget()
        self._export_page: ExportPage | None = None
        self._train_page: TrainPage | None = None
        self._help: HelpWindow | None = None
        build_menus(self)
        self._build_centre()
        self.setStatusBar(StatusBar(context, self.session))
        self.notifications = NotificationStack(context.notifier, self, self._height_below)
        self._connect()
        self._restore()

    def _height_below(self) -> int:
        """What messages stay above of: the status bar and the bar below the canvas."""
        return self.statusBar().height() + self.edit_page.photo_view.toolbar.height()

    # Pages

    def page(self, name: str) -> QWidget:
        """The page of a tab, made now if it was never shown."""
        if name == "Export":
            return self.export_page()
        if name == "Train":
            return self.train_page()
        return self.edit_page

    def export_page(self) -> ExportPage:
        if self._export_page is None:
            from pie_desktop.ui.export.page import ExportPage

            self._export_page = ExportPage(self.context)
            self.pages.addWidget(self._export_page)
        return self._export_page

    def train_page(self) -> TrainPage:
        if self._train_page is None:
            from pie_desktop.ui.train.page import TrainPage

            self._train_page = TrainPage(self.context)
            self.pages.addWidget(self._train_page)
        return self._train_page

    def show_tab(self, name: str) -> None:
        self.tabs.setCurrentIndex(TABS.index(name))

    def export(self, photos: Sequence[Path]) -> None:
        """Go to the Export tab with these photos."""
        if photos:
            self.export_page().set_sources(list(photos))
        self.show_tab("Export")

    def _on_tab(self, index: int) -> None:
        name, page = TABS[index], self.edit_page
        if name == "Export" and self._export_page is None:
            strip = page.filmstrip
            selected, folder = strip.selected_paths(), strip.folder
            if folder is not None and len(selected) < 2:
                # Of a folder the export takes the RAW photos of RAW + JPEG.
                selected = [folder] if strip.raw_pairs.show == "raw" else list(strip.model.paths)
            self.export_page().set_sources(selected)
        if name == "Export" and self.session.photo is not None:
            self.export_page().form.follow(self.session.state)
        self.pages.setCurrentWidget(self.page(name))
        self.page(name).setFocus()
        self._update_commands()

    # Opening

    def open_paths(self, chosen: Sequence[Path]) -> None:
        """Open photos and folders in the Edit tab."""
        if chosen:
            self.show_tab("Edit")
            self.edit_page.open_paths(chosen)

    def ask_for_photos(self) -> None:
        start = self.context.settings.get("open.folder", "")
        names, _ = QFileDialog.getOpenFileNames(self, "Open photos", start, PHOTO_FILTER)
        if names:
            self.context.settings.set("open.folder", str(Path(names[0]).parent))
            self.open_paths([Path(name) for name in names])

    def ask_for_folder(self) -> None:
        start = self.context.settings.get("open.folder", "")
        name = QFileDialog.getExistingDirectory(self, "Open folder", start)
        if name:
            self.context.settings.set("open.folder", name)
            self.open_paths([Path(name)])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        # The program that the files were dragged from waits until this returns.
        QTimer.singleShot(0, self, lambda: self.open_paths(paths))

    # Building

    def _build_centre(self) -> None:
        bar = TopBar(self.commands)
        self.tabs = bar.tabs
        line = QFrame()
        line.setProperty("role", "separator")
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (bar, line):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self.pages.addWidget(self.edit_page)

    def _connect(self) -> None:
        page, context = self.edit_page, self.context
        self.tabs.currentChanged.connect(self._on_tab)
        page.welcome.open_photos_requested.connect(self.ask_for_photos)
        page.welcome.open_folder_requested.connect(self.ask_for_folder)
        page.filmstrip.export_requested.connect(self.export)
        page.filmstrip.reference_requested.connect(page.styles.add_edits)
        page.styles.look_asked.connect(self.look_export.open)
        page.filmstrip.folder_changed.connect(lambda folder: context.settings.set("open.folder", str(folder)))
        for signal in (self.session.opened, self.session.opening, self.session.failed, self.canvas.view_changed):
            signal.connect(self._update_commands)
        self.session.history_changed.connect(self._update_commands)
        page.panels_changed.connect(self._update_commands)
        self.session.opening.connect(lambda path: self.setWindowTitle(f"{path.name} – PIE Desktop"))
        self._update_commands()

    # Commands

    def _update_commands(self) -> None:
        commands, editing = self.commands, self.pages.currentWidget() is self.edit_page
        photo = editing and self.session.photo is not None
        for name in ("zoom_fit", "zoom_actual", "zoom_toggle", "zoom_in", "zoom_out", "reset"):
            commands[name].setEnabled(photo)
        for name in ("next", "previous", "no_style", "filmstrip", "panel", "panels", "next_area"):
            commands[name].setEnabled(editing)
        commands["undo"].setEnabled(photo and self.session.can_undo)
        commands["redo"].setEnabled(photo and self.session.can_redo)
        for view in View:
            commands[f"view_{view.value}"].setEnabled(editing)
            commands[f"view_{view.value}"].setChecked(self.canvas.view is view)
        commands["filmstrip"].setChecked(self.edit_page.filmstrip.isVisibleTo(self.edit_page))
        commands["panel"].setChecked(self.edit_page.right.isVisibleTo(self.edit_page))
        commands["full_screen"].setChecked(self.isFullScreen())

    def export_selected(self) -> None:
        self.export(self.edit_page.filmstrip.selected_paths())

    def toggle_filmstrip(self) -> None:
        self.edit_page.show_panel(self.edit_page.filmstrip, not self.edit_page.filmstrip.isVisibleTo(self.edit_page))

    def toggle_panel(self) -> None:
        self.edit_page.show_panel(self.edit_page.right, not self.edit_page.right.isVisibleTo(self.edit_page))

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._update_commands()

    def go_to_next_area(self) -> None:
        areas = self.edit_page.focus_areas()
        focused = self.focusWidget()
        has = [index for index, area in enumerate(areas) if focused and (area is focused or area.isAncestorOf(focused))]
        areas[(has[-1] + 1) % len(areas) if has else 0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_commands(self) -> None:
        """The list of all commands (Ctrl+K)."""
        self.thumbnail_clearing.update_size()
        dialog = CommandList(self.commands, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        dialog.field.setFocus()

    def help_window(self) -> HelpWindow:
        if self._help is None:
            self._help = HelpWindow(self)
        return self._help

    def show_help(self) -> None:
        self.help_window().show_page()

    # Beginning and end

    def _restore(self) -> None:
        settings = self.context.settings
        self.resize(1440, 900)
        geometry = settings.get("window.geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        screen = self.screen().availableGeometry()
        if not screen.intersects(QRect(self.pos(), self.size())):
            self.move(screen.topLeft())
        self.resize(self.size().boundedTo(screen.size()))
        view = settings.get("canvas.view")
        if view in {known.value for known in View}:
            self.canvas.set_view(View(view))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Installing it again at a later show does no harm: Qt keeps a filter once.
        self.windowHandle().installEventFilter(self._compare_keys)
        self.context.display.follow(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        for page in (self._export_page, self._train_page):
            if page is not None and not page.can_close():
                event.ignore()
                return
        self.edit_page.remember()
        settings = self.context.settings
        settings.set("window.geometry", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        settings.set("canvas.view", self.canvas.view.value)
        self.session.close()
        if self._help is not None:
            self._help.close()
        event.accept()
