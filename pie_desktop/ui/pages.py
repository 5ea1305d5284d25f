"""The pages of the main window: Edit at once, Export and Train when they are first shown, so that it opens sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from pie_desktop import paths
from pie_desktop.edit.versions import Source
from pie_desktop.model.run_folder import PROCESS, is_running
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.edit_page import EditPage

if TYPE_CHECKING:
    from pie_desktop.ui.export.page import ExportPage
    from pie_desktop.ui.train.page import TrainPage

TABS = ("Edit", "Export", "Train")


class Pages(QStackedWidget):
    """One page for every name in `TABS`.

    Signals:
        made: a page that was made just now.
    """

    made = Signal(QWidget)

    def __init__(self, context: AppContext, edit: EditPage) -> None:
        super().__init__()
        self._context = context
        self._edit = edit
        self._export: ExportPage | None = None
        self._train: TrainPage | None = None
        self.addWidget(edit)

    def page(self, name: str) -> QWidget:
        """The page of a tab, made now if it was never shown."""
        if name == "Export":
            return self.export_page()
        if name == "Train":
            return self.train_page()
        return self._edit

    def export_page(self) -> ExportPage:
        if self._export is None:
            from pie_desktop.ui.export.page import ExportPage

            self._export = ExportPage(self._context)
            self._export.follow_requested.connect(self._follow)
            self.addWidget(self._export)
            self.made.emit(self._export)
        return self._export

    def train_page(self) -> TrainPage:
        if self._train is None:
            from pie_desktop.ui.train.page import TrainPage

            self._train = TrainPage(self._context)
            self.addWidget(self._train)
            self.made.emit(self._train)
        return self._train

    def find_training(self) -> None:
        """Watch the training run that goes on since the window was closed, if there is one, and say so."""
        if not any(is_running(log.parent) for log in paths.runs_dir().glob(f"*/{PROCESS}")):
            return
        run = self.train_page().session.run
        if run is not None and self.train_page().session.running:
            self._context.notifier.info(f"The training of “{run.name}” goes on; the Train page shows how far it is.")

    def show_export(self) -> None:
        """Show the Export page with the photos of the filmstrip: those selected, or the folder."""
        self._follow()
        self.setCurrentWidget(self.export_page())

    def _follow(self) -> None:
        strip = self._edit.filmstrip
        selected, folder = strip.selection.versions(), strip.folder
        page = self.export_page()
        if folder is None or len(selected) > 1:
            page.follow(selected, "The photos selected on the Edit page" if selected else "")
            return
        name = f"“{folder.name or folder}”"
        if strip.is_filtered:
            page.follow(list(strip.model.versions), f"The photos of {name} that the filter of the Edit page shows")
            return
        # Of a folder the export takes the RAW photos of RAW + JPEG.
        photos: list[Source] = [folder] if strip.raw_pairs.show == "raw" else list(strip.model.versions)
        page.follow(photos, f"The folder {name}, as on the Edit page")

    def can_close(self) -> bool:
        """Ask whether running work may be stopped; if so, stop it."""
        return all(page is None or page.can_close() for page in (self._export, self._train))
