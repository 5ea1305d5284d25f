"""The folder browser: listing, thumbnails, selection, bad files, no litter."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.listing import list_photos
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.filmstrip.photo_model import BADGE_ROLE, PROBLEM_ROLE
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import PriorityLane
from tests.raw_files import write_dng

DECORATION = Qt.ItemDataRole.DecorationRole
TOOL_TIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def strip(qtbot: QtBot, context: AppContext) -> Filmstrip:
    made = Filmstrip(context)
    qtbot.addWidget(made)
    made.resize(200, 600)
    made.show()
    return made


def open_folder(qtbot: QtBot, strip: Filmstrip, folder: Path) -> None:
    with qtbot.waitSignal(strip.folder_changed):
        strip.set_folder(folder)


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_says_what_to_do_while_nothing_is_open(strip: Filmstrip) -> None:
    assert strip.empty.isVisible()
    assert "Drop photos" in strip.empty.text


def test_a_folder_without_photos_is_named(qtbot: QtBot, strip: Filmstrip, tmp_path: Path) -> None:
    folder = tmp_path / "holidays"
    folder.mkdir()
    open_folder(qtbot, strip, folder)
    assert strip.empty.isVisible()
    assert "holidays" in strip.empty.text


def test_a_missing_folder_is_one_sentence(qtbot: QtBot, strip: Filmstrip, tmp_path: Path) -> None:
    strip.set_folder(tmp_path / "gone")
    qtbot.waitUntil(lambda: "gone" in strip.empty.text)
    assert strip.empty.isVisible()


def test_lists_photos_and_fills_thumbnails(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in photo_folder.iterdir()}
    with qtbot.waitSignal(strip.photo_selected) as selected:
        strip.set_folder(photo_folder)
    assert selected.args[0] == photo_folder / "astronaut.jpg"
    assert names(strip.model.paths) == ["astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg"]
    assert strip.header.count.text() == "4 photos"
    qtbot.waitUntil(lambda: all(strip.model.index(row).data(DECORATION) is not None for row in range(4)))
    pixmap = strip.model.index(1).data(DECORATION)
    assert abs(pixmap.width() / pixmap.height() - 451 / 300) < 0.02
    # The cat is brown: a swapped channel order would make it blue.
    smooth = Qt.TransformationMode.SmoothTransformation
    color = pixmap.toImage().scaled(1, 1, Qt.AspectRatioMode.IgnoreAspectRatio, smooth).pixelColor(0, 0)
    assert color.red() > color.blue() + 20
    assert {path: path.stat().st_mtime_ns for path in photo_folder.iterdir()} == before


def test_a_broken_photo_shows_why_and_the_rest_goes_on(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    (photo_folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is not a photo")
    (photo_folder / "empty.jpg").write_bytes(b"")
    open_folder(qtbot, strip, photo_folder)
    rows = {path.name: strip.model.index(row) for row, path in enumerate(strip.model.paths)}
    qtbot.waitUntil(lambda: all(rows[name].data(PROBLEM_ROLE) for name in ("broken.jpg", "empty.jpg")))
    assert "broken.jpg" in rows["broken.jpg"].data(TOOL_TIP)
    assert "empty" in rows["empty.jpg"].data(TOOL_TIP)
    qtbot.waitUntil(lambda: rows["rocket.jpg"].data(DECORATION) is not None)
    assert rows["rocket.jpg"].data(TOOL_TIP) == str(photo_folder / "rocket.jpg")


def test_keyboard_and_selection(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)
    with qtbot.waitSignal(strip.photo_selected) as moved:
        qtbot.keyClick(strip.view, Qt.Key.Key_Down)
    assert moved.args[0].name == "chelsea.jpg"
    with qtbot.waitSignal(strip.selection_changed) as extended:
        qtbot.keyClick(strip.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert names(extended.args[0]) == ["chelsea.jpg", "coffee.jpg"]
    assert strip.header.count.text() == "2 of 4 photos selected"
    strip.selection.step(1)
    assert strip.current_path() == photo_folder / "rocket.jpg"
    strip.selection.step(1)
    assert strip.current_path() == photo_folder / "rocket.jpg"
    strip.selection.step(-1)
    assert names(strip.selected_paths()) == ["coffee.jpg"]
    assert not strip.select(photo_folder / "not_here.jpg")
    assert strip.select(photo_folder / "astronaut.jpg")
    assert strip.current_path() == photo_folder / "astronaut.jpg"


def test_explicit_photos_keep_their_order(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    photos = [photo_folder / "rocket.jpg", photo_folder / "astronaut.jpg", photo_folder / "rocket.jpg"]
    with qtbot.waitSignal(strip.photo_selected) as opened:
        strip.set_photos(photos)
    assert opened.args[0] == photos[0]
    assert strip.model.paths == photos[:2]
    assert strip.folder is None


def test_a_new_file_appears_and_the_selection_stays(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)
    strip.select(photo_folder / "coffee.jpg")
    shutil.copy(photo_folder / "rocket.jpg", photo_folder / "aaa.jpg")
    qtbot.waitUntil(lambda: strip.model.rowCount() == 5)
    assert strip.current_path() == photo_folder / "coffee.jpg"
    assert names(strip.selected_paths()) == ["coffee.jpg"]


def test_a_folder_opened_at_a_photo_shows_that_photo(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    for number in range(40):
        shutil.copy(photo_folder / "rocket.jpg", photo_folder / f"z{number}.jpg")
    with qtbot.waitSignal(strip.photo_selected) as selected:
        strip.set_folder(photo_folder, photo_folder / "z25.jpg")
    assert selected.args[0] == photo_folder / "z25.jpg"
    assert strip.model.row_of(photo_folder / "z25.jpg") in strip.view.visible_rows()
    assert names(strip.selected_paths()) == ["z25.jpg"]


def test_what_changes_elsewhere_moves_neither_selection_nor_view(
    qtbot: QtBot, strip: Filmstrip, photo_folder: Path
) -> None:
    for number in range(40):
        shutil.copy(photo_folder / "rocket.jpg", photo_folder / f"z{number}.jpg")
    open_folder(qtbot, strip, photo_folder)
    strip.select(photo_folder / "z20.jpg")
    qtbot.keyClick(strip.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    position = strip.view.verticalScrollBar().value()
    assert position > 0
    (photo_folder / "z30.jpg").unlink()
    shutil.copy(photo_folder / "rocket.jpg", photo_folder / "z39b.jpg")
    with qtbot.assertNotEmitted(strip.photo_selected):
        qtbot.waitUntil(lambda: strip.model.paths == list_photos(photo_folder))
    assert names(strip.selected_paths()) == ["z20.jpg", "z21.jpg"]
    assert strip.current_path() == photo_folder / "z21.jpg"
    assert strip.view.verticalScrollBar().value() == position


def test_a_deleted_photo_gives_way_to_its_neighbour(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)
    strip.select(photo_folder / "coffee.jpg")
    with qtbot.waitSignal(strip.photo_selected) as selected:
        (photo_folder / "coffee.jpg").unlink()
    assert selected.args[0] == photo_folder / "rocket.jpg"
    assert names(strip.selected_paths()) == ["rocket.jpg"]


def test_an_overwritten_photo_gets_a_new_thumbnail(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)
    index = strip.model.index(0)

    def is_square() -> bool:
        pixmap = index.data(DECORATION)
        return pixmap is not None and pixmap.width() == pixmap.height()

    qtbot.waitUntil(is_square)
    Image.new("RGB", (300, 100), (0, 0, 255)).save(photo_folder / "astronaut.jpg")
    strip.refresh()
    qtbot.waitUntil(lambda: index.data(DECORATION) is not None and not is_square())


def test_breadcrumb_and_subfolders(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    (photo_folder / "day one").mkdir()
    (photo_folder / ".hidden").mkdir()
    shutil.copy(photo_folder / "rocket.jpg", photo_folder / "day one")
    strip.resize(700, 600)
    open_folder(qtbot, strip, photo_folder)
    buttons = strip.header.breadcrumb.buttons
    assert buttons[-1].text().startswith("photos")
    assert [action.text() for action in buttons[-1].menu().actions()] == ["day one"]
    with qtbot.waitSignal(strip.folder_changed) as changed:
        buttons[-1].menu().actions()[0].trigger()
    assert changed.args[0] == photo_folder / "day one"
    with qtbot.waitSignal(strip.folder_changed) as changed:
        strip.header.breadcrumb.buttons[-2].click()
    assert changed.args[0] == photo_folder


def test_one_column_when_narrow_a_grid_when_wide(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)

    def columns() -> int:
        return len({strip.view.visualRect(strip.model.index(row)).left() for row in range(4)})

    assert columns() == 1
    strip.resize(720, 600)
    qtbot.waitUntil(lambda: columns() == 4)


def test_context_menu_actions(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)
    strip.view.selectAll()
    texts = [action.text() for action in strip.context_menu().actions()]
    assert {"Export selected photos…", "Use photos as style reference", "Copy paths of photos"} <= set(texts)
    with qtbot.waitSignal(strip.export_requested) as asked:
        strip.photo_actions.export.trigger()
    assert len(asked.args[0]) == 4
    with qtbot.waitSignal(strip.reference_requested):
        strip.photo_actions.reference.trigger()
    strip.photo_actions.copy_path.trigger()
    assert QGuiApplication.clipboard().text().splitlines() == [str(path) for path in strip.model.paths]


def test_drag_carries_the_selected_files(qtbot: QtBot, strip: Filmstrip, photo_folder: Path) -> None:
    open_folder(qtbot, strip, photo_folder)
    strip.view.selectionModel().select(strip.model.index(2), QItemSelectionModel.SelectionFlag.Select)
    mime = strip.model.mimeData(strip.view.selectedIndexes())
    assert [Path(url.toLocalFile()).name for url in mime.urls()] == ["astronaut.jpg", "coffee.jpg"]


class HeldLane(PriorityLane):
    """Keeps the jobs it gets and runs one when told: so a test sees what is asked for, and in which order."""

    def __init__(self) -> None:
        super().__init__("held")
        self.jobs: list[Job] = []
        self.asked: list[Path] = []

    def submit(self, fn: Callable[..., Any], *args: Any, title: str = "", key: object = None) -> Job:
        job = Job(fn, *args)
        self.jobs.append(job)
        self.asked.append(args[0])
        return job

    def run_one(self) -> None:
        job = self.jobs.pop(0)
        job.execute()
        job.deliver()


def test_thousands_of_photos_are_asked_for_only_when_visible(
    qtbot: QtBot, strip: Filmstrip, sample_photos: dict[str, Path]
) -> None:
    lane = HeldLane()
    strip._loader._lane = lane
    photos = [Path(f"/nowhere/{number:04d}.jpg") for number in range(5000)]
    strip.set_photos(photos)
    qtbot.waitUntil(lambda: bool(lane.asked))
    assert strip.model.rowCount() == 5000
    visible = strip.view.visible_rows()
    assert len(visible) < 10
    assert lane.asked == photos[: len(lane.asked)]
    assert len(lane.asked) <= 4
    while len(lane.asked) < len(visible):
        lane.run_one()
    assert set(lane.asked) == {photos[row] for row in visible}

    # A jump to the end: what is visible there comes next, before all that lies between.
    strip.view.scrollToBottom()
    qtbot.waitUntil(lambda: strip.view.visible_rows().stop == 5000)
    with qtbot.waitSignal(strip.view.visible_changed):
        strip.view.announce_visible()
    asked_before = len(lane.asked)
    at_the_end = {photos[row] for row in strip.view.visible_rows()}
    for _ in range(len(at_the_end) + 4):
        lane.run_one()
    later = lane.asked[asked_before:]
    assert at_the_end <= set(later[: len(at_the_end)])


def test_the_cache_is_bounded_and_drops_the_oldest(
    qtbot: QtBot, context: AppContext, sample_photos: dict[str, Path]
) -> None:
    paths = list(sample_photos.values())
    loader = ThumbnailLoader(context.thumbnails, capacity=2 * 192 * 192 * 4)
    for path in paths:
        with qtbot.waitSignal(loader.loaded):
            loader.want([path], [])
    assert loader.cache.used <= loader.cache.capacity
    assert loader.cache.peek(paths[-1]) is not None
    assert loader.cache.peek(paths[0]) is None


@pytest.fixture
def pairs_folder(photo_folder: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """`coffee` as RAW + JPEG between two JPEGs."""
    (photo_folder / "rocket.jpg").unlink()
    write_dng(photo_folder / "coffee.dng", sample_images["coffee"], preview=sample_images["coffee"])
    return photo_folder


def test_raw_and_jpeg_are_one_photo_with_a_badge(qtbot: QtBot, strip: Filmstrip, pairs_folder: Path) -> None:
    open_folder(qtbot, strip, pairs_folder)
    assert names(strip.model.paths) == ["astronaut.jpg", "chelsea.jpg", "coffee.dng"]
    assert [strip.model.index(row).data(BADGE_ROLE) for row in range(3)] == ["", "", "RAW+JPEG"]
    assert "coffee.jpg" in strip.model.index(2).data(TOOL_TIP)
    qtbot.waitUntil(lambda: strip.model.index(2).data(DECORATION) is not None)
    strip.select(pairs_folder / "coffee.dng")
    with qtbot.waitSignal(strip.photo_selected) as selected:
        strip.raw_pairs.show_other()
    assert selected.args[0] == pairs_folder / "coffee.jpg"
    open_folder_again(qtbot, strip)
    assert names(strip.model.paths)[-1] == "coffee.jpg", "also when the folder is read again"
    strip.raw_pairs.show_other()
    qtbot.waitUntil(lambda: strip.current_path() == pairs_folder / "coffee.dng")


def open_folder_again(qtbot: QtBot, strip: Filmstrip) -> None:
    with qtbot.waitSignal(strip.folder_changed):
        strip.refresh()


def test_what_is_shown_of_raw_and_jpeg_is_chosen_and_remembered(
    qtbot: QtBot, strip: Filmstrip, pairs_folder: Path, context: AppContext
) -> None:
    open_folder(qtbot, strip, pairs_folder)
    strip.select(pairs_folder / "coffee.dng")
    raw, jpeg, both = strip.raw_pairs.actions
    assert raw.isChecked()
    jpeg.trigger()
    qtbot.waitUntil(lambda: strip.current_path() == pairs_folder / "coffee.jpg")
    assert strip.model.rowCount() == 3
    both.trigger()
    qtbot.waitUntil(lambda: strip.model.rowCount() == 4)
    again = Filmstrip(context)
    qtbot.addWidget(again)
    assert again.raw_pairs.show == "both"
    assert again.raw_pairs.actions[2].isChecked()


def test_the_jpeg_is_opened_when_it_is_asked_for(qtbot: QtBot, strip: Filmstrip, pairs_folder: Path) -> None:
    with qtbot.waitSignal(strip.photo_selected) as selected:
        strip.set_folder(pairs_folder, pairs_folder / "coffee.jpg")
    assert selected.args[0] == pairs_folder / "coffee.jpg"
    assert strip.model.rowCount() == 3
    menu = strip.context_menu()
    assert "Show coffee.dng" in [action.text() for action in menu.actions()]


@pytest.fixture
def long_strip(qtbot: QtBot, strip: Filmstrip, tmp_path: Path) -> Filmstrip:
    """More photos than the strip can show."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30):
        Image.fromarray(np.full((40, 60, 3), 50 + number, np.uint8)).save(folder / f"{number:02}.png")
    open_folder(qtbot, strip, folder)
    return strip


def last_in_sight(strip: Filmstrip) -> int:
    rows = range(strip.model.rowCount())
    inside = strip.view.viewport().rect()
    return max(row for row in rows if inside.contains(strip.view.visualRect(strip.model.index(row)).center()))


def click_row(qtbot: QtBot, strip: Filmstrip, row: int, modifier: Qt.KeyboardModifier) -> None:
    place = strip.view.visualRect(strip.model.index(row)).center()
    qtbot.mouseClick(strip.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_click_at_the_edge_selects_the_photo_under_the_mouse(
    qtbot: QtBot, long_strip: Filmstrip, modifier: Qt.KeyboardModifier
) -> None:
    strip, row = long_strip, last_in_sight(long_strip)
    click_row(qtbot, strip, row, modifier)
    assert strip.current_path() == strip.model.paths[row]
    first = 0 if modifier else row
    assert strip.selected_paths() == strip.model.paths[first : row + 1]
