"""What can be done with the current style of the panel."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from pie_desktop.styles.style import Style
from pie_desktop.ui.actions.commands import Command
from pie_desktop.ui.actions.keys import KeyMap


class StyleActions(QObject):
    """Actions on the current style; their keys have effect while `widget` has the focus.

    Args:
        widget: gets the actions.
        gallery: gets those that apply to a card alone.
        keys: of the context.
        current: gives the style that they apply to, or None for neutral.

    Attributes:
        more: actions of others for the context menu.

    Signals:
        new_requested: a style from edits that are still to be chosen.
        undo_requested: bring back the style that was deleted last.
        taste_requested, liking_requested: find a taste by picks, or from photos that are liked.
        refine_requested, blend_requested: id of the current style.
        mark_requested: mark the current card, or take its mark away.
        import_requested: take in styles from files that are still to be chosen.
        details_requested, duplicate_requested, look_requested, share_requested, versions_requested: id of the current
            style.
        favorite_requested, tags_requested, archive_requested: id of the current style.
        move_requested: id of the current style, and by how many places.
        add_requested, rename_requested, delete_requested: id of the current style, which is one of the user's own.
    """

    new_requested = Signal()
    undo_requested = Signal()
    details_requested = Signal(str)
    duplicate_requested = Signal(str)
    look_requested = Signal(str)
    import_requested = Signal()
    taste_requested = Signal()
    liking_requested = Signal()
    refine_requested = Signal(str)
    blend_requested = Signal(str)
    mark_requested = Signal()
    share_requested = Signal(str)
    versions_requested = Signal(str)
    favorite_requested = Signal(str)
    tags_requested = Signal(str)
    archive_requested = Signal(str)
    move_requested = Signal(str, int)
    add_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, widget: QWidget, gallery: QWidget, keys: KeyMap, current: Callable[[], Style | None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._current = current
        self._keys = keys
        self.more: list[QAction] = []
        own, any_style = self._on_own, self._on_any
        self.new = self._command("new_style", self.new_requested.emit)
        self.add = self._command("add_edits", own(self.add_requested.emit))
        self.details = self._command("style_references", any_style(self.details_requested.emit))
        self.versions = self._command("style_versions", any_style(self.versions_requested.emit))
        self.rename = self._command("rename_style", own(self.rename_requested.emit))
        self.duplicate = self._command("duplicate_style", any_style(self.duplicate_requested.emit))
        self.look = self._command("export_style_look", any_style(self.look_requested.emit))
        self.share = self._command("export_style", any_style(self.share_requested.emit))
        self._command("import_style", self.import_requested.emit)
        self.taste = self._command("find_taste", self.taste_requested.emit)
        self._command("like_photos", self.liking_requested.emit)
        self.refine = self._command("refine_style", any_style(self.refine_requested.emit))
        self.blend = self._command("blend_style", any_style(self.blend_requested.emit))
        self.favorite = self._command("favorite_style", any_style(self.favorite_requested.emit))
        self.tags = self._command("tag_style", any_style(self.tags_requested.emit))
        self.archive = self._command("archive_style", any_style(self.archive_requested.emit))
        Command(keys, "move_style_up", any_style(lambda style_id: self.move_requested.emit(style_id, -1)), gallery)
        Command(keys, "move_style_down", any_style(lambda style_id: self.move_requested.emit(style_id, 1)), gallery)
        self.mark = Command(keys, "mark_style", self.mark_requested.emit, gallery)
        self.delete = Command(keys, "delete_style", own(self.delete_requested.emit), gallery)
        self.undo = self._command("restore_style", self.undo_requested.emit)

    def menu(self, builtin: bool) -> QMenu:
        """The context menu for a style; a built-in one can only be looked at, duplicated and exported."""
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(
            [self.details, self.refine] if builtin else [self.details, self.versions, self.add, self.refine]
        )
        menu.addAction(self.blend)
        menu.addSeparator()
        menu.addActions([self.favorite, self.tags, self.archive, self.mark, *self.more])
        menu.addSeparator()
        menu.addActions([self.duplicate] if builtin else [self.rename, self.duplicate])
        menu.addSeparator()
        menu.addActions([self.share, self.look])
        if not builtin:
            menu.addSeparator()
            menu.addAction(self.delete)
        return menu

    def _command(self, action_id: str, run: Callable[[], object]) -> Command:
        return Command(self._keys, action_id, run, self._widget)

    def _on_any(self, run: Callable[[str], None]) -> Callable[[], None]:
        """Do it to the current style."""

        def call() -> None:
            style = self._current()
            if style is not None:
                run(style.id)

        return call

    def _on_own(self, run: Callable[[str], None]) -> Callable[[], None]:
        """Do it to the current style unless that comes with the program."""

        def call() -> None:
            style = self._current()
            if style is not None and not style.builtin:
                run(style.id)

        return call
