"""HEIC, AVIF, JPEG XL and PSD: depth, colours, orientation, transparency, damage."""

import base64
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.color.spaces import make_profile
from pie_desktop.imaging.color.working import to_srgb
from pie_desktop.imaging.decode import MAX_PIXELS, load_photo, load_preview, load_thumbnail, load_wide, probe
from pie_desktop.imaging.stored import StoredPixels


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.ascontiguousarray(sample_images["coffee"][::2, ::2])  # the encoders are slow


def write_heic(path: Path, image: np.ndarray, bits: int = 8, **options: object) -> Path:
    height, width = image.shape[:2]
    file = pillow_heif.HeifFile()
    samples = image if bits == 8 else np.round(image / 255.0 * (2**bits - 1)).astype(np.uint16)
    file.add_frombytes("RGB" if bits == 8 else f"RGB;{bits}", (width, height), samples.tobytes())
    file.save(path, quality=-1, chroma=444, **options)
    return path


def write_psd(path: Path, planes: list[np.ndarray], mode: int, icc: bytes = b"") -> Path:
    """A document without layers, uncompressed (Adobe Photoshop File Formats Specification)."""
    height, width = planes[0].shape
    depth = 8 * planes[0].itemsize
    resources = b"8BIM" + struct.pack(">HHI", 1039, 0, len(icc)) + icc + bytes(len(icc) % 2) if icc else b""
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, len(planes), height, width, depth, mode) + bytes(4)
    body = struct.pack(">I", len(resources)) + resources + bytes(4) + bytes(2)
    path.write_bytes(head + body + b"".join(plane.astype(plane.dtype.newbyteorder(">")).tobytes() for plane in planes))
    return path


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_heic(tmp_path: Path, image: np.ndarray, bits: int) -> None:
    photo = write_heic(tmp_path / "a.heic", image, bits)
    opened = load_photo(photo)
    assert opened.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert mean_delta_e(opened, image) < 0.7
    assert (probe(photo).format, probe(photo).bit_depth) == ("heic", 8 if bits == 8 else 16)
    white = write_heic(tmp_path / "white.heic", np.full((64, 64, 3), 255, np.uint8), bits)
    assert load_photo(white).min() == np.iinfo(opened.dtype).max


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".heic", ".avif"])
def test_orientation_is_applied_once(tmp_path: Path, image: np.ndarray, orientation: int, suffix: str) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    stored = Image.fromarray(image)
    photo = tmp_path / f"a{suffix}"
    if suffix == ".heic":
        pillow_heif.from_pillow(stored).save(photo, quality=90, exif=exif.tobytes())
    else:
        stored.save(photo, quality=90, exif=exif)
    opened = load_photo(photo)
    stored.getexif()[274] = orientation
    upright = np.asarray(ImageOps.exif_transpose(stored))
    assert opened.shape == upright.shape
    assert mean_delta_e(opened, upright) < 3
    assert (probe(photo).width, probe(photo).height) == upright.shape[1::-1]


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_avif(tmp_path: Path, image: np.ndarray, bits: int) -> None:
    samples = image if bits == 8 else np.round(image / 255.0 * (2**bits - 1)).astype(np.uint16)
    photo = tmp_path / "a.avif"
    data = imagecodecs.avif_encode(samples, level=100, bitspersample=bits, speed=10, primaries=1, transfer=13)
    photo.write_bytes(data)
    opened = load_photo(photo)
    assert opened.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert mean_delta_e(opened, image) < 0.7
    assert probe(photo).bit_depth == (8 if bits == 8 else 16)


def test_code_points_tell_the_colors(tmp_path: Path, image: np.ndarray) -> None:
    """Display P3 by `nclx` alone: more colourful than the same numbers in sRGB, and as by its ICC profile."""
    plain, p3 = tmp_path / "plain.avif", tmp_path / "p3.avif"
    for photo, primaries in ((plain, 1), (p3, 12)):
        data = imagecodecs.avif_encode(image, level=100, speed=10, primaries=primaries, transfer=13, matrix=6)
        photo.write_bytes(data)
    assert not probe(plain).wide
    assert (probe(p3).wide, probe(p3).icc_name) == (True, "Display P3")
    assert 1 < mean_delta_e(load_photo(p3), load_photo(plain)) < 5
    assert np.ptp(load_photo(p3).astype(int), axis=-1).mean() > np.ptp(load_photo(plain).astype(int), axis=-1).mean()
    wide = load_wide(p3)
    assert wide.min() < -0.01 or wide.max() > 1.01
    heic = write_heic(tmp_path / "p3.heic", image, color_primaries=12, transfer_characteristics=13)
    assert probe(heic).icc_name == "Display P3"
    assert mean_delta_e(load_photo(heic), load_photo(p3)) < 0.7


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_shown_without_clipping(tmp_path: Path, transfer: int) -> None:
    ramp = np.repeat(np.linspace(0, 1023, 256).astype(np.uint16)[None, :, None], 3, axis=2).repeat(16, axis=0)
    photo = tmp_path / "hdr.avif"
    codes = {"primaries": 9, "transfer": transfer, "matrix": 9}
    photo.write_bytes(imagecodecs.avif_encode(ramp, level=100, bitspersample=10, speed=10, **codes))
    levels = load_photo(photo)[8, :, 1].astype(int)
    assert (np.diff(levels) >= 0).all()
    diffuse_white = levels[round(255 * (0.58 if transfer == 16 else 0.75))] / 65535
    assert 0.8 < diffuse_white < 0.95
    assert levels[-1] > 60000


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("container", [False, True])
def test_jpeg_xl(tmp_path: Path, image: np.ndarray, dtype: type, container: bool) -> None:
    top = 1 if dtype == np.float32 else np.iinfo(dtype).max
    samples = (image / 255.0 * top).astype(dtype)
    photo = tmp_path / "a.jxl"
    photo.write_bytes(imagecodecs.jpegxl_encode(samples, lossless=True, usecontainer=container, effort=1))
    opened, info = load_photo(photo), probe(photo)
    assert (info.width, info.height) == (300, 200)
    assert info.bit_depth == {np.uint8: 8, np.uint16: 16, np.float32: 32}[dtype]
    assert opened.dtype == (np.uint8 if dtype == np.uint8 else np.uint16)
    if dtype == np.uint8:
        np.testing.assert_array_equal(opened, image)
    else:  # the encoder marks these as linear light
        assert info.icc_name == "sRGB linear"
        assert opened.mean() / 257 > image.mean() + 20
    assert load_thumbnail(photo, 100).shape == (67, 100, 3)


# 12 x 8 pixels in Adobe RGB without loss, by libjxl 0.11 with JxlEncoderSetICCProfile: imagecodecs writes no profile.
JPEG_XL_WITH_PROFILE = base64.b64decode(
    "/woBQQifDAMS5gHQ1JivbeMwr9sjQBS1CTkrtPxRKrHQRWbXR9haYTGbC9xZVGa5s0gcXZuQo6OjS3MAAEAgX7EvmmH4i1ha8WOG"
    "Q10nYrlsIOmraBmg5KEQEJSYnBycFODoaytsKG2qKGvJJ5ffiwRyWcf3iRY2Vzb1FJUOC7B2tgzQVLa0lDWH2mtlADpNYw4VYFdv"
    "//13nvK8IjqB9gvpv//uG+q///YrgrVcKFAXyrkIPi3BpnwIbQMKCoPzViAmES7kQX3d8GbJBAgEAQCAAEsYixUA1BVjjLHUBUIA"
    "iJySACAkgIAwh3PzBy6TBZgK"
)


def test_jpeg_xl_with_a_compressed_profile(tmp_path: Path) -> None:
    photo = tmp_path / "a.jxl"
    photo.write_bytes(JPEG_XL_WITH_PROFILE)
    assert probe(photo).icc_name == "Adobe RGB (1998) compatible"
    stored = np.full((8, 12, 3), (40, 200, 60), np.uint8)
    stored[:4, :6] = (200, 30, 90)
    np.testing.assert_array_equal(load_photo(photo), to_srgb(StoredPixels(stored, "rgb"), make_profile("adobe-rgb")))


def test_jpeg_xl_made_from_a_jpeg_has_its_profile(tmp_path: Path, image: np.ndarray) -> None:
    jpeg, photo = tmp_path / "a.jpg", tmp_path / "a.jxl"
    Image.fromarray(image).save(jpeg, quality=95, subsampling=0, icc_profile=make_profile("adobe-rgb"))
    photo.write_bytes(imagecodecs.jpegxl_encode_jpeg(jpeg.read_bytes()))
    assert probe(photo).icc_name == probe(jpeg).icc_name == "Adobe RGB (1998) compatible"
    as_jpeg = load_photo(jpeg).astype(int)
    assert np.abs(load_photo(photo) - as_jpeg).mean() < 2  # both decode the same coefficients, but round otherwise
    assert np.abs(image - as_jpeg).mean() > 6  # what the stored values would give as sRGB


def test_jpeg_xl_sizes(tmp_path: Path) -> None:
    for height, width in ((8, 8), (40, 60), (1, 1), (257, 16), (90, 160), (300, 5000)):
        photo = tmp_path / "a.jxl"
        photo.write_bytes(imagecodecs.jpegxl_encode(np.zeros((height, width, 4), np.uint8), lossless=True, effort=1))
        assert (probe(photo).width, probe(photo).height) == (width, height)
        assert load_photo(photo).shape == (height, width, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_psd(tmp_path: Path, image: np.ndarray, dtype: type) -> None:
    stored = image.astype(dtype) * (1 if dtype == np.uint8 else 257)
    planes = list(np.moveaxis(stored, -1, 0))
    photo = write_psd(tmp_path / "a.psd", planes, 3)
    np.testing.assert_array_equal(load_photo(photo), stored)
    assert (probe(photo).format, probe(photo).bit_depth) == ("psd", 8 * stored.itemsize)
    gray = write_psd(tmp_path / "gray.psd", planes[:1], 1)
    np.testing.assert_array_equal(load_photo(gray), np.repeat(stored[..., :1], 3, axis=2))
    ink = np.asarray(Image.fromarray(image).convert("CMYK")).astype(dtype) * (1 if dtype == np.uint8 else 257)
    cmyk = write_psd(tmp_path / "cmyk.psd", list(np.moveaxis(np.iinfo(dtype).max - ink, -1, 0)), 4)
    assert load_photo(cmyk).dtype == dtype
    assert mean_delta_e(load_photo(cmyk), image) < 1


def test_a_psd_without_a_flattened_image_is_refused(tmp_path: Path, image: np.ndarray) -> None:
    photo = write_psd(tmp_path / "a.psd", list(np.moveaxis(image, -1, 0)), 3)
    data = photo.read_bytes()
    resource = b"8BIM" + struct.pack(">HHI", 1057, 0, 6) + struct.pack(">IBx", 1, 0)
    photo.write_bytes(data[:30] + struct.pack(">I", len(resource)) + resource + data[34:])
    with pytest.raises(DecodeError, match=r"^a.psd .*Maximize compatibility"):
        load_photo(photo)


def test_bombs_are_refused_by_their_header(tmp_path: Path) -> None:
    small = np.zeros((64, 64, 3), np.uint8)
    psd = bytearray(write_psd(tmp_path / "a.psd", list(np.moveaxis(small, -1, 0)), 3).read_bytes())
    psd[14:22] = struct.pack(">II", 30_000, 30_000)
    (tmp_path / "a.psd").write_bytes(psd)
    for name, data in (
        ("a.heic", write_heic(tmp_path / "small.heic", small).read_bytes()),
        ("a.avif", imagecodecs.avif_encode(small, level=50)),
    ):
        at = data.index(b"ispe") + 8
        (tmp_path / name).write_bytes(data[:at] + struct.pack(">II", 30_000, 30_000) + data[at + 8 :])
    # Height by 30 bits, no ratio, width by 30 bits; the rest is all default.
    bits = "0" + "11" + f"{29_999:030b}"[::-1] + "000" + "11" + f"{29_999:030b}"[::-1] + "1"
    (tmp_path / "a.jxl").write_bytes(b"\xff\x0a" + int(bits[::-1], 2).to_bytes(12, "little"))
    for name in ("a.psd", "a.heic", "a.avif", "a.jxl"):
        with pytest.raises(DecodeError, match=f"^{name} "):
            load_photo(tmp_path / name)
    with pytest.raises(DecodeError, match=f"{MAX_PIXELS // 10**6} megapixels"):
        probe(tmp_path / "a.jxl")


@pytest.mark.parametrize("name", ["a.heic", "a.avif", "a.jxl", "a.psd"])
@pytest.mark.parametrize("kept", [0.001, 0.05, 0.5])
def test_truncated_photos_are_refused(tmp_path: Path, image: np.ndarray, name: str, kept: float) -> None:
    photo = tmp_path / name
    if name == "a.heic":
        write_heic(photo, image)
    elif name == "a.psd":
        write_psd(photo, list(np.moveaxis(image, -1, 0)), 3)
    else:
        encode = imagecodecs.avif_encode if name == "a.avif" else imagecodecs.jpegxl_encode
        photo.write_bytes(encode(image, level=80) if name == "a.jxl" else encode(image, level=80, speed=10))
    photo.write_bytes(photo.read_bytes()[: int(photo.stat().st_size * kept)])
    with pytest.raises(DecodeError, match=f"^{name} is"):
        load_photo(photo)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[32:, :, 3] = 255
    pillow_heif.from_pillow(Image.fromarray(rgba)).save(tmp_path / "a.heic", quality=-1)
    Image.fromarray(rgba).save(tmp_path / "a.avif", quality=100)
    (tmp_path / "a.jxl").write_bytes(imagecodecs.jpegxl_encode(rgba, lossless=True))
    for name in ("a.heic", "a.avif", "a.jxl"):
        opened = load_photo(tmp_path / name)
        assert opened[:30].min() > 250 and opened[34:].max() < 5


@pytest.mark.data
def test_phone_photos(shared_data: Path) -> None:
    for name, side in (("IMG_2682.heic", 320), ("samsung-one-ui-6.heic", 512)):
        photo = shared_data / "assets" / "immich" / name
        preview = load_preview(photo, 2000)
        assert preview is not None and max(preview.shape) == side
        assert mean_delta_e(preview, load_photo(photo, side)) < 7
