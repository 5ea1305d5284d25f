"""Virtual copies: a history with several edits of a photo, and each of them exported as a file of its own."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pie_desktop import paths
from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.history import exported_photos
from pie_desktop.export.job import ExportSettings, Running, plan_export, run_job
from pie_desktop.export.kept import read_export
from pie_desktop.export.names import NameTemplate, NameValues
from pie_desktop.export.photo_edits import EditOf, PhotoEdit, PhotoEdits, one_for_all
from pie_desktop.export.receipt import receipt, receipt_content
from pie_desktop.export.report import ExportReport
from pie_desktop.export.settings import ExportPart, PlannedPhoto
from pie_desktop.export.sources import expand_sources
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.styles.store import StyleLibrary
from tests.unit.helpers.exports import Model, names

OWN, OTHER = Edit.styled(amount=0.8), Edit.styled(amount=0.3)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "shot.jpg"
    path.parent.mkdir()
    Image.new("RGB", (64, 48), (120, 80, 40)).save(path, quality=95)
    return path


@pytest.fixture
def versions(photo: Path) -> list[PhotoVersion]:
    return [PhotoVersion(photo), PhotoVersion(photo, "Copy 1"), PhotoVersion(photo, "Copy 2")]


def two_copies() -> PhotoHistory:
    history = PhotoHistory.begin(OWN, 1.0).with_copy("Copy 1", 2.0).push("Amount", OTHER, 3.0)
    return history.choose(0).with_copy("Copy 2", 4.0)


def own_edits(version: PhotoVersion) -> PhotoEdit:
    """Copy 2 has the same edit as the photo."""
    return PhotoEdit(OTHER if version.copy == "Copy 1" else OWN, "own")


def planned(
    versions: list[PhotoVersion], out: Path, edit_of: EditOf = own_edits
) -> tuple[ExportSettings, list[PlannedPhoto]]:
    settings = ExportSettings(out, EncodeOptions("png"))
    return settings, plan_export(versions, settings, edit_of=edit_of)


def parts_of(versions: list[PhotoVersion], out: Path) -> list[ExportPart]:
    settings, plan = planned(versions, out)
    return [ExportPart(replace(settings, edit=own_edits(one.version).edit), (one,), Model()) for one in plan]


def export(versions: list[PhotoVersion], out: Path) -> tuple[list[ExportPart], ExportReport]:
    parts = parts_of(versions, out)
    return parts, run_job(parts, Running(workers=0))


def test_each_copy_goes_its_own_way() -> None:
    history = two_copies()
    assert history.copy_name == "Copy 2" and history.photo_edit == OWN
    assert history.copy_edits == {"Copy 1": OTHER, "Copy 2": OWN}
    assert history.choose_named("Copy 1").edit == OTHER and history.choose_named("no such copy").copy_name == ""
    changed = history.at("Copy 1", lambda one: one.push("Reset", Edit(), 5.0))
    assert changed.copy_edits == {"Copy 1": Edit(), "Copy 2": OWN} and changed.copy_name == "Copy 2"
    assert history.at("no such copy", lambda one: one.push("Reset", Edit(), 5.0)) is history
    assert PhotoHistory.from_text(changed.to_text()) == changed


def test_a_copy_that_was_deleted_comes_back_with_its_steps() -> None:
    history = two_copies().choose_named("Copy 1")
    removed, place = history.copy, history.active
    without = history.without_copy(place)
    assert list(without.copy_edits) == ["Copy 2"]
    assert without.with_removed(removed, place) == history
    again = without.with_copy("Copy 1", 6.0).with_removed(removed, place)
    assert len(again.copies) == 4 and len({copy.name for copy in again.copies}) == 4


def test_the_catalog_keeps_the_photo_and_its_copies_apart(photo: Path, tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    assert catalog.copies(photo) == {}
    catalog.put_history(photo, two_copies().choose_named("Copy 1"))
    assert catalog.get(photo) == OWN and catalog.copies(photo) == {"Copy 1": OTHER, "Copy 2": OWN}
    edits = PhotoEdits(catalog, StyleLibrary(tmp_path / "styles"))
    found = expand_sources([photo.parent], edits.copies)
    assert found == [PhotoVersion(photo), PhotoVersion(photo, "Copy 1"), PhotoVersion(photo, "Copy 2")]
    assert [edits.of(version).edit for version in found] == [OWN, OTHER, OWN]
    assert expand_sources([found[2], found[0]], edits.copies) == [found[0], found[2]], "exactly those"
    assert "no virtual copy “Copy 9”" in (edits.of(PhotoVersion(photo, "Copy 9")).problem or "")
    catalog.close()


@pytest.mark.parametrize(
    "template, copy, name",
    [
        ("{name}", None, "shot"),
        ("{name}", "Copy 1", "shot-Copy 1"),
        ("{name}_{copy}", "Copy 1", "shot_Copy 1"),
        ("{name}_{copy}", None, "shot_Photo"),
        ("{name}", "a/b", "shot-a_b"),
        ("x" * 200, "Copy 12", "x" * 192 + "-Copy 12"),
    ],
)
def test_names_of_copies(template: str, copy: str | None, name: str) -> None:
    assert NameTemplate(template).render(NameValues("shot", copy=copy)).parts == (name,)


def test_copies_are_written_beside_their_photo_and_never_in_its_place(
    versions: list[PhotoVersion], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    parts, report = export(versions, out)
    assert names(out) == ["shot-Copy 1.png", "shot-Copy 2.png", "shot.png"]
    assert [item.version for item in report.items] == versions
    document = receipt("1", "2026-01-01", parts, report)
    assert [part["photos"][0]["copy"] for part in document["parts"]] == [None, "Copy 1", "Copy 2"]
    for suffix in (".txt", ".html"):
        assert f"{versions[1].path} (Copy 1)" in receipt_content(document, Path(f"receipt{suffix}"))
    assert exported_photos(paths.exports_dir()) == set(versions)
    assert json.loads(json.dumps(report.to_dict()))["items"][1]["copy"] == "Copy 1"


def test_copies_never_collide_with_photos_of_their_name(versions: list[PhotoVersion], tmp_path: Path) -> None:
    other = versions[0].path.with_name("shot-Copy 1.jpg")
    Image.new("RGB", (64, 48), (10, 80, 140)).save(other)
    _, plan = planned([*versions, PhotoVersion(other)], tmp_path / "out")
    assert len({photo.target for photo in plan}) == 4 and all(photo.action == "write" for photo in plan)


def test_only_what_is_new_knows_copies_apart_though_their_edits_are_the_same(
    versions: list[PhotoVersion], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export([versions[0]], out)
    _, plan = planned(versions, out)
    assert [photo.action for photo in plan] == ["skip", "write", "write"]
    export(versions, out)
    _, plan = planned(versions, out)
    assert [photo.action for photo in plan] == ["skip"] * 3
    assert plan[2].problem == "shot.jpg (Copy 2) has been exported before, as shot-Copy 2.png, and was skipped."


def test_files_say_which_copy_they_are_where_no_journal_does(
    versions: list[PhotoVersion], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(versions, out)
    monkeypatch.setattr(paths, "exports_dir", lambda: tmp_path / "another computer")
    _, plan = planned(versions, out)
    assert [photo.action for photo in plan] == ["skip"] * 3
    (out / "shot-Copy 2.png").unlink()
    _, plan = planned(versions, out)
    assert [photo.action for photo in plan] == ["skip", "skip", "write"]


def test_an_export_that_goes_on_knows_which_copies_are_left(versions: list[PhotoVersion], tmp_path: Path) -> None:
    written: list[int] = []
    running = Running(workers=0, progress=lambda now: written.append(now.done), should_cancel=lambda: 1 in written)
    report = run_job(parts_of(versions, tmp_path / "out"), running)
    assert [item.status for item in report.items] == ["written", "cancelled", "cancelled"]
    [place] = paths.exports_dir().iterdir()
    kept = read_export(place)
    assert [photo.version for photo in kept.missing] == versions[1:]
    assert {item.version for item in kept.items.values() if item.status == "written"} == {versions[0]}


def test_with_one_edit_for_all_a_copy_would_be_the_same_file(versions: list[PhotoVersion], tmp_path: Path) -> None:
    _, plan = planned(versions, tmp_path / "out", one_for_all(OTHER, None))
    assert [photo.action for photo in plan] == ["write", "skip", "skip"]
    assert plan[1].problem is not None and "would be the same as shot.jpg" in plan[1].problem
    _, plan = planned(versions[1:2], tmp_path / "out", one_for_all(OTHER, None))
    assert [photo.action for photo in plan] == ["write"]
