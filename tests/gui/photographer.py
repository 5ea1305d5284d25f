"""The hands of a photographer: keys and mouse in the editor's window; run as a program, one who is interrupted.

What they do is the same in the process of a test and in a child process of it that is killed.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.ui.canvas.panes import photo_rect
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow

PATIENCE_S = 60
NAME_HEIGHT = 40
"""In pixels, at the bottom of the canvas, where it writes the name of the style onto the photo."""
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LATE_COUNT = 3
"""So many photos get the edit that `late_work` pastes."""


def until(condition: Callable[[], bool], what: str) -> None:
    """Let Qt run until the condition holds.

    Raises:
        AssertionError: it does not hold within `PATIENCE_S`.
    """
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        QTest.qWait(2)


class Photographer:
    """Works in one window."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.strip = window.edit_page.filmstrip
        window.activateWindow()
        until(lambda: QApplication.activeWindow() is window, "the window is active")

    def press(self, key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key, wherever the focus is."""
        QTest.keyClick(self.window.windowHandle(), key, modifiers)

    def click(self, widget: QWidget, place: QPoint | None = None, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifiers, place or widget.rect().center())

    def shows(self, photo: Path) -> bool:
        """Whether the canvas shows the photo with its edit, exactly."""
        session, renderer = self.window.session, self.window.canvas.renderer
        enhancement, fitted = session.enhancement, self.window.canvas.viewport.fitted
        layer = renderer.base if fitted else renderer.detail
        return (
            session.path == photo
            and enhancement is not None
            and enhancement.styles == session.edit.style.styles
            and session._proxy is not None
            and np.array_equal(session._proxy, enhancement.proxy)
            and layer is not None
            and layer.request.luts is enhancement.transform
            and layer.request.whole == self.window.canvas.viewport.zoomed()
            and (fitted or layer.request.source.scale == 1)
            and layer.exact_for == session.edit.with_part(session.edit.style.unnamed)
        )

    def wait_for(self, photo: Path) -> None:
        until(lambda: self.shows(photo), f"{photo.name} is shown")

    def rest(self) -> None:
        """Until everything that was decided is kept."""
        until(lambda: not self.window.context.background.open_jobs, "everything is kept")

    def thumbnail(self, photo: Path, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Click a thumbnail."""
        view, row = self.strip.view, self.strip.model.row_of(photo)
        assert row is not None, f"{photo.name} is not in the list"
        index = self.strip.model.index(row)
        view.scrollTo(index)
        self.click(view.viewport(), view.visualRect(index).center(), modifiers)

    def open(self, photo: Path) -> None:
        self.thumbnail(photo)
        self.wait_for(photo)

    def select(self, photos: Sequence[Path]) -> None:
        """Select photos that lie side by side; the last one is open then."""
        self.thumbnail(photos[0])
        self.thumbnail(photos[-1], SHIFT)
        until(lambda: self.strip.selected_paths() == list(photos), f"{len(photos)} are selected")
        self.wait_for(photos[-1])

    def choose_style(self, style_id: str) -> None:
        """Click the card of a style."""
        gallery = self.window.edit_page.styles.gallery
        until(lambda: style_id in gallery.cards, "the card is there")
        gallery.ensureWidgetVisible(gallery.cards[style_id])
        self.click(gallery.cards[style_id])
        until(lambda: self.window.session.edit.style_id == style_id, "the style is chosen")
        self.rest()

    def weaken(self, steps: int) -> Edit:
        """Take the preference of the open photo back by keys; returns what became of its edit."""
        track, before = self.window.edit_page.adjust.strength.track, self.window.session.edit
        track.setFocus()
        for _ in range(steps):
            self.press(Qt.Key.Key_PageDown)
        keeper = self.window.session.keeper
        until(lambda: keeper.history is not None and keeper.history.edit != before, "the slider has settled")
        until(lambda: keeper.history.edit == self.window.session.edit, "the slider has settled")
        self.rest()
        return self.window.session.edit

    def rate(self, key: str, then: Path) -> None:
        """Give the open photo a mark; another one follows."""
        self.window.canvas.setFocus()
        self.press(key)
        until(lambda: self.window.session.path == then, f"{then.name} follows")

    def copy(self) -> None:
        self.press(Qt.Key.Key_C, CONTROL | SHIFT)
        until(self.window.commands["paste_edit"].isEnabled, "there is something to paste")

    def paste(self) -> None:
        self.press(Qt.Key.Key_V, CONTROL | SHIFT)
        self.rest()

    def undo(self) -> None:
        self.press(Qt.Key.Key_Z, CONTROL)
        self.rest()

    def redo(self) -> None:
        self.press(Qt.Key.Key_Z, CONTROL | SHIFT)
        self.rest()

    def seen(self) -> tuple[np.ndarray, tuple[slice, slice]]:
        """What the canvas has painted of the open photo.

        Returns:
            Its pixels, uint8 `(h, w, 3)` sRGB, but for the lowest `NAME_HEIGHT` rows, and which part they are of the
            photo at the zoom shown.
        """
        canvas = self.window.canvas
        image = QImage(canvas.size(), QImage.Format.Format_RGB888)
        flags = QWidget.RenderFlag.DrawWindowBackground  # and not what lies over it
        canvas.render(image, QPoint(), QRegion(canvas.rect()), flags)
        stride, place, part = image.bytesPerLine(), photo_rect(canvas.viewport), canvas.viewport.visible()
        height = place.height() - NAME_HEIGHT
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), stride)
        pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
        inside = pixels[place.top() : place.top() + height, place.left() : place.left() + place.width()]
        return inside.copy(), np.s_[part.top : part.top + height, part.left : part.right]


def late_work(hands: Photographer, photos: Sequence[Path], at: int) -> Edit:
    """Rate the open photo, weaken the style of the one after it, and paste that into the next ones.

    Args:
        hands: of the window, with rating going on by itself.
        photos: all that are listed.
        at: which of them is open.

    Returns:
        The edit that was pasted.
    """
    hands.wait_for(photos[at])
    hands.rate("5", photos[at + 1])
    hands.wait_for(photos[at + 1])
    edit = hands.weaken(3)
    hands.copy()
    hands.select(photos[at + 2 : at + 2 + LATE_COUNT])
    hands.paste()
    return edit


def _main(folder: Path, at: int) -> None:
    """Go on where the editor was left, do `late_work`, say so, and step through the photos until killed."""
    app = QApplication([])
    context = AppContext()
    window = MainWindow(context)
    window.show()
    window.restore_last()
    hands, photos = Photographer(window), sorted(folder.iterdir())
    print("ready", late_work(hands, photos, at).style.strength, flush=True)
    while True:
        hands.press(Qt.Key.Key_Right)
        app.processEvents()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
