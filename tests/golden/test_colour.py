"""Colour conversion against LittleCMS, the reference implementation, measured in CIEDE2000.

The profiles are written here from scratch, so that no third-party profile has to come with the tests.
"""

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.color.spaces import srgb_profile
from pie_desktop.imaging.color.working import is_srgb
from pie_desktop.imaging.decode import load_photo, probe

SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3_PRIMARIES = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
PROPHOTO_PRIMARIES = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
D65 = (0.3127, 0.3290)
D50 = (0.3457, 0.3585)
_D50_XYZ = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_SRGB_PARAMETERS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
SRGB_CURVE = struct.pack(">4s4xHxx5i", b"para", 3, *(round(value * 65536) for value in _SRGB_PARAMETERS))


def gamma_curve(gamma: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(gamma * 256))


def table_curve(gamma: float, count: int = 1024) -> bytes:
    values = np.round(np.linspace(0, 1, count) ** gamma * 65535).astype(">u2")
    return struct.pack(">4s4xI", b"curv", count) + values.tobytes()


def rgb_profile(primaries: tuple[tuple[float, float], ...], white: tuple[float, float], curve: bytes) -> bytes:
    """A display profile: matrix and one curve for all channels."""
    columns = np.array([_xyz(*xy) for xy in primaries]).T
    columns = columns * np.linalg.solve(columns, _xyz(*white))
    scale = (_BRADFORD @ _D50_XYZ) / (_BRADFORD @ _xyz(*white))
    columns = np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD @ columns
    tags = {name: _xyz_tag(columns[:, i]) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def gray_profile(curve: bytes) -> bytes:
    return _profile(b"GRAY", {b"kTRC": curve})


def _xyz(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _xyz_tag(values: np.ndarray) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(v * 65536) for v in values))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    name = b"PIE test\0"
    description = struct.pack(">4s4xI", b"desc", len(name)) + name + bytes(78)
    tags = {b"desc": description, b"wtpt": _xyz_tag(_D50_XYZ), b"cprt": b"text\0\0\0\0CC0\0"} | tags
    body, entries = b"", b""
    offset = 132 + 12 * len(tags)
    for tag, data in tags.items():
        data += bytes(-len(data) % 4)  # noqa: PLW2901
        entries += struct.pack(">4sII", tag, offset + len(body), len(data))
        body += data
    illuminant = b"".join(struct.pack(">i", round(v * 65536)) for v in _D50_XYZ)
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s12x4s28x", size, b"lcms", 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    header = header[:68] + illuminant + bytes(48)
    return header + struct.pack(">I", len(tags)) + entries + body


PROFILES = {
    "Display P3": rgb_profile(P3_PRIMARIES, D65, SRGB_CURVE),
    "Adobe RGB": rgb_profile(ADOBE_PRIMARIES, D65, gamma_curve(2.19921875)),
    "ProPhoto": rgb_profile(PROPHOTO_PRIMARIES, D50, gamma_curve(1.8)),
    "table curve": rgb_profile(P3_PRIMARIES, D65, table_curve(2.2)),
}


def by_littlecms(image: np.ndarray, profile: bytes) -> np.ndarray:
    converted = ImageCms.profileToProfile(
        Image.fromarray(image),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None
    return np.asarray(converted)


@pytest.mark.parametrize("name", PROFILES)
def test_8_bits(tmp_path: Path, sample_images: dict[str, np.ndarray], name: str) -> None:
    image = sample_images["coffee"]
    Image.fromarray(image).save(tmp_path / "a.png", icc_profile=PROFILES[name])
    expected = by_littlecms(image, PROFILES[name])
    ours = load_photo(tmp_path / "a.png")
    assert probe(tmp_path / "a.png").icc_name == "PIE test"
    assert np.abs(ours.astype(int) - expected).max() <= 1
    assert delta_e_2000(ours, expected).mean() < 0.1
    assert delta_e_2000(ours, image).mean() > 0.8  # the profile does something


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_16_bits(tmp_path: Path, sample_images: dict[str, np.ndarray], name: str, suffix: str) -> None:
    image = sample_images["coffee"]
    wide = image.astype(np.uint16) * 257
    photo = tmp_path / f"a{suffix}"
    if suffix == ".tif":
        tifffile.imwrite(photo, wide, photometric="rgb", iccprofile=PROFILES[name])
    else:
        photo.write_bytes(png_with_profile(wide, PROFILES[name]))
    ours = load_photo(photo)
    assert ours.dtype == np.uint16
    # The reference has 8 bits: half a step of it is all that may be between them.
    assert np.abs(ours / 257.0 - by_littlecms(image, PROFILES[name])).max() < 1.0
    assert delta_e_2000(ours, by_littlecms(image, PROFILES[name])).mean() < 0.4


def png_with_profile(image: np.ndarray, profile: bytes) -> bytes:
    import zlib

    data = cv2.imencode(".png", image[..., ::-1])[1].tobytes()
    chunk = b"iCCPtest\0\0" + zlib.compress(profile)
    return data[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]


def test_16_bits_stay_16_bits(tmp_path: Path) -> None:
    """A fine gradient through a profile keeps more than 256 levels."""
    ramp = np.repeat(np.linspace(20000, 24000, 4000).astype(np.uint16)[None, :, None], 3, axis=2)
    tifffile.imwrite(tmp_path / "a.tif", ramp, photometric="rgb", iccprofile=PROFILES["Adobe RGB"])
    levels = load_photo(tmp_path / "a.tif")[0, :, 1]
    assert len(np.unique(levels)) > 3000
    assert (np.diff(levels.astype(int)) >= 0).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_profile(tmp_path: Path, sample_images: dict[str, np.ndarray], dtype: type) -> None:
    gray = sample_images["chelsea"][..., 1]
    profile = gray_profile(gamma_curve(1.8))
    stored = gray if dtype == np.uint8 else gray.astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="minisblack", iccprofile=profile)
    ours = load_photo(tmp_path / "a.tif")
    assert ours.dtype == dtype
    scale = 1 if dtype == np.uint8 else 257
    assert np.abs(ours / scale - by_littlecms(gray, profile)).max() <= 1.5  # its 8-bit curve is coarse in the shadows


def test_srgb_under_any_name_is_left_alone(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    own = rgb_profile(SRGB_PRIMARIES, D65, SRGB_CURVE)
    assert is_srgb(own)
    assert is_srgb(srgb_profile())
    assert not any(is_srgb(profile) for profile in PROFILES.values())
    Image.fromarray(sample_images["rocket"]).save(tmp_path / "a.png", icc_profile=own)
    np.testing.assert_array_equal(load_photo(tmp_path / "a.png"), sample_images["rocket"])


@pytest.mark.parametrize("profile", [b"no profile at all", PROFILES["Adobe RGB"][:200], gray_profile(gamma_curve(2.2))])
def test_useless_profile_is_ignored(tmp_path: Path, sample_images: dict[str, np.ndarray], profile: bytes) -> None:
    Image.fromarray(sample_images["rocket"]).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(load_photo(tmp_path / "a.png"), sample_images["rocket"])


def test_reduced_size_is_converted_too(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    big = cv2.resize(sample_images["coffee"], (2400, 1600), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(big).save(tmp_path / "a.jpg", quality=95, icc_profile=PROFILES["ProPhoto"])
    full = cv2.resize(load_photo(tmp_path / "a.jpg"), (300, 200), interpolation=cv2.INTER_AREA)
    assert delta_e_2000(load_photo(tmp_path / "a.jpg", 300), full).mean() < 0.5
