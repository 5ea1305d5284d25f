"""What an export will write, and where."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.export.job import ExportSettings, plan_export
from pie_desktop.imaging.encode import EncodeOptions
from tests.raw_files import write_dng


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("a.jpg", "b.png", "c.tif"):
        Image.new("RGB", (60, 40)).save(folder / name)
    return folder


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def actions(plan: list) -> list[tuple[str, str]]:
    return [(photo.target.name, photo.action) for photo in plan]


def test_folders_are_expanded_and_doubles_dropped(source: Path, destination: Path) -> None:
    settings = ExportSettings(destination)
    assert actions(plan_export([source, source / "a.jpg"], settings)) == [
        ("a.jpg", "write"),
        ("b.jpg", "write"),
        ("c.jpg", "write"),
    ]
    tiff = ExportSettings(destination, EncodeOptions("tiff16"))
    assert plan_export([source / "a.jpg"], tiff)[0].target == destination / "a.tif"


@pytest.mark.parametrize(
    ("on_conflict", "expected"),
    [
        ("skip", [("a-1.jpg", "write"), ("b.jpg", "write"), ("c.jpg", "write")]),
        ("unique", [("a-1.jpg", "write"), ("b.jpg", "write"), ("c.jpg", "write")]),
        ("overwrite", [("a.jpg", "overwrite"), ("b.jpg", "write"), ("c.jpg", "write")]),
    ],
)
def test_existing_names(source: Path, destination: Path, on_conflict: str, expected: list[tuple[str, str]]) -> None:
    (destination / "a.jpg").touch()
    plan = plan_export([source], ExportSettings(destination, on_conflict=on_conflict))  # type: ignore[arg-type]
    assert actions(plan) == expected
    if on_conflict == "skip":
        sentence = "a.jpg is there already and does not say which photo it is of, so a.jpg is written as a-1.jpg."
        assert plan[0].problem == sentence


@pytest.mark.parametrize("on_conflict", ["skip", "unique", "overwrite"])
def test_equal_stems_do_not_collide(source: Path, tmp_path: Path, destination: Path, on_conflict: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for name in ("A.PNG", "a-1.jpg"):
        Image.new("RGB", (60, 40)).save(other / name)
    settings = ExportSettings(destination, on_conflict=on_conflict)  # type: ignore[arg-type]
    plan = plan_export([source / "a.jpg", other / "A.PNG", other / "a-1.jpg"], settings)
    assert actions(plan) == [("a.jpg", "write"), ("A-1.jpg", "write"), ("a-1-1.jpg", "write")]
    for photo in plan:
        photo.target.touch()
    again = plan_export([source / "a.jpg", other / "A.PNG", other / "a-1.jpg"], settings)
    assert len({photo.target for photo in again}) == 3
    if on_conflict != "overwrite":
        assert not any(photo.target.exists() for photo in again)


@pytest.mark.parametrize("on_conflict", ["skip", "unique", "overwrite"])
def test_a_source_is_never_replaced(source: Path, on_conflict: str) -> None:
    plan = plan_export([source / "a.jpg"], ExportSettings(source, on_conflict=on_conflict))  # type: ignore[arg-type]
    assert actions(plan) == [("a-1.jpg", "write")]
    if on_conflict != "unique":
        assert plan[0].problem == "a.jpg is an original and is never replaced; a.jpg is written as a-1.jpg."


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_two_photos_do_not_replace_one_file_through_links(source: Path, destination: Path) -> None:
    (destination / "b.jpg").touch()
    (destination / "a.jpg").symlink_to(destination / "b.jpg")
    plan = plan_export([source], ExportSettings(destination, on_conflict="overwrite"))
    assert [photo.action for photo in plan] == ["overwrite", "fail", "write"]
    assert "where another photo of this export is written" in (plan[1].problem or "")


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_source_is_not_replaced_through_links(source: Path, destination: Path) -> None:
    (destination / "a.jpg").symlink_to(source / "a.jpg")
    (destination / "b.jpg").hardlink_to(source / "c.tif")
    (destination / "c.jpg").symlink_to(source / "missing.jpg")
    plan = plan_export([source], ExportSettings(destination, on_conflict="overwrite"))
    assert actions(plan) == [("a-1.jpg", "write"), ("b-1.jpg", "write"), ("c.jpg", "fail")]
    assert "link that leads out of the destination" in (plan[2].problem or "")


def test_problems_with_sources(source: Path, destination: Path) -> None:
    (source / "empty.jpg").touch()
    plan = plan_export([source / "gone.jpg", source / "empty.jpg", source / "a.jpg"], ExportSettings(destination))
    assert [photo.action for photo in plan] == ["fail", "fail", "write"]
    assert "gone.jpg does not exist" in (plan[0].problem or "")
    assert (plan[1].problem or "").startswith("empty.jpg is empty")


def test_problems_with_the_destination(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert actions(plan_export([source / "a.jpg"], ExportSettings(tmp_path / "new" / "deep"))) == [("a.jpg", "write")]
    assert not (tmp_path / "new").exists()

    (tmp_path / "file").touch()
    for destination in (tmp_path / "file", tmp_path / "file" / "deep"):
        (photo,) = plan_export([source / "a.jpg"], ExportSettings(destination))
        assert photo.action == "fail" and "is not a folder" in (photo.problem or "")

    monkeypatch.setattr(os, "access", lambda *_: False)
    (photo,) = plan_export([source / "a.jpg"], ExportSettings(tmp_path))
    assert photo.action == "fail" and "write-protected" in (photo.problem or "")


def test_disk_without_space(source: Path, destination: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1000))
    plan = plan_export([source], ExportSettings(destination, EncodeOptions("tiff16")))
    assert {photo.action for photo in plan} == {"fail"}
    assert "has only 1.0 KB left, but about 16 KB is needed" in (plan[0].problem or "")
    small = ExportSettings(destination, EncodeOptions("tiff16", long_side=20))
    assert {photo.action for photo in plan_export([source], small)} == {"write"}


def test_target_that_is_a_folder(source: Path, destination: Path) -> None:
    (destination / "a.jpg").mkdir()
    (photo,) = plan_export([source / "a.jpg"], ExportSettings(destination, on_conflict="overwrite"))
    assert photo.action == "fail"


def test_senseless_conflict_rule(destination: Path) -> None:
    with pytest.raises(ValueError, match="on_conflict"):
        ExportSettings(destination, on_conflict="ask")  # type: ignore[arg-type]


@pytest.mark.parametrize("named", [True, False])
def test_the_jpeg_of_the_camera_beside_a_raw_photo_is_never_replaced(source: Path, named: bool) -> None:
    raw = write_dng(source / "IMG_1.dng", np.full((40, 60, 3), 128, np.uint8))
    (source / "IMG_1.jpg").write_bytes(b"of the camera")
    settings = ExportSettings(source, on_conflict="overwrite")
    (planned,) = (photo for photo in plan_export([raw if named else source], settings) if photo.source == raw)
    assert (planned.action, planned.target.name) == ("write", "IMG_1-1.jpg")
    assert "IMG_1.jpg is an original and is never replaced" in (planned.problem or "")
    elsewhere = source.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "IMG_1.jpg").touch()
    settings = ExportSettings(elsewhere, on_conflict="overwrite")
    assert actions(plan_export([raw], settings)) == [("IMG_1.jpg", "overwrite")]
