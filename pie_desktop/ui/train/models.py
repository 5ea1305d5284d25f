"""The list of models: those that come with the program and the user's own, with their results on held-out photos."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pie_desktop import paths
from pie_desktop.engine import bundles
from pie_desktop.engine.bundles import HeldOut, delete_model, held_out, rename_model
from pie_desktop.errors import BundleError, PieError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import confirm
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.table import set_up_table
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

HEADERS = ("Model", "Source", "Created", "Held-out PSNR", "Before training", "Gain")


@dataclass(frozen=True)
class Models:
    """All bundles, as a job found them; `used` is the folder of the one in use."""

    shipped: "tuple[BundleInfo, ...]"
    own: "tuple[BundleInfo, ...]"
    used: Path | None


def find_models(context: JobContext) -> Models:
    """A job for a lane: reading a bundle's description may import torch."""
    try:
        used = bundles.default_bundle()
    except BundleError:
        used = None
    context.check()
    return Models(tuple(bundles.shipped_bundles()), tuple(bundles.own_bundles()), used)


class ModelList(QWidget):
    """Takes a model into use, renames and deletes; those that come with the program cannot be changed.

    Attributes:
        base: combo box of the model that a run starts from, placed by the form.

    Signals:
        changed: other models are listed.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._lane = context.add_lane(LatestLane("models"))
        self._models = Models((), (), None)
        self.base = ComboBox()
        self.base.setToolTip("The model that training starts from; it is not changed.")
        self.table = QTableWidget(0, len(HEADERS))
        self.table.setHorizontalHeaderLabels(HEADERS)
        set_up_table(self.table, "Models", one_row=True)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.use_button = QPushButton("Use this model")
        self.use_button.setToolTip("Editing and exporting use this model from now on.")
        self.rename_button = QPushButton("Rename…")
        self.delete_button = QPushButton("Delete…")
        buttons = QHBoxLayout()
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.rename_button)
        buttons.addStretch(1)
        buttons.addWidget(self.delete_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)
        self.table.itemSelectionChanged.connect(self._show_buttons)
        self.table.itemDoubleClicked.connect(lambda _: self._use())
        self.use_button.clicked.connect(self._use)
        self.rename_button.clicked.connect(self._rename)
        self.delete_button.clicked.connect(self._delete)
        self._show_buttons()

    def refresh(self, select: Path | None = None) -> None:
        """Lists the models again in the background; `select` is highlighted when it is there."""
        job = self._context.report_failure(self._lane.submit(find_models))
        job.result.connect(lambda models: self._show(models, select))

    def start_from(self) -> Path | None:
        """Bundle that a run starts from."""
        path = self.base.currentData()
        return Path(path) if path else None

    def free_name(self, name: str) -> str:
        """`name`, with a number when a model of that name exists."""
        taken = {info.name.casefold() for info in (*self._models.own, *self._models.shipped)}
        taken |= {path.stem.casefold() for path in paths.models_dir().glob("[!.]*.piemodel")}
        free, number = name, 2
        while free.casefold() in taken:
            free, number = f"{name} {number}", number + 1
        return free

    def current(self) -> "BundleInfo | None":
        row = self.table.currentRow()
        infos = (*self._models.own, *self._models.shipped)
        return infos[row] if self.table.selectedItems() and 0 <= row < len(infos) else None

    def _show(self, models: Models, select: Path | None) -> None:
        current = self.current()
        wanted = select or (current.path if current else None)
        base = self.start_from() or models.used
        self._models = models
        infos = (*models.own, *models.shipped)
        self.table.setRowCount(len(infos))
        self.base.clear()
        for row, info in enumerate(infos):
            self._fill_row(row, info)
            self.base.addItem(info.name, str(info.path))
            if info.path == base:
                self.base.setCurrentIndex(row)
            if info.path == wanted:
                self.table.selectRow(row)
        self._show_buttons()
        self.changed.emit()

    def _fill_row(self, row: int, info: "BundleInfo") -> None:
        numbers = held_out(info)
        used = info.path == self._models.used
        texts = (
            f"{info.name} (in use)" if used else info.name,
            "your training" if info in self._models.own else "PIE Desktop",
            str(info.created)[:10],
            "—" if numbers is None else f"{numbers.psnr:.2f} dB",
            "—" if numbers is None else f"{numbers.baseline:.2f} dB",
            "—" if numbers is None else f"{numbers.gain:+.2f} dB, {numbers.verdict}",
        )
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(plain(str(info.path)))
            if column == 0:
                item.setIcon(icon("mdi6.check-circle" if used else "mdi6.circle-outline", COLORS.accent))
            self.table.setItem(row, column, item)

    def _show_buttons(self) -> None:
        info = self.current()
        own = info is not None and info in self._models.own
        self.use_button.setEnabled(info is not None and info.path != self._models.used)
        self.rename_button.setEnabled(own)
        self.delete_button.setEnabled(own)

    def _use(self) -> None:
        info = self.current()
        if info is None or info.path == self._models.used:
            return
        numbers = held_out(info)
        if numbers is not None and not self._sure(numbers):
            return
        self._take_into_use(info.path)
        self._context.notifier.info(f"“{info.name}” is now in use.")
        self.refresh()

    def _sure(self, numbers: HeldOut) -> bool:
        """Whether a model is shown to be better, or wanted all the same."""
        if numbers.verdict == "better":
            return True
        if numbers.verdict == "too few to tell":
            found = "The photos held out were too few to tell whether this model is better"
        else:
            found = f"On the photos held out, this model is {numbers.verdict}"
        question = f"{found}, compared with the same edits as references of a style. Use it all the same?"
        return confirm(self, "Use this model", question, default=False)

    def _take_into_use(self, path: Path | None) -> None:
        self._context.settings.set(bundles.SETTING, None if path is None else str(path))
        try:
            self._context.settings.save()
        except OSError as error:
            self._context.notifier.warning(f"The choice of the model could not be saved: {error.strerror or error}.")
        self._context.engine.set_bundle(path)
        self._context.engine_changed.emit()

    def _rename(self) -> None:
        info = self.current()
        if info is None:
            return
        name, accepted = QInputDialog.getText(self, "Rename model", "Name", text=info.name)
        name = name.strip()
        if not accepted or not name or name == info.name:
            return
        if self.free_name(name) != name and name.casefold() != info.name.casefold():
            self._context.notifier.error(f"There is already a model named “{name}”; choose another name.")
            return
        try:
            rename_model(info, name)
        except PieError as error:
            self._context.notifier.error(str(error))
        self.refresh()

    def _delete(self) -> None:
        info = self.current()
        if info is None:
            return
        question = f"Delete the model “{info.name}”? This cannot be undone."
        if QMessageBox.question(self, "Delete model", plain(question)) != QMessageBox.StandardButton.Yes:
            return
        used = info.path == self._models.used
        try:
            delete_model(info)
        except PieError as error:
            self._context.notifier.error(str(error))
            return
        if used:
            self._take_into_use(None)
        self.refresh()
