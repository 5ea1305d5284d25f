"""Copying EXIF, IPTC and XMP from a photo into its export, through exiv2, which keeps what it does not know."""

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import exiv2
from PIL import Image

from pie_desktop import __version__
from pie_desktop.imaging.formats.format import Resolution
from pie_desktop.imaging.metadata.policy import DEVELOPMENT_XMP, is_maker_note, keeps_exif, keeps_iptc, keeps_xmp
from pie_desktop.imaging.metadata.reading import exiv2_lock, has_tag, open_image

_log = logging.getLogger(__name__)

SOFTWARE = f"PIE Desktop {__version__}"
NAMESPACE = "urn:x-pie-desktop:edit:1.0/"
exiv2.XmpProperties.registerNs(NAMESPACE, "pie")

_MAKER_NOTE = "Exif.Photo.MakerNote"
_INTEROPERABILITY = "Exif.Iop.InteroperabilityIndex"
_INTEROPERABILITY_OF = {"srgb": "R98", "adobe-rgb": "R03"}
# WebP, HEIC and AVIF have no place for IPTC: what XMP has a property for goes there (IPTC Photo Metadata Standard).
_IPTC_IN_XMP = {
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


@dataclass(frozen=True)
class EditNote:
    """What a file says of its edit, in the XMP namespace `pie`.

    Attributes:
        properties: text by the name of the property; see `edit.note`.
    """

    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewFile:
    """The file that the metadata is for.

    Attributes:
        width, height: pixels.
        color: name of its colour space.
        policy: `all`, `no-location`, `copyright` or `none`.
        note: what is said of the edit, None for nothing.
    """

    width: int
    height: int
    color: str = "srgb"
    policy: str = "all"
    note: EditNote | None = None


class SourceMetadata:
    """The metadata of one photo, read once; safe in several threads.

    Attributes:
        resolution: for printing, None if it gives none.
        problem: a sentence when its metadata cannot be read.
    """

    def __init__(self, source: Path) -> None:
        self._name = source.name
        self._image: Any = None
        self.resolution: Resolution | None = None
        self.problem: str | None = None
        try:
            with exiv2_lock:
                self._image = open_image(source)
                self.resolution = _resolution(self._image)
        except Exception as error:
            _log.warning("Metadata of %s: %s", source, error)
            self.problem = f"The metadata of {source.name} could not be read and was not copied."

    def embed(self, encoded: bytes, new: NewFile) -> tuple[bytes, str | None]:
        """A freshly encoded file with the metadata that the policy keeps.

        Everything that is kept stays as it is but what would be wrong in the new file: the orientation becomes 1, the
        dimensions and the colour space those of the new image; thumbnails and previews (of the unedited image) and
        tags that describe the storage of the old file are left out. The software and the edit are noted, but not under
        `copyright` and `none`.

        Args:
            encoded: a whole JPEG, PNG, TIFF or WebP file in memory.
            new: what it is.

        Returns:
            The file, and None or a sentence about metadata that could not be copied; the image is good in any case.
        """
        if self._image is None or new.policy == "none":
            return encoded, self.problem if new.policy != "none" else None
        with exiv2_lock:
            try:
                image = exiv2.ImageFactory.open(encoded)
                image.readMetadata()
                self._fill(image, new)
                with_xmp = not image.xmpData().empty()
                image.writeMetadata()
                image.readMetadata()
                warning = None
                if with_xmp and image.xmpData().empty():  # exiv2 keeps quiet about XMP that it cannot write
                    warning = f"The XMP of {self._name} could not be copied; the other metadata was."
                elif has_tag(self._image, _MAKER_NOTE) and new.policy == "all" and not has_tag(image, _MAKER_NOTE):
                    # exiv2 leaves out what exceeds the 64 KB that EXIF may have in a JPEG.
                    warning = f"The maker note of {self._name} is too large and was not copied; the other metadata was."
                return bytes(image.data()), warning
            except Exception as error:
                _log.warning("Metadata of %s: %s", self._name, error)
                return encoded, f"The metadata of {self._name} could not be copied."

    def blobs(self, new: NewFile) -> tuple[bytes | None, bytes | None, str | None]:
        """EXIF (a TIFF structure), XMP and a remark as `embed` gives it, for files that exiv2 does not write."""
        buffer = io.BytesIO()
        Image.new("RGB", (1, 1)).save(buffer, "WEBP", lossless=True)  # has EXIF of any length and XMP as they are
        filled, warning = self.embed(buffer.getvalue(), new)
        with Image.open(io.BytesIO(filled)) as image:
            exif, xmp = image.info.get("exif"), image.info.get("xmp")
        if isinstance(exif, bytes):
            exif = exif.removeprefix(b"Exif\0\0")
        return exif or None, xmp or None, warning

    def _fill(self, image: Any, new: NewFile) -> None:
        origin = self._image
        exif = image.exifData()
        known_note = any(is_maker_note(datum.key()) for datum in origin.exifData())
        for datum in origin.exifData():
            key = datum.key()
            if not keeps_exif(key, datum.tag(), new.policy):
                continue
            if key == _MAKER_NOTE and new.policy == "no-location" and not known_note:
                continue  # nobody knows what is in it
            if is_maker_note(key):  # may hold a tag twice
                exif.add(exiv2.ExifKey(key), datum.value())
            else:
                exif[key] = datum.value()
        iptc = image.iptcData()
        for datum in origin.iptcData():
            if keeps_iptc(datum.key(), new.policy):
                iptc.add(exiv2.IptcKey(datum.key()), datum.value())
        xmp = image.xmpData()
        unapplied = not _says_true(origin.xmpData(), f"{DEVELOPMENT_XMP}AlreadyApplied")
        for datum in origin.xmpData():
            if unapplied and datum.key().startswith(DEVELOPMENT_XMP):
                continue
            if keeps_xmp(datum.key(), new.policy):
                xmp.add(exiv2.XmpKey(datum.key()), datum.value())
        if image.imageType() == exiv2.ImageType.webp:
            _iptc_to_xmp(iptc, xmp)
        if not origin.exifData().empty():
            image.setByteOrder(origin.byteOrder())
        if new.policy == "copyright":
            return
        if not origin.exifData().empty():
            _correct(exif, new)
        exif["Exif.Image.Software"] = SOFTWARE
        xmp["Xmp.xmp.CreatorTool"] = SOFTWARE
        if new.note is not None:
            for name, text in new.note.properties.items():
                xmp[f"Xmp.pie.{name}"] = text


def _correct(exif: Any, new: NewFile) -> None:
    exif["Exif.Image.Orientation"] = exiv2.UShortValue(1)
    exif["Exif.Photo.PixelXDimension"] = exiv2.ULongValue(new.width)
    exif["Exif.Photo.PixelYDimension"] = exiv2.ULongValue(new.height)
    exif["Exif.Photo.ColorSpace"] = exiv2.UShortValue(1 if new.color == "srgb" else 65535)
    place = exif.findKey(exiv2.ExifKey(_INTEROPERABILITY))
    if place != exif.end():
        if new.color in _INTEROPERABILITY_OF:
            exif[_INTEROPERABILITY] = _INTEROPERABILITY_OF[new.color]
        else:
            exif.erase(place)


def _says_true(xmp: Any, key: str) -> bool:
    place = xmp.findKey(exiv2.XmpKey(key))
    return bool(place != xmp.end() and xmp[key].toString().casefold() == "true")


def _iptc_to_xmp(iptc: Any, xmp: Any) -> None:
    """XMP that is there already counts."""
    values: dict[str, list[str]] = {}
    for datum in iptc:
        key = _IPTC_IN_XMP.get(datum.key().rsplit(".", 1)[1])
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


def _resolution(image: Any) -> Resolution | None:
    if not (has_tag(image, "Exif.Image.XResolution") and has_tag(image, "Exif.Image.YResolution")):
        return None
    exif = image.exifData()
    across, down = exif["Exif.Image.XResolution"].toFloat(), exif["Exif.Image.YResolution"].toFloat()
    unit = exif["Exif.Image.ResolutionUnit"].toInt64() if has_tag(image, "Exif.Image.ResolutionUnit") else 2
    if not (0 < across < 1e6 and 0 < down < 1e6):
        return None
    return Resolution(across, down, unit if unit in (1, 2, 3) else 2)
