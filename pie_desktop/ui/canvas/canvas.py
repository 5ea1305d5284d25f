"""The widget that shows the photo, with mouse and keys: zoom, pan, split line, hold to compare."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent

from pie_desktop.ui.canvas.panes import View, photo_rect
from pie_desktop.ui.canvas.photo_widget import PhotoWidget
from pie_desktop.ui.canvas.tools.tool import CanvasTool, PictureView
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS

HANDLE_REACH = 14  # px around the split line that grab it
HOLD_MS = 160
HOLD_REACH = 3  # px that a press may move and still be a hold
ZOOM_STEP = 1.25
KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
PAN_STEP = 0.1  # of the pane, per arrow key
HANDLE_STEP = 0.02


class Canvas(PhotoWidget):
    """The photo under the user's hands.

    Keys of its own: Alt with an arrow pans, up and down step through the photos, space with the mouse pans;
    `compare_keys` adds holding a key. The wheel zooms at the cursor, a double click toggles fit and 1:1, and in the
    single view a press that stays in place shows the original. All other keys are those of actions. A tool, where one
    is chosen, is asked before any of that.

    Signals:
        tool_changed: another tool, or none, owns the mouse.
        step_requested: +1 for the next photo, -1 for the one before.
        space_tapped: the space bar was pressed and released, and nothing was dragged with it.
        rendering_clicked: number of the rendering that was clicked, while renderings are compared.
    """

    step_requested = Signal(int)
    space_tapped = Signal()
    rendering_clicked = Signal(int)
    tool_changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._tool: CanvasTool | None = None
        self._drag: str | None = None
        self._drag_from = QPointF()
        self._pressed_at = QPointF()
        self._space = False
        self._space_used = False
        self._focus_shown = False
        self._hold = QTimer(self, singleShot=True, interval=HOLD_MS)
        self._hold.timeout.connect(lambda: self.set_comparing(True))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def tool(self) -> CanvasTool | None:
        """What owns the mouse; None for the canvas itself."""
        return self._tool

    def set_tool(self, tool: CanvasTool | None) -> None:
        """Give the mouse to a tool, which takes it from the one before; None puts that away."""
        before = self._tool
        if tool is before:
            return
        if before is not None:
            if self._drag == "tool":
                before.release(QPointF(self.mapFromGlobal(self.cursor().pos())), self.picture_view())
                self._drag = None
            before.changed.disconnect(self.update)
        self._tool = tool
        if tool is not None:
            tool.changed.connect(self.update)
        if before is not None:
            before.put_away.emit()
        self.tool_changed.emit()
        self._set_cursor(QPointF(self.mapFromGlobal(self.cursor().pos())))
        self.update()

    def picture_view(self) -> PictureView:
        """Where the result lies in this widget."""
        pane = self.panes()[-1]
        return PictureView.of(self.viewport, pane.left(), self._ratio(), pane.top())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned and self.renderer.base is not None:
            self.zoom_by(ZOOM_STEP ** (turned / 120), event.position())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hold.stop()
        self.set_comparing(False)
        if event.button() != Qt.MouseButton.LeftButton or self.renderer.base is None:
            return
        if self._tool is None or not self._tool.double_click(event.position(), self.picture_view()):
            self.toggle_fit(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.renderer.base is None:
            return
        self._drag_from = self._pressed_at = event.position()
        self._space_used = True
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and self._space
        ):
            self._drag = "pan"
        elif event.button() == Qt.MouseButton.LeftButton:
            if self._tool_takes(event):
                self._drag = "tool"
            elif (handle := self._near_handle(event.position())) is not None:
                self._drag, self._held_handle = "handle", handle
            else:
                self._drag = "pan"
                if self._view is View.SINGLE:
                    self._hold.start()
        self._set_cursor(event.position())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._drag == "tool" and self._tool is not None:
            self._tool.drag(position, self.picture_view(), event.modifiers())
        elif self._drag == "handle" and self._held_handle is not None:
            photo = photo_rect(self.viewport)
            place = (position.x() * self._ratio() - photo.left()) / max(1, photo.width())
            self.set_handle(place, self._held_handle)
        elif self._drag == "pan" and not self.comparing:
            moved = position - self._drag_from
            if (position - self._pressed_at).manhattanLength() > HOLD_REACH:
                self._hold.stop()
            self.pan(moved.x() * self._ratio(), moved.y() * self._ratio())
            self._drag_from = position
        if self.compares_others and self._drag is None:
            self.mark(self.rendering_under(position))
        self._set_cursor(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hold.stop()
        dragged, self._drag = self._drag, None
        if dragged == "tool" and self._tool is not None:
            self._tool.release(event.position(), self.picture_view())
        self._held_handle = None
        self.set_comparing(False)
        self._set_cursor(event.position())
        self.update()
        stayed = (event.position() - self._pressed_at).manhattanLength() <= HOLD_REACH
        clicked = event.button() == Qt.MouseButton.LeftButton and dragged == "pan" and stayed and not self._space
        if clicked and self.compares_others:
            self.rendering_clicked.emit(self.rendering_under(event.position()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        """Whether no action may have a key; space not before it is known whether something is dragged with it."""
        return _is_space(event) or (self._tool is not None and self._tool.wants(event))

    def move_handle(self, steps: int) -> None:
        """Move the line of the split view; positive steps to the right."""
        if self._view is View.SPLIT:
            number = min(self.marked or 0, len(self._handles) - 1)
            self.set_handle(self._handles[number] + steps * HANDLE_STEP, number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        width, height = self.viewport.pane
        steps: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (1, 0),
            Qt.Key.Key_Right: (-1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if self._tool is not None and not _is_space(event) and self._tool.key(event):
            event.accept()
        elif _is_space(event):
            if not event.isAutoRepeat():
                self._space, self._space_used = True, False
            self._set_cursor(QPointF(self.mapFromGlobal(self.cursor().pos())))
        elif key in steps and modifiers == Qt.KeyboardModifier.AltModifier:
            self.pan(steps[key][0] * width * PAN_STEP, steps[key][1] * height * PAN_STEP)
        elif key in steps and steps[key][1] and not modifiers:
            self.step_requested.emit(-steps[key][1])
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Space:
            tapped, self._space = self._space and not self._space_used, False
            self._set_cursor(QPointF(self.mapFromGlobal(self.cursor().pos())))
            if tapped:
                self.space_tapped.emit()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Those who work with the mouse know where they clicked, and see the photo without a line around it.
        self._focus_shown = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._tool is not None and self.renderer.base is not None and not self.comparing and not self.message:
            painter, view = QPainter(self), self.picture_view()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(view.pane)
            self._tool.draw(painter, view)
            painter.end()
        if self._focus_shown and self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(COLORS.text_muted), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # The release of the key may go elsewhere.
        self._space = False
        super().focusOutEvent(event)

    def _tool_takes(self, event: QMouseEvent) -> bool:
        view = self.picture_view()
        if self._tool is None or not view.pane.contains(event.position()):
            return False
        return self._tool.press(event.position(), view, event.modifiers())

    def _near_handle(self, position: QPointF) -> int | None:
        """The number of the split line within reach; the nearest."""
        if self._view is not View.SPLIT:
            return None
        lines = [strip.left() / self._ratio() for strip in self._strips()[1:]]
        number = min(range(len(lines)), key=lambda one: abs(position.x() - lines[one]))
        return number if abs(position.x() - lines[number]) <= HANDLE_REACH else None

    def _set_cursor(self, position: QPointF | QPoint) -> None:
        view = self.picture_view()
        held = self._drag in (None, "tool") and not self._space and self.renderer.base is not None
        if self._tool is not None and held and view.pane.contains(QPointF(position)):
            shape = self._tool.cursor(QPointF(position), view)
            if shape is not None:
                self.setCursor(shape)
                return
        near = self._drag is None and not self._space and self._near_handle(QPointF(position)) is not None
        if self._drag == "handle" or near:
            shape = Qt.CursorShape.SplitHCursor
        elif self.viewport.fitted:
            shape = Qt.CursorShape.PointingHandCursor if self.compares_others else Qt.CursorShape.ArrowCursor
        else:
            shape = Qt.CursorShape.ClosedHandCursor if self._drag == "pan" else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)


def _is_space(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and not event.modifiers()
