"""Photos, folders and style files that are dropped on the style panel."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from pie_desktop.styles.style_file import is_style_file
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.styles.details import StyleDetails
from pie_desktop.ui.styles.drop_zone import DropZone
from pie_desktop.ui.styles.gallery import StyleGallery


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


class DropTarget(Protocol):
    """What a drop on the style panel needs of it; see `pie_desktop.ui.styles.panel`."""

    @property
    def controller(self) -> StyleController: ...
    @property
    def gallery(self) -> StyleGallery: ...
    @property
    def details(self) -> StyleDetails: ...
    @property
    def drop_zone(self) -> DropZone: ...
    @property
    def shows_details(self) -> bool: ...
    @property
    def has_own(self) -> bool: ...
    def show_drop_zone(self, shown: bool) -> None: ...
    def import_styles(self, files: Sequence[Path]) -> None: ...
    def add_edits(self, paths: Sequence[Path], style_id: str | None = None) -> None: ...


class StyleDrops(QObject):
    """Says what a drop on the panel would do, and does it: styles are taken in, edits become a style or join one."""

    def __init__(self, widget: QWidget, panel: DropTarget) -> None:
        """`widget` is the panel itself, on which is dropped."""
        super().__init__(widget)
        self._widget, self._panel = widget, panel
        drops = EditDrops(widget, self._target)
        drops.hovered.connect(self._mark)
        drops.left.connect(self._unmark)
        drops.dropped.connect(self._take)

    def _target(self, position: QPoint) -> str | None:
        """The user's own style under a position of the panel; None elsewhere, where edits make a new style."""
        panel = self._panel
        if panel.shows_details:
            style_id = panel.details.style_id
        else:
            card = panel.gallery.card_at(self._widget.mapToGlobal(position))
            style_id = card.style_id if card is not None else None
        style = panel.controller.style(style_id)
        return style.id if style is not None and not style.builtin else None

    def _mark(self, style_id: str | None) -> None:
        self._unmark()
        panel = self._panel
        panel.show_drop_zone(True)
        if style_id is None:
            panel.drop_zone.set_marked("Drop to make a new style")
        elif panel.shows_details:
            panel.drop_zone.set_marked("Drop to add to this style")
        else:
            panel.gallery.set_drop_target(style_id)

    def _unmark(self) -> None:
        self._panel.drop_zone.set_marked("")
        self._panel.show_drop_zone(not self._panel.has_own)
        self._panel.gallery.set_drop_target(None)

    def _take(self, paths: Sequence[Path], style_id: str | None) -> None:
        self._panel.import_styles([path for path in paths if is_style_file(path)])
        edits = [path for path in paths if not is_style_file(path)]
        if edits:
            self._panel.add_edits(edits, style_id)
