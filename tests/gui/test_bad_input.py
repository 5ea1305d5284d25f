"""Folders, names and a catalog as they should not be: one sentence each, and nothing of the user's is lost."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.catalog import store
from pie_desktop.edit.edit import AMOUNT, Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from tests.gui.opening import end_context, open_photo, plain_context, wait_shown

Open = Callable[[], MainWindow]
LETTERS = 120  # two bytes each, with ".jpg" 244 of the 255 bytes that a name may have


@pytest.fixture
def another(pie_home: Path, qtbot: QtBot) -> Iterator[Open]:
    """Opens one more window with a context of its own, as a second start of the program does."""
    made: list[tuple[MainWindow, AppContext]] = []

    def start() -> MainWindow:
        context = plain_context()
        window = MainWindow(context)
        qtbot.addWidget(window)
        window.show()
        made.append((window, context))
        return window

    yield start
    for window, context in made:
        window.close()
        end_context(context)


def notices(window: MainWindow) -> list[Notice]:
    kept: list[Notice] = []
    window.context.notifier.posted.connect(kept.append)
    return kept


def saved(window: MainWindow) -> bool:
    return not window.context.background.open_jobs


def change(window: MainWindow, amount: float) -> None:
    window.context.current.change(window.session.edit.with_value(AMOUNT, amount))


def test_a_folder_that_vanishes_while_it_is_open(
    window: MainWindow, photo_folder: Path, another: Open, qtbot: QtBot
) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    away = shutil.copytree(photo_folder, photo_folder.with_name("away"))
    told = notices(window)
    shutil.rmtree(photo_folder)
    empty = window.edit_page.filmstrip.empty
    qtbot.waitUntil(lambda: empty.isVisible() and photo_folder.name in empty.text)
    assert empty.text.count(".") >= 1 and "\n" not in empty.text
    change(window, 0.25)
    qtbot.waitUntil(lambda: saved(window))
    assert told == [], "one sentence, and that stands in the filmstrip"
    away.rename(photo_folder)
    again = another()
    open_photo(again, photo, qtbot)
    assert again.session.edit.style.amount == 0.25


def test_a_folder_that_is_renamed_while_it_is_open(
    window: MainWindow, photo_folder: Path, another: Open, qtbot: QtBot
) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    strip = window.edit_page.filmstrip
    qtbot.waitUntil(lambda: len(strip.index.facts) == len(strip.listed))
    told = notices(window)
    renamed = photo_folder.rename(photo_folder.with_name("renamed"))
    qtbot.keyClicks(window.canvas, "4")
    qtbot.waitUntil(lambda: saved(window) and strip.empty.isVisible() and photo_folder.name in strip.empty.text)
    assert told == [], "one sentence, and that stands in the filmstrip"
    again = another()
    open_photo(again, renamed / photo.name, qtbot)
    qtbot.waitUntil(lambda: again.edit_page.filmstrip.index.of(renamed / photo.name).mark.stars == 4)


def test_twenty_thousand_files(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(20_000):
        (folder / f"{number}.jpg").touch()
    strip = window.edit_page.filmstrip
    window.open_paths([folder])
    qtbot.waitUntil(lambda: strip.model.rowCount() == 20_000)
    assert "20,000 photos" in strip.header.count.text()
    assert strip.model.paths[:3] == [folder / f"{number}.jpg" for number in range(3)]
    strip.view.setFocus()
    qtbot.keyClick(strip.view, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: strip.current_path() == folder / "19999.jpg")
    assert strip.view.visible_rows().stop == 20_000


NAMES = {
    "250 bytes": "ä" * LETTERS + ".jpg",
    "right to left": "תמונה של הים 2024.jpg",
    "a mark that turns the direction": "photo\u202egpj.exe.jpg",
    "emoji": "👩‍👩‍👧‍👦 🌅 🏳️‍🌈.jpg",
    "combining": "e\u0301te\u0301.jpg",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names(window: MainWindow, another: Open, tmp_path: Path, name: str, qtbot: QtBot) -> None:
    folder = tmp_path / Path(name).stem
    folder.mkdir()
    photo = folder / name
    Image.fromarray(np.full((60, 90, 3), 90, np.uint8)).save(photo)
    told, width = notices(window), window.width()
    open_photo(window, photo, qtbot)
    change(window, 0.5)
    window.show_tab("Export")
    plan = window.pages.export_page().view.model
    qtbot.waitUntil(lambda: [planned.source for planned in plan.plan] == [photo])
    (planned,) = plan.plan
    assert planned.target is not None and len(planned.target.name.encode()) <= 255
    qtbot.waitUntil(lambda: saved(window))
    assert told == [] and window.width() == width
    again = another()
    open_photo(again, photo, qtbot)
    assert again.session.edit.style.amount == 0.5


def test_a_catalog_that_another_program_has_locked(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    qtbot.waitUntil(lambda: saved(window))
    catalog = window.context.catalog
    catalog._database.run(lambda connection: connection.execute("PRAGMA busy_timeout = 50"))
    told = notices(window)
    other = sqlite3.connect(catalog.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    change(window, 0.3)
    change(window, 0.6)
    qtbot.waitUntil(lambda: bool(told) and saved(window))
    (notice,) = told
    assert "locked by another program" in notice.text and "\n" not in notice.text
    open_photo(window, photo_folder / "rocket.jpg", qtbot)
    open_photo(window, photo, qtbot)
    assert window.session.edit.style.amount == 0.6, "it is kept here"
    other.execute("COMMIT")
    other.close()
    qtbot.waitUntil(lambda: catalog.get(photo) == Edit.styled(amount=0.6))
    assert [step.name for step in catalog.history(photo).copy.steps] == ["Opened", "Amount 30 %", "Amount 60 %"]


def test_a_catalog_that_is_locked_at_the_start_is_used_once_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"photo")
    path = tmp_path / "catalog.sqlite"
    store.Catalog(path).close()
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    catalog = store.Catalog(path, open_now=False)
    with pytest.raises(store.PieError, match="locked by another program"):
        catalog.put(photo, Edit.styled(amount=0.1))
    assert catalog.take_problems() == []
    other.execute("COMMIT")
    other.close()
    catalog.put(photo, Edit.styled(amount=0.2))
    catalog.close()
    assert store.Catalog(path).get(photo) == Edit.styled(amount=0.2)


def test_two_windows_on_one_folder(window: MainWindow, photo_folder: Path, another: Open, qtbot: QtBot) -> None:
    photo, second = photo_folder / "coffee.jpg", another()
    open_photo(window, photo, qtbot)
    open_photo(second, photo, qtbot)
    for one, amount in ((window, 0.1), (second, 0.2), (window, 0.3)):
        change(one, amount)
        qtbot.waitUntil(lambda one=one: saved(one))
    names = ["Opened", "Amount 10 %", "Amount 20 %", "Amount 30 %"]
    qtbot.waitUntil(lambda: [step.name for step in window.session.keeper.history.copy.steps] == names)
    second.edit_page.filmstrip.select(photo_folder / "rocket.jpg")
    wait_shown(second, photo_folder / "rocket.jpg", qtbot)
    open_photo(second, photo, qtbot)
    assert second.session.edit.style.amount == 0.3, "what the other window did last"
    assert [step.name for step in second.session.keeper.history.copy.steps] == names
    second.session.keeper.undo()
    assert second.session.edit.style.amount == 0.2
