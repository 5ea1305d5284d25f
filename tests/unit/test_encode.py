"""Writing photos."""

import errno
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from pie_desktop.errors import EncodeError
from pie_desktop.imaging import encode
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.color.spaces import srgb_profile
from pie_desktop.imaging.decode import load_photo, probe
from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.formats.registry import written_formats
from pie_desktop.imaging.stored import to_uint8, to_uint16


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return sample_images["astronaut"]


@pytest.fixture
def wide(image: np.ndarray) -> np.ndarray:
    return image.astype(np.uint16) * 256 + 100


@pytest.mark.parametrize(
    ("format_name", "depth", "kind"),
    [("jpeg", 8, "jpeg"), ("png", 16, "png"), ("tiff8", 8, "tiff"), ("tiff16", 16, "tiff")],
)
def test_formats_and_depths(tmp_path: Path, wide: np.ndarray, format_name: Format, depth: int, kind: str) -> None:
    options = EncodeOptions(format_name, quality=95)
    photo = tmp_path / f"a{options.suffix}"
    assert save_photo(wide, photo, options) is None
    info = probe(photo)
    assert (info.format, info.bit_depth, info.width, info.height) == (kind, depth, 512, 512)
    result = load_photo(photo)
    if depth == 16:
        np.testing.assert_array_equal(result, wide)
    elif kind == "tiff":
        np.testing.assert_array_equal(result, to_uint8(wide))
    else:
        assert mean_delta_e(result, wide) < 1.5
    assert list(tmp_path.iterdir()) == [photo]


@pytest.mark.parametrize("format_name", ["jpeg", "png", "tiff8", "tiff16"])
def test_tagged_srgb(tmp_path: Path, image: np.ndarray, format_name: Format) -> None:
    photo = tmp_path / "a"
    save_photo(image, photo, EncodeOptions(format_name))
    if format_name == "tiff16":
        import tifffile

        with tifffile.TiffFile(photo) as tiff:
            profile = tiff.pages[0].tags["InterColorProfile"].value
    else:
        with Image.open(photo) as opened:
            opened.load()
            profile = opened.info["icc_profile"]
    assert "sRGB" in ImageCms.getProfileDescription(io.BytesIO(profile))


def test_jpeg_quality_and_subsampling(image: np.ndarray) -> None:
    from PIL import JpegImagePlugin

    sizes, sampling = [], []
    for quality in (60, 89, 90, 98):
        data = encode.encode_photo(image, EncodeOptions(quality=quality))
        sizes.append(len(data))
        with Image.open(io.BytesIO(data)) as opened:
            assert isinstance(opened, JpegImagePlugin.JpegImageFile)
            sampling.append(JpegImagePlugin.get_sampling(opened))
    assert sizes == sorted(sizes)
    assert sampling == [2, 2, 0, 0]  # 4:2:0 and 4:4:4


def test_long_side(tmp_path: Path, image: np.ndarray) -> None:
    save_photo(image, tmp_path / "a.png", EncodeOptions("png", long_side=100))
    assert load_photo(tmp_path / "a.png").shape == (100, 100, 3)
    save_photo(image, tmp_path / "b.png", EncodeOptions("png", long_side=5000))
    np.testing.assert_array_equal(load_photo(tmp_path / "b.png"), image)


def test_the_same_image_gives_the_same_bytes(image: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    def encoded() -> list[bytes]:
        srgb_profile.cache_clear()
        return [encode.encode_photo(image, EncodeOptions(name)) for name in written_formats()]

    first = encoded()
    profile = srgb_profile()
    another_day = profile[:24] + bytes(12) + profile[36:]
    monkeypatch.setattr(ImageCms.ImageCmsProfile, "tobytes", lambda _: another_day)
    assert encoded() == first
    srgb_profile.cache_clear()


def test_depth_conversion() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(1, -1, 1).repeat(3, 2)
    assert to_uint16(ramp).max() == 65535
    np.testing.assert_array_equal(to_uint8(to_uint16(ramp)), ramp)
    assert to_uint8(np.full((1, 1, 3), 128, np.uint16))[0, 0, 0] == 0
    assert to_uint8(np.full((1, 1, 3), 129, np.uint16))[0, 0, 0] == 1


def test_existing_file(tmp_path: Path, image: np.ndarray) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_text("precious")
    with pytest.raises(EncodeError, match="exists already"):
        save_photo(image, photo, EncodeOptions(), overwrite=False)
    assert photo.read_text() == "precious"
    save_photo(image, photo, EncodeOptions())
    assert probe(photo).format == "jpeg"


def test_missing_folder(tmp_path: Path, image: np.ndarray) -> None:
    with pytest.raises(EncodeError, match=r"a\.jpg .*does not exist"):
        save_photo(image, tmp_path / "gone" / "a.jpg", EncodeOptions())


@pytest.mark.parametrize(
    ("number", "message"), [(errno.ENOSPC, "full"), (errno.EACCES, "write-protected"), (errno.EIO, "Input/output")]
)
def test_write_errors_leave_nothing(
    tmp_path: Path, image: np.ndarray, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    def fail(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(number, os.strerror(number))

    (tmp_path / "old.jpg").write_text("old")
    monkeypatch.setattr(Path, "write_bytes", fail)
    for name in ("new.jpg", "old.jpg"):
        with pytest.raises(EncodeError, match=message) as caught:
            save_photo(image, tmp_path / name, EncodeOptions())
        assert name in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["old.jpg"]
    assert (tmp_path / "old.jpg").read_text() == "old"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_write_protected_folder(tmp_path: Path, image: np.ndarray) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EncodeError, match="write-protected"):
        save_photo(image, tmp_path / "a.jpg", EncodeOptions())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_truly_full_disk(tmp_path: Path, image: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr(encode, "atomic_write", lambda path, overwrite: nullcontext(Path("/dev/full")))
    with pytest.raises(EncodeError, match="full"):
        save_photo(image, tmp_path / "a.jpg", EncodeOptions())


def test_too_large_for_jpeg(tmp_path: Path) -> None:
    strip = np.zeros((1, 65_501, 3), dtype=np.uint8)
    with pytest.raises(EncodeError, match=r"a\.jpg has 65501 x 1 pixels"):
        save_photo(strip, tmp_path / "a.jpg", EncodeOptions())
    save_photo(strip, tmp_path / "a.png", EncodeOptions("png"))
    assert load_photo(tmp_path / "a.png").shape == strip.shape


@pytest.mark.parametrize("arguments", [{"format": "gif"}, {"quality": 0}, {"quality": 101}, {"long_side": 0}])
def test_senseless_options(arguments: dict) -> None:
    with pytest.raises(ValueError, match="must be"):
        EncodeOptions(**arguments)


@pytest.mark.parametrize("bad", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3), np.float64)])
def test_not_an_image(tmp_path: Path, bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="image"):
        save_photo(bad, tmp_path / "a.png", EncodeOptions("png"))
