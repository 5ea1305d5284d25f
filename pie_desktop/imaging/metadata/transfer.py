"""Which EXIF, IPTC and XMP of a photo go into a new file, with what would be wrong there corrected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import exiv2

from pie_desktop import __version__
from pie_desktop.imaging.metadata import iptc as iptc_data
from pie_desktop.imaging.metadata.policy import (
    DEVELOPMENT_XMP,
    is_maker_note,
    is_place,
    keeps_exif,
    keeps_iptc,
    keeps_xmp,
)

SOFTWARE = f"PIE Desktop {__version__}"
MAKER_NOTE = "Exif.Photo.MakerNote"
_INTEROPERABILITY = "Exif.Iop.InteroperabilityIndex"
_INTEROPERABILITY_OF = {"srgb": "R98", "adobe-rgb": "R03"}
# Where exiv2 puts the other directories is its own matter.
_POINTERS = frozenset({"Exif.Image.ExifTag", "Exif.Image.GPSTag", "Exif.Photo.InteroperabilityTag"})
_KNOWN_TYPES = range(1, 14)  # TIFF 6.0, and IFD


@dataclass(frozen=True)
class EditNote:
    """What a file says of its edit, in the XMP namespace `pie`.

    Attributes:
        properties: text by the name of the property; see `edit.note`.
        moved: whether the photo was cropped, turned or put into perspective, so that places in it are others.
    """

    properties: Mapping[str, str] = field(default_factory=dict)
    moved: bool = False

    def with_properties(self, more: Mapping[str, str]) -> "EditNote":
        """The note with more in it."""
        return EditNote({**self.properties, **more}, self.moved)


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


def fill(image: Any, origin: Any, new: NewFile, with_maker_note: bool) -> None:
    """Copy what the policy keeps; to be called under `exiv2_lock`.

    Everything stays as it is but what would be wrong in the new file: the orientation becomes 1, the dimensions and
    the colour space those of the new image; thumbnails and previews (of the unedited image) and tags that describe the
    storage of the old file are left out, and where the photo was cropped or turned, places in it (faces, subject). The
    software and the edit are noted, but not under `copyright`.

    Args:
        image: exiv2's image of the new file, which is changed.
        origin: exiv2's image of the source, read.
        new: what the new file is.
        with_maker_note: whether exiv2 writes the maker note.
    """
    exif, xmp = image.exifData(), image.xmpData()
    moved = new.note is not None and new.note.moved
    for datum in origin.exifData():
        key = datum.key()
        if moved and is_place(key):
            continue
        if key in _POINTERS or not keeps_exif(key, datum.tag(), new.policy) or int(datum.typeId()) not in _KNOWN_TYPES:
            continue  # readers stop at a tag of a type that does not exist, before those that follow it
        of_note = is_maker_note(key)
        if (of_note or key == MAKER_NOTE or key.startswith("Exif.MakerNote.")) and not with_maker_note:
            continue
        if of_note:  # may hold a tag twice
            exif.add(exiv2.ExifKey(key), datum.value())
        else:
            exif[key] = datum.value()
    iptc = image.iptcData()
    for datum in origin.iptcData():
        if keeps_iptc(datum.key(), new.policy):
            iptc.add(exiv2.IptcKey(datum.key()), datum.value())
    unapplied = not _says_true(origin.xmpData(), f"{DEVELOPMENT_XMP}AlreadyApplied")
    for datum in origin.xmpData():
        if unapplied and datum.key().startswith(DEVELOPMENT_XMP):
            continue
        if keeps_xmp(datum.key(), new.policy) and not (moved and is_place(datum.key())):
            xmp.add(exiv2.XmpKey(datum.key()), datum.value())
    if image.imageType() == exiv2.ImageType.webp:
        iptc_data.to_xmp(iptc, xmp)
        image.clearIptcData()
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
