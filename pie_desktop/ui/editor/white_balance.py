"""White balance from something grey in the open photo: the tool on the canvas, and what its click decides."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.grey import SIDE, balanced_on
from pie_desktop.errors import EditError
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.layer import Source
from pie_desktop.ui.canvas.tools.grey_picker import GreyPicker
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession

STEP = "White balance from grey"
_TOO_FAR = "This colour is further from grey than temperature and tint reach; they are as near as they can be."


class GreyPicking(QObject):
    """The grey picker is chosen and put away, and a click with it becomes a step of the history.

    Signals:
        changed: whether it is chosen.
    """

    changed = Signal(bool)

    def __init__(self, context: AppContext, session: EditSession, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._context = context
        self._session = session
        self._canvas = canvas
        self._tool = GreyPicker(self)
        self._tool.picked.connect(self._on_picked)
        self._tool.left.connect(self.leave)
        canvas.tool_changed.connect(lambda: self.changed.emit(self.on))
        self._developed = True  # else the camera's own preview is shown, whose colours are others
        session.opening.connect(self._on_opening)
        session.previewed.connect(lambda preview: self._set_developed(False))
        session.reduced.connect(lambda source: self._set_developed(True))

    @property
    def on(self) -> bool:
        """Whether it is chosen."""
        return self._canvas.tool is self._tool

    def toggle(self) -> None:
        """Choose it for the open photo, or put it away."""
        if self.on:
            self.leave()
        elif self._session.photo is not None:
            self._canvas.set_tool(self._tool)
            self._canvas.setFocus()

    def leave(self) -> None:
        """Put it away; nothing if another tool is chosen."""
        if self.on:
            self._canvas.set_tool(None)

    def _on_opening(self) -> None:
        self._developed = True
        self.leave()

    def _set_developed(self, developed: bool) -> None:
        self._developed = developed

    def _on_picked(self, x: float, y: float) -> None:
        session, layer = self._session, self._canvas.renderer.base
        source = self._canvas.renderer.source
        if session.enhancement is None or layer is None or source is None or not self._developed:
            self._context.notifier.info("The photo is still being read; click again in a moment.")
            return
        across, down, whole = np.reshape(layer.request.frame.to_photo, (3, 3)) @ (x, y, 1.0)
        area = area_at(source, across / whole, down / whole)
        try:
            found = balanced_on(area, session.enhancement.transform, session.edit)
        except EditError as problem:
            self._context.notifier.info(str(problem))
            return
        self.leave()
        session.keeper.apply(STEP, found.edit)
        if not found.exact:
            self._context.notifier.info(_TOO_FAR)


def area_at(source: Source, x: float, y: float) -> np.ndarray:
    """The pixels of a decode around a place of the photo, as many as `SIDE` photo pixels cover, and at least one.

    Args:
        source: the decode.
        x, y: the place, in parts of the photo.
    """
    height, width = source.image.shape[:2]
    side = max(1, round(SIDE * source.scale))
    left = min(max(0, int(x * width) - side // 2), max(0, width - side))
    top = min(max(0, int(y * height) - side // 2), max(0, height - side))
    return source.image[top : top + side, left : left + side]
