"""The pages of the main window: Edit at once, Export and Train when they are first shown, so that it opens sooner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.session import EditSession

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

    def __init__(self, context: AppContext, session: EditSession, edit: EditPage) -> None:
        super().__init__()
        self._context = context
        self._session = session
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

    def show_export(self) -> None:
        """Show the Export page with the sliders of the open photo; the first time also with the filmstrip's photos."""
        first = self._export is None
        page = self.export_page()
        if first:
            page.set_sources(self._photos_of_filmstrip())
        if self._session.photo is not None:
            page.form.follow(self._session.edit)
        self.setCurrentWidget(page)

    def can_close(self) -> bool:
        """Ask whether running work may be stopped; if so, stop it."""
        return all(page is None or page.can_close() for page in (self._export, self._train))

    def _photos_of_filmstrip(self) -> Sequence[Path]:
        strip = self._edit.filmstrip
        selected, folder = strip.selected_paths(), strip.folder
        if folder is None or len(selected) > 1:
            return selected
        # Of a folder the export takes the RAW photos of RAW + JPEG.
        return [folder] if strip.raw_pairs.show == "raw" else list(strip.model.paths)
