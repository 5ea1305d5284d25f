"""The exposure and white balance of RAW photos in the editor's window: decoded anew, kept, exported as shown."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import PhotoInfo, load_photo, proxy_of
from pie_desktop.imaging.development import Development
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.warm_up import warm_up
from pie_desktop.ui.adjust.group import AdjustmentGroup
from pie_desktop.ui.editor import developing, full_decode
from pie_desktop.ui.editor.reading import Pixels, read_source
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.thumbnails.edited import make_edited
from pie_desktop.workers.job import JobContext
from tests.gui.opening import open_photo
from tests.raw_files import write_dng

LESS = Edit().with_part(DevelopmentPart(raw_exposure=-1.5))


@pytest.fixture(autouse=True)
def _loops_are_ready() -> None:
    """Pixels are compared to the bit: those of the window must not be computed before and those here after that."""
    assert warm_up()


@pytest.fixture
def raw_photo(photo_folder: Path, sample_images: dict[str, np.ndarray]) -> Path:
    image = np.tile(sample_images["coffee"], (4, 4, 1))
    return write_dng(photo_folder / "photo.dng", image, preview=image, exposure=1.0)


@pytest.fixture
def group(window: MainWindow) -> AdjustmentGroup:
    return window.edit_page.adjustments.groups["RAW development"]


def wait_developed(window: MainWindow, photo: Path, edit: Edit, qtbot: QtBot) -> np.ndarray:
    """Until all pixels are decoded with the edit, and the model has looked at them; they are returned."""
    pixels = load_photo(photo, None, edit.development)
    proxy = proxy_of(pixels, from_jpeg=False)

    def done() -> bool:
        enhancement, base = window.session.enhancement, window.canvas.renderer.base
        return (
            enhancement is not None
            and np.array_equal(enhancement.proxy, proxy)
            and base is not None
            and base.request.luts is enhancement.transform
            and base.exact_for == edit
        )

    qtbot.waitUntil(done)
    return pixels


def wait_detailed(window: MainWindow, pixels: np.ndarray, qtbot: QtBot) -> None:
    """Until the canvas shows these pixels where it is zoomed in."""
    renderer = window.canvas.renderer

    def detailed() -> bool:
        detail = renderer.detail
        return detail is not None and np.array_equal(detail.request.source.image, pixels)

    qtbot.waitUntil(detailed)


def test_it_is_offered_for_raw_photos_alone(
    window: MainWindow, raw_photo: Path, photo_folder: Path, group: AdjustmentGroup, qtbot: QtBot
) -> None:
    assert group.isHidden()
    open_photo(window, raw_photo, qtbot)
    assert not group.isHidden() and "sensor" in group.button.toolTip()
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    assert group.isHidden()
    assert not window.edit_page.adjustments.groups["Light"].isHidden()


def test_a_released_slider_develops_the_photo_anew(window: MainWindow, raw_photo: Path, qtbot: QtBot) -> None:
    open_photo(window, raw_photo, qtbot)
    wait_developed(window, raw_photo, Edit(), qtbot)
    before = window.canvas.renderer.base
    assert before is not None
    busy: list[str] = []
    window.session.busy.connect(busy.append)
    decoded: list[object] = []
    window.session.reduced.connect(decoded.append)
    current = window.context.current
    for stops in (-0.3, -0.9, -1.5):
        current.change(Edit().with_part(DevelopmentPart(raw_exposure=stops)), moving=True)
    QApplication.processEvents()
    assert not decoded and "Developing…" not in busy, "a slider that moves starts no decode"
    current.change(LESS)
    assert busy[-1] == "Developing…"
    assert window.canvas.renderer.base is before, "the old picture stays"
    pixels = wait_developed(window, raw_photo, LESS, qtbot)
    assert len(decoded) == 1
    source = window.canvas.renderer.base.request.source
    expected = resize_long_side(pixels, max(source.image.shape))
    assert mean_delta_e(resize_long_side(source.image, 200), resize_long_side(expected, 200)) < 1


def test_the_latest_of_several_changes_wins_at_any_zoom(window: MainWindow, raw_photo: Path, qtbot: QtBot) -> None:
    open_photo(window, raw_photo, qtbot)
    window.commands["zoom_actual"].trigger()
    current = window.context.current
    for stops in (1.0, 0.5, -0.5, -1.5):
        current.change(Edit().with_part(DevelopmentPart(raw_exposure=stops)))
    wait_detailed(window, wait_developed(window, raw_photo, LESS, qtbot), qtbot)


def test_all_pixels_count_however_late_the_reduced_decode_is(
    window: MainWindow, raw_photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_full = threading.Event()

    def full(context: JobContext, info: PhotoInfo, side: int | None, development: Development) -> Pixels:
        while development == Development():  # still under way when the photo is developed anew
            context.check()
            time.sleep(0.01)
        pixels = read_source(context, info, side, development)
        in_full.set()
        return pixels

    def reduced(context: JobContext, info: PhotoInfo, side: int | None, development: Development) -> Pixels:
        in_full.wait(1)
        return read_source(context, info, side, development)

    monkeypatch.setattr(full_decode, "read_source", full)
    monkeypatch.setattr(developing, "read_source", reduced)
    open_photo(window, raw_photo, qtbot)
    window.commands["zoom_actual"].trigger()
    window.context.current.change(LESS)
    window.commands["zoom_in"].trigger()
    wait_detailed(window, wait_developed(window, raw_photo, LESS, qtbot), qtbot)


def test_undo_brings_the_photo_back_as_it_was_shot(window: MainWindow, raw_photo: Path, qtbot: QtBot) -> None:
    open_photo(window, raw_photo, qtbot)
    window.context.current.change(LESS)
    wait_developed(window, raw_photo, LESS, qtbot)
    window.commands["undo"].trigger()
    wait_developed(window, raw_photo, Edit(), qtbot)


def test_a_photo_opens_as_it_was_developed(
    window: MainWindow, raw_photo: Path, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, raw_photo, qtbot)
    window.context.current.change(LESS)
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    assert window.session.edit.development == Development()
    open_photo(window, raw_photo, qtbot)
    wait_developed(window, raw_photo, LESS, qtbot)


def test_thumbnails_show_it(window: MainWindow, raw_photo: Path, qtbot: QtBot) -> None:
    context = window.context

    def brightness() -> float:
        parts = (context.catalog, context.library, context.engine, context.thumbnail_store, None)
        made = make_edited(JobContext(lambda *_: None), PhotoVersion(raw_photo), 96, *parts)
        assert made.image is not None
        image = made.image.convertToFormat(made.image.Format.Format_Grayscale8).scaled(
            1, 1, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        return image.pixelColor(0, 0).red()

    normal = brightness()
    context.catalog.put(raw_photo, LESS)
    assert brightness() < normal - 20
    context.catalog.put(raw_photo, Edit())
    assert abs(brightness() - normal) <= 1
