"""Dates for names of files: in a documented order, whichever standard they stand in."""

from datetime import datetime
from pathlib import Path

import exiv2
import pytest
from PIL import Image

from pie_desktop.export.facts import FactsReader
from pie_desktop.imaging.metadata.dates import parse_moment
from pie_desktop.imaging.metadata.reading import read_summary

# Later ones count less.
ORDER = [
    ("Exif.Photo.DateTimeOriginal", "2001:01:01 01:00:00"),
    ("Exif.Photo.DateTimeDigitized", "2002:01:01 01:00:00"),
    ("Xmp.exif.DateTimeOriginal", "2003-01-01T01:00:00"),
    ("Xmp.photoshop.DateCreated", "2004-01-01"),
    ("Xmp.exif.DateTimeDigitized", "2005-01-01T01:00"),
    ("Xmp.xmp.CreateDate", "2006-01-01T01:00:00.5+09:00"),
    ("Iptc.Application2.DateCreated", "2007-01-01"),
    ("Iptc.Application2.DigitizationDate", "2008-01-01"),
    ("Exif.Image.DateTime", "2009:01:01 01:00:00"),
]


def photo_with(folder: Path, tags: list[tuple[str, str]]) -> Path:
    photo = folder / "photo.jpg"
    Image.new("RGB", (32, 24)).save(photo)
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    for key, value in tags:
        part = {"Exif": image.exifData, "Iptc": image.iptcData, "Xmp": image.xmpData}[key.split(".")[0]]()
        part[key] = value
    image.writeMetadata()
    return photo


@pytest.mark.parametrize("first", range(len(ORDER)), ids=[key for key, _ in ORDER])
def test_the_first_of_the_order_counts(tmp_path: Path, first: int) -> None:
    photo = photo_with(tmp_path, ORDER[first:])
    assert FactsReader().read(photo).taken.year == 2001 + first


def test_without_any_the_file_s_own(tmp_path: Path) -> None:
    photo = photo_with(tmp_path, [])
    assert FactsReader().read(photo).taken == datetime.fromtimestamp(photo.stat().st_mtime)


def test_a_clock_that_was_not_set_does_not_hide_the_next_date(tmp_path: Path) -> None:
    photo = photo_with(tmp_path, [("Exif.Photo.DateTimeOriginal", "0000:00:00 00:00:00"), *ORDER[2:3]])
    assert FactsReader().read(photo).taken == datetime(2003, 1, 1, 1)


def test_only_the_moment_of_capture_makes_bursts(tmp_path: Path) -> None:
    assert read_summary(photo_with(tmp_path, ORDER[1:])).taken is None


def test_iptc_has_its_time_beside_its_date(tmp_path: Path) -> None:
    tags = [("Iptc.Application2.DateCreated", "2024-05-06"), ("Iptc.Application2.TimeCreated", "23:30:00+02:00")]
    assert read_summary(photo_with(tmp_path, tags)).date == datetime(2024, 5, 6, 23, 30)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024:05:06 07:08:09", datetime(2024, 5, 6, 7, 8, 9)),
        ("2024-05-06T07:08:09.25Z", datetime(2024, 5, 6, 7, 8, 9, 250_000)),
        ("2024-05-06T07:08-05:00", datetime(2024, 5, 6, 7, 8)),
        ("20240506", datetime(2024, 5, 6)),
        ("2024-05-06 233000", datetime(2024, 5, 6, 23, 30)),
        ("2024-05", None),
        ("2024", None),
        ("2024-13-06", None),
        ("    :  :     :  :  ", None),
        ("yesterday", None),
    ],
)
def test_spellings(text: str, moment: datetime | None) -> None:
    assert parse_moment(text) == moment
