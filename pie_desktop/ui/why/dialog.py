"""The window that says why the open photo looks as it does; it stays beside the photo and follows it."""

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.explanation import Explanation, explain
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.references.counting import ReferenceCounting
from pie_desktop.ui.styles.mosaic import StyleImages
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.why.view import WhyView
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import LatestLane

_SIZE = QSize(560, 360)
_PLOTS = 280  # px that the plots add when they are unfolded


class WhyDialog(QDialog):
    """Explains the open photo while it is shown; one explanation at a time, and then the last that was asked for."""

    def __init__(
        self, context: AppContext, session: EditSession, counting: ReferenceCounting, lane: LatestLane, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context, self._session, self._counting, self._lane = context, session, counting, lane
        self._job: Job | None = None
        self._stale = False
        self.setWindowTitle("Why this result")
        self.resize(_SIZE.boundedTo(parent.window().size()))
        self.view = WhyView(StyleImages(context.thumbnails, context.display, self))
        self.view.fold.toggled.connect(self._make_room)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        scroll = QScrollArea()
        scroll.setWidget(self.view)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        session.enhanced.connect(self._ask)
        session.closed.connect(self._clear)
        context.current.changed.connect(self._ask)
        counting.changed.connect(self._show_counted)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._counting.want(self, True)
        self._show_counted()
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._counting.want(self, False)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._lane.cancel_all()
        super().closeEvent(event)

    def _make_room(self, unfolded: bool) -> None:
        height = self.height() + (_PLOTS if unfolded else -_PLOTS)
        self.resize(self.width(), max(_SIZE.height(), min(height, self.screen().availableGeometry().height())))

    def _ask(self, *_changed: object) -> None:
        enhancement = self._session.enhancement
        if not self.isVisible():
            return
        if enhancement is None:
            self._clear()
        elif self._job is not None and not self._job.done:
            self._stale = True  # the one under way shows something meanwhile, as a slider may move for long
        else:
            self._stale = False
            self._job = self._lane.submit(_explain, enhancement, self._session.edit)
            self._job.result.connect(lambda explanation: self._show(explanation, enhancement))
            self._job.failed.connect(self._context.notifier.error)
            self._job.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        self._job = None
        if self._stale:
            self._ask()

    def _show(self, explanation: Explanation, enhancement: Enhancement) -> None:
        if self._session.enhancement is not None:
            transform, style = enhancement.transform, self._session.edit.style
            errors = transform.expected_error_of(style), transform.fit_error_of(style)
            self.view.show_explanation(explanation, " and ".join(enhancement.names), *errors)

    def _show_counted(self) -> None:
        enhancement = self._session.enhancement
        styled = enhancement is not None and bool(enhancement.styles)
        self.view.show_counted(self._counting.counted, styled)

    def _clear(self) -> None:
        self._lane.cancel_all()
        self.view.show_explanation(None, "", None)


class Explaining(QObject):
    """Opens the window; there is one.

    Attributes:
        dialog: None before it was opened.
    """

    def __init__(self, context: AppContext, session: EditSession, counting: ReferenceCounting, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._session, self._counting, self._window = context, session, counting, window
        self._lane = context.add_lane(LatestLane("why"))
        self.dialog: WhyDialog | None = None

    def open(self) -> None:
        """Show the window, or bring it to the front."""
        if self.dialog is None:
            self.dialog = WhyDialog(self._context, self._session, self._counting, self._lane, self._window)
        self.dialog.show()
        self.dialog.raise_()


def _explain(context: JobContext, enhancement: Enhancement, edit: Edit) -> Explanation:
    return explain(enhancement.proxy, enhancement.transform, edit)
