"""A watched folder: new captures appear when they are complete, and are opened in the folder's style."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.ui.filmstrip import folder
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def strip_at(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> Path:
    open_photo(window, photo_folder / "astronaut.jpg", qtbot)
    return photo_folder


def test_a_half_written_photo_is_neither_listed_nor_read(
    window: MainWindow, strip_at: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []
    real = folder.sight
    monkeypatch.setattr(folder, "sight", lambda path: looks.append(path) or real(path))
    strip = window.edit_page.filmstrip
    content = (strip_at / "rocket.jpg").read_bytes()
    new = strip_at / "new.jpg"
    with new.open("wb") as file:
        for number in range(4):
            file.write(content[number * 1000 : (number + 1) * 1000])
            file.flush()
            seen = len(looks)
            qtbot.waitUntil(lambda seen=seen: len(looks) > seen)
            assert new not in strip.model.paths and new not in strip.index.facts
        file.write(content[4000:])
    qtbot.waitUntil(lambda: new in strip.model.paths)
    assert strip.current_path() == strip_at / "astronaut.jpg"


def test_a_new_capture_is_opened_in_the_style_of_the_folder(window: MainWindow, strip_at: Path, qtbot: QtBot) -> None:
    style = window.context.library.list()[0].id
    window.edit_page.styles.select_style(style)
    qtbot.waitUntil(lambda: window.session.edit.style_id == style)
    window.commands["follow_new"].trigger()
    new = strip_at / "new.jpg"
    new.write_bytes((strip_at / "rocket.jpg").read_bytes()[:-2] + b"\0\xff\xd9")
    qtbot.waitUntil(lambda: window.session.path == new)
    wait_shown(window, new, qtbot)
    assert window.session.edit.style_id == style


def test_review_opens_the_photo_that_the_model_is_least_sure_of(
    window: MainWindow, strip_at: Path, qtbot: QtBot
) -> None:
    strip = window.edit_page.filmstrip
    qtbot.waitUntil(lambda: len(strip.index.facts) == 4)
    strip.edited.pause(True)
    for name, error in (("coffee", 9.0), ("rocket", 3.0)):
        strip.edited.expected.emit(strip_at / f"{name}.jpg", error)
    assert strip.index.of(strip_at / "coffee.jpg").unsure and not strip.index.of(strip_at / "rocket.jpg").unsure
    window.commands["review"].trigger()
    assert [path.stem for path in strip.model.paths[:2]] == ["coffee", "rocket"]
    qtbot.waitUntil(lambda: window.session.path == strip_at / "coffee.jpg")
