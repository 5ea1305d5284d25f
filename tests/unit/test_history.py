"""The history of a photo as a value, its names, and its place in the catalog."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pie_desktop import paths
from pie_desktop.catalog import group_steps
from pie_desktop.catalog.content import ContentHasher
from pie_desktop.catalog.store import MIGRATIONS, Catalog
from pie_desktop.edit.edit import AMOUNT, STRENGTH, Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.naming import name_of_change
from pie_desktop.edit.virtual_copy import STEPS
from pie_desktop.errors import EditError, NewerEditError

FIRST, SECOND, THIRD = Edit.styled("a"), Edit.styled("a", 0.5), Edit.styled("b", 0.5)


@pytest.fixture
def history() -> PhotoHistory:
    begun = PhotoHistory.begin(FIRST, 1.0)
    return begun.push("Preference 50 %", SECOND, 2.0).push("Style “B”", THIRD, 3.0)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"a" * 1000)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalog.sqlite"


def test_undo_redo_and_go(history: PhotoHistory) -> None:
    assert (history.undo().edit, history.undo().redo().edit, history.go(0).edit) == (SECOND, THIRD, FIRST)
    assert history.go(0).undo().edit == FIRST and not history.go(0).can_undo and not history.can_redo
    assert [step.name for step in history.copy.steps] == ["Opened", "Preference 50 %", "Style “B”"]


def test_a_step_takes_the_place_of_what_was_undone(history: PhotoHistory) -> None:
    other = Edit.styled("c")
    pushed = history.go(0).push("Style “C”", other, 4.0)
    assert [step.edit for step in pushed.copy.steps] == [FIRST, other] and not pushed.can_redo


def test_the_same_edit_is_no_step(history: PhotoHistory) -> None:
    assert history.push("Nothing", THIRD, 4.0) is history


def test_the_oldest_steps_are_forgotten() -> None:
    history = PhotoHistory.begin(FIRST, 0.0)
    for number in range(STEPS + 50):
        history = history.push("Amount", Edit.styled("a", amount=number / 1000), number)
    assert len(history.copy.steps) == STEPS and history.edit == Edit.styled("a", amount=(STEPS + 49) / 1000)


def test_snapshots_keep_what_was_later_undone(history: PhotoHistory) -> None:
    named = history.with_snapshot("For print", 4.0).go(0).with_snapshot("Soft", 5.0)
    assert [(one.name, one.edit) for one in named.snapshots] == [("For print", THIRD), ("Soft", FIRST)]
    assert [one.edit for one in named.with_snapshot("For print", 6.0).snapshots] == [FIRST, FIRST]
    assert [one.name for one in named.without_snapshot("Soft").snapshots] == ["For print"]


def test_a_virtual_copy_goes_its_own_way(history: PhotoHistory) -> None:
    copied = history.with_copy(history.free_copy_name(), 4.0).push("No style", Edit(), 5.0)
    assert copied.copy.name == "Copy 1" and copied.edit == Edit()
    assert copied.choose(0).edit == THIRD and copied.choose(0).can_undo
    assert copied.without_copy(1).edit == THIRD and copied.without_copy(0) is copied, "the photo itself stays"
    assert copied.free_copy_name() == "Copy 2"


def test_text_and_back(history: PhotoHistory) -> None:
    whole = history.with_copy("Copy 1", 4.0).with_snapshot("Soft ☀ “x”", 5.0).undo()
    assert PhotoHistory.from_text(whole.to_text()) == whole


@pytest.mark.parametrize(
    "change",
    [
        {"copies": []},
        {"copies": None},
        {"active": 1},
        {"active": True},
        {"copies": [{"name": "a", "place": 0, "steps": []}]},
        {"copies": [{"name": "a", "place": 9, "steps": [{"name": "b", "made": 1, "edit": Edit().to_json()}]}]},
        {"copies": [{"name": 3, "place": 0, "steps": [{"name": "b", "made": 1, "edit": Edit().to_json()}]}]},
        {"snapshots": [{"name": "b", "made": "now", "edit": Edit().to_json()}]},
        {"version": "one"},
    ],
)
def test_a_damaged_history_is_refused(history: PhotoHistory, change: dict[str, object]) -> None:
    with pytest.raises(EditError):
        PhotoHistory.from_text(json.dumps(json.loads(history.to_text()) | change))


def test_a_newer_history_is_told_apart(history: PhotoHistory) -> None:
    with pytest.raises(NewerEditError):
        PhotoHistory.from_text(json.dumps(json.loads(history.to_text()) | {"version": 2}))


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (FIRST, SECOND, "Preference 50 %"),
        (FIRST, Edit.styled("b"), "Style “Warm”"),
        (FIRST, Edit.styled("gone"), "A style that was deleted"),
        (FIRST, Edit(), "No style"),
        (THIRD, Edit.styled("b"), "Reset"),
        (FIRST, FIRST.with_value(STRENGTH, 0.2).with_value(AMOUNT, 0.4), "Preference 20 %, Amount 40 %"),
        (FIRST, Edit.styled("b", 0.2, 0.4), "3 changes"),
        (FIRST, FIRST, "Unchanged"),
    ],
)
def test_names_of_changes(before: Edit, after: Edit, name: str) -> None:
    assert name_of_change(before, after, {"a": "Cool", "b": "Warm"}.get) == name


def test_the_catalog_keeps_edit_and_history(path: Path, photo: Path, history: PhotoHistory) -> None:
    catalog = Catalog(path)
    assert catalog.history(photo) is None
    catalog.put_history(photo, history.undo())
    # Without close: a crash must not lose what was put.
    again = Catalog(path)
    assert again.history(photo) == history.undo() and again.get(photo) == SECOND


def test_a_moved_photo_keeps_its_history(path: Path, photo: Path, history: PhotoHistory) -> None:
    catalog = Catalog(path)
    catalog.put_history(photo, history)
    moved = photo.rename(photo.with_name("b.jpg"))
    assert catalog.history(moved) == history
    catalog.put_history(moved, history.undo())
    moved.rename(photo)
    assert catalog.history(photo) == history


def test_a_catalog_without_histories_is_brought_up_to_date(path: Path, photo: Path, history: PhotoHistory) -> None:
    path.parent.mkdir()
    digest = ContentHasher().digest(photo)
    with closing(sqlite3.connect(path)) as connection, connection:
        for migration in MIGRATIONS[:2]:
            migration(connection)
        connection.execute("INSERT INTO edits VALUES (?, ?, ?, 1.0)", (digest, str(photo), SECOND.to_text()))
        connection.execute("PRAGMA user_version = 2")
    catalog = Catalog(path)
    assert catalog.take_problems() == [] and catalog.get(photo) == SECOND and catalog.history(photo) is None
    catalog.put_history(photo, history)
    assert catalog.history(photo) == history


def test_a_history_that_cannot_be_understood_is_kept_as_a_file(path: Path, photo: Path, history: PhotoHistory) -> None:
    catalog = Catalog(path)
    catalog.put_history(photo, history)
    newer = '{"version": 9}'
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE histories SET history = ?", (newer,))
    assert catalog.history(photo) is None and catalog.get(photo) == THIRD
    catalog.put_history(photo, history)
    (problem,) = catalog.take_problems()
    (kept,) = paths.replaced_edits_dir().iterdir()
    assert str(kept) in problem and json.loads(kept.read_text())["history"] == newer


def test_what_two_windows_did_stays_side_by_side() -> None:
    first = PhotoHistory.begin(Edit(), 1.0).push("A", SECOND, 2.0).with_snapshot("a", 3.0)
    other = PhotoHistory.begin(Edit(), 1.5).push("B", THIRD, 1.8).with_copy("Copy 1", 2.5).with_snapshot("b", 3.5)
    merged = first.merged(other)
    assert [step.name for step in merged.copies[0].steps] == ["Opened", "B", "A"] and merged.edit == SECOND
    assert [one.name for one in merged.copies] == ["Photo", "Copy 1"] and merged.active == 0
    assert [one.name for one in merged.snapshots] == ["a", "b"]


def test_a_step_of_several_photos_goes_back_and_forth_by_its_group() -> None:
    begun = PhotoHistory.begin(FIRST, 1.0).push("A", SECOND, 2.0, "g")
    assert PhotoHistory.from_text(begun.to_text()) == begun and begun.groups == {"g"}
    undone = begun.follow("g", backwards=True)
    assert undone.edit == FIRST and undone.follow("g", backwards=False) == begun
    for other in (begun.push("B", THIRD, 3.0), PhotoHistory.begin(FIRST, 1.0)):  # edited since, or never of the group
        assert other.follow("g", backwards=True) is other and other.follow("g", backwards=False) is other
    assert undone.follow("g", backwards=True) is undone


def test_a_group_that_is_no_text_is_damage(history: PhotoHistory) -> None:
    stored = json.loads(history.to_text())
    stored["copies"][0]["steps"][0]["group"] = 1
    with pytest.raises(EditError):
        PhotoHistory.from_text(json.dumps(stored))


def test_a_catalog_without_group_steps_is_brought_up_to_date(path: Path, photo: Path, history: PhotoHistory) -> None:
    path.parent.mkdir()
    digest = ContentHasher().digest(photo)
    version = MIGRATIONS.index(group_steps.create)
    with closing(sqlite3.connect(path)) as connection, connection:
        for migration in MIGRATIONS[:version]:
            migration(connection)
        row = (digest, str(photo), THIRD.to_text())
        connection.execute("INSERT INTO edits VALUES (?, ?, ?, 1.0)", row)
        connection.execute("INSERT INTO histories VALUES (?, ?, ?, 1.0)", (*row[:2], history.to_text()))
        connection.execute(f"PRAGMA user_version = {version}")
    catalog = Catalog(path)
    assert catalog.take_problems() == [] and catalog.history(photo) == history
    catalog.put_history(photo, history.push("D", FIRST, 9.0, "g"))
    assert Catalog(path).photos_of_step("g", photo) == [photo]


def test_photos_of_a_step_are_found_beside_one_of_them(path: Path, photo: Path) -> None:
    catalog = Catalog(path)
    other = photo.with_name("other.jpg")
    other.write_bytes(b"o" * 100)
    for one in (photo, other):
        catalog.put_history(one, PhotoHistory.begin(FIRST, 1.0).push("A", SECOND, 2.0, "g"))
    moved = photo.parent.rename(photo.parent.with_name("moved"))
    assert catalog.photos_of_step("g", moved / photo.name) == sorted([moved / "other.jpg", moved / photo.name])
    (moved / "other.jpg").write_bytes(b"another photo")
    assert catalog.photos_of_step("g", moved / photo.name) == [moved / photo.name]
    catalog.put_history(moved / photo.name, PhotoHistory.begin(FIRST, 1.0))
    assert catalog.photos_of_step("of nobody", photo) == []
