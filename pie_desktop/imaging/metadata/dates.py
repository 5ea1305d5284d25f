"""The date of a photo for names of files: the first that it gives, from the moment of capture to the last change.

A sidecar that says when the photo was taken comes before all, since a person may have corrected it there.
Then, in this order: EXIF DateTimeOriginal and DateTimeDigitized; XMP exif:DateTimeOriginal, photoshop:DateCreated,
exif:DateTimeDigitized
and xmp:CreateDate; IPTC DateCreated and DigitizationDate with their times; EXIF DateTime, which programs set when
they save.
"""

import re
from collections.abc import Container
from datetime import datetime
from typing import Any

_EXIF = ("Exif.Photo.DateTimeOriginal", "Exif.Image.DateTimeOriginal", "Exif.Photo.DateTimeDigitized")
_XMP = ("Xmp.exif.DateTimeOriginal", "Xmp.photoshop.DateCreated", "Xmp.exif.DateTimeDigitized", "Xmp.xmp.CreateDate")
_CAPTURE = _XMP[:2]
_IPTC = (("DateCreated", "TimeCreated"), ("DigitizationDate", "DigitizationTime"))
_EXIF_CHANGED = ("Exif.Image.DateTime",)
# EXIF writes 2024:05:06 07:08:09, XMP 2024-05-06T07:08:09.12+02:00 or less of it, IPTC 2024-05-06 and 07:08:09+02:00.
_MOMENT = re.compile(
    r"(\d{4})[:/-]?(\d\d)[:/-]?(\d\d)(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(?:Z|[+-]\d\d:?\d\d)?"
)


def parse_moment(text: str) -> datetime | None:
    """Local time of a date with or without a time, in the spellings of EXIF, XMP and IPTC; None for anything else.

    A year or month alone is no date; a zone is left out, since the camera's own clock is what names go by.
    """
    found = _MOMENT.fullmatch(text.strip("\0 \t\r\n"))
    if found is None:
        return None
    *numbers, fraction = found.groups()
    try:
        moment = datetime(*(int(number or 0) for number in numbers))  # type: ignore[arg-type]
    except ValueError:  # such as 0000:00:00, which cameras write before their clock is set
        return None
    return moment.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")))


def capture_date(xmp: Any, properties: Container[str]) -> datetime | None:
    """When a photo was taken, by some of its XMP properties alone; None where they do not say."""
    texts = _texts(xmp)
    candidates = (texts.get(key) for key in _CAPTURE if key in properties)
    return next((moment for text in candidates if text and (moment := parse_moment(text)) is not None), None)


def date_of(image: Any) -> datetime | None:
    """The first date in the order above; to be called under `exiv2_lock`.

    Args:
        image: exiv2's image of the photo, read.
    """
    exif, iptc, xmp = (_texts(part) for part in (image.exifData(), image.iptcData(), image.xmpData()))
    candidates = [exif.get(key) for key in _EXIF]
    candidates += [xmp.get(key) for key in _XMP]
    for date, time in _IPTC:
        day = iptc.get(f"Iptc.Application2.{date}")
        if day is not None:
            candidates += [f"{day} {iptc.get(f'Iptc.Application2.{time}', '')}".strip(), day]
    candidates += [exif.get(key) for key in _EXIF_CHANGED]
    return next((moment for text in candidates if text and (moment := parse_moment(text)) is not None), None)


def _texts(data: Any) -> dict[str, str]:
    wanted = {*_EXIF, *_XMP, *_EXIF_CHANGED, *(f"Iptc.Application2.{name}" for pair in _IPTC for name in pair)}
    return {datum.key(): datum.toString() for datum in data if datum.key() in wanted}
