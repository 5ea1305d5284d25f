"""What can be done with a model besides using it: renamed, deleted and brought back, passed on."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from pie_desktop.engine import bundles, own_models
from pie_desktop.errors import PieError
from pie_desktop.model.bundle import SUFFIX
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.train.model_use import ModelUse
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import QueueLane

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

FILTER = f"Models of PIE Desktop (*{SUFFIX})"
FOLDER = "models.shared_folder"  # the setting for the folder of the last file


def import_model(_context: JobContext, path: Path) -> "BundleInfo":
    """A job for a lane: it loads the model once."""
    return own_models.import_own(path)


def export_model(_context: JobContext, info: "BundleInfo", target: Path, overwrite: bool) -> Path:
    """A job for a lane: it writes the file; returns it."""
    from pie_desktop.model import model_file

    model_file.export_model(info, target, overwrite=overwrite)
    return target


class ModelActions(ModelUse):
    """Acts on one model at a time, and says in a message what was done.

    Args:
        parent: whose window questions belong to.
        taken: whether a model has a name already.
    """

    def __init__(self, context: AppContext, parent: QWidget, taken: Callable[[str], bool]) -> None:
        super().__init__(context, parent)
        self._taken = taken
        self._lane = context.add_lane(QueueLane("model files"))

    def rename(self, info: "BundleInfo") -> None:
        name, accepted = QInputDialog.getText(self._parent, "Rename model", "Name", text=info.name)
        name = name.strip()
        if not accepted or not name or name == info.name:
            return
        if self._taken(name) and name.casefold() != info.name.casefold():
            self._context.notifier.error(f"There is already a model named “{name}”; choose another name.")
            return
        try:
            own_models.rename_model(info, name)
        except PieError as error:
            self._context.notifier.error(str(error))
        self.changed.emit(info.path)

    def delete(self, info: "BundleInfo") -> None:
        """Move a model to the trash; the message has a button that brings it back."""
        chosen = self._context.settings.get(bundles.SETTING)
        used = chosen == str(info.path)
        try:
            token = own_models.delete_model(info)
        except PieError as error:
            self._context.notifier.error(str(error))
            return
        if used:
            self._take_into_use(None)

        def undo() -> None:
            try:
                path = own_models.restore_model(token)
            except PieError as error:
                self._context.notifier.error(str(error))
                return
            if used and self._context.settings.get(bundles.SETTING) is None:
                self._take_into_use(str(path))
            self.changed.emit(path)

        self._context.notifier.info(f"“{info.name}” was deleted; it stays in the trash for a month.", "Undo", undo)
        self.changed.emit(None)

    def export(self, info: "BundleInfo") -> None:
        """Ask for a file, and write the model to it."""
        from pie_desktop.model.model_file import file_name, is_model_file

        settings = self._context.settings
        start = Path(settings.text(FOLDER, str(Path.home()))) / file_name(info)
        chosen, _ = QFileDialog.getSaveFileName(self._parent, "Export model", str(start), FILTER)
        if not chosen:
            return
        settings.set(FOLDER, str(Path(chosen).parent))
        named = is_model_file(Path(chosen))
        # Without the suffix, the dialog has asked about a file other than the one that is written.
        target = Path(chosen if named else chosen + SUFFIX)
        job: Job = self._lane.submit(export_model, info, target, named, title="Exporting a model")
        job.result.connect(self._on_exported)
        self._context.report_failure(job)

    def ask_for_files(self) -> None:
        """Ask for files of models, and take them in."""
        settings = self._context.settings
        start = settings.text(FOLDER)
        chosen, _ = QFileDialog.getOpenFileNames(self._parent, "Import models", start, f"{FILTER};;All files (*)")
        if chosen:
            settings.set(FOLDER, str(Path(chosen[0]).parent))
            self.import_files([Path(path) for path in chosen])

    def import_files(self, files: Sequence[Path]) -> None:
        """Take models in from files, or from folders as training writes them, one after the other."""
        for path in files:
            job: Job = self._lane.submit(import_model, path, title="Importing a model")
            job.result.connect(self._on_imported)
            self._context.report_failure(job)

    def _on_exported(self, target: Path) -> None:
        self._context.notifier.info(f"{target} was written. There is no photo in it.")

    def _on_imported(self, info: "BundleInfo") -> None:
        self._context.notifier.info(f"“{info.name}” was imported.")
        self.changed.emit(info.path)


class ModelDrops(QObject):
    """Takes models that are dropped on a widget, and nothing else.

    Signals:
        dropped: the files.
    """

    dropped = Signal(object)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QDropEvent):  # of which entering and moving are subclasses
            return False
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        models = [path for path in files if path.suffix.lower() == SUFFIX]
        if not models:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self.dropped.emit(models)
        return True
