"""XMP sidecars: what cataloguing programs write beside a photo instead of into it.

Read are `IMG_1.CR3.xmp` (darktable, digiKam) and `IMG_1.xmp` (Lightroom, Camera Raw, Bridge, Capture One, digiKam,
ON1), and of
RawTherapee's `IMG_1.CR3.pp3` the rating and the colour label. Where several say the same, the first of this order
counts, and each
counts more than the photo itself, since it was written later.
"""

import configparser
import functools
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import exiv2

from pie_desktop.imaging.isolation import isolated
from pie_desktop.imaging.metadata.dates import parse_moment
from pie_desktop.imaging.metadata.iptc import IN_XMP
from pie_desktop.imaging.metadata.opening import empty_image, exiv2_lock
from pie_desktop.imaging.metadata.sidecar_files import sidecar_stamps, sidecars_of
from pie_desktop.imaging.metadata.xmp import merge, own_namespaces, read_packet, root_of
from pie_desktop.imaging.metadata.xmp_limits import MAX_BYTES, XmpTooLargeError

_log = logging.getLogger(__name__)
# What describes the photo; how a program developed it, and its history, belong to the unedited one.
_DESCRIBING = (
    "Xmp.dc.",
    "Xmp.xmp.Rating",
    "Xmp.xmp.Label",
    "Xmp.xmpRights.",
    "Xmp.photoshop.",
    "Xmp.iptc.",
    "Xmp.iptcExt.",
    "Xmp.plus.",
    "Xmp.cc.",
    "Xmp.lr.",
    "Xmp.digiKam.",
    "Xmp.MicrosoftPhoto.",
    "Xmp.acdsee.",
    "Xmp.mediapro.",
    "Xmp.mwg-rs.",
    "Xmp.exif.GPS",
    "Xmp.exif.DateTimeOriginal",
    "Xmp.exif.DateTimeDigitized",
    "Xmp.xmp.CreateDate",
)
_NOT_DESCRIBING = frozenset(
    {
        "Xmp.dc.format",
        "Xmp.photoshop.SidecarForExtension",
        "Xmp.photoshop.ICCProfile",
        "Xmp.photoshop.LegacyIPTCDigest",
        "Xmp.photoshop.EmbeddedXMPDigest",
        "Xmp.photoshop.History",
        "Xmp.photoshop.DocumentAncestors",
        "Xmp.digiKam.ImageHistory",
        "Xmp.digiKam.Preview",
    }
)
_EXIF_OF = {
    "Xmp.dc.rights": "Exif.Image.Copyright",
    "Xmp.dc.creator": "Exif.Image.Artist",
    "Xmp.dc.description": "Exif.Image.ImageDescription",
    "Xmp.xmp.Rating": "Exif.Image.Rating",
    "Xmp.exif.DateTimeOriginal": "Exif.Photo.DateTimeOriginal",
}
_IPTC_DIGEST = "Xmp.photoshop.LegacyIPTCDigest"
_RATING_PERCENT = "Exif.Image.RatingPercent"
_PERCENT = {1: 1, 2: 25, 3: 50, 4: 75, 5: 99}
# RawTherapee numbers its colours; these are the names that other programs show.
_LABELS = {"1": "Red", "2": "Yellow", "3": "Green", "4": "Blue", "5": "Purple"}


@dataclass
class Joined:
    """What the sidecars of a photo said.

    Attributes:
        namespaces: those that exiv2 does not know, addresses by prefix.
        properties: the top-level ones, such as `Xmp.dc.rights`.
        problems: a sentence for each sidecar that cannot be read.
    """

    namespaces: dict[str, str] = field(default_factory=dict)
    properties: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def join_sidecars(image: Any, photo: Path, more: tuple[str, ...] = ()) -> Joined:
    """Add what the sidecars of a photo say to its metadata; to be called under `exiv2_lock`.

    EXIF and IPTC that say the same follow, so that no program shows the old words.

    Args:
        image: exiv2's image of the photo, read; it is changed, the file is not.
        photo: the file.
        more: keys that are added besides those that describe the photo.
    """
    joined = Joined()
    for sidecar in reversed(sidecars_of(photo)):
        try:
            xmp = _raw_therapee(sidecar) if sidecar.suffix.casefold() == ".pp3" else _packet(sidecar, photo)
        except Exception as error:
            _log.warning("Sidecar %s: %s", sidecar, error)
            why = f" ({error})" if isinstance(error, XmpTooLargeError) else ""
            problem = f"{sidecar.name} could not be read{why}; what it says of {photo.name} is missing in the export."
            joined.problems.append(problem)
            continue
        joined.namespaces |= own_namespaces(xmp)
        for key in [datum.key() for datum in xmp if not _describes(datum.key()) and datum.key() not in more]:
            place = xmp.findKey(exiv2.XmpKey(key))
            if place != xmp.end():
                xmp.erase(place)
        said = {root_of(datum.key()) for datum in xmp}
        merge(image.xmpData(), xmp, said)
        _follow(image, said)
        joined.properties |= said
    return joined


def sidecar_digest(photo: Path) -> str:
    """SHA-256, hexadecimal, of all that the sidecars of a photo add to its exports; empty where they add nothing.

    How another program develops the photo, which its sidecar tells as well, does not count.

    Raises:
        DecodeError: inside `isolation.start`, when a sidecar crashes its reader.
    """
    stamps = sidecar_stamps(photo)
    return _digest_of_sidecars(photo, stamps) if stamps else ""


@functools.lru_cache(maxsize=20_000)
def _digest_of_sidecars(photo: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    """Computed again only when `stamps` differ: an export is planned at every change of its settings."""
    return _read_digest(photo)


@isolated
def _read_digest(photo: Path) -> str:
    with exiv2_lock:
        image = empty_image()
        join_sidecars(image, photo)
        said = sorted((datum.key(), datum.toString()) for datum in image.xmpData())
    return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest() if said else ""


def read_sidecar(sidecar: Path) -> Any:
    """exiv2's image of an XMP sidecar; to be called under `exiv2_lock`.

    Raises:
        Exception: of any kind when it cannot be read.
    """
    _check_size(sidecar)
    content = sidecar.read_bytes()
    return read_packet(content[content.find(b"<") :] if b"<" in content else content)


def _check_size(sidecar: Path) -> None:
    if sidecar.stat().st_size > MAX_BYTES:  # before it is read
        raise XmpTooLargeError(f"it is larger than {MAX_BYTES // 1_000_000} MB")


def is_of_other_file(xmp: Any, photo: Path) -> bool:
    """Whether a sidecar says that it belongs to another file of the photo's name, such as the JPEG beside a RAW."""
    key = "Xmp.photoshop.SidecarForExtension"
    if xmp.findKey(exiv2.XmpKey(key)) == xmp.end():
        return False
    suffix = xmp[key].toString().lstrip(".").casefold()
    return bool(suffix and suffix != photo.suffix.lstrip(".").casefold())


def _packet(sidecar: Path, photo: Path) -> Any:
    xmp = read_sidecar(sidecar).xmpData()
    if is_of_other_file(xmp, photo):
        xmp.clear()
    return xmp


def _raw_therapee(sidecar: Path) -> Any:
    _check_size(sidecar)
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(sidecar.read_text("utf-8", "replace"))
    xmp = exiv2.XmpData()
    rank = parser.get("General", "Rank", fallback="0").strip()
    if rank in ("1", "2", "3", "4", "5"):
        xmp["Xmp.xmp.Rating"] = rank
    label = _LABELS.get(parser.get("General", "ColorLabel", fallback="0").strip())
    if label is not None:
        xmp["Xmp.xmp.Label"] = label
    return xmp


def _describes(key: str) -> bool:
    return key.startswith(_DESCRIBING) and root_of(key) not in _NOT_DESCRIBING


def _follow(image: Any, said: set[str]) -> None:
    """Give EXIF and IPTC that say the same as the properties in `said` their new values."""
    xmp, exif, iptc = image.xmpData(), image.exifData(), image.iptcData()
    for key in said & set(_EXIF_OF):
        if exif.findKey(exiv2.ExifKey(_EXIF_OF[key])) == exif.end():
            continue
        if key == "Xmp.exif.DateTimeOriginal":
            moment = parse_moment(xmp[key].toString())
            if moment is not None and moment.replace(microsecond=0) != parse_moment(exif[_EXIF_OF[key]].toString()):
                exif[_EXIF_OF[key]] = f"{moment:%Y:%m:%d %H:%M:%S}"
        elif key == "Xmp.xmp.Rating":
            rating = int(xmp[key].toFloat())
            exif[_EXIF_OF[key]] = exiv2.UShortValue(max(0, rating))
            if exif.findKey(exiv2.ExifKey(_RATING_PERCENT)) != exif.end():
                exif[_RATING_PERCENT] = exiv2.UShortValue(_PERCENT.get(rating, 0))
        else:
            exif[_EXIF_OF[key]] = "; ".join(_texts(xmp[key]))
    for name, key in IN_XMP.items():
        dataset = f"Iptc.Application2.{name}"
        if key not in said or iptc.findKey(exiv2.IptcKey(dataset)) == iptc.end():
            continue
        while (place := iptc.findKey(exiv2.IptcKey(dataset))) != iptc.end():
            iptc.erase(place)
        digest = xmp.findKey(exiv2.XmpKey(_IPTC_DIGEST))
        if digest != xmp.end():  # of the old IPTC
            xmp.erase(digest)
        for text in _texts(xmp[key]):
            iptc.add(exiv2.IptcKey(dataset), exiv2.StringValue(text))


def _texts(datum: Any) -> Iterator[str]:
    if datum.typeId() == exiv2.TypeId.langAlt:
        yield next(iter(datum.value().values()), "")
    elif datum.typeId() in (exiv2.TypeId.xmpBag, exiv2.TypeId.xmpSeq, exiv2.TypeId.xmpAlt):
        yield from (datum.toString(index) for index in range(datum.count()))
    else:
        yield datum.toString()
