"""Sidecars beside RAW photos and JPEGs: rating, keywords, rights and caption reach the export."""

from pathlib import Path

import exiv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.metadata.sidecar_files import sidecars_of
from pie_desktop.imaging.metadata.sidecars import sidecar_digest

PIXELS = np.full((24, 32, 3), 128, np.uint8)


def packet(rating: int = 5, keyword: str = "Owl", more: str = "") -> str:
    return (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/' xmlns:darktable='http://darktable.sf.net/' "
        "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' "
        f"xmp:Rating='{rating}' crs:Exposure2012='+1.0' darktable:xmp_version='5' {more}>"
        f"<dc:subject><rdf:Bag><rdf:li>{keyword}</rdf:li></rdf:Bag></dc:subject>"
        "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>(c) Ann Example</rdf:li></rdf:Alt></dc:rights>"
        "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>At night</rdf:li></rdf:Alt></dc:description>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def raw(folder: Path, name: str = "a.dng") -> Path:
    photo = folder / name
    extra = [(50706, "B", 4, (1, 4, 0, 0), True), (271, "s", 0, "PIE", True)]
    tifffile.imwrite(photo, np.zeros((16, 24, 3), np.uint8), photometric="rgb", extratags=extra, software=False)
    return photo


def export(photo: Path, policy: str = "all") -> tuple[dict[str, str], dict[str, str], dict[str, str], str | None]:
    target = photo.parent / "out" / "out.jpg"
    target.parent.mkdir(exist_ok=True)
    warning = save_photo(PIXELS, target, EncodeOptions(metadata=policy), photo)  # type: ignore[arg-type]
    image = exiv2.ImageFactory.open(str(target))
    image.readMetadata()
    exif, iptc, xmp = (
        {datum.key(): datum.toString() for datum in part}
        for part in (image.exifData(), image.iptcData(), image.xmpData())
    )
    return exif, iptc, xmp, warning


@pytest.mark.parametrize("name", ["a.xmp", "a.dng.xmp", "a.XMP", "a.dng.XMP"])
def test_the_sidecar_of_a_raw_photo(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(packet())
    _, _, xmp, warning = export(raw(tmp_path))
    assert warning is None
    assert xmp["Xmp.xmp.Rating"] == "5" and xmp["Xmp.dc.subject"] == "Owl"
    assert "(c) Ann Example" in xmp["Xmp.dc.rights"] and "At night" in xmp["Xmp.dc.description"]
    assert not [key for key in xmp if "crs" in key or "darktable" in key]  # the development of the unedited photo


def test_the_more_specific_sidecar_counts(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(packet(2, "Cat"))
    (tmp_path / "a.dng.xmp").write_text(packet(4, "Owl"))
    (tmp_path / "a.dng.pp3").write_text("[Version]\nAppVersion=5.9\n[General]\nRank=1\nColorLabel=3\n")
    _, _, xmp, _ = export(raw(tmp_path))
    assert xmp["Xmp.xmp.Rating"] == "4" and xmp["Xmp.dc.subject"] == "Owl"
    assert xmp["Xmp.xmp.Label"] == "Green"  # which the others do not say


def test_a_rating_of_rawtherapee(tmp_path: Path) -> None:
    (tmp_path / "a.dng.pp3").write_text("[General]\nRank=3\nColorLabel=0\n[Exposure]\nCompensation=1\n")
    _, _, xmp, warning = export(raw(tmp_path))
    assert warning is None and xmp["Xmp.xmp.Rating"] == "3" and "Xmp.xmp.Label" not in xmp


def test_exif_and_iptc_of_a_jpeg_follow_its_sidecar(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (32, 24)).save(photo)
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    image.exifData()["Exif.Image.Copyright"] = "old rights"
    image.exifData()["Exif.Image.Rating"] = exiv2.UShortValue(1)
    image.iptcData()["Iptc.Application2.Keywords"] = "old keyword"
    image.xmpData()["Xmp.xmp.Rating"] = "1"
    image.xmpData()["Xmp.xmp.Label"] = "Red"
    image.writeMetadata()
    (tmp_path / "a.jpg.xmp").write_text(packet())
    exif, iptc, xmp, _ = export(photo)
    assert (exif["Exif.Image.Copyright"], exif["Exif.Image.Rating"]) == ("(c) Ann Example", "5")
    assert iptc["Iptc.Application2.Keywords"] == "Owl"
    assert xmp["Xmp.xmp.Rating"] == "5" and xmp["Xmp.xmp.Label"] == "Red"


def test_the_sidecar_of_a_raw_photo_is_not_that_of_its_jpeg(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (32, 24)).save(photo)
    (tmp_path / "a.xmp").write_text(packet())
    assert export(photo)[2]["Xmp.xmp.Rating"] == "5"
    (tmp_path / "a.xmp").write_text(packet(more="photoshop:SidecarForExtension='CR3'"))
    assert "Xmp.xmp.Rating" not in export(photo)[2]
    (tmp_path / "a.xmp").write_text(packet())
    raw(tmp_path)
    assert sidecars_of(photo) == [] and "Xmp.xmp.Rating" not in export(photo)[2]


def test_the_policy_holds_for_sidecars(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(packet(more="photoshop:City='Nest Town'"))
    photo = raw(tmp_path)
    assert export(photo)[2]["Xmp.photoshop.City"] == "Nest Town"
    xmp = export(photo, "no-location")[2]
    assert "Xmp.photoshop.City" not in xmp and xmp["Xmp.xmp.Rating"] == "5"
    assert set(export(photo, "copyright")[2]) == {"Xmp.dc.rights"}
    assert not export(photo, "none")[2]


@pytest.mark.parametrize("content", [b"", b"no XMP at all", b"<x:xmpmeta", bytes(1000)])
def test_a_damaged_sidecar_is_reported_and_the_rest_stays(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xmp").write_bytes(content)
    exif, _, _, warning = export(raw(tmp_path))
    assert warning is not None and "a.xmp could not be read" in warning
    assert exif["Exif.Image.Make"] == "PIE"


def test_the_longest_name_of_a_photo_has_no_sidecar(tmp_path: Path) -> None:
    photo = tmp_path / f"{'a' * 251}.jpg"
    Image.new("RGB", (32, 24)).save(photo)
    assert sidecars_of(photo) == [] and sidecar_digest(photo) == ""
    assert export(photo)[3] is None
