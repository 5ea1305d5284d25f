"""What the actions of the main window do, and when there is something for them to do."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QWidget

from pie_desktop.styles.style import Style
from pie_desktop.ui.actions.action import Need, Where
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.adjust.approximation import ShowAsAdjustments
from pie_desktop.ui.canvas.canvas import ZOOM_STEP, Canvas
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.display import DisplayColors
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.auto import AutoAdjusting
from pie_desktop.ui.editor.cropping import Cropping
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.editor.white_balance import GreyPicking
from pie_desktop.ui.pages import TABS
from pie_desktop.ui.photo_alone import PhotoAlone
from pie_desktop.ui.thumbnails.clearing import ThumbnailClearing
from pie_desktop.ui.undoing import UndoOrder
from pie_desktop.ui.widgets.slider import LabelledSlider
from pie_desktop.ui.window_dialogs import WindowDialogs


class WindowActions(Protocol):
    """What actions ask of the window itself."""

    def ask_for_photos(self) -> None: ...
    def ask_for_folder(self) -> None: ...
    def export_selected(self) -> None: ...
    def toggle_filmstrip(self) -> None: ...
    def toggle_panel(self) -> None: ...
    def toggle_full_screen(self) -> None: ...
    def go_to_next_area(self) -> None: ...
    def show_tab(self, name: str) -> None: ...
    def close(self) -> bool: ...


def bind_view_actions(commands: Commands, canvas: Canvas) -> None:
    """What the bar below the canvas needs; the rest follows once the page is there."""
    bind = commands.bind
    views = QActionGroup(canvas)
    for view in View:
        views.addAction(bind(f"view_{view.value}", partial(canvas.set_view, view)))
    bind("clipping", lambda: canvas.set_warnings(not canvas.warnings))
    bind("zoom_fit", canvas.fit)
    bind("zoom_actual", canvas.actual_size)
    bind("zoom_toggle", canvas.toggle_fit)
    bind("zoom_in", partial(canvas.zoom_by, ZOOM_STEP))
    bind("zoom_out", partial(canvas.zoom_by, 1 / ZOOM_STEP))
    bind("handle_left", partial(canvas.move_handle, -1), canvas)
    bind("handle_right", partial(canvas.move_handle, 1), canvas)


def bind_file_actions(
    commands: Commands, window: WindowActions, export_look: Callable[[], None], clearing: ThumbnailClearing
) -> None:
    """Opening, exporting, and the end."""
    bind = commands.bind
    bind("open", window.ask_for_photos)
    bind("open_folder", window.ask_for_folder)
    bind("export", window.export_selected)
    bind("export_look", export_look)
    clearing.attach(bind("clear_thumbnails", clearing.clear))
    bind("quit", window.close)


def bind_edit_actions(commands: Commands, undoing: UndoOrder, page: EditPage) -> None:
    """What is done to the open photo, and which one is open."""
    bind = commands.bind
    bind("undo", undoing.undo)
    bind("redo", undoing.redo)
    bind("reset", page.adjust.reset)
    bind("next", partial(page.step, 1))
    bind("previous", partial(page.step, -1))
    bind("panels", page.panes.toggle_panels)
    bind("vary_style", page.varying.open)
    bind("save_blend", page.save_blend)
    bind("no_style", partial(page.styles.select_style, None))
    _bind_looks(commands, page)
    commands.include(page.filmstrip)
    commands.include(page.styles)
    commands.add_area(page.canvas, Where.CANVAS)
    commands.add_area(page.filmstrip.view, Where.FILMSTRIP)

    def add_sliders(sliders: list[LabelledSlider]) -> None:
        for slider in sliders:
            commands.add_area(slider.track, Where.SLIDERS)
            slider.track.arrows_pass = True

    add_sliders(page.adjust.sliders.all())
    page.adjustments.built.connect(add_sliders)
    page.canvas.space_tapped.connect(partial(commands.press, "Space", Where.CANVAS))


def _bind_looks(commands: Commands, page: EditPage) -> None:
    """Looking at styles before one is chosen."""
    previewed = commands.bind("preview_styles", lambda: page.preview.set_on(previewed.isChecked()))
    previewed.setChecked(page.preview.on)
    compared = commands.bind("compare_styles", page.comparison.toggle)
    page.styles.style_actions.more.append(compared)
    page.comparison.changed.connect(lambda: compared.setChecked(page.comparison.on))
    page.photo_view.toolbar.add_tool(compared)
    commands.bind("contact_sheet", page.contact_sheets.open)


def bind_adjusting(
    commands: Commands, context: AppContext, session: EditSession, page: EditPage, window: QWidget
) -> None:
    """What sets several adjustments at once; the panel of adjustments has it as buttons."""
    auto = AutoAdjusting(context, session, page.filmstrip)
    grey = GreyPicking(context, session, page.canvas)
    shown = ShowAsAdjustments(context, session, page.canvas.renderer, window)
    bound = {
        "Auto": commands.bind("auto", auto.run),
        "Grey picker": (pick := commands.bind("pick_grey", grey.toggle)),
        "As sliders…": commands.bind("as_adjustments", shown.open),
    }
    grey.changed.connect(pick.setChecked)
    for text, action in bound.items():
        action.setIconText(text)  # of its button
    page.adjustments.add_actions(list(bound.values()))
    _bind_geometry(commands, page.cropping)
    page.photo_view.toolbar.add_tool(commands["crop"])


def _bind_geometry(commands: Commands, cropping: Cropping) -> None:
    crop = commands.bind("crop", cropping.toggle)
    horizon = commands.bind("draw_horizon", partial(cropping.draw, "horizon"))
    guides = commands.bind("draw_guides", partial(cropping.draw, "guides"))
    commands.bind("swap_crop", cropping.swap)
    commands.bind("rotate_left", partial(cropping.turn, -1))
    commands.bind("rotate_right", partial(cropping.turn, 1))
    commands.bind("flip_horizontal", partial(cropping.flip, True))
    commands.bind("flip_vertical", partial(cropping.flip, False))
    commands.bind("reset_crop", cropping.reset)

    def show() -> None:
        crop.setChecked(cropping.on)
        horizon.setChecked(cropping.drawing("horizon"))
        guides.setChecked(cropping.drawing("guides"))

    cropping.changed.connect(show)


def bind_window_actions(
    commands: Commands, window: WindowActions, dialogs: WindowDialogs, alone: PhotoAlone, display: DisplayColors
) -> None:
    """What the window shows, and help."""
    bind = commands.bind
    bind("filmstrip", window.toggle_filmstrip)
    bind("panel", window.toggle_panel)
    bind("full_screen", window.toggle_full_screen)
    bind("photo_alone", alone.toggle)
    bind("leave_photo_alone", alone.leave)
    bind("monitor_colors", lambda: display.set_on(not display.on)).setChecked(display.on)
    bind("next_area", window.go_to_next_area)
    for tab in TABS:
        bind(f"tab_{tab.lower()}", partial(window.show_tab, tab))
    bind("commands", dialogs.show_commands)
    bind("help", dialogs.show_help)
    bind("shortcuts", dialogs.show_shortcuts)
    bind("change_shortcuts", dialogs.change_shortcuts)
    bind("preferences", dialogs.show_preferences)
    bind("about", dialogs.show_about)


def enable_actions(
    commands: Commands,
    context: AppContext,
    session: EditSession,
    undoing: UndoOrder,
    page: EditPage,
    alone: PhotoAlone,
    clearing: ThumbnailClearing,
) -> None:
    """Say when the actions of the Edit page have something to do, and follow what that depends on."""
    strip, styles, current = page.filmstrip, page.styles, context.current

    def of_styles() -> Style | None:
        return styles.controller.style(styles.current_id())

    def is_own() -> bool:
        style = of_styles()
        return style is not None and not style.builtin

    commands.enable_when(
        {
            Need.PHOTO: lambda: session.photo is not None,
            Need.NEXT: lambda: strip.selection.can_step(1),
            Need.PREVIOUS: lambda: strip.selection.can_step(-1),
            Need.SELECTION: lambda: bool(strip.selected_paths()),
            Need.FOLDER: lambda: strip.folder is not None,
            Need.CHANGES: lambda: current.edit != current.edit.plain,
            Need.STYLED: lambda: current.wanted is not None,
            Need.IN_STYLE: lambda: page.varying.possible,
            Need.BLEND: lambda: page.adjust.blend.can_save,
            Need.UNDO: lambda: undoing.can_undo,
            Need.REDO: lambda: undoing.can_redo,
            Need.STYLE: lambda: of_styles() is not None,
            Need.OWN_STYLE: is_own,
            Need.OWN_ORDER: lambda: of_styles() is not None and not styles.shows_details and styles.page.in_own_order,
            Need.REFERENCES: lambda: styles.shows_details,
            Need.DELETED_STYLE: lambda: styles.controller.can_undo_delete,
            Need.ALONE: lambda: alone.on,
            Need.CACHE: lambda: clearing.has_any,
        }
    )

    def refresh() -> None:
        commands.refresh()

    for signal in (session.opened, session.opening, session.failed, session.closed, undoing.changed):
        signal.connect(refresh)
    for signal in (strip.selection_changed, strip.folder_changed, styles.current_changed, alone.changed):
        signal.connect(refresh)
    current.wanted_changed.connect(refresh)
    current.changed.connect(lambda edit, moving: None if moving else refresh())
