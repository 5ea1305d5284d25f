"""The window: tabs, menus, messages; it connects the parts and does no work itself."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.imaging.formats import READABLE_SUFFIXES
from pie_desktop.ui.canvas.canvas import ZOOM_STEP, Canvas
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.commands import CommandList, Commands
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.help.window import HelpWindow
from pie_desktop.ui.notifications import NotificationStack
from pie_desktop.ui.status_bar import StatusBar
from pie_desktop.ui.theme import COLOURS, SPACE, icon

TABS = ("Edit", "Export", "Train")
PHOTO_FILTER = f"Photos ({' '.join(sorted('*' + suffix for suffix in READABLE_SUFFIXES))});;All files (*)"


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
        self._define_view_commands()
        self.edit_page = EditPage(context, self.session, self.canvas, self.commands)
        self._define_commands()
        self.pages = QStackedWidget()
        self.tabs = QTabBar()
        self._made: dict[str, QWidget] = {}
        self._help: HelpWindow | None = None
        self._build_menus()
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
        if name not in self._made:
            self._made[name] = self._make_page(name)
            self.pages.addWidget(self._made[name])
        return self._made[name]

    def show_tab(self, name: str) -> None:
        self.tabs.setCurrentIndex(TABS.index(name))

    def _make_page(self, name: str) -> QWidget:
        if name == "Export":
            from pie_desktop.ui.export.page import ExportPage

            return ExportPage(self.context)
        if name == "Train":
            from pie_desktop.ui.train.page import TrainPage

            return TrainPage(self.context)
        return self.edit_page

    def _on_tab(self, index: int) -> None:
        page = self.page(TABS[index])
        if TABS[index] == "Export" and not self._export_chosen:
            self.export(self.edit_page.filmstrip.selected_paths(), show=False)
        self.pages.setCurrentWidget(page)
        page.setFocus()
        self._update_commands()

    _export_chosen = False

    def export(self, photos: Sequence[Path], show: bool = True) -> None:
        """Go to the Export tab with these photos."""
        page = self.page("Export")
        if photos:
            page.set_sources(list(photos))  # type: ignore[attr-defined]
        if show:
            self._export_chosen = True
            self.show_tab("Export")
            self._export_chosen = False

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

    def _define_view_commands(self) -> None:
        """What the bar below the canvas needs; the rest follows once the page is there."""
        add, canvas, keys = self.commands.add, self.canvas, QKeySequence.StandardKey
        for view, text, key, name in (
            (View.SPLIT, "Split", "S", "mdi6.compare"),
            (View.SIDE, "Side by side", "D", "mdi6.view-split-vertical"),
            (View.SINGLE, "Result only", "F", "mdi6.image-outline"),
        ):
            add(f"view_{view.value}", text, _setter(canvas.set_view, view), key, icon_name=name, checkable=True)
        add("zoom_fit", "Fit", canvas.fit, "Ctrl+0", icon_name="mdi6.fit-to-screen-outline", tip="Fit the whole photo")
        add("zoom_actual", "1:1", canvas.actual_size, "Ctrl+1", icon_name="mdi6.numeric-1-box-outline", tip="Real size")
        add("zoom_toggle", "Toggle fit and 1:1", canvas.toggle_fit, "Z")
        add("zoom_in", "Zoom in", lambda: canvas.zoom_by(ZOOM_STEP), keys.ZoomIn, "Ctrl+=", icon_name="mdi6.plus")
        add("zoom_out", "Zoom out", lambda: canvas.zoom_by(1 / ZOOM_STEP), keys.ZoomOut, icon_name="mdi6.minus")

    def _define_commands(self) -> None:
        add, page, keys = self.commands.add, self.edit_page, QKeySequence.StandardKey
        add("open", "Open photos…", self.ask_for_photos, keys.Open, icon_name="mdi6.image-plus")
        add("open_folder", "Open folder…", self.ask_for_folder, "Ctrl+Shift+O", icon_name="mdi6.folder-open-outline")
        add("export", "Export selected photos…", self._export_selected, "Ctrl+E", icon_name="mdi6.export-variant")
        add("quit", "Quit", self.close, keys.Quit, "Ctrl+Q")
        add("undo", "Undo", self.session.undo, keys.Undo, icon_name="mdi6.undo")
        add("redo", "Redo", self.session.redo, keys.Redo, "Ctrl+Y", icon_name="mdi6.redo")
        add("reset", "Reset strength", page.adjust.reset, "Ctrl+R", icon_name="mdi6.restore")
        add("next", "Next photo", _setter(page.step, 1), "Ctrl+Right", icon_name="mdi6.chevron-right")
        add("previous", "Previous photo", _setter(page.step, -1), "Ctrl+Left", icon_name="mdi6.chevron-left")
        add("filmstrip", "Filmstrip", self._toggle_filmstrip, "F7", checkable=True)
        add("panel", "Style panel", self._toggle_panel, "F8", checkable=True)
        add("panels", "Show or hide both panels", page.toggle_panels, "F9")
        add("full_screen", "Full screen", self._toggle_full_screen, "F11", checkable=True)
        add("next_area", "Go to the next area", self._next_area, "F6")
        for number, tab in enumerate(TABS, 1):
            add(f"tab_{tab.lower()}", f"{tab} tab", _setter(self.show_tab, tab), f"Alt+{number}")
        add("no_style", "No style", _setter(self.context.select_style, None), "Ctrl+Shift+0")
        add("commands", "All commands…", self.show_commands, "Ctrl+K", icon_name="mdi6.magnify")
        add("help", "Help", self.show_help, "F1", icon_name="mdi6.help-circle-outline")
        add("shortcuts", "Keyboard shortcuts", lambda: self.help_window().show_shortcuts(), "Ctrl+/")
        add("about", "About Qt", QApplication.aboutQt)

    def _build_menus(self) -> None:
        of_styles = self.edit_page.styles.actions_of_styles
        # One key, one meaning: in the whole window Ctrl+Z undoes the edit of the photo.
        of_styles.undo.setShortcut(QKeySequence())
        of_styles.new.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._menu("&File", "open", "open_folder", None, "export", None, "quit")
        self._menu("&Edit", "undo", "redo", None, "reset", None, "commands")
        view = self._menu("&View", "view_split", "view_side", "view_single", None, "zoom_fit", "zoom_actual")
        self._fill(view, "zoom_toggle", "zoom_in", "zoom_out", None, "next", "previous", None)
        self._fill(view, "filmstrip", "panel", "panels", "next_area", "full_screen", None)
        self._fill(view, "tab_edit", "tab_export", "tab_train")
        style = self.menuBar().addMenu("&Style")
        style.addActions([of_styles.new, of_styles.add, of_styles.details])
        style.addSeparator()
        style.addActions([of_styles.rename, of_styles.duplicate, of_styles.delete, of_styles.undo])
        style.addSeparator()
        style.addAction(self.commands["no_style"])
        self._menu("&Help", "help", "shortcuts", None, "about")

    def _menu(self, title: str, *names: str | None) -> QMenu:
        menu = self.menuBar().addMenu(title)
        menu.setToolTipsVisible(False)
        return self._fill(menu, *names)

    def _fill(self, menu: QMenu, *names: str | None) -> QMenu:
        for name in names:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self.commands[name])
        return menu

    def _build_centre(self) -> None:
        for tab in TABS:
            self.tabs.addTab(tab)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Pages")
        for index, tab in enumerate(TABS):
            self.tabs.setTabToolTip(index, self.commands[f"tab_{tab.lower()}"].toolTip())
        search = QPushButton(icon("mdi6.magnify", COLOURS.text_muted), "Commands   Ctrl+K")
        search.setProperty("flat", True)
        search.setToolTip(self.commands["commands"].toolTip())
        search.clicked.connect(self.show_commands)
        bar = QFrame()
        row = QHBoxLayout(bar)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(search)
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
        self.pages.addWidget(self.page("Edit"))

    def _connect(self) -> None:
        page, context = self.edit_page, self.context
        self.tabs.currentChanged.connect(self._on_tab)
        page.welcome.open_photos_requested.connect(self.ask_for_photos)
        page.welcome.open_folder_requested.connect(self.ask_for_folder)
        page.filmstrip.export_requested.connect(self.export)
        page.filmstrip.reference_requested.connect(page.styles.add_edits)
        page.filmstrip.folder_changed.connect(lambda folder: context.settings.set("open.folder", str(folder)))
        for signal in (self.session.opened, self.session.opening, self.session.failed, self.canvas.view_changed):
            signal.connect(self._update_commands)
        self.session.history_changed.connect(self._update_commands)
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

    def _export_selected(self) -> None:
        self.export(self.edit_page.filmstrip.selected_paths())

    def _toggle_filmstrip(self) -> None:
        self.edit_page.filmstrip.setVisible(not self.edit_page.filmstrip.isVisibleTo(self.edit_page))
        self._update_commands()

    def _toggle_panel(self) -> None:
        self.edit_page.right.setVisible(not self.edit_page.right.isVisibleTo(self.edit_page))
        self._update_commands()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._update_commands()

    def _next_area(self) -> None:
        areas = self.edit_page.focus_areas()
        focused = self.focusWidget()
        has = [index for index, area in enumerate(areas) if focused and (area is focused or area.isAncestorOf(focused))]
        areas[(has[-1] + 1) % len(areas) if has else 0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_commands(self) -> None:
        """The list of all commands (Ctrl+K)."""
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

    def closeEvent(self, event: QCloseEvent) -> None:
        for name in ("Export", "Train"):
            page = self._made.get(name)
            if page is not None and not page.can_close():  # type: ignore[attr-defined]
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


def _setter(function: Callable[..., object], value: object) -> Callable[[], object]:
    return lambda: function(value)
