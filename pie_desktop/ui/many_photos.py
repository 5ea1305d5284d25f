"""What the actions on many photos do: rating them, and carrying an edit from one to others."""

from functools import partial

from pie_desktop.imaging.metadata.marks import LABELS, MAX_STARS
from pie_desktop.ui.actions.action import Need
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.clipboard import EditClipboard
from pie_desktop.ui.editor.series import Matching
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.filmstrip.culling import Culling
from pie_desktop.ui.filmstrip.index import SIDECARS
from pie_desktop.ui.teaching.teacher import Teacher


def bind_rating(commands: Commands, culling: Culling, context: AppContext) -> None:
    """The Rate menu."""
    bind = commands.bind
    for stars in range(MAX_STARS + 1):
        bind(f"rate_{stars}", partial(culling.rate, stars))
    bind("pick", partial(culling.flag, "pick"))
    bind("reject", partial(culling.flag, "reject"))
    bind("unflag", partial(culling.flag, ""))
    for label in LABELS:
        bind(f"label_{label.lower()}", partial(culling.label, label))
    advance = bind("auto_advance", lambda: culling.set_auto_advance(advance.isChecked()))
    advance.setChecked(culling.auto_advance)
    settings = context.settings
    sidecars = bind("ratings_in_sidecars", lambda: settings.set(SIDECARS, sidecars.isChecked()))
    sidecars.setChecked(settings.flag(SIDECARS))


def bind_copying(commands: Commands, clipboard: EditClipboard) -> None:
    """Copying and pasting of edits."""
    commands.bind("copy_edit", clipboard.copy)
    commands.bind("copy_edit_parts", clipboard.copy_parts)
    commands.bind("paste_edit", clipboard.paste)
    commands.bind("previous_edit", clipboard.apply_previous)
    commands.enable_when({Need.COPIED: lambda: clipboard.can_paste, Need.OTHER_EDIT: lambda: clipboard.has_previous})
    clipboard.changed.connect(partial(commands.refresh, None))


def bind_page(commands: Commands, page: EditPage) -> None:
    """What concerns the list of photos and the open photo alone."""
    _bind_list(commands, page)
    _bind_grid(commands, page)
    _bind_versions(commands, page)


def _bind_versions(commands: Commands, page: EditPage) -> None:
    """Virtual copies and snapshots of the open photo."""
    commands.bind("new_copy", page.versions.new_copy)
    commands.bind("delete_copy", page.versions.delete_copy)
    commands.bind("take_snapshot", page.history.take_snapshot)
    commands.enable_when({Need.COPY: lambda: page.versions.copy_is_open})


def bind_matching(commands: Commands, matching: Matching, page: EditPage) -> None:
    """Matching photos to each other."""
    commands.bind("match_photos", matching.match_to_open)
    commands.bind("even_out", matching.even_out)
    commands.enable_when({Need.SEVERAL: lambda: len(page.filmstrip.selected_paths()) > 1})


def bind_teaching(commands: Commands, context: AppContext, session: EditSession, page: EditPage) -> Teacher:
    """Adding what was made of photos to a style."""
    teacher = Teacher(context, session, page)
    commands.bind("teach_style", teacher.add)
    commands.bind("preview_teaching", teacher.preview)
    commands.bind("more_like_this", partial(teacher.lean, True))
    commands.bind("less_like_that", partial(teacher.lean, False))
    return teacher


def _bind_list(commands: Commands, page: EditPage) -> None:
    """What the list of photos does by itself."""
    strip = page.filmstrip
    follow = commands.bind("follow_new", lambda: strip.set_follows(follow.isChecked()))
    follow.setChecked(strip.follows)
    commands.bind("review", strip.review)


def _bind_grid(commands: Commands, page: EditPage) -> None:
    """The grid, and what leads out of it."""
    grid = commands.bind("grid", lambda: page.panes.show_grid(not page.panes.grid))
    page.panes.grid_changed.connect(grid.setChecked)
    for view in ("view_single", "view_split", "view_side"):
        commands[view].triggered.connect(lambda checked=False: page.panes.show_grid(False))
    edited = commands.bind("edited_thumbnails", lambda: page.filmstrip.edited.set_on(edited.isChecked()))
    edited.setChecked(page.filmstrip.edited.on)
    commands.bind("larger_thumbnails", partial(page.filmstrip.view.resize_cells, 1.25))
    commands.bind("smaller_thumbnails", partial(page.filmstrip.view.resize_cells, 0.8))
