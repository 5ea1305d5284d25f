"""A photographer of the editor's window: waits until what is wanted is shown, and writes it to docs/images."""

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QSize, QTimer
from PySide6.QtWidgets import QWidget

from pie_desktop.ui.main_window import MainWindow

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZES = (QSize(1280, 800), QSize(2560, 1440))
LARGEST_FILE = 300_000
TIMEOUT = 900.0  # seconds; a busy machine trains slowly
SETTLE_MS = 700


def pause(milliseconds: int) -> None:
    """Let the editor work. Not QTest.qWait: that keeps Python's lock, and the editor's threads stand still."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Let the editor work until the condition holds."""
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"Waited in vain for {what}.")
        pause(50)


class Photographer:
    """Takes images of one window in all sizes."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def take(self, name: str, prepare: Callable[[], None] = lambda: None) -> None:
        """Writes `NAME-WIDTHxHEIGHT.jpg` for each size; `prepare` runs after each change of the size."""
        for size in SIZES:
            self._window.resize(size)
            pause(SETTLE_MS)
            prepare()
            pause(SETTLE_MS)
            path = TARGET / f"{name}-{size.width()}x{size.height()}.jpg"
            path.write_bytes(self._encoded(self._window))
            print(f"{path.relative_to(TARGET.parents[1])}  {path.stat().st_size / 1000:.0f} kB")

    def take_dialog(self, name: str, dialog: QWidget) -> None:
        """Writes `NAME.jpg`."""
        (TARGET / f"{name}.jpg").write_bytes(self._encoded(dialog))

    def _encoded(self, widget: QWidget) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        widget.grab().save(buffer, "PNG")
        image = Image.open(io.BytesIO(buffer.data().data())).convert("RGB")
        for quality in range(92, 60, -4):
            encoded = io.BytesIO()
            image.save(encoded, "JPEG", quality=quality, subsampling=0, optimize=True)
            if encoded.tell() <= LARGEST_FILE:
                break
        return encoded.getvalue()
