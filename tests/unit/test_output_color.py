"""Colour spaces of written files, judged by LittleCMS and by formulas."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from pie_desktop.edit.full_size import edited_photo
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.color.output import keeps_wide_gamut, output_space
from pie_desktop.imaging.color.spaces import SPACES, make_profile, srgb_profile
from pie_desktop.imaging.decode import load_photo, load_proxy, probe
from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut

WIDE = ("display-p3", "adobe-rgb", "rec2020")


@pytest.fixture(scope="module")
def colors() -> np.ndarray:
    """A grid of all sRGB colours, uint8."""
    levels = np.linspace(0, 255, 16).round().astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(64, 64, 3)


def littlecms(samples: np.ndarray, source: bytes, target: bytes) -> np.ndarray:
    profiles = [ImageCms.ImageCmsProfile(io.BytesIO(icc)) for icc in (source, target)]
    transform = ImageCms.buildTransform(*profiles, "RGB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    return np.asarray(transform.apply(Image.fromarray(samples)))


@pytest.mark.parametrize("color", WIDE)
def test_profiles_of_our_own(color: str) -> None:
    icc = make_profile(color)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile
    assert profile.profile_description == SPACES[color].name
    assert profile.copyright == "No copyright, use freely"
    for mine, (x, y) in zip(_primaries(profile), np.reshape(SPACES[color].primaries, (3, 2)), strict=True):
        assert mine == pytest.approx((x, y), abs=2e-4)
    assert ImageCms.isIntentSupported(ImageCms.ImageCmsProfile(io.BytesIO(icc)), 1, ImageCms.Direction.OUTPUT)
    assert make_profile(color) == icc and len(icc) % 4 == 0


def _primaries(profile: object) -> list[tuple[float, float]]:
    """Chromaticities under D65: the stored ones are adapted to D50 by the stored matrix."""
    adaptation = np.array(profile.chromatic_adaptation[0])  # type: ignore[attr-defined]
    result = []
    for name in ("red_primary", "green_primary", "blue_primary"):
        xyz = np.linalg.solve(adaptation, np.array(getattr(profile, name)[0]))
        result.append((xyz[0] / xyz.sum(), xyz[1] / xyz.sum()))
    return result


def test_adobe_rgb_has_the_numbers_of_its_specification() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(make_profile("adobe-rgb"))).profile
    assert profile.red_primary[0] == pytest.approx((0.60974, 0.31111, 0.01947), abs=2e-5)
    assert profile.green_primary[0] == pytest.approx((0.20528, 0.62567, 0.06087), abs=2e-5)
    assert profile.blue_primary[0] == pytest.approx((0.14919, 0.06322, 0.74457), abs=2e-5)


@pytest.mark.parametrize("color", WIDE)
@pytest.mark.parametrize("format_name", ["png8", "tiff16"])
def test_littlecms_sees_the_same_colors(tmp_path: Path, colors: np.ndarray, color: str, format_name: Format) -> None:
    photo = tmp_path / "a"
    save_photo(colors, photo, EncodeOptions(format_name, color=color))
    if format_name == "tiff16":
        with tifffile.TiffFile(photo) as tiff:
            samples, icc = tiff.asarray(), tiff.pages[0].tags["InterColorProfile"].value
        # Against LittleCMS on its way to the space, whose own step is an eighth bit.
        assert np.abs(samples / 257 - littlecms(colors, srgb_profile(), icc)).max() < 0.75
        return
    with Image.open(photo) as opened:
        samples, icc = np.asarray(opened), opened.info["icc_profile"]
    seen = littlecms(samples, icc, srgb_profile())
    difference = delta_e_2000(seen, colors)
    assert difference.mean() < 0.5
    assert np.percentile(difference, 99) < 1.5  # the darkest colours, by the steps of 8 bits


@pytest.mark.parametrize("color", WIDE)
def test_colors_beyond_srgb_are_kept(tmp_path: Path, color: str) -> None:
    """Extended sRGB made by formulas from the pure primaries of the space comes out as these primaries."""
    matrix = np.linalg.inv(SPACES[color].matrix_from_srgb)
    linear = (np.eye(3) @ matrix.T)[None]  # one pixel per primary
    size = np.abs(linear)
    encoded = np.copysign(np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055), linear)
    save_photo(encoded.astype(np.float32), tmp_path / "a.tif", EncodeOptions("tiff16", color=color))
    samples = tifffile.imread(tmp_path / "a.tif")[0].astype(float) / 65535
    np.testing.assert_allclose(samples, np.eye(3), atol=0.02)
    save_photo(encoded.astype(np.float32), tmp_path / "b.tif", EncodeOptions("tiff16"))
    clipped = tifffile.imread(tmp_path / "b.tif")[0]
    assert clipped.min() == 0 and clipped.max() == 65535  # sRGB cannot hold them


@pytest.mark.parametrize("color", WIDE)
def test_the_profile_of_the_source(tmp_path: Path, colors: np.ndarray, color: str) -> None:
    source = tmp_path / "source.png"
    icc = make_profile(color)
    Image.fromarray(colors).save(source, icc_profile=icc)
    deep = colors.astype(np.uint16) * 257
    assert save_photo(deep, tmp_path / "a.tif", EncodeOptions("tiff16", color="source"), source) is None
    assert save_photo(deep, tmp_path / "b.tif", EncodeOptions("tiff16", color=color), source) is None
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.pages[0].tags["InterColorProfile"].value == icc
    one, other = tifffile.imread(tmp_path / "a.tif").astype(int), tifffile.imread(tmp_path / "b.tif").astype(int)
    assert np.abs(one - other).max() <= 96  # of 65535: the sampled curve against the formula


def test_sources_without_a_usable_profile(tmp_path: Path, colors: np.ndarray) -> None:
    options = EncodeOptions("png8", color="source")
    plain = tmp_path / "plain.png"
    Image.fromarray(colors).save(plain)
    assert save_photo(colors, tmp_path / "a.png", options, plain) is None
    gray = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())).tobytes()
    cmyk = tmp_path / "cmyk.jpg"
    Image.fromarray(colors).convert("CMYK").save(cmyk, icc_profile=gray[:16] + b"CMYK" + gray[20:])
    warning = save_photo(colors, tmp_path / "b.png", options, cmyk)
    assert warning == "cmyk.jpg has a CMYK profile that RGB photos cannot be written with, so sRGB is used."
    for name in ("a.png", "b.png"):
        with Image.open(tmp_path / name) as opened:
            assert opened.info["icc_profile"] == srgb_profile()
            np.testing.assert_array_equal(np.asarray(opened), colors)


def test_a_profile_that_only_its_header_calls_one_gives_srgb(tmp_path: Path, colors: np.ndarray) -> None:
    source = tmp_path / "source.png"
    Image.fromarray(colors).save(source, icc_profile=make_profile("display-p3").replace(b"rTRC", b"xTRC"))
    warning = save_photo(colors, tmp_path / "a.png", EncodeOptions("png8", color="source"), source)
    assert warning is not None and "damaged" in warning
    with Image.open(tmp_path / "a.png") as opened:
        assert opened.info["icc_profile"] == srgb_profile()
        np.testing.assert_array_equal(np.asarray(opened), colors)


@pytest.mark.parametrize("color", ["display-p3", "srgb"])
def test_a_profile_is_written_with_its_own_size(tmp_path: Path, colors: np.ndarray, color: str) -> None:
    source, icc = tmp_path / "source.jpg", make_profile(color)
    Image.fromarray(colors).save(source, icc_profile=struct.pack(">I", 255) + icc[4:])
    assert save_photo(colors, tmp_path / "a.jpg", EncodeOptions("jpeg", color="source"), source) is None
    with Image.open(tmp_path / "a.jpg") as opened:
        assert opened.info["icc_profile"] == icc


def test_which_photos_have_a_gamut_to_keep() -> None:
    wide = make_profile("display-p3")
    assert keeps_wide_gamut("display-p3", wide) and keeps_wide_gamut("source", wide)
    assert not keeps_wide_gamut("srgb", wide)
    assert not keeps_wide_gamut("display-p3", srgb_profile()) and not keeps_wide_gamut("source", None)
    assert output_space("source", wide).cicp == (2, 2)
    assert output_space("display-p3", None).cicp == (12, 13)


@pytest.mark.parametrize("color", ["srgb", *WIDE])
def test_sixteen_bits_end_to_end(tmp_path: Path, color: str) -> None:
    """Every one of the 65,536 levels of a gray ramp survives the way out; in sRGB as the very same number."""
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, axis=2)
    source = tmp_path / "ramp.tif"
    tifffile.imwrite(source, ramp, photometric="rgb", iccprofile=srgb_profile())
    image = load_photo(source)
    np.testing.assert_array_equal(image, ramp)
    edited = apply_lut(image, identity_lut(17))
    save_photo(edited, tmp_path / "out.tif", EncodeOptions("tiff16", color=color), source)
    written = tifffile.imread(tmp_path / "out.tif").astype(int)
    if color == "srgb":
        np.testing.assert_array_equal(written, ramp)
    elif color == "display-p3":  # the same curve: grays keep their numbers but for the rounding of the matrix
        assert np.abs(written - ramp.astype(int)).max() <= 4
    assert (np.diff(written[..., 1].ravel()) >= 0).all()
    assert len(np.unique(written[..., 1])) > 50_000


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("color", ["source", *WIDE])
def test_a_wide_photo_keeps_its_gamut(tmp_path: Path, colors: np.ndarray, color: str, depth: int) -> None:
    """From a Display P3 file through the edit to a file in any wide space: LittleCMS sees the same colours."""
    icc = make_profile("display-p3")
    stored = colors if depth == 8 else colors.astype(np.uint16) * 257
    source = tmp_path / "p3.tif"
    tifffile.imwrite(source, stored, photometric="rgb", iccprofile=icc)
    options = EncodeOptions("tiff16" if depth == 16 else "tiff8", color=color)
    seen: list[np.ndarray] = []

    def identity(proxy: np.ndarray) -> np.ndarray:
        seen.append(proxy)
        return identity_lut(17)

    assert save_photo(edited_photo(source, options, identity), tmp_path / "out.tif", options, source) is None
    np.testing.assert_allclose(seen[0], load_proxy(source), atol=0 if depth == 8 else 1)
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        samples, written = tiff.asarray(), tiff.pages[0].tags["InterColorProfile"].value
    whole = 1 if depth == 8 else 257
    if color in ("source", "display-p3"):
        assert written == icc
        assert np.abs(samples.astype(int) - stored).max() <= (1 if depth == 8 else 128)
        return
    expected = littlecms(colors, icc, written)
    lab = [littlecms(each, written, srgb_profile()) for each in (expected, np.round(samples / whole).astype(np.uint8))]
    assert delta_e_2000(*lab).mean() < 0.5
    assert np.abs(samples / whole - expected).mean() < 0.6


def test_a_wide_photo_as_srgb_is_what_the_screen_shows(tmp_path: Path, colors: np.ndarray) -> None:
    source = tmp_path / "p3.png"
    Image.fromarray(colors).save(source, icc_profile=make_profile("display-p3"))
    lut = identity_lut(9) ** np.float32(0.8)
    image = edited_photo(source, EncodeOptions("png"), lut)
    np.testing.assert_array_equal(image, apply_lut(load_photo(source), lut))
    save_photo(image, tmp_path / "out.png", EncodeOptions("png"), source)
    with Image.open(tmp_path / "out.png") as opened:
        np.testing.assert_array_equal(np.asarray(opened), image)


def test_png_has_the_bits_of_the_photo_also_for_wide_gamuts(tmp_path: Path, colors: np.ndarray) -> None:
    source = tmp_path / "p3.png"
    Image.fromarray(colors).save(source, icc_profile=make_profile("display-p3"))
    options = EncodeOptions("png", color="source")
    save_photo(edited_photo(source, options, identity_lut(2)), tmp_path / "out.png", options, source)
    assert probe(tmp_path / "out.png").bit_depth == 8
