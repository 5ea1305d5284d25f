"""What can be chosen of a contact sheet: styles, the models that make them, and the paper."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.photo_edits import NEUTRAL
from pie_desktop.export.sheet import MAX_STYLES, SheetOrder
from pie_desktop.export.sheet_layout import PAPERS
from pie_desktop.styles.style import Style
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.train.model_use import Models
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.labels import counted, heading
from pie_desktop.ui.widgets.plain_text import PlainLabel

PAPER = "sheet.paper"
_WIDTH = 260  # px
_MODELS_SHOWN = 4  # rows; the list of more models scrolls
_KEEPS = "Each photo keeps its own strength, adjustments and crop."


class SheetOptions(QWidget):
    """The choices of a sheet; the paper is remembered in the settings.

    Args:
        settings: where the paper is remembered.
        photos: the rows.
        styles: all that can be chosen, in order.
        chosen: ids of those that are at first, None for neutral.
        models: of which the one in use is chosen at first; there is no choice where it is the only one.

    Attributes:
        original: whether the originals come first.
        styles, models: lists with a check box for each.
        paper: the size of the pages.

    Signals:
        changed: something else is chosen.
    """

    changed = Signal()

    def __init__(
        self,
        settings: Settings,
        photos: Sequence[PhotoVersion],
        styles: Sequence[Style],
        chosen: Sequence[str | None],
        models: Models,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._photos = tuple(photos)
        self._used = models.used
        self.original = QCheckBox("Originals")
        self.original.setChecked(True)
        self.styles = _check_list("Styles of the contact sheet")
        for name, style_id in [(NEUTRAL, None), *((style.name, style.id) for style in styles)]:
            _add(self.styles, name, style_id, style_id in chosen)
        self.models = _check_list("Models of the contact sheet")
        for path in (models.used, *(info.path for info in models.others)):
            _add(self.models, models.name_of(path), path, path == models.used)
        self.paper = ComboBox()
        self.paper.setAccessibleName("Paper")
        for paper in PAPERS:
            self.paper.addItem(paper.title, paper)
        self.paper.setCurrentIndex(self._kept_paper())
        self._lay_out(several=bool(models.others))
        self.original.toggled.connect(self._on_choice)
        self.styles.itemChanged.connect(self._on_choice)
        self.models.itemChanged.connect(self._on_choice)
        self.paper.currentIndexChanged.connect(self._on_choice)

    @property
    def order(self) -> SheetOrder:
        """What is chosen."""
        models: list[Path] = _checked(self.models)
        in_use = models == [self._used]  # alone it is not named on the sheet
        return SheetOrder(
            self._photos,
            tuple(_checked(self.styles)),
            self.original.isChecked(),
            self.paper.currentData(),
            None if in_use else tuple(models),
        )

    def _kept_paper(self) -> int:
        ids = [paper.id for paper in PAPERS]
        kept = self._settings.text(PAPER)
        return ids.index(kept) if kept in ids else 0

    def _on_choice(self) -> None:
        self._settings.set(PAPER, self.paper.currentData().id)
        self.changed.emit()

    def _lay_out(self, several: bool) -> None:
        most = f"At most {MAX_STYLES} styles{', each counted once for every model' if several else ''}. {_KEEPS}"
        limits = PlainLabel(most)
        limits.setWordWrap(True)
        limits.setProperty("role", "muted")
        made_by = heading("MADE BY")
        row = self.models.sizeHintForRow(0) + 2 * self.models.spacing()
        shown = min(self.models.count(), _MODELS_SHOWN)
        self.models.setFixedHeight(shown * row + 2 * self.models.frameWidth())
        for widget in (made_by, self.models):
            widget.setVisible(several)
        self.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(PlainLabel(f"{counted(len(self._photos), 'photo')}, each in"))
        layout.addWidget(self.original)
        layout.addWidget(self.styles, 1)
        layout.addWidget(made_by)
        layout.addWidget(self.models)
        layout.addWidget(limits)
        layout.addWidget(heading("PAPER"))
        layout.addWidget(self.paper)


def _check_list(name: str) -> QListWidget:
    found = QListWidget()
    found.setAccessibleName(name)
    found.setSpacing(2)
    return found


def _add(rows: QListWidget, name: str, value: object, checked: bool) -> None:
    item = QListWidgetItem(name, rows)
    item.setData(Qt.ItemDataRole.UserRole, value)
    item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)


def _checked(rows: QListWidget) -> list:
    """The values of the rows that are checked."""
    items = [rows.item(row) for row in range(rows.count())]
    return [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked]
