"""Forms that look the same on every page: titled groups of labelled fields, buttons below, a field for a folder."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

PANEL_WIDTH = 344
LABEL_WIDTH = 88
ROW_HEIGHT = 30


def form_panel(form: QWidget, main_button: QPushButton, *buttons: QPushButton, above: QWidget | None = None) -> QWidget:
    """The left side of a page: the form, which scrolls when it must, and the page's buttons always in sight below.

    Args:
        form, main_button, buttons: what it consists of.
        above: stands over the buttons, always in sight too.
    """
    scroll = QScrollArea()
    scroll.setAccessibleName("Settings")
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the controls in it
    scroll.setWidget(form)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    row = QHBoxLayout()
    row.addWidget(main_button, 1)
    for button in buttons:
        row.addWidget(button)
    panel = QWidget()
    panel.setFixedWidth(PANEL_WIDTH)
    column = QVBoxLayout(panel)
    column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
    column.addWidget(scroll, 1)
    if above is not None:
        column.addWidget(above)
    column.addLayout(row)
    return panel


def add_section(layout: QVBoxLayout, title: str, *rows: tuple[str, QWidget]) -> QFormLayout:
    """Appends a heading (none if `title` is empty) and a row per field to `layout`; the labels stand in one column."""
    if title:
        layout.addSpacing(SPACE)
        layout.addWidget(heading(title))
    form = QFormLayout()
    form.setSpacing(SPACE)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for text, field in rows:
        add_row(form, text, field)
    layout.addLayout(form)
    return form


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    label = PlainLabel(text)
    # As high as one line: beside a field with something beneath, the label stands beside its first line.
    label.setMinimumWidth(LABEL_WIDTH)
    label.setFixedHeight(ROW_HEIGHT)
    label.setBuddy(field)
    form.addRow(label, field)


class FolderField(QWidget):
    """A line with the folder's path and a button that opens the folder dialog.

    Signals:
        changed: another folder (or none) was chosen.
    """

    changed = Signal()

    def __init__(self, title: str, placeholder: str, clearable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._shown = ""
        self.line = QLineEdit()
        self.line.setPlaceholderText(placeholder)
        self.line.setClearButtonEnabled(clearable)
        self.line.setAccessibleName(title)
        self.button = QToolButton()
        self.button.setIcon(icon("mdi6.folder-open-outline"))
        self.button.setToolTip(plain(f"{title}…"))
        self.button.setAccessibleName(f"{title}…")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(HALF_SPACE)
        layout.addWidget(self.line)
        layout.addWidget(self.button)
        self.setFocusProxy(self.line)
        self.setAcceptDrops(True)
        self.line.setAcceptDrops(False)
        self.line.editingFinished.connect(self._notify)
        self.line.textChanged.connect(self._on_text)
        self.button.clicked.connect(self._browse)

    def path(self) -> Path | None:
        text = self.line.text().strip()
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path | None) -> None:
        self.line.setText("" if path is None else str(path))
        self._notify()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folders(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folders = dropped_folders(event)
        if folders:
            self.set_path(folders[0])
            event.acceptProposedAction()

    def _on_text(self, text: str) -> None:
        self.line.setToolTip(plain(text))
        if not text:
            self._notify()

    def _notify(self) -> None:
        if self.line.text() != self._shown:
            self._shown = self.line.text()
            self.changed.emit()

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.window(), self._title, self.line.text())
        if folder:
            self.set_path(Path(folder))


def dropped_folders(event: QDropEvent) -> list[Path]:
    """The folders that are dropped, and those of the files, each once."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return list(dict.fromkeys(path if path.is_dir() else path.parent for path in paths))
