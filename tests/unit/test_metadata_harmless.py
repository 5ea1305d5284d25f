"""The policy `no-location`: only what is on the list of harmless tags is written, whatever a file has, into every
format."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import exiv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.metadata.harmless import exif_is_harmless, iptc_is_harmless, xmp_is_harmless
from pie_desktop.imaging.metadata.policy import keeps_exif, keeps_iptc, keeps_xmp

PIXELS = np.full((16, 16, 3), 128, np.uint8)
FORMATS: tuple[Format, ...] = ("jpeg", "png", "tiff8", "tiff16", "webp", "heic", "avif", "avif10")
# Places as cameras, drones, phones and catalogues write them, each with its value.
PLACES = {
    "xmlns:drone-dji='http://www.dji.com/drone-dji/1.0/'": {
        "drone-dji:GpsLatitude": "+11.111111",
        "drone-dji:GpsLongtitude": "+22.222222",
        "drone-dji:AbsoluteAltitude": "+33.3",
    },
    "xmlns:dwc='http://rs.tdwg.org/dwc/terms/'": {
        "dwc:decimalLatitude": "11.1112",
        "dwc:locality": "Old oak by the mill",
        "dwc:footprintWKT": "POINT(22.222 11.111)",
        "dwc:municipality": "Dwc Town",
    },
    "xmlns:xmpDM='http://ns.adobe.com/xmp/1.0/DynamicMedia/'": {"xmpDM:shotLocation": "Shot Town"},
    "xmlns:cell='http://developer.sonyericsson.com/cell/1.0/'": {"cell:cellid": "cell 56-78", "cell:lac": "cell 12-34"},
    "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'": {"photoshop:City": "Photoshop Town"},
    "xmlns:iptcExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'": {"iptcExt:Event": "Venue Ball"},
    "xmlns:dc='http://purl.org/dc/elements/1.1/'": {
        "dc:coverage": "Coverage Town",
        "dc:source": "/home/ann/Source Town/a.raw",
    },
    "xmlns:aux='http://ns.adobe.com/exif/1.0/aux/'": {"aux:SerialNumber": "SN-4711"},
    "xmlns:exifEX='http://cipa.jp/exif/1.0/'": {"exifEX:BodySerialNumber": "SN-4712"},
    "xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/'": {
        "crs:AlreadyApplied": "True",
        "crs:RawFileName": "Raw Town.NEF",
    },
    "xmlns:new='urn:not-invented-yet'": {"new:whereabouts": "New Town"},
    "xmlns:lens='http://ns.adobe.com/exif/1.0/aux/'": {"lens:LensSerialNumber": "SN-4713"},
    "xmlns:tiff='urn:not-tiff'": {"tiff:Artist": "Impostor Town"},
}
EXIF_PLACES = {
    "Exif.GPSInfo.GPSLatitude": "48/1 12/1 30/1",
    "Exif.GPSInfo.GPSAreaInformation": "charset=Ascii Gps Town",
    "Exif.Image.DocumentName": "/home/ann/Document Town/a.jpg",
    "Exif.Image.HostComputer": "Ann's phone SN-4714",
    "Exif.Photo.UserComment": "charset=Ascii Comment Town",
    "Exif.Photo.BodySerialNumber": "SN-4715",
    "Exif.Photo.LensSerialNumber": "SN-4716",
    "Exif.Photo.ImageUniqueID": "SN-4717",
    "Exif.Photo.Pressure": "10132/10",
    "Exif.Image.0xc7ff": "Unknown Town",
}
IPTC_PLACES = {
    "Iptc.Application2.City": "Iptc Town",
    "Iptc.Application2.SubLocation": "Iptc Mill",
    "Iptc.Application2.LocationName": "Iptc Name",
    "Iptc.Application2.ReferenceNumber": "Iptc Reference",
}
KEPT = {
    "Exif.Image.Artist": "Ann Example",
    "Exif.Photo.LensModel": "50mm",
    "Exif.Photo.ISOSpeedLatitudeyyy": "3",
    "Xmp.xmp.Rating": "4",
    "Xmp.dc.subject": "Owl",
    "Xmp.plus.Licensor[1]/plus:LicensorName": "Ann",
}


@pytest.fixture
def located(tmp_path: Path) -> Path:
    """A JPEG with every place above, and what is to be kept."""
    spaces = " ".join(PLACES)
    fields = "".join(f"<{key}>{value}</{key}>" for part in PLACES.values() for key, value in part.items())
    packet = (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        f"<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        f"xmlns:plus='http://ns.useplus.org/ldf/xmp/1.0/' "
        f"xmp:Rating='4' {spaces}>{fields}<dc:subject><rdf:Bag><rdf:li>Owl</rdf:li></rdf:Bag></dc:subject>"
        "<plus:Licensor><rdf:Seq><rdf:li rdf:parseType='Resource'><plus:LicensorName>Ann</plus:LicensorName>"
        "<new:place>Nested Town</new:place></rdf:li></rdf:Seq></plus:Licensor></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    photo = tmp_path / "located.jpg"
    Image.new("RGB", (32, 24)).save(photo, xmp=packet.encode(), comment=b"Jpeg Town")
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    exif, iptc = image.exifData(), image.iptcData()
    for key, value in (EXIF_PLACES | KEPT).items():
        if key.startswith("Exif."):
            exif[key] = exiv2.AsciiValue(value) if key.endswith("0xc7ff") else value
    exif["Exif.Image.Make"] = "Panasonic"
    exif["Exif.Panasonic.City"] = exiv2.DataValue(b"Maker Town\0")
    exif["Exif.Panasonic.InternalSerialNumber"] = exiv2.DataValue(b"SN-4718\0")
    for key, value in IPTC_PLACES.items():
        iptc[key] = value
    image.writeMetadata()
    return photo


def keys(photo: Path) -> list[str]:
    image = exiv2.ImageFactory.open(photo.read_bytes())
    image.readMetadata()
    return [datum.key() for part in (image.exifData(), image.iptcData(), image.xmpData()) for datum in part]


def harmful(photo: Path, structure: set[str]) -> list[str]:
    """Keys of a file that are not on the list; `structure` are those of a file without metadata."""
    check = {"Exif": exif_is_harmless, "Iptc": iptc_is_harmless, "Xmp": xmp_is_harmless}
    return [
        key
        for key in keys(photo)
        if key not in structure and not key.startswith("Xmp.pie.") and not check[key.split(".")[0]](key)
    ]


def bare(folder: Path, format_name: Format) -> set[str]:
    target = folder / "bare"
    save_photo(PIXELS, target, EncodeOptions(format_name, metadata="none"))
    return {*keys(target), "Exif.Image.ExifTag", "Exif.Image.XMLPacket", "Exif.Image.IPTCNAA"}


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_of_a_place_or_a_serial_number_is_left(tmp_path: Path, located: Path, format_name: Format) -> None:
    target = tmp_path / "out"
    values = [value for part in PLACES.values() for value in part.values() if value != "True"]
    values += [value.removeprefix("charset=Ascii ") for value in (*EXIF_PLACES.values(), *IPTC_PLACES.values())]
    values += ["Maker Town", "SN-4718", "Nested Town", "Jpeg Town"]
    save_photo(PIXELS, target, EncodeOptions(format_name, metadata="all"), located)
    assert b"Photoshop Town" in target.read_bytes() and b"Gps Town" in target.read_bytes()

    assert save_photo(PIXELS, target, EncodeOptions(format_name, metadata="no-location"), located) is None
    content = target.read_bytes()
    assert not [value for value in values if value.encode() in content]
    assert not harmful(target, bare(tmp_path, format_name))
    assert set(KEPT) <= set(keys(target))


def test_rules() -> None:
    for key, value in (EXIF_PLACES | IPTC_PLACES).items():
        keeps = keeps_iptc(key, "no-location") if key.startswith("Iptc") else keeps_exif(key, 0, "no-location")
        assert not keeps, (key, value)
    assert keeps_xmp("Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:Area/stArea:x", "no-location")
    assert not keeps_xmp("Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:Extensions", "no-location")
    assert not keeps_xmp("Xmp.dc.title/exif:GPSLatitude", "no-location")
    assert not keeps_xmp("Xmp.iptcExt.PersonInImage[1]/Iptc4xmpExt:City", "no-location")


# Groups and names of ExifTool that hold a place or name a device.
GROUPS = re.compile(r"^(GPS|XMP-(drone.*|dwc|cell)|MakerNotes|Geolocation)$")
NAMES = re.compile(
    r"GPS|Latitude(?!yyy|zzz)|Longitude|Altitude|^(Sub-?)?location|LocationName|^City|^Country|^(Province-?)?State$|Landmark|"
    r"SerialNumber|UniqueID|HostComputer|DocumentAncestors|WorldRegion|CellTower"
)


@pytest.mark.parametrize("format_name", ["jpeg", "png", "tiff8", "webp", "heic", "avif"])
def test_over_every_difficult_file(tmp_path: Path, shared_data: Path, format_name: Format) -> None:
    options = EncodeOptions(format_name, metadata="no-location")
    structure = bare(tmp_path, format_name)
    written = tmp_path / "written"
    written.mkdir()
    sources = sorted(path for path in (shared_data / "assets").rglob("*") if path.is_file())
    for number, source in enumerate(sources):
        target = written / f"{number}{options.suffix}"
        save_photo(PIXELS, target, options, source)
        assert not harmful(target, structure), source
    if shutil.which("exiftool") is None:
        return
    command = ["exiftool", "-j", "-G1", "-a", "-u", "-ee", str(written)]
    told = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert len(told) == len(sources)
    for photo in told:
        for tag in photo:
            group, _, name = tag.partition(":")
            assert not GROUPS.match(group) and not NAMES.search(name), (
                sources[int(Path(photo["SourceFile"]).stem)],
                tag,
            )
