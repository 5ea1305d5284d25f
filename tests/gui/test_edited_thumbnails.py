"""Thumbnails show photos as edited, at once after a change, and as they were taken on request."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo


def mean_color(window: MainWindow, row: int) -> QColor:
    pixmap = window.edit_page.filmstrip.model.index(row).data(Qt.ItemDataRole.DecorationRole)
    if pixmap is None:
        return QColor()
    image: QImage = pixmap.toImage()
    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaled(1, 1, Qt.AspectRatioMode.IgnoreAspectRatio, smooth).pixelColor(0, 0)


@pytest.fixture
def photos(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> list[Path]:
    found = sorted(photo_folder.iterdir())
    open_photo(window, found[0], qtbot)
    edited = window.edit_page.filmstrip.edited
    qtbot.waitUntil(lambda: all(edited.image(PhotoVersion(photo)) is not None for photo in found))
    return found


def test_the_enhancement_is_seen_and_the_switch_shows_the_original(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    enhanced = mean_color(window, 2)
    window.commands["edited_thumbnails"].trigger()
    original = mean_color(window, 2)
    assert enhanced.lightness() > original.lightness() + 10  # the model of the tests brightens
    window.commands["edited_thumbnails"].trigger()
    assert mean_color(window, 2) == enhanced


def test_an_edit_changes_the_thumbnail_of_its_photo_and_of_no_other(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    before = [mean_color(window, row) for row in range(4)]
    track = window.edit_page.adjust.amount.track
    track.setFocus()
    qtbot.keyClick(track, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: mean_color(window, 0).lightness() < before[0].lightness() - 10)
    assert [mean_color(window, row) for row in (1, 2, 3)] == before[1:]


def test_photos_in_a_style_are_shown_in_it(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    style = window.context.library.list()[0].id
    before = mean_color(window, 1)
    window.context.catalog.put(photos[1], Edit.styled(style))
    window.context.edits_changed.emit([photos[1]])
    qtbot.waitUntil(lambda: mean_color(window, 1).red() > before.red() + 5)  # that of the tests is warm
    qtbot.waitUntil(lambda: window.edit_page.filmstrip.index.of(photos[1]).style_id == style)


def test_nothing_is_begun_while_the_open_photo_is_read(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    edited = window.edit_page.filmstrip.edited
    edited.pause(True)
    edited.forget_all()
    assert not edited._lane.open_jobs
    with qtbot.waitSignal(edited.loaded):
        edited.pause(False)


def test_the_style_of_the_folder_is_seen_on_photos_without_an_edit(
    window: MainWindow, photos: list[Path], qtbot: QtBot
) -> None:
    before = mean_color(window, 3)
    window.edit_page.styles.select_style(window.context.library.list()[0].id)
    qtbot.waitUntil(lambda: mean_color(window, 3).red() > before.red() + 5)


def test_masks_and_a_vignette_are_seen(window: MainWindow, photos: list[Path], qtbot: QtBot) -> None:
    before = mean_color(window, 2)
    edit = Edit().with_part(VignettePart(-100.0, 0.0)).with_part(MasksPart((Mask(y=0.5, exposure=-3.0),)))
    window.context.catalog.put(photos[2], edit)
    window.context.edits_changed.emit([photos[2]])
    qtbot.waitUntil(lambda: mean_color(window, 2).lightness() < before.lightness() - 15)
