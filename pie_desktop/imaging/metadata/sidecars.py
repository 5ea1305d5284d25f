"""XMP sidecars: what cataloguing programs write beside a photo instead of into it.

Read are `IMG_1.CR3.xmp` (darktable, digiKam) and `IMG_1.xmp` (Lightroom, Camera Raw, Bridge, Capture One, digiKam,
ON1), and of
RawTherapee's `IMG_1.CR3.pp3` the rating and the colour label. Where several say the same, the first of this order
counts, and each
counts more than the photo itself, since it was written later.
"""

import configparser
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import exiv2

from pie_desktop.imaging.listing import is_raw
from pie_desktop.imaging.metadata.iptc import IN_XMP
from pie_desktop.imaging.metadata.xmp import merge, own_namespaces, read_packet, root_of

_log = logging.getLogger(__name__)
_MAX_BYTES = 64_000_000
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
}
_IPTC_DIGEST = "Xmp.photoshop.LegacyIPTCDigest"
_RATING_PERCENT = "Exif.Image.RatingPercent"
_PERCENT = {1: 1, 2: 25, 3: 50, 4: 75, 5: 99}
# RawTherapee numbers its colours; these are the names that other programs show.
_LABELS = {"1": "Red", "2": "Yellow", "3": "Green", "4": "Blue", "5": "Purple"}


def sidecars_of(photo: Path) -> list[Path]:
    """The sidecars beside a photo that may be its own, the more specific ones first.

    `IMG_1.xmp` belongs to the RAW photo where there is one of that name, as Adobe's programs write it.
    """
    found = [_first_of(photo.parent, f"{photo.name}.xmp"), _first_of(photo.parent, f"{photo.stem}.xmp")]
    if found[1] is not None and not is_raw(photo) and _has_raw_beside(photo):
        found[1] = None
    found.append(_first_of(photo.parent, f"{photo.name}.pp3"))
    return [path for path in found if path is not None]


def join_sidecars(image: Any, photo: Path) -> tuple[dict[str, str], list[str]]:
    """Add what the sidecars of a photo say to its metadata; to be called under `exiv2_lock`.

    EXIF and IPTC that say the same follow, so that no program shows the old words.

    Args:
        image: exiv2's image of the photo, read; it is changed, the file is not.
        photo: the file.

    Returns:
        Namespaces of the sidecars that exiv2 does not know, addresses by prefix, and a sentence for each that cannot
        be read.
    """
    own: dict[str, str] = {}
    problems = []
    for sidecar in reversed(sidecars_of(photo)):
        try:
            xmp = _raw_therapee(sidecar) if sidecar.suffix.casefold() == ".pp3" else _packet(sidecar, photo)
        except Exception as error:
            _log.warning("Sidecar %s: %s", sidecar, error)
            problems.append(f"{sidecar.name} could not be read; what it says of {photo.name} is missing in the export.")
            continue
        own |= own_namespaces(xmp)
        for key in [datum.key() for datum in xmp if not _describes(datum.key())]:
            place = xmp.findKey(exiv2.XmpKey(key))
            if place != xmp.end():
                xmp.erase(place)
        said = {root_of(datum.key()) for datum in xmp}
        merge(image.xmpData(), xmp, said)
        _follow(image, said)
    return own, problems


def _first_of(folder: Path, name: str) -> Path | None:
    """The file of a name whose suffix may be in capitals: two looks, since listing a large folder takes longer."""
    stem, dot, suffix = name.rpartition(".")
    paths = (folder / name, folder / f"{stem}{dot}{suffix.upper()}")
    return next((path for path in paths if path.is_file()), None)


def _has_raw_beside(photo: Path) -> bool:
    try:
        return any(path.stem == photo.stem and is_raw(path) for path in photo.parent.iterdir())
    except OSError:
        return False


def _packet(sidecar: Path, photo: Path) -> Any:
    if sidecar.stat().st_size > _MAX_BYTES:
        raise ValueError("too large")
    content = sidecar.read_bytes()
    xmp = read_packet(content[content.find(b"<") :] if b"<" in content else content).xmpData()
    key = "Xmp.photoshop.SidecarForExtension"
    if xmp.findKey(exiv2.XmpKey(key)) != xmp.end():
        suffix = xmp[key].toString().lstrip(".").casefold()
        if suffix and suffix != photo.suffix.lstrip(".").casefold():
            xmp.clear()  # of another file of that name
    return xmp


def _raw_therapee(sidecar: Path) -> Any:
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
        if key == "Xmp.xmp.Rating":
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
