"""The reference that counts most for the open photo, beside it, zoomed and moved alike."""

from pathlib import Path

from PySide6.QtCore import QObject, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.canvas.canvas import ZOOM_STEP, Canvas
from pie_desktop.ui.canvas.panes import draw_label
from pie_desktop.ui.canvas.viewport import Viewport
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.references.counting import ReferenceCounting
from pie_desktop.ui.references.jobs import Counted, ReferencePictures, read_copies
from pie_desktop.ui.references.pictures import labelled
from pie_desktop.ui.theme import COLORS
from pie_desktop.ui.widgets.elision import Differences
from pie_desktop.workers.lanes import LatestLane

SHOWN = "canvas.reference"
"""Setting: whether the reference is shown."""
NAME_WIDTH = 150  # px, so that the number has room in a narrow window
_NO_STYLE = "The photo has no style, so that no reference counts for it."
_NONE_KNOWN = "No reference of this style can be shown."


class ReferencePane(QWidget):
    """Shows the edit of a reference, and its original while that of the photo is held up for comparison.

    The wheel, dragging and a double click do to the photo what they do on it, and the pane follows.
    """

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.viewport = Viewport()
        self._after = self._before = QPixmap()
        self._label = self._message = ""
        self._dragged_from: QPointF | None = None
        self.setMinimumSize(QSize(240, 240))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Reference beside the photo")
        canvas.viewport_changed.connect(self.follow)
        canvas.comparing_changed.connect(self.update)

    @property
    def label(self) -> str:
        return self._label

    @property
    def message(self) -> str:
        """What is said where there is no picture."""
        return self._message

    def accessible_value(self) -> str:
        return self._message or self._label

    def show_reference(self, after: QPixmap, before: QPixmap, label: str) -> None:
        """Show a reference; `before` is null where the original is not known."""
        self._after, self._before, self._label, self._message = after, before, label, ""
        self.viewport.set_photo(after.width(), after.height())
        self.follow()

    def show_message(self, text: str) -> None:
        self._after = self._before = QPixmap()
        self._label, self._message = "", text
        self.update()

    def follow(self) -> None:
        """Show the place that the canvas shows, in parts of the photo, as much enlarged against the whole photo."""
        view = self._canvas.viewport
        if view.fitted:
            self.viewport.fit()
        else:
            self.viewport.look_at(self.viewport.fit_zoom() * view.zoom / view.fit_zoom(), view.centre)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        ratio = self.devicePixelRatioF()
        self.viewport.set_pane(round(self.width() * ratio), round(self.height() * ratio))
        self.follow()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned and self._canvas.renderer.base is not None:
            place = event.position()
            scale = (self._canvas.width() / max(1, self.width()), self._canvas.height() / max(1, self.height()))
            at = QPointF(place.x() * scale[0], place.y() * scale[1])
            self._canvas.zoom_by(ZOOM_STEP ** (turned / 120), at)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is None:
            return
        moved, self._dragged_from = event.position() - self._dragged_from, event.position()
        ratio, view, own = self.devicePixelRatioF(), self._canvas.viewport, self.viewport
        parts = (view.zoomed().width / own.zoomed().width, view.zoomed().height / own.zoomed().height)
        self._canvas.pan(moved.x() * ratio * parts[0], moved.y() * ratio * parts[1])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._canvas.renderer.base is not None:
            self._canvas.toggle_fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLORS.canvas))
        if self._after.isNull():
            painter.setPen(QColor(COLORS.text_muted))
            place = self.rect().adjusted(16, 16, -16, -16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
            return
        original = self._canvas.comparing and not self._before.isNull()
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left, top = self.viewport.offset()
        whole = self.viewport.zoomed()
        painter.drawPixmap(QRect(left, top, whole.width, whole.height), self._before if original else self._after)
        pane = QRect(0, 0, *self.viewport.pane)
        draw_label(painter, f"{self._label}, original" if original else self._label, pane, False, ratio)


class ReferenceBeside(QObject):
    """Shows the pane or not, and gives it the reference that counts most.

    Signals:
        shown_changed: the pane was shown or hidden.
    """

    shown_changed = Signal()

    def __init__(
        self,
        context: AppContext,
        session: EditSession,
        counting: ReferenceCounting,
        pane: ReferencePane,
        commands: Commands,
    ) -> None:
        super().__init__(pane)
        self._context, self._session, self._counting, self.pane = context, session, counting, pane
        self._lane = context.add_lane(LatestLane("reference beside"))
        self._shown: Counted | None = None
        self._action = commands.bind("reference_beside", self.toggle)
        counting.changed.connect(self._on_counted)
        session.enhanced.connect(lambda enhancement: self._say_without_style())
        context.display.changed.connect(self._on_counted)
        self.set_shown(context.settings.get(SHOWN) is True)

    def toggle(self) -> None:
        """Show the reference beside the photo, or hide it."""
        self.set_shown(self.pane.isHidden())

    def set_shown(self, shown: bool) -> None:
        self.pane.setVisible(shown)
        self._action.setChecked(shown)
        self._context.settings.set(SHOWN, shown)
        self._counting.want(self, shown)
        if shown:
            self._on_counted()
        self.shown_changed.emit()

    def _say_without_style(self) -> None:
        enhancement = self._session.enhancement
        if enhancement is not None and not enhancement.styles:
            self.pane.show_message(_NO_STYLE)

    def _on_counted(self) -> None:
        if self.pane.isHidden():
            return
        enhancement, counted = self._session.enhancement, self._counting.counted
        if enhancement is None or not enhancement.styles:
            self._lane.cancel_all()
            self.pane.show_message(_NO_STYLE if enhancement is not None else "")
        elif not counted:
            self.pane.show_message(_NONE_KNOWN if counted is not None else "")
        else:
            first = counted[0]
            job = self._lane.submit(read_copies, first.reference)
            job.result.connect(lambda read: self._show(first, read))
            job.failed.connect(self.pane.show_message)

    def _show(self, counted: Counted, read: ReferencePictures) -> None:
        if read.after is None:
            self.pane.show_message(read.problem)
            return
        apply, name = self._context.display.apply, Path(counted.reference.source).name
        before = labelled("", apply(read.before)).pixmap if read.before is not None else QPixmap()
        names = Differences(Path(one.reference.source).name for one in self._counting.counted or ())
        shown = names.elided(name, self.pane.fontMetrics(), NAME_WIDTH)
        label = f"{shown} counts {100 * counted.share:.0f} %"
        self.pane.show_reference(labelled("", apply(read.after)).pixmap, before, label)
