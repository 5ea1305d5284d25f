"""Crop, straightening, turns and perspective of the open photo: the tools on the canvas, and what they decide."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.crop_box import CropBox, ratio_of
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.upright import Line
from pie_desktop.errors import EditError
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.canvas.tools.crop_tool import CropTool
from pie_desktop.ui.canvas.tools.line_tool import LineTool
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.photo_view import PhotoView
from pie_desktop.ui.editor.session import EditSession

HORIZON = ("Draw a line along the horizon, or along something upright. Esc leaves.",)
GUIDES = (
    "Draw a guide along an edge that should be upright, or level. Esc leaves.",
    "Draw the second guide along an edge that should be parallel to the first.",
)
CROP = ("crop_left", "crop_top", "crop_right", "crop_bottom")


class Cropping(QObject):
    """The tools of geometry are chosen and put away; each time that one is used is one step of the history.

    While the crop is chosen the whole photo is shown. It is taken when its tool is put away, however that comes about,
    but by `cancel`.

    Attributes:
        tool: that of the crop.
        ratio: name of the shape that crops have, see `crop_box.ratio_of`.
        portrait: whether its longer side stands upright.

    Signals:
        changed: a tool was chosen or put away, or the crop, its shape, or the photo's geometry is another one.
    """

    changed = Signal()

    def __init__(self, context: AppContext, session: EditSession, view: PhotoView) -> None:
        super().__init__(view)
        self._context = context
        self._session = session
        self._view = view
        self._canvas = view.canvas
        self._known = GeometryPart()
        self._compared = View.SPLIT
        self.ratio, self.portrait = "free", False
        self.tool = CropTool(self)
        self.tool.moved.connect(self._on_moved)
        self.tool.accepted.connect(self.accept)
        self.tool.cancelled.connect(self.cancel)
        self.tool.swap_wanted.connect(self.swap)
        self.tool.put_away.connect(self._on_put_away)
        self.lines = {"horizon": LineTool(HORIZON, self), "guides": LineTool(GUIDES, self)}
        for name, tool in self.lines.items():
            tool.drawn.connect(partial(self._on_drawn, name))
            tool.left.connect(partial(self._put_away, tool))
        self._canvas.tool_changed.connect(self.changed)
        context.current.changed.connect(self._on_edit)
        session.leaving.connect(self.leave)
        session.opened.connect(lambda _: self.changed.emit())

    @property
    def on(self) -> bool:
        """Whether the crop is being chosen."""
        return self._canvas.tool is self.tool

    def drawing(self, name: str) -> bool:
        """Whether `horizon` or `guides` are being drawn."""
        return self._canvas.tool is self.lines[name]

    @property
    def part(self) -> GeometryPart:
        """The geometry as it is now, with the crop that is being chosen."""
        return self.tool.box.result if self.tool.box is not None else self._session.edit.part(GeometryPart)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the result in pixels; None without a photo."""
        photo = self._photo()
        return self.part.placement(photo).size if photo is not None else None

    def toggle(self) -> None:
        """Choose the crop of the open photo, or take it."""
        if self.on:
            self.accept()
        elif (photo := self._photo()) is not None:
            self._known = self._session.edit.part(GeometryPart)
            self.tool.box = CropBox.of(self._known, photo)
            self._set_ratio(shape=False)
            self._compared = self._canvas.view
            self._canvas.set_view(View.SINGLE)
            self._canvas.fit()
            self._canvas.set_tool(self.tool)
            self._view.show_surround(self.tool.surround)
            self._canvas.setFocus()
            self.changed.emit()

    def accept(self) -> None:
        """Take the crop."""
        self._put_away(self.tool)

    def cancel(self) -> None:
        """Leave the crop as it was."""
        self.tool.box = None
        self._put_away(self.tool)

    def leave(self) -> None:
        """Put away whatever tool of these is chosen; a crop is taken."""
        self._put_away(self.tool)
        for tool in self.lines.values():
            self._put_away(tool)

    def turn(self, clockwise: int) -> None:
        """Turn the picture by quarters."""
        self._change(lambda part: part.turned(clockwise))

    def flip(self, across: bool) -> None:
        """Mirror the picture: left and right where `across`, else up and down."""
        self._change(lambda part: part.flipped(across))

    def reset(self) -> None:
        """Show the whole photo as it was taken."""
        self._change(lambda _: GeometryPart())

    def set_ratio(self, name: str) -> None:
        """Give the crop another shape, and choose the crop if it is not being chosen.

        Raises:
            ValueError: it is no ratio.
        """
        photo = self._photo()
        if photo is None:
            return
        ratio_of(name, self.portrait, photo)
        self.ratio = name
        if not self.on:
            self.toggle()
        box = self.tool.box
        if box is not None:
            self.portrait = box.size[1] > box.size[0]
        self._set_ratio(shape=True)
        self.changed.emit()

    def swap(self) -> None:
        """Let portrait and landscape change places."""
        if not self.on:
            self.toggle()
        box = self.tool.box
        if box is None:
            return
        self.portrait = box.size[1] <= box.size[0]
        if self.ratio == "free":
            self.tool.set_box(box.shaped(box.size[1] / box.size[0]))
        self._set_ratio(shape=True)
        self.changed.emit()

    def draw(self, name: str) -> None:
        """Draw the `horizon` or the `guides` on the photo, or leave that."""
        tool = self.lines[name]
        if self._canvas.tool is tool:
            self._put_away(tool)
        elif self._photo() is not None:
            self.accept()
            self._canvas.set_tool(tool)
            self._canvas.setFocus()

    def _photo(self) -> tuple[int, int] | None:
        opened = self._session.photo
        return (opened.info.width, opened.info.height) if opened is not None else None

    def _set_ratio(self, shape: bool) -> None:
        """Let the tool keep the chosen ratio; `shape` gives it to the crop at once."""
        box = self.tool.box
        if box is None:
            return
        if not shape and self.ratio != "free":
            self.portrait = box.size[1] > box.size[0]
        self.tool.ratio = ratio_of(self.ratio, self.portrait, box.part.turned_size(box.photo))
        if shape and self.tool.ratio is not None:
            self.tool.set_box(box.shaped(self.tool.ratio))

    def _change(self, change: Callable[[GeometryPart], GeometryPart]) -> None:
        photo = self._photo()
        if photo is None:
            return
        if self.tool.box is not None:
            self.tool.set_box(CropBox.of(change(self.part), photo))
            self._set_ratio(shape=False)
        else:
            edit = self._session.edit
            self._context.current.change(edit.with_part(change(edit.part(GeometryPart))))

    def _on_moved(self) -> None:
        self._view.place(self.tool.dragged)
        self.changed.emit()

    def _on_edit(self) -> None:
        """What a slider, or a step back in the history, decides while the crop is being chosen counts there, too."""
        part, photo, box = self._session.edit.part(GeometryPart), self._photo(), self.tool.box
        before, self._known = self._known, part
        if box is not None and photo is not None and part != before:
            crop = part if part.crop != before.crop else self.part
            self.tool.set_box(CropBox.of(replace(part, **{name: getattr(crop, name) for name in CROP}), photo))
        self.changed.emit()

    def _put_away(self, tool: CropTool | LineTool) -> None:
        if self._canvas.tool is tool:
            self._canvas.set_tool(None)

    def _on_put_away(self) -> None:
        box, self.tool.box = self.tool.box, None
        self._canvas.set_view(self._compared)
        self._view.show_surround(None)
        edit = self._session.edit
        if box is not None and box.result != edit.part(GeometryPart):
            self._context.current.change(edit.with_part(box.result))
        self.changed.emit()

    def _on_drawn(self, name: str, lines: list[Line]) -> None:
        photo, edit = self._photo(), self._session.edit
        if photo is None:
            return
        part, placement = edit.part(GeometryPart), edit.placement(photo)
        width, height = placement.size
        drawn = [tuple(placement.to_photo(x * width, y * height) for x, y in line) for line in lines]
        try:
            if name == "horizon":
                part = part.levelled((drawn[0][0], drawn[0][1]), photo)
            else:
                part = part.made_upright(((drawn[0][0], drawn[0][1]), (drawn[1][0], drawn[1][1])), photo)
        except EditError as problem:
            self._context.notifier.info(str(problem))
            return
        self._put_away(self.lines[name])
        self._context.current.change(edit.with_part(part))
