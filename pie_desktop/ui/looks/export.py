"""Opens the dialog for looks from the menu and from the styles."""

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from pie_desktop.errors import PieError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.looks.dialog import LookDialog
from pie_desktop.workers.lanes import QueueLane


class LookExport(QObject):
    """Has a lane of its own: a look shall not wait for a folder that is being exported."""

    def __init__(self, context: AppContext, session: EditSession, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._session = session
        self._window = window
        self._lane = QueueLane("looks")
        context.add_lane(self._lane)
        self.dialog: LookDialog | None = None

    def open(self, style_id: str | None = None) -> None:
        """Ask about the look of a style, or of the open photo's own edit."""
        state, photo = self._session.state, self._session.path
        if style_id is not None:
            state = replace(state, style_id=style_id)
        try:
            dialog = LookDialog(self._context, self._lane, state, photo, self._window)
        except PieError as error:
            self._context.notifier.error(str(error))
            return
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = dialog
        dialog.open()
