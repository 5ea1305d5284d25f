"""The main window: tabs, menus, messages; it connects the parts and does no work itself."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from pie_desktop.edit.versions import Source
from pie_desktop.styles.style_file import is_style_file
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.controls import CompareKeys
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.canvas.photo_menu import PhotoMenu
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import ask_for_folder, ask_for_photos
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.clipboard import EditClipboard
from pie_desktop.ui.editor.series import Matching
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.export.look_dialog import LookExport
from pie_desktop.ui.filmstrip.culling import Culling
from pie_desktop.ui.last_state import LastState
from pie_desktop.ui.many_photos import bind_copying, bind_matching, bind_page, bind_rating, bind_teaching
from pie_desktop.ui.menus import TopBar, build_menus
from pie_desktop.ui.notifications import NotificationStack
from pie_desktop.ui.pages import TABS, Pages
from pie_desktop.ui.photo_alone import PhotoAlone
from pie_desktop.ui.recent import RecentFolders
from pie_desktop.ui.status_bar import StatusBar
from pie_desktop.ui.thumbnails.clearing import ThumbnailClearing
from pie_desktop.ui.undoing import UndoOrder
from pie_desktop.ui.widgets import accessible
from pie_desktop.ui.widgets.labels import separator
from pie_desktop.ui.window_actions import (
    bind_adjusting,
    bind_edit_actions,
    bind_file_actions,
    bind_view_actions,
    bind_window_actions,
    enable_actions,
)
from pie_desktop.ui.window_dialogs import WindowDialogs
from pie_desktop.ui.window_size import USUAL, BoundedArea, fit_with_frame, place_within_screen

SAID_MS = 2500  # how long the status bar says what a key has done
FRAME_MS = (0, 250)  # when the window has been shown; some systems give it its frame late


class MainWindow(QMainWindow):
    """Made once, with a context that outlives it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        accessible.install()
        self.context = context
        self.setWindowTitle("PIE Desktop")
        self.setAcceptDrops(True)
        self.commands = Commands(self, context.keys)
        self.session = EditSession(context, self)
        self.canvas = Canvas(context)
        self._compare_keys = CompareKeys(self.canvas, context.keys)
        self.thumbnail_clearing = ThumbnailClearing(context, self)
        self.look_export = LookExport(context, self.session, self)
        bind_view_actions(self.commands, self.canvas)
        self.edit_page = EditPage(context, self.session, self.canvas, self.commands)
        bind_file_actions(self.commands, self, self.look_export.open, self.thumbnail_clearing)
        self.undoing = UndoOrder(self.session.keeper, context.steps)
        bind_edit_actions(self.commands, self.undoing, self.edit_page)
        self.photo_alone = PhotoAlone(self, self._around_photo, self.canvas)
        self.recent_folders = RecentFolders(context.settings, self)
        raw_pairs = self.edit_page.filmstrip.raw_pairs
        clearing, recent = self.thumbnail_clearing, self.recent_folders
        self.dialogs = WindowDialogs(self, context, self.commands, clearing, raw_pairs, recent)
        bind_window_actions(self.commands, self, self.dialogs, self.photo_alone, context.display)
        self.edit_clipboard = EditClipboard(context, self.session, self.session.several, self)
        self.culling = Culling(self.edit_page.filmstrip, context.settings, context.steps)
        bind_rating(self.commands, self.culling, context)
        bind_copying(self.commands, self.edit_clipboard)
        bind_adjusting(self.commands, context, self.session, self.edit_page, self)
        self.matching = Matching(context, self.session, self.edit_page.filmstrip)
        bind_matching(self.commands, self.matching, self.edit_page)
        self.teacher = bind_teaching(self.commands, context, self.session, self.edit_page)
        bind_page(self.commands, self.edit_page)
        self.photo_menu = PhotoMenu(self.canvas, self.commands)
        self.pages = Pages(context, self.edit_page)
        self.pages.made.connect(self.commands.include)
        build_menus(self.menuBar(), self.commands, self.thumbnail_clearing, self.recent_folders)
        self._build_centre()
        self.setStatusBar(StatusBar(context, self.session))
        self.culling.said.connect(lambda text: self.statusBar().showMessage(text, SAID_MS))
        self.notifications = NotificationStack(context.notifier, self, self._height_below)
        self._connect()
        self._restore()
        self.last_state = LastState(context, self, self.tabs, self.edit_page, self.session, self._remember)

    def _height_below(self) -> int:
        """What messages stay above of: the status bar and the bar below the canvas."""
        return self.statusBar().height() + self.edit_page.photo_view.toolbar.height()

    # Pages

    def show_tab(self, name: str) -> None:
        self.tabs.setCurrentIndex(TABS.index(name))

    def export(self, photos: Sequence[Source]) -> None:
        """Go to the Export tab with these photos and virtual copies."""
        self.show_tab("Export")
        if photos:
            self.pages.export_page().set_sources(list(photos), "The photos that you chose for this export")

    def _on_tab(self, index: int) -> None:
        self.photo_alone.leave()
        name = TABS[index]
        if name == "Export":
            self.pages.show_export()
        self.pages.setCurrentWidget(self.pages.page(name))
        self.pages.page(name).setFocus()
        self.commands.refresh(name)

    # Opening

    def open_paths(self, chosen: Sequence[Path]) -> None:
        """Open photos and folders in the Edit tab, and take in styles."""
        if not chosen:
            return
        self.show_tab("Edit")
        self.edit_page.styles.import_styles([path for path in chosen if is_style_file(path)])
        photos = [path for path in chosen if not is_style_file(path)]
        if photos:
            self.edit_page.open_paths(photos)

    def ask_for_photos(self) -> None:
        self.open_paths(ask_for_photos(self, self.context.settings))

    def ask_for_folder(self) -> None:
        self.open_paths(ask_for_folder(self, self.context.settings))

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
        self.top = bar = TopBar(self.commands)
        self.tabs = bar.tabs
        centre = BoundedArea()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (bar, separator()):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        page = self.edit_page
        self.tabs.currentChanged.connect(self._on_tab)
        page.welcome.open_photos_requested.connect(self.ask_for_photos)
        page.welcome.open_folder_requested.connect(self.ask_for_folder)
        page.filmstrip.export_requested.connect(self.export)
        page.filmstrip.reference_requested.connect(page.styles.add_edits)
        page.styles.look_requested.connect(self.look_export.open)
        page.filmstrip.folder_changed.connect(self.recent_folders.add)
        page.welcome.recent.follow(self.recent_folders)
        self.recent_folders.chosen.connect(lambda folder: self.open_paths([folder]))
        parts = (page, self.photo_alone, self.thumbnail_clearing)
        enable_actions(self.commands, self.context, self.session, self.undoing, *parts)
        self.canvas.view_changed.connect(self._show_checks)
        page.panes.panels_changed.connect(self._show_checks)
        self.photo_alone.changed.connect(self._show_checks)
        self.session.opening.connect(lambda path: self.setWindowTitle(f"{path.name} – PIE Desktop"))
        self.commands.refresh()
        self._show_checks()

    # Commands

    def _show_checks(self) -> None:
        commands = self.commands
        for view in View:
            commands[f"view_{view.value}"].setChecked(self.canvas.view is view)
        commands["clipping"].setChecked(self.canvas.warnings)
        commands["filmstrip"].setChecked(self.edit_page.filmstrip.isVisibleTo(self.edit_page))
        commands["panel"].setChecked(self.edit_page.right.isVisibleTo(self.edit_page))
        commands["photo_alone"].setChecked(self.photo_alone.on)
        commands["full_screen"].setChecked(self.isFullScreen())

    def export_selected(self) -> None:
        self.export(self.edit_page.filmstrip.selection.versions())

    def toggle_filmstrip(self) -> None:
        self.edit_page.panes.toggle_panel(self.edit_page.filmstrip)

    def toggle_panel(self) -> None:
        self.edit_page.panes.toggle_panel(self.edit_page.right)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._show_checks()

    def _around_photo(self) -> list[QWidget]:
        page = self.edit_page
        return [self.menuBar(), self.top, page.filmstrip, page.right, page.photo_view.toolbar, self.statusBar()]

    def go_to_next_area(self) -> None:
        areas = self.edit_page.focus_areas()
        focused = self.focusWidget()
        has = [index for index, area in enumerate(areas) if focused and (area is focused or area.isAncestorOf(focused))]
        areas[(has[-1] + 1) % len(areas) if has else 0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Beginning and end

    def _restore(self) -> None:
        settings = self.context.settings
        self.resize(USUAL)
        geometry = settings.text("window.geometry")
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        place_within_screen(self)
        view = settings.text("canvas.view")
        if view in {known.value for known in View}:
            self.canvas.set_view(View(view))

    def restore_last(self) -> None:
        """Open what was open last."""
        self.last_state.restore()

    def _remember(self) -> None:
        if self.photo_alone.on:
            return  # what is hidden for the moment is no layout
        self.edit_page.remember()
        settings = self.context.settings
        settings.set("window.geometry", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        settings.set("canvas.view", self.canvas.view.value)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Installing it again at a later show does no harm: Qt keeps a filter once.
        self.windowHandle().installEventFilter(self._compare_keys)
        self.context.display.follow(self)
        for delay in FRAME_MS:
            QTimer.singleShot(delay, self, lambda: fit_with_frame(self))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.pages.can_close():
            event.ignore()
            return
        self.photo_alone.leave()
        self.edit_page.cropping.leave()
        self.last_state.keep()
        self.session.close()
        self.dialogs.close_help()
        event.accept()
