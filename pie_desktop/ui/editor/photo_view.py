"""Canvas and session put together: the open photo, live."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.imaging.geometry import Placement
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.controls import CanvasToolbar
from pie_desktop.ui.canvas.layer import Source
from pie_desktop.ui.canvas.navigator import Navigator
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.references.beside import ReferencePane

_log = logging.getLogger(__name__)

# The photo before stays on the canvas for so long while the next one is read; longer would pass it off as the new one.
LINGER_MS = 250


class PhotoView(QWidget):
    """Feeds the canvas with what the session reads, and tells the session what the canvas needs."""

    def __init__(self, context: AppContext, session: EditSession, commands: Commands, canvas: Canvas) -> None:
        super().__init__()
        self._session = session
        self.canvas = canvas
        self.navigator = Navigator(canvas)
        self._shows_current = False
        self._surround: Callable[[], Placement] | None = None
        self._previewed: Enhancement | None = None
        self._linger = QTimer(self, singleShot=True, interval=LINGER_MS)
        self._linger.timeout.connect(lambda: canvas.set_message(""))
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.reference = ReferencePane(canvas)
        pictures = QHBoxLayout()
        pictures.setSpacing(1)
        pictures.addWidget(canvas, 1)
        pictures.addWidget(self.reference, 1)
        layout.addLayout(pictures, 1)
        self.toolbar = CanvasToolbar(canvas, commands)
        layout.addWidget(self.toolbar)
        session.opening.connect(self._on_opening)
        session.previewed.connect(self._on_reduced)
        session.reduced.connect(self._on_reduced)
        session.full.connect(canvas.renderer.set_full)
        session.enhanced.connect(self._show_look)
        context.current.changed.connect(self._on_edit)
        session.failed.connect(self._on_failed)
        session.busy.connect(canvas.set_busy)
        canvas.viewport_changed.connect(self._on_viewport)
        canvas.renderer.failed.connect(context.notifier.error)

    def _on_opening(self, path: Path) -> None:
        ratio = self.canvas.devicePixelRatioF()
        self._session.set_reduced_side(round(max(self.canvas.width(), self.canvas.height()) * ratio))
        self._shows_current = False
        self._previewed = None
        self._linger.start()

    def _on_reduced(self, source: Source) -> None:
        photo, session = self._session.photo, self._session
        if photo is None:
            return
        if self._shows_current:  # the preview in the file: where the user looks stays
            self.canvas.renderer.set_reduced(source)
            self._on_viewport()  # the full decode may be of another development
            return
        self._linger.stop()
        self._shows_current = True
        self.canvas.set_photo(photo.info.width, photo.info.height)
        self.place()
        self.canvas.renderer.set_edit(session.edit)
        self.canvas.renderer.set_reduced(source)
        self._on_viewport()  # the zoom stays from photo to photo, and may need all pixels at once
        if session.enhancement is not None:
            self._show_look()

    def show_preview(self, previewed: Enhancement | None) -> None:
        """Show the open photo in one other style, with all else of its edit as it is; None shows its own edit again."""
        if previewed is not self._previewed:
            self._previewed = previewed
            self.canvas.renderer.set_edit(self._shown_edit())
            self._show_look()

    def _shown_edit(self) -> Edit:
        edit = self._session.edit
        return edit if self._previewed is None else edit.with_style(self._previewed.style_id)

    def _show_look(self) -> None:
        enhancement = self._previewed or self._session.enhancement
        if self._shows_current and enhancement is not None:
            self._label(enhancement)
            self.canvas.renderer.set_luts(enhancement.transform)

    def _on_edit(self, edit: Edit, moving: bool) -> None:
        if self._shows_current:
            self.place(moving)
            self.canvas.renderer.set_edit(self._shown_edit(), moving)
            if self._session.enhancement is not None and edit.style.blend_id is not None:
                self._label(self._previewed or self._session.enhancement)

    def _label(self, enhancement: Enhancement) -> None:
        """Name what is shown: the style, or the blend with its mix, or that it is only a preview."""
        name = blend_name(enhancement.names, self._session.edit.style.mix)
        preview = f"Preview: {name or 'Neutral'}"
        self.canvas.set_labels("Original", preview if self._previewed is not None else name or "Enhanced")

    def add_above(self, bar: QWidget) -> None:
        """Place a bar above the photo."""
        self._layout.insertWidget(0, bar)

    def show_surround(self, surround: Callable[[], Placement] | None) -> None:
        """Show what this gives instead of the picture that the edit chooses; None shows that again."""
        self._surround = surround
        self.place()

    def place(self, moving: bool = False) -> None:
        """Show the part of the photo that the edit chooses, or what is shown instead; exactly once `moving` is over."""
        if self._session.photo is not None and self._shows_current:
            info = self._session.photo.info
            own = self._session.edit.placement
            placement = self._surround() if self._surround else own((info.width, info.height))
            self.canvas.set_placement(placement, moving)

    def _on_failed(self, message: str) -> None:
        self._linger.stop()
        self.canvas.set_message(message)
        _log.warning("Shown in place of a photo: %s", message)

    def _on_viewport(self) -> None:
        if self.canvas.renderer.needs_full:
            self._session.read_full()
