"""Edits that are dragged to the style panel and dropped there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QDropEvent

from pie_desktop.ui.styles.card import StyleCard

if TYPE_CHECKING:
    from pie_desktop.ui.styles.panel import StylePanel


class EditDrops(QObject):
    """Receives the drags of a style panel: marks where they would go and adds the edits when they are dropped."""

    def __init__(self, panel: StylePanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._marked: StyleCard | None = None
        panel.setAcceptDrops(True)
        panel.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self._unmark()
            return True
        if not isinstance(event, QDropEvent):  # of which entering and moving are subclasses
            return False
        paths = local_paths(event.mimeData())
        if not paths:
            event.ignore()
            return True
        target = self._target(event.position().toPoint())
        if event.type() == QEvent.Type.Drop:
            self._unmark()
            self._panel.add_edits(paths, target)
        else:
            self._mark(target)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _target(self, position: QPoint) -> str | None:
        """The own style under a position; elsewhere a new style is made, also on those that cannot be changed."""
        panel = self._panel
        if panel.shows_details:
            style_id = panel.details.style_id
        else:
            card = panel.gallery.card_at(panel.mapToGlobal(position))
            style_id = card.style_id if card is not None else None
        style = panel.controller.style(style_id)
        return style.id if style is not None and not style.builtin else None

    def _mark(self, style_id: str | None) -> None:
        self._unmark()
        if style_id is None:
            self._panel.drop_zone.set_marked("Drop to make a new style")
        elif self._panel.shows_details:
            self._panel.drop_zone.set_marked("Drop to add to this style")
        else:
            self._marked = self._panel.gallery.cards[style_id]
            self._marked.set_drop_target(True)

    def _unmark(self) -> None:
        self._panel.drop_zone.set_marked("")
        if self._marked is not None:
            self._marked.set_drop_target(False)
            self._marked = None


def local_paths(mime: QMimeData) -> list[Path]:
    """Files and folders of a drag, without those that are not on this machine."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
