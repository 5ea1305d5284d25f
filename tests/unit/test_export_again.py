"""An export that is run again writes what is new and loses nothing: photos are known by content, not by names."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.report import ExportReport
from pie_desktop.imaging.decode import load_photo
from tests.unit.helpers.exports import Model, names, part

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def shoot(path: Path, color: tuple[int, int, int]) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (64, 48), color).save(path, quality=95)
    return path


def export(*sources: Path, out: Path, **settings: object) -> ExportReport:
    plan = part(sources[0], out, Model(), **settings) if len(sources) == 1 else None
    if plan is None:
        from pie_desktop.export.job import ExportSettings, plan_export
        from pie_desktop.export.settings import ExportPart
        from pie_desktop.imaging.encode import EncodeOptions

        chosen = ExportSettings(out, EncodeOptions("png"), **settings)  # type: ignore[arg-type]
        plan = ExportPart(chosen, tuple(plan_export(list(sources), chosen)), Model())
    return run_job([plan], Running(workers=0))


def mean_colors(folder: Path) -> set[int]:
    """Which of red, green and blue is the strongest, over all files."""
    return {int(np.argmax(load_photo(file).mean((0, 1)))) for file in folder.iterdir()}


def messages(report: ExportReport) -> dict[str, str | None]:
    return {item.source.name: item.message for item in report.items}


def test_a_photo_of_the_same_name_that_comes_later_is_written(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shoot(photos / "shot.png", RED)
    export(photos, out=out)
    shoot(photos / "shot.jpg", GREEN)  # sorted before the first: it wants the name that this one got
    report = export(photos, out=out)
    assert report.summary == "1 written, 1 skipped"
    assert messages(report)["shot.jpg"] == (
        "shot.png has that name in this export, so shot.jpg is written as shot-1.png."
    )
    assert messages(report)["shot.png"] == "shot.png has been exported before, as shot.png, and was skipped."
    assert mean_colors(out) == {0, 1} and len(names(out)) == 2
    assert export(photos, out=out).summary == "2 skipped"
    assert len(names(out)) == 2


def test_a_folder_that_is_added_later_is_written(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    second = shoot(photos / "b" / "a.jpg", RED).parent
    export(second, out=out)
    first = shoot(photos / "a" / "a.jpg", GREEN).parent
    report = export(first, second, out=out)
    assert report.summary == "1 written, 1 skipped" and mean_colors(out) == {0, 1}
    assert str(second / "a.jpg") in (report.items[0].message or "")  # names that are the same are told by their paths
    assert export(second, first, out=out).summary == "2 skipped"


def test_numbers_that_shift_lose_nothing(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name, color in (("b.jpg", RED), ("c.jpg", GREEN)):
        shoot(photos / name, color)
    export(photos, out=out, name="{seq:03d}")
    shoot(photos / "a.jpg", BLUE)
    assert export(photos, out=out, name="{seq:03d}").summary == "1 written, 2 skipped"
    assert mean_colors(out) == {0, 1, 2}
    assert export(photos, out=out, name="{seq:03d}").summary == "3 skipped"


def test_a_photo_that_was_moved_or_touched_is_the_same(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    photo = shoot(photos / "a.jpg", RED)
    export(photos, out=out)
    os.utime(photo, (1, 1))
    assert export(photos, out=out).summary == "1 skipped"
    photo.rename(photos / "renamed.jpg")
    assert export(photos, out=out).summary == "1 skipped"


def test_another_photo_under_the_same_path_is_new(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shoot(photos / "a.jpg", RED)
    export(photos, out=out)
    shoot(photos / "a.jpg", GREEN)  # the camera begins to count anew
    report = export(photos, out=out)
    assert report.summary == "1 written" and mean_colors(out) == {0, 1}
    assert "an earlier version of a.jpg" in (report.items[0].message or "")


def test_a_file_that_was_deleted_is_written_again(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shoot(photos / "a.jpg", RED)
    export(photos, out=out)
    (out / "a.png").unlink()
    assert export(photos, out=out).summary == "1 written" and names(out) == ["a.png"]


def test_with_other_settings_it_is_another_file(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shoot(photos / "a.jpg", RED)
    export(photos, out=out)
    half = Edit.styled(None, 1.0, 0.5)
    report = export(photos, out=out, edit=half)
    sentence = "a.png was made from a.jpg with other settings, so a.jpg is written as a-1.png."
    assert report.items[0].message == sentence and report.summary == "1 written"
    assert export(photos, out=out, edit=half).summary == "1 skipped"
    assert export(photos, out=out, name="{name}-web").summary == "1 written"


def test_a_file_of_unknown_origin_is_not_the_export(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    photo = shoot(photos / "a.jpg", RED)
    out.mkdir()
    shutil.copy(photo, out / "a.png")
    report = export(photos, out=out)
    assert report.summary == "1 written" and names(out) == ["a-1.png", "a.png"]
    assert (report.items[0].message or "").startswith("a.png is there already and does not say which photo it is of")
    assert export(photos, out=out).summary == "1 skipped"


def test_names_in_one_export_say_who_has_them(photos: Path, tmp_path: Path) -> None:
    shoot(photos / "shot.png", RED)
    shoot(photos / "shot.jpg", GREEN)
    report = export(photos, out=tmp_path / "out")
    assert report.summary == "2 written"
    assert messages(report)["shot.png"] == (
        "shot.jpg has that name in this export, so shot.png is written as shot-1.png."
    )
