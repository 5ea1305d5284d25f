"""Questions in dialogs of the system: which photos or folder, whether files may be replaced or an export given up.

Here, too: showing a file in the desktop's own file manager.
"""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from pie_desktop.errors import PieError
from pie_desktop.imaging.formats.registry import readable_suffixes
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.widgets.plain_text import plain

# Some desktops distinguish upper and lower case here, and cameras write either.
_PATTERNS = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(readable_suffixes()))
LAST_FOLDER = "open.folder"  # the setting for the folder of the photos that were opened last
PHOTO_FILTER = f"Photos ({_PATTERNS});;All files (*)"


def choose_photos(parent: QWidget, start: str) -> list[Path]:
    """Photos to add; empty if the user thinks better of it."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Add photos", start, PHOTO_FILTER)
    return [Path(name) for name in names]


def choose_folder(parent: QWidget, start: str) -> list[Path]:
    """A folder of photos to add, as a list of one; empty if the user thinks better of it."""
    folder = QFileDialog.getExistingDirectory(parent, "Add a folder of photos", start)
    return [Path(folder)] if folder else []


def ask_for_photos(parent: QWidget, settings: Settings) -> list[Path]:
    """Photos to open, starting in the folder of last time; empty if the user thinks better of it."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Open photos", settings.text(LAST_FOLDER), PHOTO_FILTER)
    if names:
        settings.set(LAST_FOLDER, str(Path(names[0]).parent))
    return [Path(name) for name in names]


def ask_for_folder(parent: QWidget, settings: Settings) -> list[Path]:
    """A folder to open, as a list of one, starting in that of last time; empty if the user thinks better of it."""
    name = QFileDialog.getExistingDirectory(parent, "Open folder", settings.text(LAST_FOLDER))
    if name:
        settings.set(LAST_FOLDER, name)
    return [Path(name)] if name else []


def confirm_overwrite(parent: QWidget, count: int, folder: Path) -> bool:
    """Asks once for all files that would be replaced; the safe answer is the default."""
    files = "1 existing file" if count == 1 else f"{count:,} existing files"
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        "Overwrite files",
        plain(f"{files} in {folder} will be replaced. This cannot be undone."),
        QMessageBox.StandardButton.Cancel,
        parent,
    )
    overwrite = box.addButton("Overwrite", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return box.clickedButton() is overwrite


def confirm_cancel(parent: QWidget) -> bool:
    """Asks whether the window may close although an export is running."""
    question = "Cancel the export and close? Photos already written are kept."
    return confirm(parent, "An export is running", question, default=False)


def confirm(parent: QWidget, title: str, question: str, default: bool) -> bool:
    """Asks a question that is answered with yes or no; `default` is the answer of the Return key."""
    yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
    return QMessageBox.question(parent, title, plain(question), yes | no, yes if default else no) == yes


def show_in_file_manager(path: Path) -> None:
    """Open the folder of `path`, with the file selected where the desktop can do that.

    Raises:
        PieError: neither the file nor its folder is there any more, or no file manager answers.
    """
    if not path.is_absolute():
        raise PieError(f"“{path}” came with a style that somebody passed on; it is not on this computer.")
    if not path.parent.is_dir():
        raise PieError(f"The folder {path.parent} no longer exists; connect its drive or open another folder.")
    if sys.platform == "win32" and path.exists():
        subprocess.Popen(["explorer", f"/select,{path}"])
    elif sys.platform == "darwin" and path.exists():
        subprocess.Popen(["open", "-R", str(path)])
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
        raise PieError(f"No file manager could be started; the file is in {path.parent}.")
