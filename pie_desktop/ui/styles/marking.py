"""Favourites, tags, archived styles and their order: each change is a step that can be undone."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QCompleter, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from pie_desktop.styles.finding import Sorting
from pie_desktop.styles.marks import NO_MARKS, LibraryMarks
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.actions.commands import Command
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.steps import Move, Then
from pie_desktop.ui.styles import jobs
from pie_desktop.ui.styles.actions import StyleActions
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.styles.gallery_page import GalleryPage
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.plain_text import PlainLabel

Change = Callable[[StyleLibrary], LibraryMarks]
_WIDTH = 400


class StyleMarking(QObject):
    """Changes what is noted about styles.

    Attributes:
        dialog: the last one that asked for tags.
    """

    def __init__(
        self, context: AppContext, controller: StyleController, actions: StyleActions, page: GalleryPage
    ) -> None:
        super().__init__(page)
        self._context, self._controller, self._page = context, controller, page
        self.dialog: TagsDialog | None = None
        self._actions = actions
        for signal in (page.shown, page.gallery.current_changed):
            signal.connect(self._show_marks)
        actions.favorite_requested.connect(self.toggle_favorite)
        actions.tags_requested.connect(self.ask_for_tags)
        actions.archive_requested.connect(self.toggle_archived)
        actions.move_requested.connect(page.step)
        page.move_requested.connect(self.move)
        page.gallery.favorite_requested.connect(self.toggle_favorite)
        search = page.search
        shown: dict[str, Callable[[], object]] = {
            f"sort_styles_{one.name.lower()}": partial(search.sort, one) for one in Sorting
        }
        shown |= {
            "show_favorite_styles": search.toggle_favorites,
            "show_archived_styles": search.toggle_archived,
        }
        for action_id, run in shown.items():
            Command(context.keys, action_id, run, page)

    def _show_marks(self) -> None:
        """Tick what is noted about the current style."""
        style_id = self._page.gallery.current_id
        marks = self._controller.marks.of(style_id) if style_id is not None else NO_MARKS
        self._actions.favorite.setChecked(marks.favorite)
        self._actions.archive.setChecked(marks.archived)

    def toggle_favorite(self, style_id: str) -> None:
        """Give a style a star, or take it away."""
        favorite = self._controller.marks.of(style_id).favorite
        self._change(
            lambda library: library.set_favorite(style_id, not favorite),
            lambda _, library: library.set_favorite(style_id, favorite),
        )

    def toggle_archived(self, style_id: str) -> None:
        """Put a style away, or bring it out again."""
        archived = self._controller.marks.of(style_id).archived
        style = self._controller.style(style_id)
        said = f"“{style.name}” was archived; photos in it stay as they are." if style is not None else ""
        self._change(
            lambda library: library.set_archived(style_id, not archived),
            lambda _, library: library.set_archived(style_id, archived),
            "" if archived else said,
        )

    def set_tags(self, style_id: str, tags: list[str]) -> None:
        """Give a style these tags in place of those that it has."""
        self._change(
            lambda library: library.set_tags(style_id, tags),
            lambda before, library: library.set_tags(style_id, before.of(style_id).tags),
        )

    def move(self, style_id: str, before: str | None) -> None:
        """Move a style in the person's own order, see `Marking.move`."""
        ids = [style.id for style in self._controller.marks.ordered(self._controller.styles)]
        following = next(iter(ids[ids.index(style_id) + 1 :]), None) if style_id in ids else None
        self._change(
            lambda library: library.move(style_id, before), lambda _, library: library.move(style_id, following)
        )

    def ask_for_tags(self, style_id: str) -> None:
        """Let the person change the tags of a style."""
        style = self._controller.style(style_id)
        if style is None:
            return
        marks = self._controller.marks
        self.dialog = TagsDialog(style.name, list(marks.of(style_id).tags), marks.tags(), self._page)
        self.dialog.accepted.connect(partial(self._take_tags, style_id, self.dialog))
        self.dialog.open()

    def _take_tags(self, style_id: str, dialog: "TagsDialog") -> None:
        if dialog.tags() != list(self._controller.marks.of(style_id).tags):
            self.set_tags(style_id, dialog.tags())

    def _change(
        self, forth: Change, back: Callable[[LibraryMarks, StyleLibrary], LibraryMarks], said: str = ""
    ) -> None:
        """Make a change and remember it.

        Args:
            back: takes it back, given what was noted before.
            said: what is told of it, with the offer to undo it; nothing if empty.
        """

        def done(marks: tuple[LibraryMarks, LibraryMarks]) -> None:
            before, after = marks
            self._controller.take_marks(after)
            step = self._context.steps.add(self._move(partial(back, before)), self._move(forth))
            if said:
                self._context.notifier.info(said, "Undo", lambda: self._context.steps.take_back_whole(step))

        self._submit(forth, done)

    def _move(self, change: Change) -> Move:
        def move(then: Then) -> None:
            def done(marks: tuple[LibraryMarks, LibraryMarks]) -> None:
                self._controller.take_marks(marks[1])
                then()

            self._submit(change, done)

        return move

    def _submit(self, change: Change, done: Callable[[tuple[LibraryMarks, LibraryMarks]], None]) -> None:
        lane = self._controller.lane
        if lane.closed:
            return
        job = lane.submit(jobs.mark, self._context.library, change)
        job.result.connect(done)
        self._context.report_failure(job)


class TagsDialog(QDialog):
    """Asks for the tags of a style, in one line.

    Args:
        tags: those that it has.
        known: all that there are, which are offered while one types.
    """

    def __init__(self, name: str, tags: list[str], known: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Tags of style")
        self.setFixedWidth(_WIDTH)
        self.field = QLineEdit(", ".join(tags))
        self.field.setAccessibleName("Tags")
        self.field.setPlaceholderText("Such as portrait, film, evening")
        completer = _LastWordCompleter(known, self.field)
        self.field.setCompleter(completer)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        title = PlainLabel(f"Tags of “{name}”, separated by commas")
        title.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for widget in (title, self.field, buttons):
            column.addWidget(widget)

    def tags(self) -> list[str]:
        """As they were typed, without empty ones."""
        return [tag.strip() for tag in self.field.text().split(",") if tag.strip()]


class _LastWordCompleter(QCompleter):
    """Completes what stands after the last comma."""

    def __init__(self, words: list[str], parent: QObject) -> None:
        super().__init__(words, parent)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: object) -> str:
        before, comma, _ = self.widget().text().rpartition(",")  # type: ignore[attr-defined]
        return f"{before}{comma}{' ' if comma else ''}{super().pathFromIndex(index)}"  # type: ignore[arg-type]
