"""Files say which photo they were made of and how, so that exports are known where no journal is."""

import os
import shutil
import sys
from pathlib import Path

import exiv2
import pytest
from PIL import Image

from pie_desktop import paths
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.export.job import ExportSettings, Running, plan_export, run_job
from pie_desktop.export.provenance import settings_digest, written_by_note
from pie_desktop.export.report import ExportReport
from pie_desktop.export.settings import ExportPart
from pie_desktop.imaging.encode import EncodeOptions
from tests.unit.helpers.exports import Model, names

FORMATS = ("jpeg", "png", "tiff8", "webp", "avif")
RED, GREEN = (200, 30, 30), (30, 200, 30)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.jpg"
    path.parent.mkdir()
    return shoot(path, RED)


def shoot(path: Path, color: tuple[int, int, int]) -> Path:
    Image.new("RGB", (64, 48), color).save(path, quality=95)
    return path


def export(folder: Path, out: Path, **chosen: object) -> ExportReport:
    encode = EncodeOptions(str(chosen.pop("format", "jpeg")), metadata=chosen.pop("metadata", "all"))  # type: ignore[arg-type]
    settings = ExportSettings(out, encode, **chosen)  # type: ignore[arg-type]
    return run_job([ExportPart(settings, tuple(plan_export([folder], settings)), Model())], Running(workers=0))


def forget() -> None:
    """As on another computer."""
    shutil.rmtree(paths.exports_dir())


def sidecar(photo: Path, **said: str) -> None:
    image = exiv2.ImageFactory.create(exiv2.ImageType.xmp)
    for key, value in said.items():
        image.xmpData()["Xmp." + key.replace("_", ".")] = value
    _, packet = exiv2.XmpParser.encode(image.xmpData())
    photo.with_suffix(".jpg.xmp").write_text(str(packet))


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_export_is_known_without_its_journal(photo: Path, tmp_path: Path, file_format: str) -> None:
    out = tmp_path / "out"
    export(photo.parent, out, format=file_format)
    forget()
    report = export(photo.parent, out, format=file_format)
    assert report.summary == "1 skipped" and len(names(out)) == 1
    assert (report.items[0].message or "").startswith("a.jpg has been exported before, as a.")
    (file,) = out.iterdir()
    written = written_by_note(file)
    assert written is not None and written.source == Path("a.jpg")


def test_the_file_of_another_photo_takes_only_the_name(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(photo.parent, out)
    forget()
    other = tmp_path / "other"
    other.mkdir()
    shoot(other / "a.jpg", GREEN)
    report = export(other, out)
    assert report.summary == "1 written" and names(out) == ["a-1.jpg", "a.jpg"]
    assert report.items[0].message == (
        "a.jpg was made from another a.jpg or an earlier version of it, so a.jpg is written as a-1.jpg."
    )
    forget()
    (photo.parent / "b.jpg").write_bytes((other / "a.jpg").read_bytes())
    assert export(photo.parent, out).summary == "2 skipped"  # whatever they are called, there and here


def test_the_same_photo_with_other_settings(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(photo.parent, out)
    forget()
    report = export(photo.parent, out, edit=Edit.styled(None, 0.5, 1.0))
    assert report.items[0].message == "a.jpg was made from a.jpg with other settings, so a.jpg is written as a-1.jpg."


def test_numbers_that_shift_are_known_without_a_journal(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shoot(photo.with_name("b.jpg"), GREEN)
    export(photo.parent, out, name="{folder}/{seq:03d}")
    forget()
    shoot(photo.with_name("0.jpg"), (0, 0, 99))
    assert export(photo.parent, out, name="{folder}/{seq:03d}").summary == "1 written, 2 skipped"


def test_the_note_of_a_file_counts_more_than_a_journal_of_an_earlier_one(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(photo.parent, out)
    elsewhere = tmp_path / "elsewhere"
    other = tmp_path / "other"
    other.mkdir()
    shoot(other / "b.jpg", GREEN)
    export(other, elsewhere)
    shutil.copyfile(elsewhere / "b.jpg", out / "a.jpg")  # such as by another computer, into a shared folder
    report = export(photo.parent, out)
    assert report.items[0].message == "a.jpg was made from b.jpg, so a.jpg is written as a-1.jpg."


def test_without_a_note_the_photo_is_written_again_rather_than_lost(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(photo.parent, out, metadata="none")
    assert export(photo.parent, out, metadata="none").summary == "1 skipped"
    forget()
    assert export(photo.parent, out, metadata="none").summary == "1 written" and len(names(out)) == 2


def test_a_name_that_may_be_of_a_place_stays_out(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(photo.parent, out, metadata="no-location")
    written = written_by_note(out / "a.jpg")
    assert written is not None and written.source is None
    forget()
    assert export(photo.parent, out, metadata="no-location").summary == "1 skipped"


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
@pytest.mark.parametrize("name", [b"latin\xe9.jpg", b"control\x01\x1b[0m.jpg", b"line\nbreak<&>.jpg"])
def test_names_that_are_no_text_cost_no_metadata(photo: Path, tmp_path: Path, name: bytes) -> None:
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    image.exifData()["Exif.Image.Artist"] = "Ann Example"
    image.writeMetadata()
    photo.rename(photo.with_name(os.fsdecode(name)))
    out = tmp_path / "out"
    assert export(photo.parent, out, name="photo").summary == "1 written"
    exported = exiv2.ImageFactory.open(str(out / "photo.jpg"))
    exported.readMetadata()
    assert exported.exifData()["Exif.Image.Artist"].toString() == "Ann Example"
    forget()
    assert export(photo.parent, out, name="photo").summary == "1 skipped"


def test_a_folder_exported_into_itself_does_not_grow_with_every_export(photo: Path) -> None:
    folder = photo.parent
    assert export(folder, folder).summary == "1 written" and names(folder) == ["a-1.jpg", "a.jpg"]
    report = export(folder, folder)
    assert report.summary == "2 skipped" and names(folder) == ["a-1.jpg", "a.jpg"]
    assert "itself an export of a.jpg" in " ".join(item.message or "" for item in report.items)


def test_a_changed_sidecar_makes_another_file(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sidecar(photo, xmp_Rating="2", crs_Exposure2012="+1.00")
    export(photo.parent, out)
    assert export(photo.parent, out).summary == "1 skipped"
    sidecar(photo, xmp_Rating="2", crs_Exposure2012="+2.00")  # how another program develops it
    assert export(photo.parent, out).summary == "1 skipped"
    sidecar(photo, xmp_Rating="5")
    report = export(photo.parent, out)
    assert report.summary == "1 written" and report.items[0].message == (
        "a.jpg was made from a.jpg before its sidecar was changed, so a.jpg is written as a-1.jpg."
    )
    forget()
    assert export(photo.parent, out).summary == "1 skipped"
    photo.with_suffix(".jpg.xmp").unlink()
    assert export(photo.parent, out).summary == "1 written"


def test_a_sidecar_that_reaches_nothing_changes_nothing(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sidecar(photo, xmp_Rating="2")
    export(photo.parent, out, metadata="none")
    sidecar(photo, xmp_Rating="5")
    assert export(photo.parent, out, metadata="none").summary == "1 skipped"
    assert export(photo.parent, out, metadata="none", name="{date}").summary == "1 written"


def test_the_date_of_a_sidecar_names_the_file(photo: Path, tmp_path: Path) -> None:
    os.utime(photo, (1e9, 1e9))
    sidecar(photo, exif_DateTimeOriginal="2020-01-31T12:00:00")
    export(photo.parent, tmp_path / "out", name="{date:%Y-%m-%d}")
    assert names(tmp_path / "out") == ["2020-01-31.jpg"]
    sidecar(photo, photoshop_DateCreated="2021-02-03")
    export(photo.parent, tmp_path / "next", name="{date:%Y-%m-%d}")
    assert names(tmp_path / "next") == ["2021-02-03.jpg"]


def test_a_corrected_date_reaches_the_exif_of_the_export(photo: Path, tmp_path: Path) -> None:
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    image.exifData()["Exif.Photo.DateTimeOriginal"] = "2019:01:01 10:00:00"
    image.writeMetadata()
    sidecar(photo, exif_DateTimeOriginal="2020-01-31T12:00:00.25")
    export(photo.parent, tmp_path / "out", name="{date:%Y}")
    exported = exiv2.ImageFactory.open(str(tmp_path / "out" / "2020.jpg"))
    exported.readMetadata()
    assert exported.exifData()["Exif.Photo.DateTimeOriginal"].toString() == "2020:01:31 12:00:00"


def test_settings_are_told_apart_by_what_decides_a_file(tmp_path: Path) -> None:
    plain = ExportSettings(tmp_path)
    assert settings_digest(plain) == settings_digest(ExportSettings(tmp_path / "b", on_conflict="unique"))
    assert settings_digest(plain) != settings_digest(ExportSettings(tmp_path, EncodeOptions(quality=80)))
    assert settings_digest(plain) != settings_digest(ExportSettings(tmp_path, edit=Edit.styled(None, 0.5)))


def test_a_number_that_a_later_version_adds_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ExportSettings(tmp_path, edit=Edit.styled("a", 0.5))
    before, to_json = settings_digest(settings), StylePart.to_json
    monkeypatch.setattr(StylePart, "to_json", lambda self: to_json(self) | {"later": 1.0})
    assert settings_digest(settings) == before


def test_a_photo_is_no_export(photo: Path) -> None:
    assert written_by_note(photo) is None
