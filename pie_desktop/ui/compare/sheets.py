"""What opens the dialog of the contact sheet, with the selected photos and the marked styles."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from pie_desktop.ui.compare.sheet_dialog import SheetDialog
from pie_desktop.ui.compare.sheet_jobs import SheetChoices, SheetSource, find_choices
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.filmstrip.selection import PhotoSelection
from pie_desktop.ui.styles.compared import ComparedStyles
from pie_desktop.workers.lanes import LatestLane, QueueLane

_AT_FIRST = 3  # styles, where none is marked


class ContactSheets(QObject):
    """Opens the dialog above a window; its jobs have lanes of their own."""

    def __init__(
        self,
        context: AppContext,
        session: EditSession,
        selection: PhotoSelection,
        compared: ComparedStyles,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context, self._session, self._window = context, session, window
        self._selection = selection
        self._compared = compared
        self._previews = context.add_lane(LatestLane("contact sheet preview"))
        self._writes = context.add_lane(QueueLane("contact sheet"))
        self.dialog: SheetDialog | None = None

    def open(self) -> None:
        """Ask which styles and models, with those of now, also by other windows."""
        if self._selection.versions():
            job = self._previews.submit(find_choices, self._context.library)
            job.result.connect(self._on_found)
            self._context.report_failure(job)

    def _on_found(self, choices: SheetChoices) -> None:
        photos = self._selection.versions()
        if not photos:
            return
        context, keeper = self._context, self._session.keeper
        known = {one: edit for one in photos if not one.copy and (edit := keeper.known(one.path)) is not None}
        if keeper.version is not None:
            known[keeper.version] = context.current.edit
        source = SheetSource(context.engine, context.library, context.catalog, known)
        chosen = self._compared.styles or [style.id for style in choices.styles[:_AT_FIRST]]
        self.dialog = SheetDialog(context, self._previews, self._writes, source, photos, choices, chosen, self._window)
        self.dialog.destroyed.connect(self._on_closed)
        self.dialog.open()

    def _on_closed(self) -> None:
        self.dialog = None
