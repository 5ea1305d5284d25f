"""The commands of the main window with their keys, the menus, and the bar above the pages."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QMenuBar, QPushButton, QTabBar, QToolButton

from pie_desktop.ui.canvas.canvas import ZOOM_STEP, Canvas
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.commands import Commands
from pie_desktop.ui.display import DisplayColors
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.pages import TABS
from pie_desktop.ui.styles.actions import StyleActions
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.thumbnails.clearing import TEXT, ThumbnailClearing
from pie_desktop.ui.widgets.plain_text import plain


class WindowActions(Protocol):
    """What commands ask of the window itself."""

    def ask_for_photos(self) -> None: ...
    def ask_for_folder(self) -> None: ...
    def export_selected(self) -> None: ...
    def toggle_filmstrip(self) -> None: ...
    def toggle_panel(self) -> None: ...
    def toggle_full_screen(self) -> None: ...
    def go_to_next_area(self) -> None: ...
    def show_tab(self, name: str) -> None: ...
    def show_commands(self) -> None: ...
    def show_help(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def close(self) -> bool: ...


def define_view_commands(commands: Commands, canvas: Canvas) -> None:
    """What the bar below the canvas needs; the rest follows once the page is there."""
    add, keys = commands.add, QKeySequence.StandardKey
    for view, text, key, name in (
        (View.SPLIT, "Split", "S", "mdi6.compare"),
        (View.SIDE, "Side by side", "D", "mdi6.view-split-vertical"),
        (View.SINGLE, "Result only", "F", "mdi6.image-outline"),
    ):
        add(f"view_{view.value}", text, _setter(canvas.set_view, view), key, icon_name=name, checkable=True)
    warn_tip = "Mark black pixels in blue and clipped highlights in red"
    warn = _toggler(canvas.set_warnings, lambda: not canvas.warnings)
    add("clipping", "Clipping warnings", warn, "J", icon_name="mdi6.alert-outline", tip=warn_tip, checkable=True)
    add("zoom_fit", "Fit", canvas.fit, "Ctrl+0", icon_name="mdi6.fit-to-screen-outline", tip="Fit the whole photo")
    add("zoom_actual", "1:1", canvas.actual_size, "Ctrl+1", icon_name="mdi6.numeric-1-box-outline", tip="Actual size")
    add("zoom_toggle", "Switch between fit and 1:1", canvas.toggle_fit, "Z")
    add("zoom_in", "Zoom in", lambda: canvas.zoom_by(ZOOM_STEP), keys.ZoomIn, "Ctrl+=", icon_name="mdi6.plus")
    add("zoom_out", "Zoom out", lambda: canvas.zoom_by(1 / ZOOM_STEP), keys.ZoomOut, icon_name="mdi6.minus")


def define_file_commands(
    commands: Commands, window: WindowActions, export_look: Callable[[], None], clearing: ThumbnailClearing
) -> None:
    """Opening, exporting, and the end."""
    add, keys = commands.add, QKeySequence.StandardKey
    add("open", "Open photos…", window.ask_for_photos, keys.Open, icon_name="mdi6.image-plus")
    add("open_folder", "Open folder…", window.ask_for_folder, "Ctrl+Shift+O", icon_name="mdi6.folder-open-outline")
    add("export", "Export selected photos…", window.export_selected, "Ctrl+E", icon_name="mdi6.export-variant")
    look_tip = "Export the edit or the style as a LUT for other programs"
    add("export_look", "Export look…", export_look, icon_name="mdi6.cube-outline", tip=look_tip)
    clearing.attach(add("clear_thumbnails", TEXT, clearing.clear, icon_name="mdi6.broom", tip=TEXT))
    add("quit", "Quit", window.close, keys.Quit, "Ctrl+Q")


def define_edit_commands(commands: Commands, session: EditSession, page: EditPage) -> None:
    """What is done to the open photo, and which one is open."""
    add, keys = commands.add, QKeySequence.StandardKey
    add("undo", "Undo", session.keeper.undo, keys.Undo, icon_name="mdi6.undo")
    add("redo", "Redo", session.keeper.redo, keys.Redo, "Ctrl+Y", icon_name="mdi6.redo")
    add("reset", "Reset strength", page.adjust.reset, "Ctrl+R", icon_name="mdi6.restore")
    add("next", "Next photo", _setter(page.step, 1), "Ctrl+Right", icon_name="mdi6.chevron-right")
    add("previous", "Previous photo", _setter(page.step, -1), "Ctrl+Left", icon_name="mdi6.chevron-left")
    add("panels", "Show or hide both panels", page.toggle_panels, "F9")
    add("no_style", "No style", _setter(page.styles.select_style, None), "Ctrl+Shift+0")


def define_window_commands(commands: Commands, window: WindowActions, display: DisplayColors) -> None:
    """What the window shows, and help."""
    add = commands.add
    add("filmstrip", "Filmstrip", window.toggle_filmstrip, "F7", checkable=True)
    add("panel", "Style panel", window.toggle_panel, "F8", checkable=True)
    add("full_screen", "Full screen", window.toggle_full_screen, "F11", checkable=True)
    monitor = add("monitor_colors", "Colours for this monitor", lambda: display.set_on(not display.on), checkable=True)
    monitor.setChecked(display.on)
    monitor.setToolTip("Show photos through the monitor's colour profile, if the system has one")
    add("next_area", "Go to the next area", window.go_to_next_area, "F6")
    for number, tab in enumerate(TABS, 1):
        add(f"tab_{tab.lower()}", f"{tab} tab", _setter(window.show_tab, tab), f"Alt+{number}")
    add("commands", "All commands…", window.show_commands, "Ctrl+K", icon_name="mdi6.magnify")
    add("help", "Help", window.show_help, "F1", icon_name="mdi6.help-circle-outline")
    add("shortcuts", "Keyboard shortcuts", window.show_shortcuts, "Ctrl+/")
    add("about", "About Qt", QApplication.aboutQt)


def build_menus(
    bar: QMenuBar,
    commands: Commands,
    of_styles: StyleActions,
    raw_pairs: Sequence[QAction],
    clearing: ThumbnailClearing,
) -> None:
    """Fill the menu bar.

    Args:
        bar: that of the window.
        commands: with all of them defined.
        of_styles: the style panel's own actions.
        raw_pairs: the choice of what is shown of RAW + JPEG photos.
        clearing: measures the cache when the File menu is opened.
    """
    # One key, one meaning: in the whole window Ctrl+Z undoes the edit of the photo.
    of_styles.undo.setShortcut(QKeySequence())
    of_styles.new.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    file = _fill(commands, bar.addMenu("&File"), "open", "open_folder", None, "export", "export_look", None)
    _fill(commands, file, "clear_thumbnails", None, "quit")
    file.aboutToShow.connect(clearing.update_size)
    _fill(commands, bar.addMenu("&Edit"), "undo", "redo", None, "reset", None, "commands")
    view = _fill(commands, bar.addMenu("&View"), "view_split", "view_side", "view_single", "clipping", None)
    _fill(commands, view, "zoom_fit", "zoom_actual", "zoom_toggle", "zoom_in", "zoom_out", None)
    _fill(commands, view, "next", "previous", None)
    _fill(commands, view, "filmstrip", "panel", "panels", "next_area", "full_screen", "monitor_colors", None)
    _fill(commands, view, "tab_edit", "tab_export", "tab_train", None)
    view.addActions(raw_pairs)
    commands.include(*raw_pairs)
    style = bar.addMenu("&Style")
    style.addActions([of_styles.new, of_styles.add, of_styles.details])
    style.addSeparator()
    style.addActions([of_styles.rename, of_styles.duplicate, of_styles.delete, of_styles.undo])
    style.addSeparator()
    style.addAction(commands["no_style"])
    commands.include(of_styles.new, of_styles.add, of_styles.details, of_styles.rename, of_styles.duplicate)
    commands.include(of_styles.delete, of_styles.undo)
    _fill(commands, bar.addMenu("&Help"), "help", "shortcuts", None, "about")


def _fill(commands: Commands, menu: QMenu, *names: str | None) -> QMenu:
    for name in names:
        if name is None:
            menu.addSeparator()
        else:
            menu.addAction(commands[name])
    return menu


def _toggler(function: Callable[[bool], object], value: Callable[[], bool]) -> Callable[[], object]:
    return lambda: function(value())


def _setter(function: Callable[..., object], value: object) -> Callable[[], object]:
    return lambda: function(value)


class TopBar(QFrame):
    """One tab for every page of `TABS`, in their order.

    Attributes:
        tabs: the tabs; choosing one does nothing by itself.
    """

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.tabs = QTabBar()
        for index, tab in enumerate(TABS):
            self.tabs.addTab(tab)
            self.tabs.setTabToolTip(index, plain(commands[f"tab_{tab.lower()}"].toolTip()))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Pages")
        keys = commands["commands"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        search = QPushButton(icon("mdi6.magnify", COLORS.text_muted), f"Commands   {keys}")
        search.setProperty("flat", True)
        search.setToolTip(plain(commands["commands"].toolTip()))
        search.clicked.connect(commands["commands"].trigger)
        help_button = QToolButton()
        help_button.setDefaultAction(commands["help"])
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(search)
        row.addWidget(help_button)
