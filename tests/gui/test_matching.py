"""Evening out a series and matching to the open photo, in the window."""

from pathlib import Path

import exiv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.series import mean_color
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

GAINS = (1.0, 0.7, 0.85, 1.15)


@pytest.fixture
def series(window: MainWindow, tmp_path: Path, sample_images: dict[str, np.ndarray], qtbot: QtBot) -> list[Path]:
    """Four frames of one scene, taken a second apart, and another photo of a minute later."""
    folder = tmp_path / "series"
    folder.mkdir()
    found = []
    for number, gain in enumerate((*GAINS, 0.3)):
        path = folder / f"{number}.jpg"
        pixels = np.clip(sample_images["coffee"].astype(np.float32) * 0.8 * gain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(path, quality=95)
        image = exiv2.ImageFactory.open(str(path))
        image.readMetadata()
        image.exifData()["Exif.Image.Model"] = "Test"
        image.exifData()["Exif.Photo.DateTimeOriginal"] = f"2026:01:01 12:0{number // 4}:0{number}"
        image.writeMetadata()
        found.append(path)
    open_photo(window, found[0], qtbot)
    qtbot.waitUntil(lambda: len(window.edit_page.filmstrip.index.facts) == 5)
    return found


def scatter(window: MainWindow, photos: list[Path]) -> float:
    def mean(photo: Path) -> np.ndarray:
        proxy = load_proxy(photo)
        transform: Transform = window.context.engine.transform(proxy, None)
        return mean_color(proxy, transform, window.context.catalog.get(photo) or Edit())

    means = np.array([mean(photo) for photo in photos])
    return float(np.linalg.norm(means - means.mean(0), axis=1).mean())


def test_the_series_of_the_open_photo_is_found_selected_and_evened_out(
    window: MainWindow, series: list[Path], qtbot: QtBot
) -> None:
    before = scatter(window, series[:4])
    with qtbot.waitSignal(window.session.several.done):
        window.commands["even_out"].trigger()
    assert window.edit_page.filmstrip.selected_paths() == series[:4]
    assert scatter(window, series[:4]) < 0.3 * before
    assert window.context.catalog.get(series[4]) is None
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    assert scatter(window, series[:4]) == pytest.approx(before, abs=0.1)


def test_selected_photos_are_matched_to_the_open_one(window: MainWindow, series: list[Path], qtbot: QtBot) -> None:
    view = window.edit_page.filmstrip.view
    view.setFocus()
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.session.keeper.path == series[2] and window.session.several.count == 3)
    with qtbot.waitSignal(window.session.several.done):
        window.commands["match_photos"].trigger()
    assert window.session.edit.part(MatchPart) == MatchPart()
    assert scatter(window, series[:3]) < 0.5


def test_a_photo_without_a_series_says_so(window: MainWindow, series: list[Path], qtbot: QtBot) -> None:
    window.edit_page.filmstrip.select(series[4])
    qtbot.waitUntil(lambda: window.session.keeper.path == series[4])
    with qtbot.waitSignal(window.context.notifier.posted) as posted:
        window.commands["even_out"].trigger()
    assert "select the photos of the series" in str(posted.args[0])
