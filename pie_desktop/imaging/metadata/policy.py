"""Rules for which metadata of a photo goes into its export. Keys are exiv2's, such as `Exif.Photo.FNumber`."""

import re

from pie_desktop.imaging.metadata.harmless import exif_is_harmless, iptc_is_harmless, xmp_is_harmless

# Tags that describe how the pixels of one file are stored, previews of the unedited image and (0x935c) Photoshop's
# layers of it.
_STRUCTURE_TAGS = """
NewSubfileType SubfileType ImageWidth ImageLength BitsPerSample Compression PhotometricInterpretation Thresholding
FillOrder StripOffsets SamplesPerPixel RowsPerStrip StripByteCounts PlanarConfiguration MinSampleValue
MaxSampleValue FreeOffsets FreeByteCounts T4Options T6Options TransferFunction Predictor WhitePoint
PrimaryChromaticities ColorMap HalftoneHints TileWidth TileLength TileOffsets TileByteCounts SubIFDs InkSet InkNames
NumberOfInks DotRange ExtraSamples SampleFormat SMinSampleValue SMaxSampleValue JPEGTables JPEGProc
JPEGInterchangeFormat JPEGInterchangeFormatLength YCbCrCoefficients YCbCrSubSampling YCbCrPositioning
ReferenceBlackWhite XMLPacket IPTCNAA ImageResources InterColorProfile PageNumber PrintImageMatching
CFARepeatPatternDim CFAPattern BatteryLevel TIFFEPStandardID SensingMethod 0x935c
"""
_STRUCTURE = frozenset(_STRUCTURE_TAGS.split())
# Tags of DNG (1.7.1): how the sensor's values become colours, which a developed photo must not say of itself.
_DNG_TAGS = range(50706, 52600)
_KEPT_OF_DNG = frozenset({"UniqueCameraModel", "LocalizedCameraModel", "CameraSerialNumber", "LensInfo"})
_PREVIEW_GROUPS = ("Thumbnail", "SubImage", "SubThumb", "Image2", "Image3")
_PREVIEW_TAG = re.compile(r"(Preview|Thumbnail)(Image)?(Start|Length|Size|Offset|IFD|Data|)$")
# All other groups are of the maker note; `MakerNote` itself is what exiv2 adds, its byte order and place.
_STANDARD_GROUPS = ("Image", "Photo", "GPSInfo", "Iop", "MakerNote", *_PREVIEW_GROUPS)
# XMP that would contradict the new file: parts of the old one (gain maps, motion video), its orientation and size.
STALE_XMP = (
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
    "Xmp.xmpNote.HasExtendedXMP",
)
# Adobe's development, which its programs would apply to the new pixels unless it says that it is applied already.
DEVELOPMENT_XMP = "Xmp.crs."
# The subject of EXIF; regions of the Metadata Working Group, of Microsoft, of IPTC and of Apple.
_PLACES = (
    "Exif.Photo.SubjectArea",
    "Exif.Photo.SubjectLocation",
    "Exif.Image.SubjectLocation",
    "Xmp.exif.SubjectArea",
    "Xmp.exif.SubjectLocation",
    "Xmp.mwg-rs.Regions",
    "Xmp.MP.RegionInfo",
    "Xmp.iptcExt.ImageRegion",
    "Xmp.apple-fi.Regions",
)
_PREVIEW_IPTC = "Iptc.Application2.Preview"
_COPYRIGHT_EXIF = frozenset({"Exif.Image.Copyright", "Exif.Image.Artist", "Exif.Photo.CameraOwnerName"})
_COPYRIGHT_IPTC = frozenset(
    f"Iptc.Application2.{name}" for name in ("Byline", "BylineTitle", "Copyright", "Credit", "Source", "Contact")
)
_COPYRIGHT_XMP = (
    "Xmp.dc.rights",
    "Xmp.dc.creator",
    "Xmp.photoshop.Credit",
    "Xmp.photoshop.Source",
    "Xmp.photoshop.AuthorsPosition",
    "Xmp.xmpRights.",
    "Xmp.iptc.CreatorContactInfo",
    "Xmp.plus.",
    "Xmp.cc.",
)


def keeps_exif(key: str, tag: int, policy: str) -> bool:
    """Whether an EXIF tag of the source, by its key and number, goes into the new file."""
    _, group, name = key.split(".", 2)
    if policy == "copyright":
        return key in _COPYRIGHT_EXIF
    if group.startswith(_PREVIEW_GROUPS) or "Preview" in group or _PREVIEW_TAG.search(name):
        return False
    if group == "Image" and (name in _STRUCTURE or (tag in _DNG_TAGS and name not in _KEPT_OF_DNG)):
        return False
    return policy != "no-location" or exif_is_harmless(key)


def is_maker_note(key: str) -> bool:
    """Whether a key is of a decoded maker note."""
    return not key.split(".", 2)[1].startswith(_STANDARD_GROUPS)


def is_place(key: str) -> bool:
    """Whether a key of EXIF or XMP says where something is in the picture, which is wrong once that was cropped."""
    return key.startswith(_PLACES)


def keeps_iptc(key: str, policy: str) -> bool:
    """Whether an IPTC data set of the source goes into the new file."""
    if policy == "copyright":
        return key in _COPYRIGHT_IPTC
    if key.startswith(_PREVIEW_IPTC):
        return False
    return policy != "no-location" or iptc_is_harmless(key)


def keeps_xmp(key: str, policy: str) -> bool:
    """Whether an XMP property of the source goes into the new file."""
    if policy == "copyright":
        return key.startswith(_COPYRIGHT_XMP)
    if key.startswith(STALE_XMP):
        return False
    return policy != "no-location" or xmp_is_harmless(key)
