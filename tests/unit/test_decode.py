"""Opening photos of every kind, sound and damaged."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import MAX_PIXELS, load_photo, load_proxy, load_thumbnail, probe


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return sample_images["chelsea"]


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_lossless_8_bits(tmp_path: Path, image: np.ndarray, name: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    Image.fromarray(image).save(tmp_path / name, **options)
    np.testing.assert_array_equal(load_photo(tmp_path / name), image)
    info = probe(tmp_path / name)
    assert (info.width, info.height, info.bit_depth, info.icc_name) == (451, 300, 8, None)
    assert info.file_size == (tmp_path / name).stat().st_size


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_16_bit_tiff(tmp_path: Path, image: np.ndarray, compression: str | None, planar: str) -> None:
    wide = image.astype(np.uint16) * 256 + 77
    stored = wide if planar == "contig" else np.moveaxis(wide, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", compression=compression, planarconfig=planar)
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif"), wide)
    assert probe(tmp_path / "a.tif").bit_depth == 16


def test_16_bit_png(tmp_path: Path, image: np.ndarray) -> None:
    wide = image.astype(np.uint16) * 256 + 77
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", wide[..., ::-1])[1].tobytes())
    np.testing.assert_array_equal(load_photo(tmp_path / "a.png"), wide)
    assert load_proxy(tmp_path / "a.png").dtype == np.uint16
    assert load_thumbnail(tmp_path / "a.png", 100).dtype == np.uint8


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_float_tiff_is_0_to_1(tmp_path: Path, dtype: type) -> None:
    values = np.array([[[-1, 0, 0.25], [0.5, 1, 2]]], dtype=dtype)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb")
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif"), [[[0, 0, 16384], [32768, 65535, 65535]]])


def test_gray_palette_and_bilevel(tmp_path: Path, image: np.ndarray) -> None:
    gray = image[..., 1]
    Image.fromarray(gray).save(tmp_path / "gray.jpg", quality=100)
    assert np.abs(load_photo(tmp_path / "gray.jpg").astype(int) - gray[..., None]).max() <= 3
    wide = gray.astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "gray.tif", wide)
    np.testing.assert_array_equal(load_photo(tmp_path / "gray.tif"), np.repeat(wide[..., None], 3, 2))
    tifffile.imwrite(tmp_path / "white.tif", 65535 - wide, photometric="miniswhite")
    np.testing.assert_array_equal(load_photo(tmp_path / "white.tif"), np.repeat(wide[..., None], 3, 2))
    palette = Image.fromarray(image).quantize(200)
    palette.save(tmp_path / "palette.png")
    np.testing.assert_array_equal(load_photo(tmp_path / "palette.png"), np.asarray(palette.convert("RGB")))
    Image.fromarray(gray).convert("1").save(tmp_path / "bilevel.tif")
    assert set(np.unique(load_photo(tmp_path / "bilevel.tif"))) == {0, 255}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transparency_lies_on_white(tmp_path: Path, dtype: type) -> None:
    top = np.iinfo(dtype).max
    rgba = np.zeros((1, 3, 4), dtype=dtype)
    rgba[0, :, 0] = top // 2
    rgba[0, :, 3] = (0, top, top // 2)
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", rgba[..., [2, 1, 0, 3]])[1].tobytes())
    red = load_photo(tmp_path / "a.png")[0]
    assert red[0].tolist() == [top] * 3
    assert red[1].tolist() == [top // 2, 0, 0]
    np.testing.assert_allclose(red[2] / top, [0.75, 0.5, 0.5], atol=0.01)


def test_cmyk(tmp_path: Path, image: np.ndarray) -> None:
    for name in ("a.jpg", "a.tif"):
        Image.fromarray(image).convert("CMYK").save(tmp_path / name, quality=98)
        assert mean_delta_e(load_photo(tmp_path / name), image) < 2


def test_animations_give_their_first_image(tmp_path: Path, image: np.ndarray) -> None:
    first, second = Image.fromarray(image), Image.fromarray(255 - image)
    for name in ("a.png", "a.webp", "a.tif"):
        options = {"lossless": True} if name.endswith("webp") else {}
        first.save(tmp_path / name, save_all=True, append_images=[second], **options)
        np.testing.assert_array_equal(load_photo(tmp_path / name), image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "wide.tif"])
def test_orientation(tmp_path: Path, image: np.ndarray, orientation: int, name: str) -> None:
    """Stored so that applying the orientation gives the image back; the inverses are Pillow's."""
    inverse = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = Image.fromarray(image)
    stored = upright if inverse is None else upright.transpose(inverse)
    if name == "wide.tif":
        wide = np.asarray(stored).astype(np.uint16) * 257
        tifffile.imwrite(tmp_path / name, wide, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    else:
        exif = Image.Exif()
        exif[274] = orientation
        stored.save(tmp_path / name, exif=exif, quality=95)
    result = load_photo(tmp_path / name)
    assert result.shape == image.shape
    assert mean_delta_e(result, image) < 2.5
    info = probe(tmp_path / name)
    assert (info.width, info.height) == (451, 300)
    assert load_thumbnail(tmp_path / name, 100).shape == (67, 100, 3)


def test_content_counts_not_the_suffix(tmp_path: Path, image: np.ndarray) -> None:
    Image.fromarray(image).save(tmp_path / "a.jpg", format="PNG")
    np.testing.assert_array_equal(load_photo(tmp_path / "a.jpg"), image)


def test_proxy_of_a_large_jpeg_is_like_the_reduced_full_image(tmp_path: Path, image: np.ndarray) -> None:
    big = cv2.resize(image, (3600, 2400), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(big).save(tmp_path / "a.jpg", quality=95)
    proxy = load_proxy(tmp_path / "a.jpg")
    assert proxy.shape == (171, 256, 3)
    expected = cv2.resize(load_photo(tmp_path / "a.jpg"), (256, 171), interpolation=cv2.INTER_AREA)
    assert mean_delta_e(proxy, expected) < 0.5
    assert max(load_photo(tmp_path / "a.jpg", 2500).shape) == 2500


def test_max_side_never_enlarges(tmp_path: Path, image: np.ndarray) -> None:
    Image.fromarray(image).save(tmp_path / "a.png")
    assert load_photo(tmp_path / "a.png", 10_000).shape == image.shape


def png_header(width: int, height: int) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    png = b"\x89PNG\r\n\x1a\n"
    for chunk in (ihdr, data, b"IEND"):
        png += struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png


@pytest.mark.parametrize(
    "kind, width", [("H", (4, 4)), ("B", b"\1\2\3\4"), ("2I", (4, 1)), ("d", 4.0), ("d", float("nan")), ("s", "four")]
)
def test_a_tiff_whose_width_is_no_whole_number_is_damaged(tmp_path: Path, kind: str, width: object) -> None:
    photo = tmp_path / "odd.tif"
    tifffile.imwrite(photo, np.zeros((4, 4), np.uint16))
    with tifffile.TiffFile(photo, mode="r+") as tiff:
        tiff.pages.first.tags["ImageWidth"].overwrite(width, dtype=kind)
    with pytest.raises(DecodeError, match=r"odd\.tif is damaged"):
        probe(photo)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("tag", ["StripOffsets", "StripByteCounts", "TileOffsets"])
def test_a_tiff_with_a_lost_part_is_damaged_and_not_black_there(
    tmp_path: Path, compression: str | None, tag: str
) -> None:
    photo, shape = tmp_path / "lost.tif", {"tile": (16, 16)} if tag.startswith("Tile") else {"rowsperstrip": 8}
    samples = np.random.default_rng(1).integers(20_000, 60_000, (32, 32, 3)).astype(np.uint16)
    tifffile.imwrite(photo, samples, photometric="rgb", compression=compression, **shape)
    assert load_photo(photo).min() > 0
    with tifffile.TiffFile(photo, mode="r+") as tiff:
        numbers = tiff.pages.first.tags[tag].value
        tiff.pages.first.tags[tag].overwrite([*numbers[:2], 0, *numbers[3:]])
    with pytest.raises(DecodeError, match=r"lost\.tif is damaged"):
        load_photo(photo)


@pytest.mark.parametrize("kind, place", [("d", -2.7e276), ("i", -300), ("I", 4_000_000_000), ("d", float("nan"))])
def test_a_tiff_whose_pixels_lie_outside_of_it_is_damaged_and_not_black(
    tmp_path: Path, kind: str, place: float
) -> None:
    photo = tmp_path / "outside.tif"
    tifffile.imwrite(photo, np.full((16, 16, 3), 30_000, np.uint16), photometric="rgb", compression="zlib")
    with tifffile.TiffFile(photo, mode="r+") as tiff:
        tiff.pages.first.tags["StripOffsets"].overwrite(place, dtype=kind)
    with pytest.raises(DecodeError, match=r"outside\.tif is damaged"):
        load_photo(photo)


def test_huge_photos_are_refused_by_their_header(tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png_header(20_000, 20_000))
    tifffile.imwrite(tmp_path / "huge.tif", shape=(1, 1, 3), dtype=np.uint8, photometric="rgb")
    data = bytearray((tmp_path / "huge.tif").read_bytes())
    for tag in (256, 257):  # width and height in the directory
        at = data.index(struct.pack("<H", tag))
        data[at + 2 : at + 12] = struct.pack("<HII", 4, 1, 50_000)
    (tmp_path / "huge.tif").write_bytes(data)
    for name in ("huge.png", "huge.tif"):
        for opening in (load_photo, load_proxy, probe):
            with pytest.raises(DecodeError, match=rf"^{name} has .* at most {MAX_PIXELS // 10**6} megapixels"):
                opening(tmp_path / name)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "wide.png", "a.tif", "wide.tif", "a.webp"])
@pytest.mark.parametrize("kept", [0.003, 0.02, 0.3, 0.5, 0.95])
def test_truncated_photos_are_refused(tmp_path: Path, image: np.ndarray, name: str, kept: float) -> None:
    photo = tmp_path / name
    wide = image.astype(np.uint16) * 257
    if name == "wide.png":
        photo.write_bytes(cv2.imencode(".png", wide)[1].tobytes())
    elif name == "wide.tif":
        tifffile.imwrite(photo, wide, photometric="rgb", compression="zlib")
    else:
        Image.fromarray(image).save(photo)
    data = photo.read_bytes()
    photo.write_bytes(data[: int(len(data) * kept)])
    for opening in (load_photo, lambda path: load_thumbnail(path, 100)):
        with pytest.raises(DecodeError) as caught:
            opening(photo)
        assert str(caught.value).startswith(f"{name} ")
        assert str(caught.value).endswith(".")


def test_bad_files(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("not an image")
    (tmp_path / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n" + np.random.default_rng(0).bytes(1000))
    (tmp_path / "noise.tif").write_bytes(b"II*\0" + np.random.default_rng(1).bytes(1000))
    (tmp_path / "raw.nef").write_bytes(b"II*\0\x08\0\0\0\0\0")
    (tmp_path / "folder.jpg").mkdir()
    for name in ("empty.jpg", "text.jpg", "noise.png", "noise.tif", "raw.nef", "folder.jpg", "missing.jpg"):
        with pytest.raises(DecodeError, match=name):
            load_photo(tmp_path / name)


def test_pillows_global_state_is_neither_used_nor_changed(
    tmp_path: Path, image: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.fromarray(image).save(tmp_path / "a.png")
    np.testing.assert_array_equal(load_photo(tmp_path / "a.png"), image)
    assert Image.MAX_IMAGE_PIXELS == 1000
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("side", [None, 100])
def test_a_jpeg_that_lacks_only_its_end_marker_opens(
    tmp_path: Path, image: np.ndarray, progressive: bool, side: int | None
) -> None:
    photo = tmp_path / "a.jpg"
    Image.fromarray(image).save(photo, quality=90, progressive=progressive)
    whole, expected = photo.read_bytes(), load_photo(photo, side)
    assert whole.endswith(b"\xff\xd9")
    for cut in (1, 2):
        photo.write_bytes(whole[:-cut])
        np.testing.assert_array_equal(load_photo(photo, side), expected)
    for cut in (200, len(whole) // 3):
        photo.write_bytes(whole[:-cut])
        with pytest.raises(DecodeError, match=r"^a\.jpg is damaged"):
            load_photo(photo)


def test_a_colour_tiff_that_has_lost_its_number_of_bits_is_damaged_and_not_black(tmp_path: Path) -> None:
    photo = tmp_path / "a.tif"
    tifffile.imwrite(photo, np.full((10, 10, 3), 120, np.uint8), photometric="cielab")
    assert load_photo(photo).any()
    data = photo.read_bytes()
    photo.write_bytes(data.replace(struct.pack("<HHI", 258, 3, 3), struct.pack("<HHI", 259 + 40000, 3, 3), 1))
    with pytest.raises(DecodeError, match=r"a\.tif is damaged"):
        load_photo(photo)
