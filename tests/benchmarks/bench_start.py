"""From starting the program to a window that has painted and answers events, files warm in the cache."""

import subprocess
import sys
import time

from measurement import Measurement

BUDGET_SECONDS = 2.0
REPEATS = 5

# Prints the time of day at which the first window has painted itself and the event loop is free again, and the
# processor time used until then.
WATCH = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            if isinstance(watched.window(), QMainWindow):
                QTimer.singleShot(0, self.report)
        return False

    def report(self):
        print(time.time(), time.process_time(), flush=True)
        os._exit(0)

app = QApplication(sys.argv[:1])
watch = FirstPaint()
app.installEventFilter(watch)
"""
EDITOR = "from pie_desktop.cli import main\nmain([])\n"
EMPTY = "window = QMainWindow()\nwindow.resize(1280, 800)\nwindow.show()\napp.exec()\n"


def _start(program: str) -> tuple[float, float]:
    """Seconds to the window by the clock, and of processor time."""
    started = time.time()
    child = subprocess.run([sys.executable, "-c", WATCH + program], check=True, stdout=subprocess.PIPE, timeout=60)
    painted, processor = map(float, child.stdout.split()[-2:])
    return painted - started, processor


def measure() -> list[Measurement]:
    _start(EDITOR)  # fills the file cache and writes the program's own folders
    pairs = [(_start(EDITOR), _start(EMPTY)) for _ in range(REPEATS)]
    (editor, processor), (empty, _) = (min(times) for times in zip(*pairs, strict=True))
    return [
        Measurement(
            name="start to a usable window",
            budget=f"<= {BUDGET_SECONDS:g} s warm",
            measured=editor,
            unit="s",
            ratio=editor / empty,
            note=f"process start to first paint, best of {REPEATS}, {processor:.2f} s of it processor time; "
            f"against an empty Qt window ({empty:.2f} s)",
            met=editor <= BUDGET_SECONDS,
        )
    ]
