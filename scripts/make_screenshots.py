"""Make the images of the README: `python scripts/make_screenshots.py`, writes docs/images.

Starts the real editor in a home folder of its own, without a display unless QT_QPA_PLATFORM says otherwise, opens
scikit-image's sample photographs, learns a style from edits that a recipe makes of other parts of them, and runs a
short training.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from photographer import SETTLE_MS, TARGET, Photographer, pause, wait_for
from photographs_of_styles import take_comparing
from PIL import Image
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.samples import SAMPLE_NAMES, copy_sample_photos, sample_image
from pie_desktop.ui.adjust.approximation import ApproximationDialog
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.form import DEFAULT_FOLDER
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.theme import apply_theme
from pie_desktop.ui.train.form import MINUTES
from pie_desktop.ui.train.page import TrainPage

TRAINING_MINUTES = 3
SHOWN = "coffee"


def evening(image: np.ndarray) -> np.ndarray:
    """A photographer's look: warm, lifted shadows, more contrast in the middle, quieter blues; uint8 (H, W, 3)."""
    x = image.astype(np.float32) / 255
    grey = x @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    x = grey[..., None] + 1.12 * (x - grey[..., None])
    x = 0.04 + 0.94 * (x + 0.45 * x * (1 - x) * (2 * x - 1))
    x = np.clip(x, 0, 1) ** np.array([0.84, 0.94, 1.12], np.float32)
    return np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8)


def make_edits(folder: Path, per_photo: int, exposures: bool = False) -> list[EditPair]:
    """Parts of the sample photographs, each with its edit, as `NAME.jpg` and `NAME_edit.jpg`.

    Args:
        folder: made for them.
        per_photo: parts of each photograph.
        exposures: whether the originals are exposed differently, which the edits put right: a taste that no fixed
            look can express, so that there is something to train.
    """
    folder.mkdir(parents=True)
    generator = np.random.default_rng(5)
    pairs = []
    for name in SAMPLE_NAMES:
        image = sample_image(name)
        height, width = (side * 3 // 5 for side in image.shape[:2])
        for part in range(per_photo):
            top, left = (int(generator.integers(0, side * 2 // 5)) for side in image.shape[:2])
            crop = image[top : top + height, left : left + width]
            stops = generator.uniform(-1.2, 0.8) if exposures else 0.0
            shot = 255 * np.clip((crop / 255) ** 2.2 * 2**stops, 0, 1) ** (1 / 2.2)
            before, after = folder / f"{name}_{part + 1}.jpg", folder / f"{name}_{part + 1}_edit.jpg"
            Image.fromarray(np.rint(shot).astype(np.uint8)).save(before, quality=95)
            Image.fromarray(evening(crop)).save(after, quality=95)
            pairs.append(EditPair(after, before))
    return pairs


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pie-desktop-screenshots-", ignore_cleanup_errors=True) as scratch:
        os.environ["PIE_DESKTOP_HOME"] = str(Path(scratch) / "home")
        app = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(app, QApplication)
        apply_theme(app)
        TARGET.mkdir(parents=True, exist_ok=True)
        context = AppContext()
        try:
            window = MainWindow(context)
            window.show()
            take_all(window, Path(scratch) / "Images")
            window.close()
        finally:
            context.close()


def take_all(window: MainWindow, images: Path) -> None:
    photographer = Photographer(window)
    photographer.take("welcome")
    take_edit(window, images, photographer)
    take_adjust(window, photographer)
    take_teaching(window, photographer)
    take_export(window, images / "Spring", photographer)
    take_training(window, images / "Edits 2026", photographer)


def take_edit(window: MainWindow, images: Path, photographer: Photographer) -> None:
    context = window.context
    photos = copy_sample_photos(images / "Spring")
    edits = make_edits(images / "Edits", per_photo=2)
    window.open_paths([next(photo for photo in photos if photo.stem == SHOWN)])
    window.edit_page.styles.add_edits([edit.after for edit in edits])
    wait_for(lambda: context.current.style_id is not None, "the style")
    # A new style asks for its name where it stands.
    name = next(line for line in window.edit_page.styles.findChildren(QLineEdit) if line.isVisible())
    name.selectAll()
    QTest.keyClicks(name, "Spring evening")
    QTest.keyClick(name, Qt.Key.Key_Return)
    wait_for(lambda: not any(lane.open_jobs for lane in context.lanes), "the enhanced photo")
    take_taste(window, images, photographer)
    window.commands["view_split"].trigger()
    photographer.take("edit", window.canvas.fit)
    window.commands["view_side"].trigger()
    photographer.take("side-by-side", window.canvas.fit)
    take_comparing(window, photographer)


def take_taste(window: MainWindow, images: Path, photographer: Photographer) -> None:
    """A question of the taste finder, and the wall."""
    window.commands["find_taste"].trigger()
    finder = window.edit_page.taste.dialog
    assert finder is not None
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1):
        wait_for(lambda: not finder.busy, "a question")
        QTest.keyClick(finder, key)
    wait_for(lambda: not finder.busy, "a question")
    photographer.take_dialog("find-my-taste", finder)
    finder.reject()
    window.commands["like_photos"].trigger()
    wall = window.edit_page.liking.dialog
    assert wall is not None
    wall.show_photos([images])
    wait_for(lambda: wall.model.rowCount() > len(SAMPLE_NAMES), "the wall")
    pause(SETTLE_MS)
    for row in range(0, wall.model.rowCount(), 2):
        wall.view.selectionModel().select(wall.model.index(row, 0), QItemSelectionModel.SelectionFlag.Select)
    pause(4 * SETTLE_MS)
    photographer.take_dialog("pick-what-you-like", wall)
    wall.reject()


def take_adjust(window: MainWindow, photographer: Photographer) -> None:
    """The adjustments of the open photo, which is in a style."""
    panel = window.edit_page.adjustments
    window.commands["as_adjustments"].trigger()
    (dialog,) = window.findChildren(ApproximationDialog)
    wait_for(lambda: dialog.comparison is not None, "the sliders")
    pause(SETTLE_MS)
    photographer.take_dialog("as-adjustments", dialog)
    dialog.reject()
    before = window.session.edit
    window.edit_page.right.show_page("Adjust")
    window.commands["view_split"].trigger()
    window.commands["auto"].trigger()
    wait_for(lambda: window.session.edit != before, "Auto")
    points = ((0.0, 0.0), (0.25, 0.2), (0.7, 0.78), (1.0, 1.0))
    window.context.current.change(window.session.edit.with_part(CurvePart(points=points)))
    for title in ("Curve", "Light"):
        panel.groups[title].set_open(title == "Curve")

    def settle() -> None:
        window.canvas.fit()
        pause(SETTLE_MS)
        wait_for(lambda: not any(lane.open_jobs for lane in window.context.lanes), "the adjusted photo")

    photographer.take("adjust", settle)
    take_crop(window, photographer)
    window.context.current.change(before)
    window.edit_page.right.show_page("Styles")


def take_crop(window: MainWindow, photographer: Photographer) -> None:
    """A crop that is being chosen."""
    panel, cropping = window.edit_page.adjustments, window.edit_page.cropping
    for title in ("Curve", "Geometry"):
        panel.groups[title].set_open(title == "Geometry")
    cropping.set_ratio("5:4")
    box = cropping.tool.box
    assert box is not None
    cropping.tool.set_box(box.tilted(3.0).pulled((-1, -1), (-160.0, -200.0), cropping.tool.ratio))
    wait_for(lambda: not any(lane.open_jobs for lane in window.context.lanes), "the crop")
    photographer.take("crop", window.canvas.fit)
    cropping.cancel()


def take_teaching(window: MainWindow, photographer: Photographer) -> None:
    """The preview of what a style would change once it had learned from the open photo."""
    edit = Edit.styled(window.context.current.style_id).with_part(ExposurePart(exposure=0.6))
    window.session.keeper.apply("Adjusted", edit.with_part(WhiteBalancePart(temperature=25)))
    window.commands["preview_teaching"].trigger()

    def ready() -> bool:
        dialog = window.teacher.dialog
        return dialog is not None and dialog.teach_button.isEnabled()

    wait_for(ready, "the preview")
    dialog = window.teacher.dialog
    assert dialog is not None
    pause(SETTLE_MS)
    photographer.take_dialog("teaching", dialog)
    dialog.reject()
    window.commands["undo"].trigger()


def take_export(window: MainWindow, folder: Path, photographer: Photographer) -> None:
    # One photo was exported before: the plan tells what becomes of it.
    copy_sample_photos(folder / DEFAULT_FOLDER, SAMPLE_NAMES[-1:])
    window.export([folder])
    page = window.pages.page("Export")
    assert isinstance(page, ExportPage)
    wait_for(page.start_button.isEnabled, "the export plan")
    photographer.take("export")


def take_training(window: MainWindow, folder: Path, photographer: Photographer) -> None:
    make_edits(folder, per_photo=12, exposures=True)
    window.show_tab("Train")
    page = window.pages.page("Train")
    assert isinstance(page, TrainPage)
    page.form.name.setText("Spring evening")
    page.form.limit.setCurrentIndex(MINUTES)
    page.form.fields["minutes"].setValue(TRAINING_MINUTES)
    page.form.pairs.set_path(folder)
    wait_for(page.start_button.isEnabled, "the training pairs")
    page.start_button.click()
    wait_for(lambda: not page.session.running, "the training")
    run = page.session.run
    if run is None or run.history.state != "done":
        sys.exit(f"The training failed: {run.history.message if run else 'it did not start'}")
    wait_for(lambda: not window.notifications.isVisible(), "the message to go")
    photographer.take("train")


if __name__ == "__main__":
    main()
