"""How thumbnails are loaded: placeholders first, from the disk when they were made before, never out of date."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from pie_desktop.errors import DecodeError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.thumbnails import loader as loading


@pytest.fixture
def make_loader(context: AppContext) -> Callable[[], ThumbnailLoader]:
    return lambda: ThumbnailLoader(context.thumbnails, context, store=context.thumbnail_store)


@pytest.fixture
def undecodable(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def refuse(path: Path, side: int) -> np.ndarray:
        raise DecodeError(f"{path.name} was decoded.")

    return lambda: monkeypatch.setattr(loading, "load_thumbnail", refuse)


@pytest.fixture
def placeholders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every photo has a quick one, which the sample photos do not."""
    monkeypatch.setattr(loading, "load_placeholder", lambda path, side: np.full((80, 120, 3), 99, np.uint8))


def load(qtbot: QtBot, loader: ThumbnailLoader, path: Path) -> QPixmap | None:
    with qtbot.waitSignal(loader.loaded):
        loader.want([path], [])
    qtbot.waitUntil(lambda: not loader._in_flight)
    entry = loader.cache.peek(path)
    assert entry is not None and not entry.placeholder
    return entry.pixmap


def test_what_was_seen_before_is_not_decoded_again(
    qtbot: QtBot, make_loader: Callable[[], ThumbnailLoader], undecodable: Callable[[], None], photo_folder: Path
) -> None:
    photo = photo_folder / "coffee.jpg"
    before = sorted(photo_folder.iterdir())
    first = load(qtbot, make_loader(), photo)
    undecodable()
    again = load(qtbot, make_loader(), photo)
    assert first is not None and again is not None and again.size() == first.size()
    assert sorted(photo_folder.iterdir()) == before, "nothing is written beside the photos"


def test_a_photo_that_changed_is_decoded_again(
    qtbot: QtBot, make_loader: Callable[[], ThumbnailLoader], photo_folder: Path
) -> None:
    photo = photo_folder / "coffee.jpg"
    load(qtbot, make_loader(), photo)
    status = photo.stat()
    Image.new("RGB", (300, 300), (10, 200, 30)).save(photo)
    os.utime(photo, ns=(status.st_atime_ns, status.st_mtime_ns))  # its size alone tells
    changed = load(qtbot, make_loader(), photo)
    assert changed is not None and changed.width() == changed.height()


def test_a_damaged_store_is_no_problem(
    qtbot: QtBot, context: AppContext, make_loader: Callable[[], ThumbnailLoader], photo_folder: Path
) -> None:
    path = context.thumbnail_store.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"this is no database" * 500)
    assert load(qtbot, make_loader(), photo_folder / "coffee.jpg") is not None


def test_a_placeholder_is_shown_until_the_photo_is_read(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    make_loader: Callable[[], ThumbnailLoader],
    placeholders: None,
    photo_folder: Path,
) -> None:
    photos = sorted(photo_folder.iterdir())
    loader = make_loader()
    shown: list[tuple[Path, bool]] = []

    def note(path: Path) -> None:
        entry = loader.cache.peek(path)
        assert entry is not None
        shown.append((path, entry.placeholder))

    begun: list[tuple[Path, bool]] = []
    start = loader._start
    monkeypatch.setattr(loader, "_start", lambda *wanted: (begun.append(wanted), start(*wanted)))
    loader.loaded.connect(note)
    loader.want(photos[:2], photos[2:])
    qtbot.waitUntil(lambda: len(shown) == 8)
    assert begun[:4] == [(photo, True) for photo in photos], "quick ones of all are begun first"
    for photo in photos:
        assert [placeholder for path, placeholder in shown if path == photo] == [True, False]
    assert {loader.cache.peek(photo).placeholder for photo in photos} == {False}  # type: ignore[union-attr]


def test_far_away_photos_get_placeholders_only(
    qtbot: QtBot, make_loader: Callable[[], ThumbnailLoader], placeholders: None, photo_folder: Path
) -> None:
    photos = sorted(photo_folder.iterdir())
    loader = make_loader()
    loader.want(photos[:1], [], photos[1:])
    qtbot.waitUntil(lambda: all(loader.cache.peek(photo) for photo in photos) and not loader._in_flight)
    shown = [loader.cache.peek(photo).placeholder for photo in photos]  # type: ignore[union-attr]
    assert shown == [False, True, True, True]


@pytest.mark.parametrize("limit", ["much", -1, None, True])
def test_a_senseless_limit_is_the_usual_one(context: AppContext, limit: object) -> None:
    context.settings.set("thumbnails.cache_mb", limit)
    assert context._thumbnail_store().limit >= 1_000_000


def test_the_cache_is_cleared_by_command(qtbot: QtBot, context: AppContext, photo_folder: Path) -> None:
    window = MainWindow(context)
    qtbot.addWidget(window)
    action = window.commands["clear_thumbnails"]
    assert not action.isEnabled()
    window.edit_page.filmstrip.set_folder(photo_folder)
    qtbot.waitUntil(lambda: context.thumbnail_store.used_bytes > 0)
    shutil.copy(photo_folder / "coffee.jpg", photo_folder / "more.jpg")
    window.thumbnail_clearing.update_size()
    assert action.isEnabled() and "kB" in action.text()
    told: list[str] = []
    context.notifier.posted.connect(lambda notice: told.append(notice.text))
    action.trigger()
    qtbot.waitUntil(lambda: any("thumbnail cache was cleared" in text for text in told))
