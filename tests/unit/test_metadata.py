"""EXIF, IPTC and XMP: read for display, kept in exports."""

import io
from datetime import datetime
from pathlib import Path

import exiv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.metadata.reading import PhotoSummary, read_summary

MAKER_NOTE = bytes(range(256)) * 4
EXIF = {
    "Exif.Image.Make": "PIE",  # exiv2 knows no maker notes of it, so that any bytes will do
    "Exif.Image.Model": "PIE One",
    "Exif.Image.Orientation": "6",
    "Exif.Image.Artist": "Zoë Ümlaut",
    "Exif.Photo.DateTimeOriginal": "2024:05:06 07:08:09",
    "Exif.Photo.ExposureTime": "1/250",
    "Exif.Photo.FNumber": "28/10",
    "Exif.Photo.ISOSpeedRatings": "400",
    "Exif.Photo.FocalLength": "50/1",
    "Exif.Photo.LensModel": "RF50mm F1.8 STM",
    "Exif.Photo.ColorSpace": "65535",
    "Exif.Photo.PixelXDimension": "451",
    "Exif.Iop.InteroperabilityIndex": "R03",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLatitude": "48/1 12/1 30/1",
}


@pytest.fixture(params=["jpg", "png", "tif", "webp"])
def tagged(request: pytest.FixtureRequest, tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """A photo with all kinds of metadata, stored lying on its side."""
    photo = tmp_path / f"tagged.{request.param}"
    stored = Image.fromarray(sample_images["chelsea"]).transpose(Image.Transpose.ROTATE_90)
    stored.save(photo)
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    exif = image.exifData()
    for key, value in EXIF.items():
        exif[key] = value
    exif["Exif.Photo.MakerNote"] = exiv2.DataValue(MAKER_NOTE)
    if request.param == "jpg":
        thumbnail = io.BytesIO()
        Image.fromarray(sample_images["chelsea"]).resize((160, 106)).save(thumbnail, "JPEG")
        exiv2.ExifThumb(exif).setJpegThumbnail(thumbnail.getvalue())
    image.iptcData()["Iptc.Application2.Caption"] = "A cat"
    xmp = image.xmpData()
    xmp["Xmp.dc.title"] = "Chelsea"
    xmp["Xmp.xmp.Rating"] = "4"
    xmp["Xmp.tiff.Orientation"] = "6"
    xmp["Xmp.photoshop.ICCProfile"] = "Adobe RGB (1998)"
    image.writeMetadata()
    return photo


def read(path: Path) -> tuple[dict[str, str], dict[str, str], dict[str, str], exiv2.ExifData]:
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    exif, iptc, xmp = (
        {datum.key(): datum.toString() for datum in part}
        for part in (image.exifData(), image.iptcData(), image.xmpData())
    )
    return exif, iptc, xmp, image.exifData()


@pytest.mark.parametrize("format_name", ["jpeg", "png", "tiff8", "tiff16"])
def test_copied_and_corrected(tmp_path: Path, tagged: Path, format_name: Format) -> None:
    options = EncodeOptions(format_name, long_side=200)
    photo = tmp_path / f"out{options.suffix}"
    image = load_photo(tagged)
    assert image.shape == (300, 451, 3)  # upright
    assert save_photo(image, photo, options, source=tagged) is None

    exif, iptc, xmp, data = read(photo)
    corrected = {
        "Exif.Image.Orientation": "1",
        "Exif.Photo.ColorSpace": "1",
        "Exif.Photo.PixelXDimension": "200",
        "Exif.Photo.PixelYDimension": "133",
        "Exif.Iop.InteroperabilityIndex": "R98",
    }
    for key, value in (EXIF | corrected).items():
        assert exif[key] == value, key
    assert bytes(int(byte) for byte in exif["Exif.Photo.MakerNote"].split()) == MAKER_NOTE
    assert not [key for key in exif if key.startswith("Exif.Thumbnail")]
    assert not exiv2.ExifThumb(data).extension()
    if tagged.suffix != ".webp":  # which has no place for IPTC
        assert iptc["Iptc.Application2.Caption"] == "A cat"
    assert xmp["Xmp.xmp.Rating"] == "4"
    assert "Chelsea" in xmp["Xmp.dc.title"]
    assert not {"Xmp.tiff.Orientation", "Xmp.photoshop.ICCProfile"} & set(xmp)
    assert load_photo(photo).shape == (133, 200, 3)  # upright and whole


def test_pillow_reads_the_copied_exif(tmp_path: Path, tagged: Path) -> None:
    for options in (EncodeOptions("jpeg"), EncodeOptions("png")):
        photo = tmp_path / f"out{options.suffix}"
        save_photo(load_photo(tagged), photo, options, source=tagged)
        with Image.open(photo) as image:
            assert image.getexif()[0x0110] == "PIE One"
            assert image.getexif()[0x0112] == 1
            assert "icc_profile" in image.info


def test_maker_note_too_large_for_a_jpeg(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    source = tmp_path / "source.tif"
    Image.open(sample_photos["coffee"]).save(source)
    image = exiv2.ImageFactory.open(str(source))
    image.readMetadata()
    image.exifData()["Exif.Photo.MakerNote"] = exiv2.DataValue(bytes(70_000))
    image.exifData()["Exif.Image.Artist"] = "me"
    image.writeMetadata()
    note = save_photo(load_photo(source), tmp_path / "out.jpg", EncodeOptions(), source=source)
    assert note is not None and "maker note of source.tif" in note
    assert read(tmp_path / "out.jpg")[0]["Exif.Image.Artist"] == "me"


def test_source_without_metadata(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    photo = tmp_path / "out.jpg"
    assert save_photo(load_photo(sample_photos["rocket"]), photo, EncodeOptions(), sample_photos["rocket"]) is None
    assert set(read(photo)[0]) == {"Exif.Image.Software"}


def test_source_that_is_gone(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    note = save_photo(sample_images["rocket"], tmp_path / "out.jpg", EncodeOptions(), tmp_path / "gone.jpg")
    assert note is not None and "gone.jpg" in note
    np.testing.assert_array_equal(load_photo(tmp_path / "out.jpg").shape, sample_images["rocket"].shape)


def test_summary(tagged: Path) -> None:
    summary = read_summary(tagged)
    assert summary == PhotoSummary(
        camera="PIE One",
        lens="RF50mm F1.8 STM",
        iso=400,
        aperture=2.8,
        shutter=1 / 250,
        focal_length=50.0,
        taken=datetime(2024, 5, 6, 7, 8, 9),
        date=datetime(2024, 5, 6, 7, 8, 9),
    )
    assert summary.shutter_text == "1/250 s"
    assert PhotoSummary(shutter=2.5).shutter_text == "2.5 s"
    assert PhotoSummary().shutter_text is None


def test_summary_of_photos_without_one(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    assert read_summary(sample_photos["coffee"]) == PhotoSummary()
    (tmp_path / "text.jpg").write_text("no image")
    assert read_summary(tmp_path / "text.jpg") == PhotoSummary()
    with pytest.raises(DecodeError, match=r"gone\.jpg"):
        read_summary(tmp_path / "gone.jpg")
