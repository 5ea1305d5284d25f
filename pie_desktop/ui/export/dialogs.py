"""What the Export page asks: which photos, and whether files may be replaced or an export given up."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from pie_desktop.ui.photo_filter import PHOTO_FILTER


def choose_photos(parent: QWidget, start: str) -> list[Path]:
    """Photos to add; empty if the user thinks better of it."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Add photos", start, PHOTO_FILTER)
    return [Path(name) for name in names]


def choose_folder(parent: QWidget, start: str) -> list[Path]:
    """A folder of photos to add, as a list of one; empty if the user thinks better of it."""
    folder = QFileDialog.getExistingDirectory(parent, "Add a folder of photos", start)
    return [Path(folder)] if folder else []


def confirm_overwrite(parent: QWidget, count: int, folder: Path) -> bool:
    """Asks once for all files that would be replaced; the safe answer is the default."""
    files = "1 existing file" if count == 1 else f"{count:,} existing files"
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        "Overwrite files",
        f"{files} in {folder} will be replaced. This cannot be undone.",
        QMessageBox.StandardButton.Cancel,
        parent,
    )
    overwrite = box.addButton("Overwrite", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return box.clickedButton() is overwrite


def confirm_cancel(parent: QWidget) -> bool:
    """Asks whether the window may close although an export is running."""
    answer = QMessageBox.question(
        parent,
        "An export is running",
        "Cancel the export and close? The photos that are written stay.",
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes
