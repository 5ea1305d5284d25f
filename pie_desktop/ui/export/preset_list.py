"""The list of presets: tick those to export with, load the settings of one, save the settings as another."""

import functools
from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.export.presets import SUFFIX, ExportPreset, PresetError, PresetLibrary, write_preset
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.theme import HALF_SPACE, icon
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.plain_text import plain

ROW_HEIGHT = 24
VISIBLE_ROWS = 4
_FILES = f"Export presets (*{SUFFIX})"


class PresetList(QWidget):
    """The presets of a library, with check boxes.

    Signals:
        ticked: other presets are ticked.
        selected: another preset is selected.
        chosen: the `EncodeOptions` of a preset that are to become the form's.
    """

    ticked = Signal()
    selected = Signal()
    chosen = Signal(object)

    def __init__(
        self,
        library: PresetLibrary,
        notifier: Notifier,
        current: Callable[[], EncodeOptions],
        parent: QWidget | None = None,
    ) -> None:
        """`current` gives the options of the form, for a new preset."""
        super().__init__(parent)
        self._library = library
        self._notifier = notifier
        self._current = current
        self.list = QListWidget()
        self.list.setAccessibleName("Presets")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(VISIBLE_ROWS * ROW_HEIGHT + 2)
        self.list.setToolTip("Tick presets to export with them; below is what the selected one does.")
        self.load_button = _button("mdi6.tray-arrow-down", "Take over the settings of the selected preset")
        self.save_button = _button("mdi6.content-save-outline", "Save the settings below as a preset…")
        self.delete_button = _button("mdi6.trash-can-outline", "Delete the selected preset")
        self.more_button = _button("mdi6.dots-horizontal", "Preset files")
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more_button)
        menu.addAction("Import presets…", self._import)
        self.export_action = menu.addAction("Export the selected preset…", self._export)
        self.more_button.setMenu(menu)
        self._build()
        self.refresh()
        self.list.itemChanged.connect(self._on_ticked)
        self.load_button.clicked.connect(lambda: self._on_chosen(self.list.currentItem()))
        self.list.itemSelectionChanged.connect(self._on_selected)
        self.save_button.clicked.connect(self._save)
        self.delete_button.clicked.connect(self._delete)

    def presets(self) -> tuple[ExportPreset, ...]:
        """Those that are ticked, in the order of the list."""
        return tuple(_preset(item) for item in self._items() if item.checkState() == Qt.CheckState.Checked)

    def set_ticked(self, names: Collection[str]) -> None:
        for item in self._items():
            ticked = _preset(item).name in names
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)

    def refresh(self, select: str | None = None) -> None:
        """Lists the presets anew; what is ticked stays so, as far as it is there."""
        ticked = {preset.name for preset in self.presets()}
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for preset in self._library.presets():
            item = QListWidgetItem(preset.name)
            item.setData(Qt.ItemDataRole.UserRole, preset)
            item.setToolTip(plain(preset.encode.summary))
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if preset.name in ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
            if preset.name == select:
                self.list.setCurrentItem(item)
        self.list.blockSignals(blocked)
        for problem in self._library.take_problems():
            self._notifier.warning(problem)
        self._show_buttons()
        if {preset.name for preset in self.presets()} != ticked:
            self.ticked.emit()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(heading("PRESETS"), 1)
        for button in (self.load_button, self.save_button, self.delete_button, self.more_button):
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(HALF_SPACE)
        layout.addLayout(top)
        layout.addWidget(self.list)
        self.setFocusProxy(self.list)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def selected_preset(self) -> ExportPreset | None:
        """The one that buttons and menu apply to."""
        items = self.list.selectedItems()
        return _preset(items[0]) if items else None

    def _on_ticked(self, item: QListWidgetItem) -> None:
        if item.checkState() == Qt.CheckState.Checked:
            self.list.setCurrentItem(item)  # the form shows what it will do
        self.ticked.emit()

    def _on_chosen(self, item: QListWidgetItem) -> None:
        """Without presets ticked, so that the form shows what was taken over."""
        self.set_ticked(())
        self.chosen.emit(_preset(item).encode)

    def _on_selected(self) -> None:
        self._show_buttons()
        self.selected.emit()

    def _show_buttons(self) -> None:
        selected = self.selected_preset()
        self.load_button.setEnabled(selected is not None)
        self.delete_button.setEnabled(selected is not None and not selected.builtin)
        self.export_action.setEnabled(selected is not None)

    def _save(self) -> None:
        selected = self.selected_preset()
        suggestion = selected.name if selected is not None and not selected.builtin else ""
        name, agreed = QInputDialog.getText(self, "Save as preset", "Name of the preset:", text=suggestion)
        if agreed and name.strip():
            self._try(lambda: self._save_as(name))

    def _save_as(self, name: str) -> None:
        taken = any(preset.name.casefold() == " ".join(name.split()).casefold() for preset in self._own())
        if taken and not self._confirm(f"Replace the preset “{name.strip()}” with the settings below?", "Replace"):
            return
        self.refresh(select=self._library.save(name, self._current(), overwrite=taken).name)

    def _delete(self) -> None:
        selected = self.selected_preset()
        if selected is None or selected.builtin:
            return
        self._try(lambda: self._library.delete(selected.name))
        self.refresh()
        self._notifier.info(f"“{selected.name}” was deleted.", "Undo", lambda: self._bring_back(selected))

    def _bring_back(self, preset: ExportPreset) -> None:
        self._try(lambda: self._library.save(preset.name, preset.encode))
        self.refresh(select=preset.name)

    def _import(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, "Import presets", "", _FILES)
        for file in map(Path, files):
            self._try(functools.partial(self._import_one, file))

    def _import_one(self, file: Path) -> None:
        self.refresh(select=self._library.import_file(file).name)

    def _export(self) -> None:
        selected = self.selected_preset()
        if selected is None:
            return
        file, _ = QFileDialog.getSaveFileName(self, "Export preset", f"{selected.name}{SUFFIX}", _FILES)
        if file:
            path = Path(file) if Path(file).suffix else Path(file + SUFFIX)
            self._try(lambda: write_preset(selected, path, overwrite=True))  # the dialog has asked

    def _own(self) -> list[ExportPreset]:
        return [preset for preset in self._library.presets() if not preset.builtin]

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except PresetError as error:
            self._notifier.error(str(error))

    def _confirm(self, question: str, answer: str) -> bool:
        box = QMessageBox(
            QMessageBox.Icon.Question, "Presets", plain(question), QMessageBox.StandardButton.Cancel, self
        )
        button = box.addButton(answer, QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        return box.clickedButton() is button


def _preset(item: QListWidgetItem) -> ExportPreset:
    preset: ExportPreset = item.data(Qt.ItemDataRole.UserRole)
    return preset


def _button(name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(plain(text))
    button.setAccessibleName(text.rstrip("…"))
    return button
