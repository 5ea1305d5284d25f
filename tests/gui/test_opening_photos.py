"""Photos opened in the window: dropped, stepped through, unreadable, too large for the zoom."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_preview, load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.main_window import MainWindow
from tests.gui.dragging import drop
from tests.gui.opening import open_photo, wait_shown
from tests.raw_files import write_dng


def test_dropped_photo_is_opened_and_enhanced(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    before = {path: path.stat().st_mtime_ns for path in photo_folder.rglob("*")}
    photo = photo_folder / "coffee.jpg"
    assert drop(window, [photo])
    wait_shown(window, photo, qtbot)
    request = window.canvas.renderer.base.request
    assert request.source.image.shape == load_photo(photo).shape
    np.testing.assert_array_equal(
        window.canvas.renderer.base.exact, apply_lut(window.canvas.renderer.base.sampled, request.luts.preferred)
    )
    assert window.edit_page.filmstrip.folder == photo_folder
    assert {path: path.stat().st_mtime_ns for path in photo_folder.rglob("*")} == before, "opening writes nothing"


def test_the_content_of_a_dropped_file_decides(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    nameless, text = photo_folder / "coffee", photo_folder / "notes"
    nameless.write_bytes((photo_folder / "coffee.jpg").read_bytes())
    text.write_text("no photo at all")
    drop(window, [nameless, text])
    wait_shown(window, nameless, qtbot)


def test_welcome_until_a_photo_is_open(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    assert window.edit_page.welcome.isVisible()
    drop(window, [photo_folder])
    qtbot.waitUntil(lambda: not window.edit_page.welcome.isVisible())
    assert window.canvas.isVisible()


def test_full_resolution_is_read_when_the_zoom_asks_for_it(
    window: MainWindow, photo_folder: Path, sample_images: dict[str, np.ndarray], qtbot: QtBot
) -> None:
    photo = photo_folder / "large.jpg"
    Image.fromarray(np.tile(sample_images["coffee"], (5, 5, 1))).save(photo, quality=95)
    open_photo(window, photo, qtbot)
    renderer = window.canvas.renderer
    assert renderer.base.request.source.scale < 1
    window.commands["zoom_actual"].trigger()
    qtbot.waitUntil(lambda: renderer.detail is not None and renderer.detail.request.source.scale == 1)
    zone = renderer.detail.request.zone
    assert zone.width < 3000 and zone.height < 2000
    full = load_photo(photo)[zone.top : zone.bottom, zone.left : zone.right]
    np.testing.assert_array_equal(renderer.detail.exact, apply_lut(full, renderer.detail.request.luts.preferred))


def test_drops_reach_the_window_except_on_the_styles(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    def takes_drops(widget: QWidget | None) -> QWidget | None:
        while widget is not None and not widget.acceptDrops():
            widget = widget.parentWidget()
        return widget

    page = window.edit_page
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    for place in (page.filmstrip, page.canvas, page.adjust):
        centre = place.mapTo(window, place.rect().center())
        assert takes_drops(window.childAt(centre)) is window, place
    centre = page.styles.mapTo(window, page.styles.rect().center())
    assert takes_drops(window.childAt(centre)) is page.styles


def test_stepping_fast_ends_on_the_last_photo(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    names = ["astronaut", "coffee", "chelsea", "rocket"] * 5
    opened: list[Path] = []
    window.session.opened.connect(lambda photo: opened.append(photo.info.path))
    for name in names:
        window.session.open(photo_folder / f"{name}.jpg")
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    assert opened == [photo_folder / "rocket.jpg"]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff not a photo"])
def test_unreadable_photo_is_told_and_the_editor_goes_on(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, content: bytes | None
) -> None:
    bad = photo_folder / "bad.jpg"
    if content is not None:
        bad.write_bytes(content)
    with qtbot.waitSignal(window.session.failed) as failed:
        window.edit_page.open_photo(bad)
    assert "bad.jpg" in failed.args[0]
    assert window.canvas.renderer.base is None and window.canvas.message == failed.args[0]
    assert not window.notifications.cards, "what stands on the canvas needs no card over it"
    open_photo(window, photo_folder / "coffee.jpg", qtbot)


def test_missing_and_foreign_files_are_told_and_the_rest_is_opened(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    note = photo_folder / "notes.txt"
    note.write_text("no photo", encoding="utf-8")
    window.open_paths([note, photo_folder / "gone.jpg", photo_folder / "coffee.jpg", photo_folder / "rocket.jpg"])
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    qtbot.waitUntil(lambda: len(window.notifications.cards) == 2)
    texts = [card.notice.text for card in window.notifications.cards]
    assert any("notes.txt" in text for text in texts) and any("gone.jpg" in text for text in texts)


def test_a_raw_photo_shows_its_preview_until_it_is_developed(
    window: MainWindow, tmp_path: Path, sample_images: dict[str, np.ndarray], qtbot: QtBot
) -> None:
    image = sample_images["coffee"]
    photo = write_dng(tmp_path / "a.dng", image, preview=np.ascontiguousarray(image[..., ::-1]))
    seen: list[tuple[str, np.ndarray]] = []
    window.session.previewed.connect(lambda source: seen.append(("preview", source.image)))
    window.session.reduced.connect(lambda source: seen.append(("reduced", source.image)))
    open_photo(window, photo, qtbot)
    qtbot.waitUntil(lambda: len(seen) == 2 and not window.canvas.renderer.needs_full)
    assert [name for name, _ in seen] == ["preview", "reduced"]
    assert (seen[0][1].dtype, seen[1][1].dtype) == (np.uint8, np.uint16)
    source = window.canvas.renderer
    qtbot.waitUntil(lambda: source.base.request.source.image is seen[1][1])
    # From the development, of full or of half size, not from the preview.
    assert mean_delta_e(window.session.enhancement.proxy, load_proxy(photo)) < 3
    assert mean_delta_e(window.session.enhancement.proxy, load_preview(photo, 256)) > 10
