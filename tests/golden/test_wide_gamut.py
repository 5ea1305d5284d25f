"""Colours beyond sRGB, and files whose colours are told by something other than an embedded RGB profile."""

import struct
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, ImageCms

from pie_desktop.imaging.color.cicp import adobe_rgb_profile, rgb_profile
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.color.spaces import linear_to_srgb, make_profile, srgb_profile, srgb_to_linear
from pie_desktop.imaging.decode import load_photo, load_wide, probe
from pie_desktop.imaging.lut.apply import apply_lut, apply_lut_wide, identity_lut

SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
WIDE = ("display-p3", "adobe-rgb", "rec2020")


@pytest.fixture(scope="module")
def colors() -> np.ndarray:
    """A grid of all device colours, uint8 (64, 64, 3)."""
    levels = np.linspace(0, 255, 16).round().astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(64, 64, 3)


@pytest.fixture(scope="module")
def wide_colors(colors: np.ndarray) -> np.ndarray:
    """Extended sRGB from -0.3 to 1.2, float32."""
    return colors.astype(np.float32) / 255 * 1.5 - 0.3


def write_tiff(path: Path, samples: np.ndarray, icc: bytes | None, photometric: str = "rgb") -> Path:
    tifffile.imwrite(path, samples, photometric=photometric, iccprofile=icc)
    return path


@pytest.mark.parametrize("color", WIDE)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_wide_files_keep_their_gamut(tmp_path: Path, colors: np.ndarray, color: str, dtype: type) -> None:
    samples = {np.uint8: colors, np.uint16: colors.astype(np.uint16) * 257, np.float32: colors / np.float32(255)}[dtype]
    photo = write_tiff(tmp_path / "a.tif", samples, make_profile(color))
    assert probe(photo).wide
    wide, clipped = load_wide(photo), load_photo(photo)
    assert (wide.dtype, clipped.dtype) == (np.float32, np.uint8 if dtype == np.uint8 else np.uint16)
    assert wide.min() < -0.1
    top = np.iinfo(clipped.dtype).max
    assert np.abs(np.rint(np.clip(wide, 0, 1) * top) - clipped).max() <= 1
    # LittleCMS to linear light, not clipped, and the mirrored curve.
    linear = imagecodecs.cms_profile("rgb", whitepoint=[0.3127, 0.3290], primaries=list(SRGB_PRIMARIES), gamma=1)
    options = {"colorspace": "rgb", "outcolorspace": "rgb", "outdtype": "float32", "intent": 1}
    light = imagecodecs.cms_transform(
        samples.astype(np.float32) / (1 if dtype == np.float32 else np.iinfo(dtype).max),
        make_profile(color),
        linear,
        **options,
    )
    assert np.abs(srgb_to_linear(wide.astype(np.float64)) - light).max() < 2e-3


def test_srgb_files_are_not_wide(tmp_path: Path, colors: np.ndarray) -> None:
    for icc in (None, srgb_profile()):
        photo = write_tiff(tmp_path / "a.tif", colors, icc)
        assert not probe(photo).wide
        np.testing.assert_array_equal(load_wide(photo), colors.astype(np.float32) / np.float32(255))


def test_the_identity_changes_no_wide_color(wide_colors: np.ndarray) -> None:
    for size in (2, 17, 33):
        np.testing.assert_array_equal(apply_lut_wide(wide_colors, identity_lut(size)), wide_colors)


def test_tables_act_within_srgb_as_ever_and_beyond_without_a_break(wide_colors: np.ndarray) -> None:
    lut = np.clip(identity_lut(17) ** np.float32(0.8) * np.float32(0.9) + np.float32(0.05), 0, 1)
    result = apply_lut_wide(wide_colors, lut)
    inside = ((wide_colors >= 0) & (wide_colors <= 1)).all(axis=-1)
    expected = apply_lut(np.clip(wide_colors, 0, 1), lut)
    np.testing.assert_array_equal(result[inside], expected[inside])
    assert result[~inside].min() < 0
    # Along a line out of sRGB there is no jump.
    line = np.linspace([0.8, 0.5, 0.3], [1.1, 0.4, -0.2], 2000, dtype=np.float32)[None]
    assert np.abs(np.diff(apply_lut_wide(line, lut), axis=1)).max() < 0.01


def test_black_and_white_leaves_no_tint(wide_colors: np.ndarray) -> None:
    gray = np.repeat((identity_lut(17) @ np.array([0.3, 0.6, 0.1], np.float32))[..., None], 3, axis=-1)
    colorful = np.ptp(np.clip(wide_colors, 0, 1), axis=-1) > 1e-3
    assert np.ptp(apply_lut_wide(wide_colors, gray)[colorful], axis=-1).max() < 1e-3


def test_exif_tells_adobe_rgb(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    image = sample_images["coffee"]
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "PIE"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ColorSpace] = 0xFFFF
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.IFD.Interop] = {1: "R03"}
    for name in ("a.jpg", "a.png", "a.webp"):
        Image.fromarray(image).save(tmp_path / name, exif=exif, quality=95)
        Image.fromarray(image).save(tmp_path / f"icc_{name}", icc_profile=adobe_rgb_profile(), quality=95)
        assert (probe(tmp_path / name).icc_name, probe(tmp_path / name).wide) == ("Adobe RGB", True), name
        np.testing.assert_array_equal(load_photo(tmp_path / name), load_photo(tmp_path / f"icc_{name}"))
    assert mean_delta_e(load_photo(tmp_path / "a.png"), image) > 1
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ColorSpace] = 1
    Image.fromarray(image).save(tmp_path / "srgb.jpg", exif=exif)
    assert not probe(tmp_path / "srgb.jpg").wide


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_code_points_of_a_png_go_before_its_profile(
    tmp_path: Path, sample_images: dict[str, np.ndarray], dtype: type
) -> None:
    image = sample_images["coffee"].astype(dtype) * (1 if dtype == np.uint8 else 257)
    data = cv2.imencode(".png", image[..., ::-1])[1].tobytes()
    chunks = b""
    for chunk in (b"cICP" + bytes((12, 13, 0, 1)), b"iCCPx\0\0" + zlib.compress(make_profile("rec2020"))):
        chunks += struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "a.png").write_bytes(data[:33] + chunks + data[33:])
    photo = write_tiff(tmp_path / "a.tif", image, make_profile("display-p3"))
    assert probe(tmp_path / "a.png").icc_name == "Display P3"
    assert mean_delta_e(load_photo(tmp_path / "a.png"), load_photo(photo)) < 0.05


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_lab_tiff(tmp_path: Path, sample_images: dict[str, np.ndarray], dtype: type) -> None:
    """Encoded by LittleCMS, stored with signed a* and b* as TIFF asks for."""
    image = sample_images["coffee"].astype(dtype) * (1 if dtype == np.uint8 else 257)
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    lab = imagecodecs.cms_transform(image, srgb_profile(), target, colorspace="rgb", outcolorspace="lab", intent=1)
    if dtype == np.uint8:
        lab[..., 1:] ^= 128
    else:
        lab[..., 1:] = np.round((lab[..., 1:] / 257.0 - 128) * 256).astype(np.int16).view(np.uint16)
    photo = write_tiff(tmp_path / "a.tif", lab, None, "cielab")
    opened = load_photo(photo)
    assert opened.dtype == dtype
    assert mean_delta_e(opened, image) < (1.2 if dtype == np.uint8 else 0.05)


def test_16_bit_lab_and_table_profiles_have_no_8_bit_step(tmp_path: Path) -> None:
    ramp = np.zeros((1, 4000, 3), np.uint16)
    ramp[..., 0] = np.linspace(20000, 30000, 4000)
    photo = write_tiff(tmp_path / "a.tif", ramp, None, "cielab")
    assert len(np.unique(load_photo(photo)[0, :, 1])) > 3000


def test_float_tiff_with_a_linear_profile(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    image = sample_images["coffee"]
    linear = rgb_profile(SRGB_PRIMARIES, np.linspace(0, 1, 2))
    photo = write_tiff(tmp_path / "a.tif", srgb_to_linear(image / 255.0).astype(np.float32), linear)
    opened = load_photo(photo)
    assert opened.dtype == np.uint16
    assert np.abs(opened / 257.0 - image).max() < 0.1
    values = np.linspace(-1, 2, 99)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(values)), values, atol=1e-6)


@pytest.mark.data
def test_16_bit_cmyk_by_its_profile(tmp_path: Path, shared_data: Path) -> None:
    with Image.open(shared_data / "assets" / "generated" / "cmyk_icc.jpg") as image:
        icc, ink = image.info["icc_profile"], np.asarray(image)
    fine = ink[:200, :200].astype(np.uint16) * 257
    opened = load_photo(write_tiff(tmp_path / "a.tif", fine, icc, "separated"))
    eight = load_photo(write_tiff(tmp_path / "b.tif", ink[:200, :200], icc, "separated"))
    assert (opened.dtype, eight.dtype) == (np.uint16, np.uint8)
    assert np.abs(opened / 257.0 - eight).max() <= 1.5
    ramp = np.zeros((1, 4000, 4), np.uint16)
    ramp[..., 1] = np.linspace(10000, 20000, 4000)
    assert len(np.unique(load_photo(write_tiff(tmp_path / "c.tif", ramp, icc, "separated"))[0, :, 1])) > 2000


@pytest.mark.data
def test_the_test_images_of_the_color_management_crowd(shared_data: Path) -> None:
    """Red in Rec. 2020 with the sRGB red inside: seen only by who keeps the gamut."""
    for space in ("P3", "R2020"):
        photo = shared_data / "assets" / "wide-gamut" / f"{space}-sRGB-red.png"
        clipped, wide = load_photo(photo).astype(int), load_wide(photo)
        assert np.ptp(clipped[..., 0]) <= 2
        assert np.ptp(wide[..., 0]) > 0.05
