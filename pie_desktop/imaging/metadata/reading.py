"""Reading EXIF, IPTC and XMP of a photo, for display and for file names.

exiv2 is not thread safe, so one lock guards all of it, here and in `copying`.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import exiv2

from pie_desktop.imaging.isolation import isolated
from pie_desktop.imaging.metadata.dates import date_of
from pie_desktop.imaging.stored import read_start

_log = logging.getLogger(__name__)
exiv2_lock = threading.Lock()
exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
exiv2.XmpParser.initialize()

_SOFTWARE = ("Exif.Image.Software", "Exif.Image.ProcessingSoftware")
_CREATOR_TOOL = "Xmp.xmp.CreatorTool"
_SUBSECONDS = "Exif.Photo.SubSecTimeOriginal"
_MODIFIED = "Exif.Image.DateTime"


@dataclass(frozen=True)
class PhotoSummary:
    """Camera data for the status bar; None where the photo does not say.

    Attributes:
        camera: make and model, such as `Canon EOS R6`.
        lens: name of the lens.
        iso: sensitivity.
        aperture: f-number.
        shutter: exposure time in seconds.
        focal_length: millimetres.
        taken: local time of the camera, with fractions of a second where it gives them.
        date: that, or the next best date that the photo gives; see `dates`.
    """

    camera: str | None = None
    lens: str | None = None
    iso: int | None = None
    aperture: float | None = None
    shutter: float | None = None
    focal_length: float | None = None
    taken: datetime | None = None
    date: datetime | None = None

    @property
    def shutter_text(self) -> str | None:
        """`1/250 s` or `2.5 s`."""
        if self.shutter is None:
            return None
        if self.shutter < 0.3:
            return f"1/{round(1 / self.shutter)} s"
        return f"{self.shutter:g} s"


@dataclass(frozen=True)
class SavedBy:
    """What a file says of its last saving: the program, and the local time."""

    software: str | None = None
    modified: datetime | None = None


@isolated
def read_saved_by(path: Path) -> SavedBy:
    """Which program wrote a photo, and when, by its EXIF and XMP; empty where it does not say. Never raises."""
    with exiv2_lock:
        try:
            image = open_image(Path(path))
            exif, xmp = image.exifData(), image.xmpData()
            names = [exif[key].toString() for key in _SOFTWARE if has_tag(image, key)]
            if xmp.findKey(exiv2.XmpKey(_CREATOR_TOOL)) != xmp.end():
                names.append(xmp[_CREATOR_TOOL].toString())
            modified = _parse_time(exif[_MODIFIED].toString()) if has_tag(image, _MODIFIED) else None
            software = ", ".join(name for name in (name.strip("\0 ") for name in names) if name)
            return SavedBy(software or None, modified)
        except Exception as error:
            _log.info("No metadata in %s: %s", path, error)
            return SavedBy()


@isolated
def read_summary(path: Path) -> PhotoSummary:
    """Camera data of a photo; an empty summary when it has none.

    Raises:
        DecodeError: the file is missing or may not be read.
    """
    path = Path(path)
    read_start(path, 1)
    with exiv2_lock:
        try:
            image = open_image(path)
            summary = _summary(image.exifData())
            return replace(summary, date=summary.taken or date_of(image))
        except Exception as error:
            _log.info("No metadata in %s: %s", path, error)
            return PhotoSummary()


def open_image(path: Path) -> Any:
    """exiv2's image of a file with its metadata read; to be called and used under `exiv2_lock`.

    Raises:
        Exception: of any kind when exiv2 cannot read it.
    """
    # Absolute: exiv2 takes some names, such as those with a protocol, for something other than a file.
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8, which exiv2's Python binding cannot pass on
        image = exiv2.ImageFactory.open(path.read_bytes())
    else:
        image = exiv2.ImageFactory.open(name)
    image.readMetadata()
    return image


def has_tag(image: Any, key: str) -> bool:
    """Whether an image has an EXIF tag."""
    exif = image.exifData()
    return bool(exif.findKey(exiv2.ExifKey(key)) != exif.end())


def _summary(exif: Any) -> PhotoSummary:
    def text(reader: Callable[[Any], Any]) -> str | None:
        datum = reader(exif)
        value = datum.print(exif).strip() if datum is not None else ""
        return value or None

    def number(reader: Callable[[Any], Any]) -> float | None:
        datum = reader(exif)
        if datum is None or datum.count() == 0:
            return None
        top, bottom = datum.toRational()
        return top / bottom if bottom and top > 0 else None

    make, model = text(exiv2.make), text(exiv2.model)
    if make and model and not model.casefold().startswith(make.split()[0].casefold()):
        camera: str | None = f"{make} {model}"
    else:
        camera = model or make
    iso = number(exiv2.isoSpeed)
    taken = exiv2.dateTimeOriginal(exif)
    return PhotoSummary(
        camera=camera,
        lens=text(exiv2.lensName),
        iso=round(iso) if iso else None,
        aperture=number(exiv2.fNumber),
        shutter=number(exiv2.exposureTime),
        focal_length=number(exiv2.focalLength),
        taken=_parse_time(taken.toString(), _fraction(exif)) if taken is not None else None,
    )


def _parse_time(text: str, fraction: float = 0.0) -> datetime | None:
    try:
        whole = datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    return whole.replace(microsecond=round(999_999 * fraction) if fraction else 0)


def _fraction(exif: Any) -> float:
    """Fraction of a second of the capture time: `SubSecTimeOriginal` holds its decimals, such as `07` for 0.07 s."""
    key = exiv2.ExifKey(_SUBSECONDS)
    digits = exif[_SUBSECONDS].toString().strip("\0 ") if exif.findKey(key) != exif.end() else ""
    return float(f"0.{digits}") if digits.isascii() and digits.isdigit() else 0.0
