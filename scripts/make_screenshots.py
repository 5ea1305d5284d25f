"""Make the pictures of the README: `python scripts/make_screenshots.py`, writes docs/images.

Starts the real editor in a home folder of its own, without a display unless QT_QPA_PLATFORM says otherwise, opens
scikit-image's sample photographs, learns a style from edits that a recipe makes of other parts of them, and runs a
short training.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pie_desktop.gallery.store import EditPair
from pie_desktop.imaging.samples import SAMPLE_NAMES, copy_sample_photos, sample_picture

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZES = (QSize(1280, 800), QSize(2560, 1440))
LARGEST_FILE = 400_000
TIMEOUT = 120.0
SETTLE_MS = 700
TRAINING_EPOCHS = 60


def evening(picture: np.ndarray) -> np.ndarray:
    """A photographer's look: warm, lifted shadows, more contrast in the middle, quieter blues; uint8 (H, W, 3)."""
    x = picture.astype(np.float32) / 255
    grey = x @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    x = grey[..., None] + 1.12 * (x - grey[..., None])
    x = 0.04 + 0.94 * (x + 0.45 * x * (1 - x) * (2 * x - 1))
    x = np.clip(x, 0, 1) ** np.array([0.84, 0.94, 1.12], np.float32)
    return np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8)


def make_pairs(folder: Path) -> list[EditPair]:
    """Parts of the sample photographs, each with its edit, as `NAME.jpg` and `NAME_edit.jpg`."""
    folder.mkdir(parents=True)
    pairs = []
    for name in SAMPLE_NAMES:
        picture = sample_picture(name)
        height, width = (side * 3 // 5 for side in picture.shape[:2])
        for part, crop in enumerate((picture[:height, :width], picture[-height:, -width:])):
            before, after = folder / f"{name}_{part + 1}.jpg", folder / f"{name}_{part + 1}_edit.jpg"
            Image.fromarray(crop).save(before, quality=95)
            Image.fromarray(evening(crop)).save(after, quality=95)
            pairs.append(EditPair(after, before))
    return pairs


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Let the editor work until the condition holds."""
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"Waited in vain for {what}.")
        QTest.qWait(20)


class Photographer:
    """Takes pictures of one window in all sizes."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def take(self, name: str, prepare: Callable[[], None] = lambda: None) -> None:
        """Writes `NAME-WIDTHxHEIGHT.jpg` for each size; `prepare` runs after each change of the size."""
        for size in SIZES:
            self._window.resize(size)
            QTest.qWait(SETTLE_MS)
            prepare()
            QTest.qWait(SETTLE_MS)
            path = TARGET / f"{name}-{size.width()}x{size.height()}.jpg"
            path.write_bytes(self._encoded())
            print(f"{path.relative_to(TARGET.parents[1])}  {path.stat().st_size / 1000:.0f} kB")

    def _encoded(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._window.grab().save(buffer, "PNG")
        picture = Image.open(io.BytesIO(buffer.data().data())).convert("RGB")
        for quality in range(92, 60, -4):
            encoded = io.BytesIO()
            picture.save(encoded, "JPEG", quality=quality, subsampling=0, optimize=True)
            if encoded.tell() <= LARGEST_FILE:
                break
        return encoded.getvalue()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pie-desktop-screenshots-", ignore_cleanup_errors=True) as scratch:
        os.environ["PIE_DESKTOP_HOME"] = str(Path(scratch) / "home")
        # Short paths without a user's name, as they appear in the pictures.
        make_all(Path(scratch) / "Pictures")


def make_all(pictures: Path) -> None:
    from pie_desktop.ui.context import AppContext
    from pie_desktop.ui.main_window import MainWindow
    from pie_desktop.ui.theme import apply_theme

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    apply_theme(app)
    TARGET.mkdir(parents=True, exist_ok=True)
    photos = copy_sample_photos(pictures / "Spring")
    pairs = make_pairs(pictures / "Edits")
    context = AppContext()
    try:
        window = MainWindow(context)
        window.show()
        take_all(window, photos, pairs)
        window.close()
    finally:
        context.close()


def take_all(window: "MainWindow", photos: list[Path], pairs: list[EditPair]) -> None:
    context, photographer = window.context, Photographer(window)
    photographer.take("welcome")
    style = context.library.create("Spring evening", pairs).style
    context.styles_changed.emit()
    context.select_style(style.id)
    window.open_paths([photos[0].parent])
    wait_for(lambda: window.session.path is not None or window.edit_page.filmstrip.isVisible(), "the filmstrip")
    window.edit_page.open_photo(photos[2])
    wait_for(lambda: window.session.look is not None, "the enhanced photo")
    window.commands["view_split"].trigger()
    photographer.take("edit", window.canvas.fit)
    window.commands["view_side"].trigger()
    photographer.take("side-by-side", window.canvas.fit)
    take_export(window, photos, photographer)
    take_training(window, pairs, photographer)


def take_export(window: "MainWindow", photos: list[Path], photographer: Photographer) -> None:
    window.export(photos)
    page = window.page("Export")
    wait_for(page.start_button.isEnabled, "the export plan")
    photographer.take("export")


def take_training(window: "MainWindow", pairs: list[EditPair], photographer: Photographer) -> None:
    window.show_tab("Train")
    page = window.page("Train")
    page.form.name.setText("Spring evening")
    page.form.epochs.setValue(TRAINING_EPOCHS)
    page.form.pairs.set_path(pairs[0].after.parent)
    wait_for(page.start_button.isEnabled, "the training pairs")
    page.start_button.click()
    wait_for(lambda: not page.session.running, "the training")
    if page.session.run.history.state != "done":
        sys.exit(f"The training failed: {page.session.run.history.message}")
    photographer.take("train")


if __name__ == "__main__":
    from pie_desktop.ui.main_window import MainWindow

    main()
