"""Culling by hand: marks of the selected photos, filter, order and search, in a real filmstrip."""

from pathlib import Path

import exiv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.metadata.marks import Mark
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.filmstrip.culling import Culling
from pie_desktop.ui.filmstrip.index import SIDECARS
from pie_desktop.ui.filmstrip.photo_model import FACTS_ROLE
from pie_desktop.ui.undoing import Steps


@pytest.fixture
def strip(qtbot: QtBot, context: AppContext, photo_folder: Path) -> Filmstrip:
    """The four sample photographs, read: astronaut, chelsea, coffee, rocket."""
    made = Filmstrip(context)
    qtbot.addWidget(made)
    made.resize(260, 700)
    made.show()
    with qtbot.waitSignals([made.folder_changed, made.index.complete]):
        made.set_folder(photo_folder)
    return made


@pytest.fixture
def culling(strip: Filmstrip, context: AppContext) -> Culling:
    return Culling(strip, context.settings, Steps(strip))


def shown(strip: Filmstrip) -> list[str]:
    return [path.stem for path in strip.model.paths]


def choose(strip: Filmstrip, *names: str) -> None:
    strip.select(strip.folder / f"{names[0]}.jpg")
    for name in names[1:]:
        index = strip.model.index(strip.model.row_of(strip.folder / f"{name}.jpg"))
        strip.view.selectionModel().select(index, strip.view.selectionModel().SelectionFlag.Select)


def test_marks_of_all_selected_photos_are_shown_and_kept(
    qtbot: QtBot, strip: Filmstrip, culling: Culling, context: AppContext
) -> None:
    choose(strip, "astronaut", "coffee")
    culling.rate(4)
    culling.label("Red")
    marks = [strip.model.index(row).data(FACTS_ROLE).mark for row in range(4)]
    assert marks == [Mark(4, "", "Red"), Mark(), Mark(4, "", "Red"), Mark()]
    photo = strip.folder / "coffee.jpg"
    qtbot.waitUntil(lambda: context.catalog.marks.get(photo) == Mark(4, "", "Red"))
    assert "4 stars" in strip.model.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert sorted(path.suffix for path in strip.folder.iterdir()) == [".jpg"] * 4


def test_the_label_that_all_have_is_taken_away(strip: Filmstrip, culling: Culling) -> None:
    choose(strip, "coffee")
    culling.label("Blue")
    culling.label("Blue")
    assert strip.index.of(strip.folder / "coffee.jpg").mark == Mark()


def test_auto_advance_goes_to_the_next_photo_also_where_the_filter_takes_this_one_away(
    qtbot: QtBot, strip: Filmstrip, culling: Culling
) -> None:
    culling.set_auto_advance(True)
    qtbot.mouseClick(strip.filters.toggle, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.filters.flags[""], Qt.MouseButton.LeftButton)
    choose(strip, "chelsea")
    culling.flag("reject")
    assert strip.current_path() == strip.folder / "coffee.jpg"
    qtbot.waitUntil(lambda: shown(strip) == ["astronaut", "coffee", "rocket"])
    assert strip.current_path() == strip.folder / "coffee.jpg"
    assert [path.stem for path in strip.selected_paths()] == ["coffee"]


def test_a_filter_by_stars_hides_the_others_and_its_button_shows_them_again(
    qtbot: QtBot, strip: Filmstrip, culling: Culling
) -> None:
    choose(strip, "chelsea", "rocket")
    culling.rate(3)
    qtbot.mouseClick(strip.filters.toggle, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.filters.stars[2], Qt.MouseButton.LeftButton)
    assert shown(strip) == ["chelsea", "rocket"]
    assert strip.header.count.text() == "2 selected, 2 of 4 photos"
    qtbot.mouseClick(strip.filters.stars[4], Qt.MouseButton.LeftButton)
    assert shown(strip) == [] and strip.nothing_left.isVisible()
    qtbot.mouseClick(strip.nothing_left.button, Qt.MouseButton.LeftButton)
    assert len(shown(strip)) == 4 and strip.view.isVisible()


def test_search_finds_words_of_names(qtbot: QtBot, strip: Filmstrip) -> None:
    qtbot.keyClicks(strip.filters.search, "co ff")
    assert shown(strip) == ["coffee"]
    assert strip.current_path() == strip.folder / "coffee.jpg"


def trigger(actions: list[QAction], text: str) -> None:
    next(action for action in actions if action.text() == text).trigger()


def test_sorting_by_rating_keeps_the_selection(qtbot: QtBot, strip: Filmstrip, culling: Culling) -> None:
    choose(strip, "rocket")
    culling.rate(5)
    choose(strip, "coffee")
    culling.rate(2)
    trigger(strip.filters.sort.menu().actions(), "Rating")
    assert shown(strip) == ["rocket", "coffee", "astronaut", "chelsea"]
    assert strip.current_path() == strip.folder / "coffee.jpg"
    trigger(strip.filters.sort.menu().actions(), "The other way round")
    assert shown(strip) == ["astronaut", "chelsea", "coffee", "rocket"]


def test_edited_photos_are_told_apart(qtbot: QtBot, strip: Filmstrip, context: AppContext) -> None:
    photo = strip.folder / "rocket.jpg"
    context.catalog.put(photo, Edit.styled(None, 0.5))
    context.edits_changed.emit([photo])
    qtbot.waitUntil(lambda: strip.index.of(photo).edited)
    strip.filters.more.menu().aboutToShow.emit()
    trigger(strip.filters.more.menu().actions(), "Edited")
    assert shown(strip) == ["rocket"]


def test_embedded_ratings_are_the_start_value(
    qtbot: QtBot, context: AppContext, photo_folder: Path, strip: Filmstrip
) -> None:
    photo = photo_folder / "coffee.jpg"
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    image.xmpData()["Xmp.xmp.Rating"] = "3"
    image.writeMetadata()
    strip.index.refresh([photo])
    qtbot.waitUntil(lambda: strip.index.of(photo).mark == Mark(3))


def test_a_photo_that_is_not_read_yet_keeps_the_rest_of_its_mark(
    qtbot: QtBot, strip: Filmstrip, context: AppContext
) -> None:
    photo = strip.folder / "coffee.jpg"
    context.catalog.marks.put({photo: Mark(2, "", "Green")})
    strip.index.facts.pop(photo)
    choose(strip, "coffee")
    Culling(strip, context.settings, Steps(strip)).flag("pick")
    qtbot.waitUntil(lambda: strip.index.of(photo).mark == Mark(2, "pick", "Green"))


def test_a_mark_of_a_photo_that_was_not_read_is_undone(qtbot: QtBot, strip: Filmstrip, context: AppContext) -> None:
    """Also before it is read, where undoing would otherwise take back what was done before."""
    photo, steps = strip.folder / "coffee.jpg", Steps(strip)
    context.catalog.marks.put({photo: Mark(2)})
    culling = Culling(strip, context.settings, steps)
    for wait in (True, False):
        strip.index.facts.pop(photo)
        choose(strip, "coffee")
        with qtbot.waitSignal(culling.said) as said:
            culling.flag("pick")
            step = steps.last
            assert step is not None
            if wait:
                qtbot.waitUntil(lambda: strip.index.of(photo).mark == Mark(2, "pick"))
            steps.take_back(step)
        assert "coffee" in said.args[0]
        qtbot.waitUntil(lambda: strip.index.of(photo).mark == Mark(2))
        assert steps.last is None
        qtbot.waitUntil(lambda: not context.background.open_jobs)
        assert context.catalog.marks.get(photo) == Mark(2)
        steps.do_again(step)
        assert strip.index.of(photo).mark == Mark(2, "pick")
        steps.take_back(step)


def test_a_mark_that_is_undone_while_another_folder_is_open_leaves_the_rest_of_what_is_known(
    qtbot: QtBot, strip: Filmstrip, context: AppContext, tmp_path: Path
) -> None:
    folder, photo, steps = strip.folder, strip.folder / "coffee.jpg", Steps(strip)
    context.catalog.put(photo, Edit.styled(None, 0.5))
    context.edits_changed.emit([photo])
    qtbot.waitUntil(lambda: strip.index.of(photo).edited)
    choose(strip, "coffee")
    Culling(strip, context.settings, steps).rate(4)
    (tmp_path / "other").mkdir()
    with qtbot.waitSignal(strip.folder_changed):
        strip.set_folder(tmp_path / "other")
    assert steps.last is not None
    steps.take_back(steps.last)
    with qtbot.waitSignals([strip.folder_changed, strip.index.complete]):
        strip.set_folder(folder)
    assert strip.index.of(photo).edited and strip.index.of(photo).mark == Mark()


@pytest.mark.parametrize("on", [True, False])
def test_sidecars_are_written_where_that_is_wanted(
    qtbot: QtBot, strip: Filmstrip, culling: Culling, context: AppContext, on: bool
) -> None:
    context.settings.set(SIDECARS, on)
    choose(strip, "coffee")
    culling.rate(5)
    photo = strip.folder / "coffee.jpg"
    qtbot.waitUntil(lambda: context.catalog.marks.get(photo) == Mark(5))
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    assert (strip.folder / "coffee.jpg.xmp").exists() is on


def test_a_damaged_sidecar_is_said_and_stays(
    qtbot: QtBot, strip: Filmstrip, culling: Culling, context: AppContext
) -> None:
    context.settings.set(SIDECARS, True)
    sidecar = strip.folder / "coffee.jpg.xmp"
    sidecar.write_text("<x:xmpmeta")
    choose(strip, "coffee")
    with qtbot.waitSignal(context.notifier.posted) as posted:
        culling.rate(5)
    assert "coffee.jpg.xmp could not be read" in str(posted.args[0])
    assert sidecar.read_text() == "<x:xmpmeta"
