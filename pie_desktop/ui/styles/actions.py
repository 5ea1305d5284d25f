"""What can be done in the style panel: actions on the current style, and edits that are dropped there."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent
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

    Signals:
        new_requested: a style from edits that are still to be chosen.
        undo_requested: bring back the style that was deleted last.
        taste_requested, liking_requested: find a taste by picks, or from photos that are liked.
        refine_requested, blend_requested: id of the current style.
        import_requested: take in styles from files that are still to be chosen.
        details_requested, duplicate_requested, look_requested, share_requested: id of the current style.
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
    share_requested = Signal(str)
    add_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, widget: QWidget, gallery: QWidget, keys: KeyMap, current: Callable[[], Style | None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._current = current
        self._keys = keys
        own, any_style = self._on_own, self._on_any
        self.new = self._command("new_style", self.new_requested.emit)
        self.add = self._command("add_edits", own(self.add_requested.emit))
        self.details = self._command("style_references", any_style(self.details_requested.emit))
        self.rename = self._command("rename_style", own(self.rename_requested.emit))
        self.duplicate = self._command("duplicate_style", any_style(self.duplicate_requested.emit))
        self.look = self._command("export_style_look", any_style(self.look_requested.emit))
        self.share = self._command("export_style", any_style(self.share_requested.emit))
        self._command("import_style", self.import_requested.emit)
        self.taste = self._command("find_taste", self.taste_requested.emit)
        self._command("like_photos", self.liking_requested.emit)
        self.refine = self._command("refine_style", any_style(self.refine_requested.emit))
        self.blend = self._command("blend_style", any_style(self.blend_requested.emit))
        self.delete = Command(keys, "delete_style", own(self.delete_requested.emit), gallery)
        self.undo = self._command("restore_style", self.undo_requested.emit)

    def menu(self, builtin: bool) -> QMenu:
        """The context menu for a style; a built-in one can only be looked at, duplicated and exported."""
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.details, self.refine] if builtin else [self.details, self.add, self.refine])
        menu.addAction(self.blend)
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


class EditDrops(QObject):
    """Receives drags of photos and folders over a widget.

    Args:
        widget: accepts the drops.
        target: gives the id of the style under a position of the widget; None where a drop makes a new style.

    Signals:
        hovered: a drag is over this target now.
        left: the drag is gone, or has been dropped.
        dropped: (paths, target).
    """

    hovered = Signal(object)
    left = Signal()
    dropped = Signal(object, object)

    def __init__(self, widget: QWidget, target: Callable[[QPoint], str | None]) -> None:
        super().__init__(widget)
        self._target = target
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self.left.emit()
            return True
        if not isinstance(event, QDropEvent):  # of which entering and moving are subclasses
            return False
        paths = local_paths(event.mimeData())
        if not paths:
            event.ignore()
            return True
        target = self._target(event.position().toPoint())
        if event.type() == QEvent.Type.Drop:
            self.left.emit()
            self.dropped.emit(paths, target)
        else:
            self.hovered.emit(target)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True


def local_paths(mime: QMimeData) -> list[Path]:
    """Files and folders of a drag, without those that are not on this machine."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
