"""Where the shown folder is; each part opens that folder, the last one lists its subfolders."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

MIN_PART_WIDTH = 48
MAX_PARTS = 4


class Breadcrumb(QWidget):
    """The last parts of a path as flat buttons, as many as fit.

    Signals:
        folder_chosen: a folder to show.
    """

    folder_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._subfolders: list[Path] = []
        self.buttons: list[QToolButton] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_folder(self, folder: Path | None, subfolders: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._subfolders = list(subfolders)
        self._rebuild()

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()

    def _rebuild(self) -> None:
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        if self._folder is None:
            return
        parts = [self._folder, *self._folder.parents][:MAX_PARTS]
        widths = [self._width(part) for part in parts]
        shown = 1
        while shown < len(parts) and sum(widths[: shown + 1]) <= self.width():
            shown += 1
        for part in reversed(parts[:shown]):
            button = self._button(part)
            self._layout.addWidget(button)
            self.buttons.append(button)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def _width(self, part: Path) -> int:
        arrow = 20 if part == self._folder and self._subfolders else 0
        return max(MIN_PART_WIDTH, self.fontMetrics().horizontalAdvance(self._label(part)) + 20 + arrow)

    def _label(self, part: Path) -> str:
        name = part.name or str(part)
        return name if part == self._folder else f"{name} ›"

    def _button(self, part: Path) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setToolTip(str(part))
        available = max(self.width() - (20 if self._subfolders else 0) - 16, 24)
        button.setText(self.fontMetrics().elidedText(self._label(part), Qt.TextElideMode.ElideMiddle, available))
        if part == self._folder:
            self._make_current(button)
        else:
            button.clicked.connect(lambda: self.folder_chosen.emit(part))
        return button

    def _make_current(self, button: QToolButton) -> None:
        font = button.font()
        font.setBold(True)
        button.setFont(font)
        if not self._subfolders:
            return
        menu = QMenu(button)
        for subfolder in self._subfolders:
            action = menu.addAction(subfolder.name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, folder=subfolder: self.folder_chosen.emit(folder))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(f"{part_count(len(self._subfolders))} in {self._folder}")


def part_count(count: int) -> str:
    return "1 folder" if count == 1 else f"{count:,} folders"
