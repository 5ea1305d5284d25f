"""Formats, depths, subsampling, compression and limits of written photos, read back by independent readers."""

import io
from pathlib import Path
from typing import get_args

import exiv2
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from pie_desktop.errors import EncodeError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.color.spaces import srgb_profile
from pie_desktop.imaging.encode import EncodeOptions, Format, encode_photo, save_photo
from pie_desktop.imaging.encode_options import Compression
from pie_desktop.imaging.formats.registry import written_formats
from pie_desktop.imaging.stored import to_uint8

# Mean dE00 that a detailed photograph may lose at quality 95 in 4:4:4 (WebP 4:2:0).
LOSS = {"jpeg": 1.5, "webp": 2.5, "heic": 0.9, "heic10": 0.7, "avif": 1.6, "avif10": 1.2}


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.ascontiguousarray(sample_images["astronaut"][:203, :301])  # odd sides


@pytest.fixture
def deep(image: np.ndarray) -> np.ndarray:
    return image.astype(np.uint16) * 256 + 100


def independent(data: bytes, format_name: str) -> tuple[np.ndarray, bytes]:
    """Samples and profile of a file, by a reader that shares no code with its writer."""
    if format_name.startswith("tiff"):
        with tifffile.TiffFile(io.BytesIO(data)) as tiff:
            return tiff.asarray(), tiff.pages[0].tags["InterColorProfile"].value
    if format_name.startswith("heic"):
        heif = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
        return np.asarray(heif), heif.info["icc_profile"]
    if format_name == "avif10":
        import imagecodecs

        with Image.open(io.BytesIO(data)) as opened:
            return imagecodecs.avif_decode(data), opened.info["icc_profile"]
    with Image.open(io.BytesIO(data)) as opened:
        profile = opened.info["icc_profile"]
        if format_name in ("png16", "png"):
            import cv2

            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            return decoded[..., ::-1], profile
        return np.asarray(opened.convert("RGB")), profile


@pytest.mark.parametrize("format_name", written_formats())
def test_every_format_in_and_out(deep: np.ndarray, format_name: Format) -> None:
    options = EncodeOptions(format_name, quality=95)
    samples, profile = independent(encode_photo(deep, options), format_name)
    assert profile == srgb_profile()
    assert samples.shape == deep.shape
    bits = options.coding(16).bits
    assert samples.dtype == (np.uint8 if bits == 8 else np.uint16)
    if format_name in LOSS:
        if bits == 10:
            whole = 1023 if format_name == "avif10" else 65535
            samples = np.round(samples * (65535 / whole)).astype(np.uint16)
        assert mean_delta_e(samples, deep) < LOSS[format_name]
    else:
        np.testing.assert_array_equal(samples, to_uint8(deep) if bits == 8 else deep)


def test_webp_without_loss(image: np.ndarray) -> None:
    data = encode_photo(image, EncodeOptions("webp", lossless=True))
    np.testing.assert_array_equal(independent(data, "webp")[0], image)


@pytest.mark.parametrize("compression", get_args(Compression))
@pytest.mark.parametrize("format_name", ["tiff8", "tiff16"])
def test_tiff_compressions(deep: np.ndarray, format_name: Format, compression: Compression) -> None:
    data = encode_photo(deep, EncodeOptions(format_name, compression=compression))
    np.testing.assert_array_equal(independent(data, format_name)[0], to_uint8(deep) if format_name == "tiff8" else deep)
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        assert tiff.pages[0].compression.name == {"deflate": "ADOBE_DEFLATE", "lzw": "LZW", "none": "NONE"}[compression]


@pytest.mark.parametrize(("subsampling", "number"), [("4:4:4", 0), ("4:2:2", 1), ("4:2:0", 2)])
def test_jpeg_subsampling(image: np.ndarray, subsampling: str, number: int) -> None:
    from PIL import JpegImagePlugin

    for quality in (60, 95):
        data = encode_photo(image, EncodeOptions(quality=quality, subsampling=subsampling))
        with Image.open(io.BytesIO(data)) as opened:
            assert isinstance(opened, JpegImagePlugin.JpegImageFile)
            assert JpegImagePlugin.get_sampling(opened) == number


@pytest.mark.parametrize("format_name", ["heic", "avif"])
def test_color_resolution_of_heic_and_avif(format_name: Format) -> None:
    """Columns of red and blue in turn keep their colours in 4:4:4 alone."""
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[:, ::2, 0] = stripes[:, 1::2, 2] = 200
    spread = []
    for subsampling in ("4:4:4", "4:2:0"):
        options = EncodeOptions(format_name, quality=95, subsampling=subsampling)
        decoded, _ = independent(encode_photo(stripes, options), format_name)
        spread.append(float(decoded[..., 0].astype(float).std()))
    assert spread[0] > 80 > 40 > spread[1]


@pytest.mark.parametrize("format_name", ["jpeg", "webp", "heic", "heic10", "avif", "avif10"])
def test_quality_counts(image: np.ndarray, format_name: Format) -> None:
    sizes = [len(encode_photo(image, EncodeOptions(format_name, quality=quality))) for quality in (40, 70, 95)]
    assert sizes == sorted(set(sizes))


def test_ten_bits_hold_more_than_eight() -> None:
    """A shallow ramp: 10 bits tell four times as many grays."""
    ramp = np.repeat(np.linspace(20_000, 24_000, 512).astype(np.uint16)[None, :, None], 64, axis=0).repeat(3, axis=2)
    eight, _ = independent(encode_photo(ramp, EncodeOptions("avif", 100)), "avif")
    ten, _ = independent(encode_photo(ramp, EncodeOptions("avif10", 100)), "avif10")
    assert np.abs(ten / 1023 - ramp / 65535).mean() < 0.5 * np.abs(eight / 255 - ramp / 65535).mean()


@pytest.mark.parametrize("format_name", written_formats())
@pytest.mark.parametrize("shape", [(1, 1), (1, 37), (17, 2)])
def test_tiny_images(shape: tuple[int, int], format_name: Format) -> None:
    gray = np.full((*shape, 3), 120, dtype=np.uint8)
    samples, _ = independent(encode_photo(gray, EncodeOptions(format_name)), format_name)
    assert samples.shape == gray.shape
    whole = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 1023 if format_name == "avif10" else 65535}[samples.dtype]
    assert np.abs(samples / whole - 120 / 255).max() < 0.01


@pytest.mark.parametrize(
    ("format_name", "side"), [("jpeg", 65_501), ("webp", 16_384), ("heic", 16_385), ("avif", 32_769)]
)
def test_too_large_for_the_format(tmp_path: Path, format_name: Format, side: int) -> None:
    with pytest.raises(EncodeError, match=rf"a\.x has {side} x 1 pixels and .* at most {side - 1} on a side"):
        save_photo(np.zeros((1, side, 3), dtype=np.uint8), tmp_path / "a.x", EncodeOptions(format_name))
    assert not list(tmp_path.iterdir())


def test_enlarged_beyond_reason(tmp_path: Path) -> None:
    options = EncodeOptions("png", percent=5000, enlarge=True)
    with pytest.raises(EncodeError, match=r"a\.png would have 50000 x 50000 pixels .* smaller size"):
        save_photo(np.zeros((1000, 1000, 3), dtype=np.uint8), tmp_path / "a.png", options)


def test_an_encoder_that_fails_is_one_sentence(
    tmp_path: Path, image: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("No HEIF encoder found.")

    monkeypatch.setattr(pillow_heif, "encode", fail)
    with pytest.raises(EncodeError, match=r"a\.heic could not be encoded as HEIC \(No HEIF encoder found\.\)"):
        save_photo(image, tmp_path / "a.heic", EncodeOptions("heic"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format_name", ["avif", "avif10"])
def test_avif_metadata_is_found_by_other_readers(format_name: Format, tmp_path: Path, image: np.ndarray) -> None:
    from pie_desktop.imaging.formats.format import FileExtras

    options = EncodeOptions(format_name)
    exif = Image.Exif()
    exif[0x010E] = "a description"
    samples = image if format_name == "avif" else image.astype(np.uint16) * 257
    extras = FileExtras(srgb_profile(), (1, 13), exif=exif.tobytes().removeprefix(b"Exif\0\0"), xmp=b"<x:xmpmeta/>")
    data = options.writing.encode(samples, options.coding(8), extras)
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        assert opened.getexif()[0x010E] == "a description"
        assert opened.info["xmp"] == b"<x:xmpmeta/>"
        assert opened.info["icc_profile"] == srgb_profile()
    opened = exiv2.ImageFactory.open(data)
    opened.readMetadata()
    assert opened.exifData()["Exif.Image.ImageDescription"].toString() == "a description"
