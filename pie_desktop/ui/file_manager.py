"""Shows a file in the desktop's own file manager."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from pie_desktop.errors import PieError


def show_in_file_manager(path: Path) -> None:
    """Open the folder of `path`, with the file selected where the desktop can do that.

    Raises:
        PieError: neither the file nor its folder is there any more, or no file manager answers.
    """
    if not path.parent.is_dir():
        raise PieError(f"The folder {path.parent} is no longer there; connect its drive or open another folder.")
    if sys.platform == "win32" and path.exists():
        subprocess.Popen(["explorer", f"/select,{path}"])
    elif sys.platform == "darwin" and path.exists():
        subprocess.Popen(["open", "-R", str(path)])
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
        raise PieError(f"No file manager could be started; the file is in {path.parent}.")
