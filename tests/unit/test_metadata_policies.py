"""What of a photo's metadata an export keeps, format by format, read back by exiv2 and Pillow."""

import io
from pathlib import Path
from typing import Any

import exiv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.note import edit_note
from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.metadata.policy import keeps_exif, keeps_xmp

FORMATS = ("jpeg", "png", "tiff8", "tiff16", "webp", "heic", "heic10", "avif", "avif10")
EXIF = {
    "Exif.Image.Make": "PIE",
    "Exif.Image.Model": "PIE One",
    "Exif.Image.Artist": "Zoë Ümlaut",
    "Exif.Image.Copyright": "© Zoë",
    "Exif.Image.Software": "Ver.1.0",
    "Exif.Image.Orientation": "8",
    "Exif.Image.Rating": "4",
    "Exif.Photo.DateTimeOriginal": "2024:05:06 07:08:09",
    "Exif.Photo.OffsetTimeOriginal": "+02:00",
    "Exif.Photo.ExposureTime": "1/250",
    "Exif.Photo.LensModel": "RF50mm F1.8 STM",
    "Exif.Photo.ColorSpace": "65535",
    "Exif.Photo.ISOSpeedLatitudeyyy": "3",
    "Exif.Photo.PixelXDimension": "1",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLatitude": "48/1 12/1 30/1",
}
IPTC = {
    "Iptc.Application2.Caption": "A cat",
    "Iptc.Application2.Headline": "Cat",
    "Iptc.Application2.City": "Wien",
    "Iptc.Application2.CountryName": "Austria",
    "Iptc.Application2.Copyright": "© Zoë",
    "Iptc.Application2.Byline": "Zoë",
}
KEYWORDS = ("cat", "animal", "Tier")
XMP = {
    "Xmp.xmp.Rating": "4",
    "Xmp.xmp.Label": "Red",
    "Xmp.photoshop.City": "Wien",
    "Xmp.iptc.CountryCode": "AUT",
    "Xmp.exif.GPSLatitude": "48,12.5N",
    "Xmp.xmpRights.Marked": "True",
    "Xmp.tiff.Orientation": "8",
    "Xmp.lr.hierarchicalSubject": "Tiere|Katze",
}
PLACES = (b"Wien", b"Austria", b"AUT", b"48,12.5N", b"Schwechat")


@pytest.fixture
def tagged(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """A JPEG with a thumbnail and everything that the policies tell apart."""
    photo = tmp_path / "tagged.jpg"
    Image.fromarray(sample_images["chelsea"]).save(photo, quality=90, dpi=(240, 240))
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    exif, iptc, xmp = image.exifData(), image.iptcData(), image.xmpData()
    for key, value in EXIF.items():
        exif[key] = value
    exif["Exif.Image.XResolution"] = "240/1"
    exif["Exif.Image.YResolution"] = "240/1"
    exif["Exif.Image.ResolutionUnit"] = exiv2.UShortValue(2)
    exif["Exif.Photo.MakerNote"] = exiv2.DataValue(b"unknown note near Schwechat")
    thumbnail = io.BytesIO()
    Image.fromarray(sample_images["chelsea"]).resize((160, 106)).save(thumbnail, "JPEG")
    exiv2.ExifThumb(exif).setJpegThumbnail(thumbnail.getvalue())
    for key, value in IPTC.items():
        iptc[key] = value
    for word in KEYWORDS:
        iptc.add(exiv2.IptcKey("Iptc.Application2.Keywords"), exiv2.StringValue(word))
    for key, value in XMP.items():
        xmp[key] = value
    words = exiv2.XmpArrayValue(exiv2.TypeId.xmpBag)
    for word in KEYWORDS:
        words.read(word)
    xmp.add(exiv2.XmpKey("Xmp.dc.subject"), words)
    xmp["Xmp.dc.rights"] = "lang=x-default © Zoë"
    bag, place = exiv2.XmpTextValue(), exiv2.XmpTextValue()
    bag.setXmpArrayType(exiv2.XmpValue.XmpArrayType.xaBag)
    place.setXmpStruct()
    xmp.add(exiv2.XmpKey("Xmp.iptcExt.LocationShown"), bag)
    xmp.add(exiv2.XmpKey("Xmp.iptcExt.LocationShown[1]"), place)
    xmp["Xmp.iptcExt.LocationShown[1]/iptcExt:City"] = "Schwechat"
    image.writeMetadata()
    return photo


def read(path: Path) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    image = exiv2.ImageFactory.open(path.read_bytes())
    image.readMetadata()
    iptc: dict[str, Any] = {}
    for datum in image.iptcData():
        iptc.setdefault(datum.key(), []).append(datum.toString())
    exif, xmp = ({datum.key(): datum.toString() for datum in part} for part in (image.exifData(), image.xmpData()))
    return exif, iptc, xmp


def export(tagged: Path, format_name: Format, policy: str, **more: Any) -> tuple[Path, str | None]:
    options = EncodeOptions(format_name, metadata=policy, **more)  # type: ignore[arg-type]
    target = tagged.parent / f"out{options.suffix}"
    image = np.asarray(Image.open(tagged))
    return target, save_photo(
        image, target, options, tagged, note=edit_note(Edit.styled(None, 0.85, 1.0), "Warm evening")
    )


@pytest.mark.parametrize("format_name", FORMATS)
def test_all(tagged: Path, format_name: Format) -> None:
    photo, warning = export(tagged, format_name, "all", long_side=100)
    assert warning is None
    exif, iptc, xmp = read(photo)
    corrected = {
        "Exif.Image.Orientation": "1",
        "Exif.Photo.ColorSpace": "1",
        "Exif.Photo.PixelXDimension": "100",
        "Exif.Photo.PixelYDimension": "67",
    }
    for key, value in (EXIF | corrected).items():
        if key != "Exif.Image.Software":
            assert exif[key] == value, key
    assert bytes(map(int, exif["Exif.Photo.MakerNote"].split())) == b"unknown note near Schwechat"
    assert exif["Exif.Image.Software"].startswith("PIE Desktop ")
    assert not [key for key in exif if "Thumbnail" in key]
    for key, value in XMP.items():
        assert (key not in xmp) if key == "Xmp.tiff.Orientation" else xmp[key] == value, key
    assert xmp["Xmp.dc.subject"] == ", ".join(KEYWORDS)
    assert xmp["Xmp.iptcExt.LocationShown[1]/iptcExt:City"] == "Schwechat"
    assert xmp["Xmp.xmp.CreatorTool"].startswith("PIE Desktop ")
    assert (xmp["Xmp.pie.Style"], xmp["Xmp.pie.Strength"], xmp["Xmp.pie.Amount"]) == ("Warm evening", "0.85", "1")
    assert Edit.from_text(xmp["Xmp.pie.Edit"]) == Edit.styled(None, 0.85)
    if format_name in ("jpeg", "png", "tiff8", "tiff16"):
        assert {key: values[0] for key, values in iptc.items() if key in IPTC} == IPTC
        assert tuple(iptc["Iptc.Application2.Keywords"]) == KEYWORDS
    else:
        assert xmp["Xmp.photoshop.Headline"] == "Cat"  # IPTC that XMP had no word of
        assert "A cat" in xmp["Xmp.dc.description"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_all_but_location(tagged: Path, format_name: Format) -> None:
    photo, _ = export(tagged, format_name, "no-location")
    exif, iptc, xmp = read(photo)
    assert not [key for key in exif if "GPS" in key]
    assert not [key for key in (*iptc, *xmp) if any(word in key for word in ("City", "Country", "GPS", "Location"))]
    for kept in ("Exif.Image.Artist", "Exif.Photo.LensModel", "Exif.Photo.ISOSpeedLatitudeyyy", "Exif.Image.Rating"):
        assert exif[kept] == EXIF[kept]
    assert "Exif.Photo.MakerNote" not in exif  # nobody knows what is in this one
    assert xmp["Xmp.xmp.Rating"] == "4" and xmp["Xmp.dc.subject"] == ", ".join(KEYWORDS)
    data = photo.read_bytes()
    assert not [place for place in PLACES if place in data]


@pytest.mark.parametrize("format_name", FORMATS)
def test_copyright_alone(tagged: Path, format_name: Format) -> None:
    exif, iptc, xmp = read(export(tagged, format_name, "copyright")[0])
    structure = {key for key in exif if key.startswith("Exif.Image.") and format_name.startswith("tiff")}
    assert set(exif) - structure <= {"Exif.Image.Artist", "Exif.Image.Copyright"}
    assert exif["Exif.Image.Artist"] == "Zoë Ümlaut" and exif["Exif.Image.Copyright"] == "© Zoë"
    assert set(iptc) <= {"Iptc.Application2.Copyright", "Iptc.Application2.Byline", "Iptc.Envelope.CharacterSet"}
    assert set(xmp) <= {"Xmp.dc.rights", "Xmp.xmpRights.Marked", "Xmp.dc.creator"}
    assert "© Zoë" in xmp["Xmp.dc.rights"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing(tagged: Path, format_name: Format) -> None:
    photo, warning = export(tagged, format_name, "none")
    exif, iptc, xmp = read(photo)
    assert warning is None and not iptc and not xmp
    if not format_name.startswith("tiff"):  # whose own tags exiv2 shows as EXIF
        assert not exif
    data = photo.read_bytes()
    assert not [word for word in (*PLACES, b"Zo\xc3\xab", b"PIE", b"Warm evening") if word in data]


def test_a_maker_note_goes_as_a_whole_without_places(tagged: Path) -> None:
    """Panasonic's travel mode writes the city into the maker note."""
    image = exiv2.ImageFactory.open(str(tagged))
    image.readMetadata()
    exif = image.exifData()
    exif.erase(exif.findKey(exiv2.ExifKey("Exif.Photo.MakerNote")))
    exif["Exif.Image.Make"] = "Panasonic"
    exif["Exif.Panasonic.City"] = exiv2.DataValue(b"Schwechat\0")
    exif["Exif.Panasonic.Quality"] = exiv2.UShortValue(2)
    image.writeMetadata()
    assert b"Schwechat" in tagged.read_bytes()
    kept, _, _ = read(export(tagged, "jpeg", "all")[0])
    assert "Exif.Panasonic.City" in kept and kept["Exif.Panasonic.Quality"] == "2"
    photo, _ = export(tagged, "jpeg", "no-location")
    private, _, _ = read(photo)
    assert not [key for key in private if "Panasonic" in key or "MakerNote" in key]
    assert private["Exif.Image.Make"] == "Panasonic"
    assert not [place for place in PLACES if place in photo.read_bytes()]


@pytest.mark.parametrize(("policy", "places"), [("all", True), ("no-location", False)])
def test_iptc_moves_to_xmp_where_a_format_has_none(tagged: Path, policy: str, places: bool) -> None:
    image = exiv2.ImageFactory.open(str(tagged))
    image.readMetadata()
    image.clearXmpData()
    image.writeMetadata()
    xmp = read(export(tagged, "webp", policy)[0])[2]
    assert xmp["Xmp.dc.subject"] == ", ".join(KEYWORDS)
    assert "A cat" in xmp["Xmp.dc.description"] and "Zoë" in xmp["Xmp.dc.creator"]
    assert ("Xmp.photoshop.City" in xmp) == places


@pytest.mark.parametrize(
    ("color", "value", "interoperability"),
    [
        ("srgb", "1", "R98"),
        ("adobe-rgb", "65535", "R03"),
        ("display-p3", "65535", None),
    ],
)
def test_exif_says_which_color_space(tagged: Path, color: str, value: str, interoperability: str | None) -> None:
    image = exiv2.ImageFactory.open(str(tagged))
    image.readMetadata()
    image.exifData()["Exif.Iop.InteroperabilityIndex"] = "R98"
    image.writeMetadata()
    exif, _, _ = read(export(tagged, "jpeg", "all", color=color)[0])
    assert exif["Exif.Photo.ColorSpace"] == value
    assert exif.get("Exif.Iop.InteroperabilityIndex") == interoperability


@pytest.mark.parametrize("policy", ["all", "none"])
def test_the_resolution_of_the_print_is_carried_over(tagged: Path, policy: str) -> None:
    photo, _ = export(tagged, "tiff16", policy)
    with tifffile.TiffFile(photo) as tiff:
        tags = tiff.pages[0].tags
        assert tags["XResolution"].value == tags["YResolution"].value == (240, 1)
        assert tags["ResolutionUnit"].value == 2
    for format_name in ("jpeg", "png"):
        with Image.open(export(tagged, format_name, policy)[0]) as image:
            assert image.info["dpi"] == pytest.approx((240, 240), abs=0.02)


def test_centimetres(tagged: Path) -> None:
    source = tagged.parent / "cm.tif"
    tifffile.imwrite(source, np.zeros((8, 8, 3), np.uint8), photometric="rgb", resolution=(100, 50), resolutionunit=3)
    target = tagged.parent / "out.tif"
    save_photo(np.zeros((8, 8, 3), np.uint8), target, EncodeOptions("tiff8"), source)
    with tifffile.TiffFile(target) as tiff:
        assert tiff.pages[0].tags["XResolution"].value == (100, 1)
        assert tiff.pages[0].tags["ResolutionUnit"].value == 3


@pytest.mark.parametrize("format_name", ["jpeg", "tiff16", "heic", "avif"])
def test_a_raw_gives_its_exif_and_not_its_structure(tmp_path: Path, tagged: Path, format_name: Format) -> None:
    """A DNG made here: linear samples with a colour matrix and a preview IFD, as cameras write."""
    raw = tmp_path / "raw.dng"
    with tifffile.TiffWriter(raw) as writer:
        extra = [
            (50706, "B", 4, (1, 4, 0, 0), True),
            (50708, "s", 0, "PIE One", True),
            (50721, "2i", 9, (1, 1, 0, 1, 0, 1) * 3, True),
            (271, "s", 0, "PIE", True),
            (272, "s", 0, "PIE One", True),
            (33432, "s", 0, "(c) Zoe", True),
            (33421, "H", 2, (2, 2), True),
        ]
        writer.write(np.zeros((16, 24, 3), np.uint8), photometric="rgb", subifds=1, extratags=extra, software=False)
        writer.write(np.zeros((64, 96), np.uint16), photometric="minisblack", subfiletype=0)
    target = tmp_path / "out"
    options = EncodeOptions(format_name)
    assert save_photo(np.zeros((64, 96, 3), np.uint8), target, options, raw, note=edit_note(Edit(), None)) is None
    exif, _, xmp = read(target)
    assert exif["Exif.Image.Make"] == "PIE" and exif["Exif.Image.UniqueCameraModel"] == "PIE One"
    assert exif["Exif.Image.Copyright"] == "(c) Zoe"
    wrong = [
        key
        for key in exif
        if "SubImage" in key
        or key.rsplit(".", 1)[1] in ("DNGVersion", "ColorMatrix1", "CFARepeatPatternDim", "SubIFDs")
    ]
    assert not wrong
    assert exif["Exif.Photo.PixelXDimension"] == "96" and xmp["Xmp.pie.Style"] == "neutral"


@pytest.mark.parametrize("applied", ["True", "False"])
def test_development_that_would_be_applied_twice(tagged: Path, applied: str) -> None:
    image = exiv2.ImageFactory.open(str(tagged))
    image.readMetadata()
    image.xmpData()["Xmp.crs.Exposure2012"] = "+1.50"
    image.xmpData()["Xmp.crs.AlreadyApplied"] = applied
    image.writeMetadata()
    xmp = read(export(tagged, "jpeg", "all")[0])[2]
    assert ("Xmp.crs.Exposure2012" in xmp) == (applied == "True")


def test_rules() -> None:
    assert not keeps_exif("Exif.NikonPreview.JPEGInterchangeFormat", 0x201, "all")
    assert not keeps_exif("Exif.Olympus.ThumbnailImage", 0x100, "all")
    assert keeps_exif("Exif.Photo.SubjectLocation", 0xA214, "no-location")
    assert not keeps_exif("Exif.Image.GPSTag", 0x8825, "no-location")
    assert keeps_xmp("Xmp.iptc.CreatorContactInfo/Iptc4xmpCore:CiAdrCity", "no-location")
    assert not keeps_xmp("Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:Sublocation", "no-location")
