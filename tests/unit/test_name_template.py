"""Templates of names: what they render, that they never leave the destination, and names that Windows takes."""

import os
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from pie_desktop.export.job import ExportSettings, plan_export
from pie_desktop.export.names import NameTemplate, NameValues, TemplateError, collision_key, is_portable, portable_name
from pie_desktop.imaging.encode import EncodeOptions

VALUES = NameValues(
    "DSC_1", 7, datetime(2024, 3, 9, 15, 4, 5), "Warm", "Canon EOS R6", "RF 35mm", 400, "Web", "wedding", "NEF", 60, 40
)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{name}", "DSC_1"),
        ("{date:%Y-%m-%d}_{seq:04d}", "2024-03-09_0007"),
        ("{date}/{camera}/{name}", "2024-03-09/Canon EOS R6/DSC_1"),
        ("{date:%Y}/{date:%H-%M}/{seq}", "2024/15-04/7"),
        ("{style} {preset} {lens} {iso} {folder} {type} {width}x{height}", "Warm Web RF 35mm 400 wedding NEF 60x40"),
        ("{{{name}}}", "{DSC_1}"),
        ("holiday {seq:3d}", "holiday   7"),
    ],
)
def test_rendering(template: str, expected: str) -> None:
    rendered = NameTemplate(template).render(VALUES)
    assert "/".join(rendered.parts) == expected
    assert not rendered.mended


def test_what_the_photo_does_not_tell() -> None:
    rendered = NameTemplate("{style}-{camera}-{iso}-{preset}").render(NameValues("a"))
    assert rendered.parts == ("neutral-unknown camera-unknown-default",)


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("", "Write a name"),
        ("../{name}", "stay inside the destination"),
        ("{name}/..", "stay inside the destination"),
        ("a/./b", "stay inside the destination"),
        ("/etc/{name}", "relative to the destination folder"),
        ("C:/{name}", "relative to the destination folder"),
        ("~/{name}", "relative to the destination folder"),
        ("a\\{name}", "not \\"),
        ("a//{name}", "nothing before or after"),
        ("{name}/", "nothing before or after"),
        ("{nmae}", "no field “nmae”"),
        ("{}", "no field"),
        ("{0}", "no field"),
        ("{name.__class__}", "no field"),
        ("{name[0]}", "no field"),
        ("{name!r}", "write it as {name}"),
        ("{name:>5}", "write it as {name}"),
        ("{seq:099999999d}", "write it as {seq:04d}"),
        ("{date:%Y/%m}", "write it as {date:%Y-%m-%d}"),
        ("{date:%s}", "write it as {date:%Y-%m-%d}"),
        ("{date:%}", "write it as {date:%Y-%m-%d}"),
        ("{name", "brace"),
        ("name}", "brace"),
        ("x" * 301, "at most 300"),
    ],
)
def test_bad_templates_are_told_in_one_sentence(template: str, sentence: str) -> None:
    with pytest.raises(TemplateError) as caught:
        NameTemplate(template)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        ("CON", "CON_"),
        ("con.backup", "con_.backup"),
        ("Lpt¹", "Lpt¹_"),
        ("a.", "a"),
        ("a . . ", "a"),
        (" a", "a"),
        ('<>:"|?*', "_______"),
        ("a\nb\x7f", "a_b_"),
        ("a/../b", "a_.._b"),
        ("..", "_"),
        ("", "_"),
        (" . ", "_"),
        ("caf\udce9", "caf_"),
        ("é" * 300, "é" * 100),
    ],
)
def test_names_are_mended(name: str, mended: str) -> None:
    assert portable_name(name) == mended
    assert portable_name(mended) == mended
    assert not is_portable(name) and is_portable(mended)


@pytest.mark.parametrize("name", ["DSC_0001", "Console", "hôtel ü 日本 😀", "a.b.c", "com10", "x" * 200, ".hidden"])
def test_good_names_stay(name: str) -> None:
    assert portable_name(name) == name
    assert is_portable(unicodedata.normalize("NFD", name))  # only composed, which nobody sees


def test_what_is_one_file_on_some_disk() -> None:
    assert collision_key("Café") == collision_key("cafe\u0301")
    assert collision_key("STRASSE") == collision_key("straße")
    assert collision_key("a") != collision_key("b")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "holiday"
    folder.mkdir()
    paths = [folder / f"{name}.jpg" for name in ("one", "two", "three")]
    for path in paths:
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Canon", "Canon EOS R6"
        exif.get_ifd(0x8769)[0x9003] = "2024:03:09 15:04:05"
        Image.new("RGB", (60, 40)).save(path, exif=exif)
    return paths


def test_a_plan_with_folders_and_numbers(photos: list[Path], tmp_path: Path) -> None:
    settings = ExportSettings(tmp_path / "out", name="{date:%Y}/{camera}/{seq:03d}_{name}")
    plan = plan_export(photos, settings)
    targets = [photo.target.relative_to(tmp_path / "out").as_posix() for photo in plan]
    assert targets == [f"2024/Canon EOS R6/00{n}_{name}.jpg" for n, name in enumerate(("one", "two", "three"), 1)]
    assert {photo.size for photo in plan} == {(60, 40)} and all(photo.file_size for photo in plan)
    assert not (tmp_path / "out").exists()


def test_no_silent_collision(photos: list[Path], tmp_path: Path) -> None:
    plan = plan_export(photos, ExportSettings(tmp_path / "out", name="{camera}"))
    assert [photo.target.name for photo in plan] == ["Canon EOS R6.jpg", "Canon EOS R6-1.jpg", "Canon EOS R6-2.jpg"]
    assert plan[0].problem is None and [photo.renamed for photo in plan] == [False, True, True]
    assert plan[1].problem == ("one.jpg has that name in this export, so two.jpg is written as Canon EOS R6-1.jpg.")


def test_a_mended_name_is_told(photos: list[Path], tmp_path: Path) -> None:
    plan = plan_export(photos[:1], ExportSettings(tmp_path / "out", name="{style}: {name}", style="A/B"))
    assert plan[0].target == tmp_path / "out" / "A_B_ one.jpg"
    assert plan[0].problem == "Not every system accepts that name, so one.jpg is written as A_B_ one.jpg."


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_linked_folder_does_not_lead_out(photos: list[Path], tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    (out / "inside").mkdir(parents=True)
    elsewhere.mkdir()
    (out / "2024").symlink_to(elsewhere)
    (out / "linked").symlink_to(out / "inside")
    (out / "file").write_text("no folder")
    (photo,) = plan_export(photos[:1], ExportSettings(out, name="{date:%Y}/{name}"))
    assert photo.action == "fail" and "leads out of the destination" in (photo.problem or "")
    (photo,) = plan_export(photos[:1], ExportSettings(out, name="linked/{name}"))
    assert photo.action == "write"
    (photo,) = plan_export(photos[:1], ExportSettings(out, name="file/{name}"))
    assert photo.action == "fail" and "is a file" in (photo.problem or "")


def test_the_size_of_the_result_is_in_plan_and_name(photos: list[Path], tmp_path: Path) -> None:
    settings = ExportSettings(tmp_path / "out", EncodeOptions(long_side=30), name="{name}_{width}x{height}")
    (photo,) = plan_export(photos[:1], settings)
    assert photo.size == (30, 20) and photo.target.name == "one_30x20.jpg"
