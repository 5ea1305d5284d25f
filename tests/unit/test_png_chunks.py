"""What PNG files say beside their samples: colours, a transparent shade, and texts and profiles of any size."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.color.cicp import adobe_rgb_profile
from pie_desktop.imaging.color.working import to_srgb
from pie_desktop.imaging.decode import load_photo, probe
from pie_desktop.imaging.formats import png
from pie_desktop.imaging.formats.parts.png_chunks import for_decoder
from pie_desktop.imaging.stored import StoredPixels

RAMP = np.tile(np.arange(0, 256, 4), (16, 1))
RGB = np.stack([RAMP, RAMP[:, ::-1], np.full_like(RAMP, 96)], axis=-1).astype(np.uint8)
D65, SRGB, ADOBE = (31270, 32900), (64000, 33000, 30000, 60000, 15000, 6000), (64000, 33000, 21000, 71000, 15000, 6000)
SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
Chunks = list[tuple[bytes, bytes]]


def write(path: Path, samples: np.ndarray, extra: Chunks, bits: int | None = None) -> Path:
    """A PNG with further chunks behind the header; the samples are gray or RGB."""
    height, width = samples.shape[:2]
    bits = bits or 8 * samples.itemsize
    if bits < 8:
        each = np.unpackbits(samples[..., None], axis=-1)[..., -bits:].reshape(height, -1)
        rows = np.packbits(each, axis=1)
    else:
        rows = samples.astype(samples.dtype.newbyteorder(">"))
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    header = struct.pack(">IIBBBBB", width, height, bits, 0 if samples.ndim == 2 else 2, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", data), (b"IEND", b"")]
    whole = b"".join(
        struct.pack(">I", len(c)) + name + c + struct.pack(">I", zlib.crc32(name + c)) for name, c in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + whole)
    return path


def gamma(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


def points(*values: int) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *values)


def profile(icc: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"name\0\0" + zlib.compress(icc, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_linear_light(tmp_path: Path, dtype: type) -> None:
    samples = RGB.astype(dtype) * (1 if dtype == np.uint8 else 257)
    photo = write(tmp_path / "a.png", samples, [gamma(100_000), points(*D65, *SRGB)])
    light = RGB / 255
    expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    shown = load_photo(photo)
    assert np.abs(shown / np.iinfo(dtype).max - expected).max() < 0.005
    assert probe(photo).icc_name == "RGB gamma 1"


def test_chromaticities_are_those_of_the_profile_with_the_same(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.png", RGB, [gamma(45_455), points(*D65, *ADOBE)])
    expected = to_srgb(StoredPixels(RGB, "rgb"), adobe_rgb_profile())
    assert np.abs(load_photo(photo).astype(int) - expected).max() <= 1
    assert probe(photo).wide
    assert np.abs(load_photo(photo).astype(int) - RGB).max() > 10


@pytest.mark.parametrize(
    "extra",
    [
        [gamma(45_455), points(*D65, *SRGB)],
        [gamma(45_000)],
        [points(*D65, *SRGB)],
        [(b"sRGB", b"\0"), gamma(100_000), points(*D65, *ADOBE)],
        [profile(SRGB_PROFILE), gamma(100_000), points(*D65, *ADOBE)],
        [(b"cICP", bytes((1, 13, 0, 1))), gamma(100_000), points(*D65, *ADOBE)],
        [gamma(0)],
        [gamma(100)],
        [points(*D65, *SRGB[:4], 0, 0)],
        [points(*D65, *SRGB[:2], *SRGB[:2], *SRGB[:2])],
        [points(*SRGB[:2], *SRGB)],
        [(b"gAMA", b"\0")],
    ],
)
def test_srgb_and_what_makes_no_sense_change_nothing(tmp_path: Path, extra: Chunks) -> None:
    np.testing.assert_array_equal(load_photo(write(tmp_path / "a.png", RGB, extra)), RGB)


def test_gray_stays_gray_under_chromaticities(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.png", RAMP.astype(np.uint8), [gamma(55_556), points(34_570, 35_850, *ADOBE)])
    shown = load_photo(photo).astype(int)
    assert np.ptp(shown, axis=-1).max() <= 1
    assert shown.mean() > RAMP.mean() + 10


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_the_transparent_shade_of_grayscale_lies_on_white(tmp_path: Path, bits: int) -> None:
    top = 2**bits - 1
    shades = (RAMP.astype(np.int64) * top // 255).astype(np.uint8 if bits <= 8 else np.uint16)
    shade = int(shades[0, 20])
    photo = write(tmp_path / "a.png", shades, [(b"tRNS", struct.pack(">H", shade))], bits)
    shown = load_photo(photo)
    white = np.iinfo(shown.dtype).max
    expected = np.where(shades == shade, white, np.round(shades / top * white))
    np.testing.assert_array_equal(shown[..., 0], expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_transparent_color_lies_on_white(tmp_path: Path, dtype: type) -> None:
    samples = RGB.astype(dtype) * (1 if dtype == np.uint8 else 257)
    key = samples[0, 20]
    shown = load_photo(write(tmp_path / "a.png", samples, [(b"tRNS", struct.pack(">3H", *key.tolist()))]))
    expected = np.where((samples == key).all(axis=-1)[..., None], np.iinfo(dtype).max, samples)
    np.testing.assert_array_equal(shown, expected)


def with_private_tag(icc: bytes, size: int) -> bytes:
    """The profile with one more tag, of random bytes: printer profiles are that large."""
    (count,) = struct.unpack(">I", icc[128:132])
    entries = [struct.unpack(">4sII", icc[132 + 12 * i : 144 + 12 * i]) for i in range(count)]
    moved = b"".join(struct.pack(">4sII", name, at + 12, length) for name, at, length in entries)
    start = len(icc) + 12 + -len(icc) % 4
    body = icc[:128] + struct.pack(">I", count + 1) + moved + struct.pack(">4sII", b"Zzzz", start, size + 8)
    body = (body + icc[132 + 12 * count :]).ljust(start, b"\0") + b"data\0\0\0\0" + np.random.default_rng(1).bytes(size)
    return struct.pack(">I", len(body)) + body[4:]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt", b"iCCP"])
def test_texts_and_profiles_of_megabytes_open(tmp_path: Path, name: bytes, dtype: type) -> None:
    text = b"ab" * 1_500_000
    content = {
        b"tEXt": b"Comment\0" + text,
        b"zTXt": b"Comment\0\0" + zlib.compress(text),
        b"iTXt": b"Comment\0\1\0\0\0" + zlib.compress(text),
        b"iCCP": profile(with_private_tag(adobe_rgb_profile(), 1_500_000))[1],
    }[name]
    samples = RGB.astype(dtype) * (1 if dtype == np.uint8 else 257)
    photo = write(tmp_path / "a.png", samples, [(name, content)])
    expected = to_srgb(StoredPixels(samples, "rgb"), adobe_rgb_profile()) if name == b"iCCP" else samples
    np.testing.assert_array_equal(load_photo(photo), expected)


def test_exif_still_turns_the_photo(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(RGB).save(buffer, "PNG", exif=exif)
    (tmp_path / "a.png").write_bytes(buffer.getvalue())
    np.testing.assert_array_equal(load_photo(tmp_path / "a.png"), np.rot90(RGB, -1))


@pytest.mark.parametrize("name", [b"PLTX", b"tEXt"])
def test_a_palette_image_that_has_lost_its_palette_is_damaged_and_not_black(tmp_path: Path, name: bytes) -> None:
    photo = tmp_path / "a.png"
    Image.fromarray(RGB).quantize(16).save(photo)
    assert load_photo(photo).any()
    data = photo.read_bytes()
    start = data.index(b"PLTE")
    end = start + 4 + int.from_bytes(data[start - 4 : start], "big")
    chunk = name + data[start + 4 : end]
    photo.write_bytes(data[:start] + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[end + 4 :])
    for opening in (load_photo, probe):
        with pytest.raises(DecodeError, match=r"a\.png is damaged"):
            opening(photo)


def test_a_png_too_small_for_its_pixels_is_refused_before_they_have_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "a.png"
    Image.fromarray(RGB).save(photo)
    data = bytearray(photo.read_bytes())
    data[16:24] = struct.pack(">II", 20_000, 10_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    photo.write_bytes(data)
    monkeypatch.setattr("pie_desktop.imaging.formats.png._read_8", lambda *_: pytest.fail("it is decoded"))
    header = png.read_header(photo)
    assert (header.width, header.height) == (20_000, 10_000)
    with pytest.raises(DecodeError, match=r"a\.png is damaged"):
        png.read_pixels(header, None)


def test_a_png_of_one_color_may_be_as_small_as_it_gets(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Image.new("RGB", (3000, 2000), (7, 70, 170)).save(photo, compress_level=9)
    assert load_photo(photo).shape == (2000, 3000, 3)


def test_no_chunk_that_is_longer_than_the_file_reaches_a_decoder(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Image.fromarray(RGB).save(photo)
    data = bytearray(photo.read_bytes())
    at = data.index(b"IDAT") - 4
    data[at : at + 4] = struct.pack(">I", 0xFF000087)
    assert b"IDAT" in for_decoder(photo.read_bytes()) and b"IDAT" not in for_decoder(bytes(data))
    photo.write_bytes(data)
    with pytest.raises(DecodeError, match=r"a\.png is damaged"):
        load_photo(photo)


@pytest.mark.parametrize("mode", ["RGB", "I;16"])
def test_pixels_that_are_not_as_they_were_written_are_damage(tmp_path: Path, mode: str) -> None:
    photo = tmp_path / "a.png"
    Image.fromarray(RGB if mode == "RGB" else RAMP.astype(np.uint16)).save(photo, compress_level=0)
    data = bytearray(photo.read_bytes())
    data[data.index(b"IDAT") + 40] ^= 8
    photo.write_bytes(data)
    with pytest.raises(DecodeError, match=r"a\.png is damaged"):
        load_photo(photo)
