"""Reading EXIF, IPTC and XMP of a photo: for display, for file names, and for what an export said of its edit."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import exiv2

from pie_desktop.imaging.isolation import isolated
from pie_desktop.imaging.metadata.dates import capture_date, date_of
from pie_desktop.imaging.metadata.marks import READ_MORE, Mark, mark_of
from pie_desktop.imaging.metadata.opening import empty_image, exiv2_lock, has_tag, open_image
from pie_desktop.imaging.metadata.sidecars import join_sidecars
from pie_desktop.imaging.metadata.xmp import own_namespaces
from pie_desktop.imaging.stored import read_start

_log = logging.getLogger(__name__)

_SOFTWARE = ("Exif.Image.Software", "Exif.Image.ProcessingSoftware")
_CREATOR_TOOL = "Xmp.xmp.CreatorTool"
_SUBSECONDS = "Exif.Photo.SubSecTimeOriginal"
_MODIFIED = "Exif.Image.DateTime"
_NOTE = "Xmp.pie."


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
        date: when it was taken by its sidecars, which a person may have corrected, else `taken`, else the next best
            date that the photo gives; see `dates`.
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
    return _read_described(path)[0]


@isolated
def read_described(path: Path) -> tuple[PhotoSummary, Mark]:
    """Camera data of a photo, and the rating, flag and label of it and its sidecars; raises as `read_summary`."""
    return _read_described(path)


def _read_described(path: Path) -> tuple[PhotoSummary, Mark]:
    path = Path(path)
    read_start(path, 1)
    with exiv2_lock:
        try:
            image = open_image(path)
            summary = _summary(image.exifData())
        except Exception as error:
            _log.info("No metadata in %s: %s", path, error)
            image, summary = empty_image(), PhotoSummary()
        said = join_sidecars(image, path, READ_MORE).properties
        corrected = capture_date(image.xmpData(), said)
        return replace(summary, date=corrected or summary.taken or date_of(image)), mark_of(image)


@isolated
def read_edit_note(path: Path) -> dict[str, str]:
    """What an exported file says of its edit: the properties of `EditNote` by name; empty without. Never raises."""
    with exiv2_lock:
        try:
            xmp = open_image(Path(path)).xmpData()
            own_namespaces(xmp)  # `pie` may stand for something else there
            return {
                key.removeprefix(_NOTE): xmp[key].toString()
                for key in (datum.key() for datum in xmp)
                if key.startswith(_NOTE)
            }
        except Exception as error:
            _log.info("No metadata in %s: %s", path, error)
            return {}


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
