"""EXIF, IPTC and XMP: a short summary for display, and copying from a photo to its export.

exiv2 keeps what it does not know (maker notes). It is not thread safe, so one lock guards all of it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import exiv2

from pie_desktop.errors import DecodeError

_log = logging.getLogger(__name__)
_lock = threading.Lock()
exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
exiv2.XmpParser.initialize()

# Tags that describe how the pixels of one file are stored, and previews of the unedited picture.
_STRUCTURE_TAGS = """
NewSubfileType SubfileType ImageWidth ImageLength BitsPerSample Compression PhotometricInterpretation Thresholding
FillOrder StripOffsets SamplesPerPixel RowsPerStrip StripByteCounts PlanarConfiguration MinSampleValue
MaxSampleValue FreeOffsets FreeByteCounts T4Options T6Options TransferFunction Predictor WhitePoint
PrimaryChromaticities ColorMap HalftoneHints TileWidth TileLength TileOffsets TileByteCounts SubIFDs InkSet InkNames
NumberOfInks DotRange ExtraSamples SampleFormat SMinSampleValue SMaxSampleValue JPEGTables JPEGProc
JPEGInterchangeFormat JPEGInterchangeFormatLength YCbCrCoefficients YCbCrSubSampling YCbCrPositioning
ReferenceBlackWhite XMLPacket IPTCNAA ImageResources InterColorProfile PageNumber PrintImageMatching
"""
_STRUCTURE = frozenset(_STRUCTURE_TAGS.split())
_EXIF_GROUPS = {"Image", "Photo", "GPSInfo", "Iop"}  # all others are previews and the decoded maker note
_PREVIEW_GROUPS = ("Thumbnail", "SubImage", "SubThumb", "Image2", "Image3")
_MAKER_NOTE = "Exif.Photo.MakerNote"
_SOFTWARE = ("Exif.Image.Software", "Exif.Image.ProcessingSoftware")
_CREATOR_TOOL = "Xmp.xmp.CreatorTool"
_MODIFIED = "Exif.Image.DateTime"
_INTEROPERABILITY = "Exif.Iop.InteroperabilityIndex"
# XMP that would contradict the new file: parts of the old one (gain maps, motion video), its orientation and size.
_STALE_XMP = (
    "Xmp.hdrgm.",
    "Xmp.GCamera.",
    "Xmp.Container.",
    "Xmp.GContainer.",
    "Xmp.GImage.",
    "Xmp.GDepth.",
    "Xmp.xmp.Thumbnails",
    "Xmp.tiff.Orientation",
    "Xmp.tiff.ImageWidth",
    "Xmp.tiff.ImageLength",
    "Xmp.exif.PixelXDimension",
    "Xmp.exif.PixelYDimension",
    "Xmp.exif.ColorSpace",
    "Xmp.photoshop.ICCProfile",
)


@dataclass(frozen=True)
class PhotoSummary:
    """Camera data for the status bar; None where the photo does not tell.

    Attributes:
        camera: make and model, such as `Canon EOS R6`.
        lens: name of the lens.
        iso: sensitivity.
        aperture: f-number.
        shutter: exposure time in seconds.
        focal_length: millimetres.
        taken: local time of the camera.
    """

    camera: str | None = None
    lens: str | None = None
    iso: int | None = None
    aperture: float | None = None
    shutter: float | None = None
    focal_length: float | None = None
    taken: datetime | None = None

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


def read_saved_by(path: Path) -> SavedBy:
    """Which program wrote a photo, and when, by its EXIF and XMP; empty where it does not tell. Never raises."""
    with _lock:
        try:
            image = _open(Path(path))
            exif, xmp = image.exifData(), image.xmpData()
            names = [exif[key].toString() for key in _SOFTWARE if _has(image, key)]
            if xmp.findKey(exiv2.XmpKey(_CREATOR_TOOL)) != xmp.end():
                names.append(xmp[_CREATOR_TOOL].toString())
            modified = _parse_time(exif[_MODIFIED].toString()) if _has(image, _MODIFIED) else None
            software = ", ".join(name for name in (name.strip("\0 ") for name in names) if name)
            return SavedBy(software or None, modified)
        except Exception as error:
            _log.info("No metadata in %s: %s", path, error)
            return SavedBy()


def read_summary(path: Path) -> PhotoSummary:
    """Camera data of a photo; an empty summary when it has none.

    Raises:
        DecodeError: the file is missing or may not be read.
    """
    path = Path(path)
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise DecodeError(f"{path} could not be read ({error.strerror or error}).") from error
    with _lock:
        try:
            image = _open(path)
            return _summary(image.exifData())
        except Exception as error:
            _log.info("No metadata in %s: %s", path, error)
            return PhotoSummary()


def copy_metadata(source: Path, encoded: bytes, width: int, height: int) -> tuple[bytes, str | None]:
    """Copy EXIF, IPTC and XMP of a photo into a freshly encoded, upright sRGB picture.

    Everything is kept as it is but what would be wrong in the new file: the orientation becomes 1, the dimensions
    those of the new picture, the colour space sRGB; the embedded thumbnail (of the unedited picture) and tags that
    describe the storage of the old file are left out.

    Args:
        source: photo to copy from; one without metadata is fine.
        encoded: a whole JPEG, PNG, TIFF or WebP file in memory.
        width, height: of the encoded picture, pixels.

    Returns:
        The file with the metadata, and None or a sentence about metadata that could not be copied; the picture
        itself is good in any case.
    """
    with _lock:
        try:
            origin = _open(source)
        except Exception as error:
            _log.warning("Metadata of %s: %s", source, error)
            return encoded, f"The metadata of {source.name} could not be read and was not copied."
        try:
            image = _with_metadata(origin, encoded, width, height)
            note = None
            if _has(origin, _MAKER_NOTE) and not _has(image, _MAKER_NOTE):
                # exiv2 leaves out what exceeds the 64 KB that EXIF may have in a JPEG.
                note = f"The maker note of {source.name} is too large and was not copied; the other metadata was."
            return bytes(image.data()), note
        except Exception as error:
            _log.warning("Metadata of %s: %s", source, error)
            return encoded, f"The metadata of {source.name} could not be copied."


def _open(path: Path) -> Any:
    # Absolute: exiv2 takes some names, such as those with a protocol, for something other than a file.
    image = exiv2.ImageFactory.open(str(path.absolute()))
    image.readMetadata()
    return image


def _has(image: Any, key: str) -> bool:
    exif = image.exifData()
    return bool(exif.findKey(exiv2.ExifKey(key)) != exif.end())


def _with_metadata(origin: Any, encoded: bytes, width: int, height: int) -> Any:
    image = exiv2.ImageFactory.open(encoded)
    image.readMetadata()
    exif = image.exifData()
    for datum in origin.exifData():
        _, group, name = datum.key().split(".", 2)
        if group.startswith(_PREVIEW_GROUPS) or (group == "Image" and name in _STRUCTURE):
            continue
        if group in _EXIF_GROUPS:
            exif[datum.key()] = datum.value()
        else:  # maker notes may hold a tag twice
            exif.add(exiv2.ExifKey(datum.key()), datum.value())
    if not origin.exifData().empty():
        exif["Exif.Image.Orientation"] = exiv2.UShortValue(1)
        exif["Exif.Photo.PixelXDimension"] = exiv2.ULongValue(width)
        exif["Exif.Photo.PixelYDimension"] = exiv2.ULongValue(height)
        exif["Exif.Photo.ColorSpace"] = exiv2.UShortValue(1)
        if _has(origin, _INTEROPERABILITY):
            exif[_INTEROPERABILITY] = "R98"  # sRGB; R03 means Adobe RGB
        image.setByteOrder(origin.byteOrder())
    image.setIptcData(origin.iptcData())
    xmp = origin.xmpData()
    for key in [datum.key() for datum in xmp if datum.key().startswith(_STALE_XMP)]:
        xmp.erase(xmp.findKey(exiv2.XmpKey(key)))
    image.setXmpData(xmp)
    image.writeMetadata()
    image.readMetadata()
    return image


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
        taken=_parse_time(taken.toString()) if taken is not None else None,
    )


def _parse_time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
