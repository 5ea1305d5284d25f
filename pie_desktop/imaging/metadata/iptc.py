"""IPTC data sets: times as they were written, and what becomes XMP in formats that have no place for IPTC."""

import re
import zlib
from pathlib import Path
from typing import Any

import exiv2

# What XMP has a property for (IPTC Photo Metadata Standard).
IN_XMP = {
    "Caption": "Xmp.dc.description",
    "Keywords": "Xmp.dc.subject",
    "Byline": "Xmp.dc.creator",
    "Copyright": "Xmp.dc.rights",
    "ObjectName": "Xmp.dc.title",
    "BylineTitle": "Xmp.photoshop.AuthorsPosition",
    "Headline": "Xmp.photoshop.Headline",
    "Credit": "Xmp.photoshop.Credit",
    "Source": "Xmp.photoshop.Source",
    "SpecialInstructions": "Xmp.photoshop.Instructions",
    "City": "Xmp.photoshop.City",
    "ProvinceState": "Xmp.photoshop.State",
    "CountryName": "Xmp.photoshop.Country",
    "CountryCode": "Xmp.iptc.CountryCode",
    "SubLocation": "Xmp.iptc.Location",
}
_ZONE = re.compile(r"[+-]\d\d:?\d\d$")
_PNG_PROFILE = b"Raw profile type iptc\0\0"


def restore_times(image: Any, source: Path) -> None:
    """Times without a zone, to which exiv2 adds one, as the file has them; to be called under `exiv2_lock`.

    Args:
        image: exiv2's image of the file; its times are changed.
        source: the file.
    """
    times = [datum for datum in image.iptcData() if datum.typeId() == exiv2.TypeId.time]
    if not times:
        return
    content = _with_png_profile(source.read_bytes())
    for datum in times:
        digits = _ZONE.sub("", datum.toString()).replace(":", "")
        if len(digits) == 6 and bytes((0x1C, datum.record(), datum.tag(), 0, 6)) + digits.encode() in content:
            datum.setValue(exiv2.StringValue(digits))


def _with_png_profile(content: bytes) -> bytes:
    """A PNG with its IPTC, which it holds as compressed hexadecimal digits, in plain bytes behind it."""
    at = content.find(_PNG_PROFILE) if content.startswith(b"\x89PNG") else -1
    if at < 0:
        return content
    try:
        text = zlib.decompressobj().decompress(content[at + len(_PNG_PROFILE) :], 10_000_000)
        return content + bytes.fromhex("".join(text.decode("latin-1").split()[2:]))
    except (zlib.error, ValueError):
        return content


def to_xmp(iptc: Any, xmp: Any) -> None:
    """Add what IPTC says to XMP; XMP that is there already counts."""
    values: dict[str, list[str]] = {}
    for datum in iptc:
        key = IN_XMP.get(datum.key().rsplit(".", 1)[1])
        if key is not None and xmp.findKey(exiv2.XmpKey(key)) == xmp.end():
            values.setdefault(key, []).append(datum.toString())
    for key, texts in values.items():
        kind = exiv2.XmpProperties.propertyType(exiv2.XmpKey(key))
        if kind in (exiv2.TypeId.xmpBag, exiv2.TypeId.xmpSeq):
            array = exiv2.XmpArrayValue(kind)
            for text in texts:
                array.read(text)
            xmp.add(exiv2.XmpKey(key), array)
        else:
            xmp[key] = f"lang=x-default {texts[0]}" if kind == exiv2.TypeId.langAlt else texts[0]
