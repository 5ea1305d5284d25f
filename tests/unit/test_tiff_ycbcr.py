"""TIFF files whose samples are YCbCr: the right colours, or a sentence, however the planes are laid out."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo, probe

PATCHES = np.array([[200, 40, 40], [40, 180, 60], [40, 60, 200], [128, 128, 128]], np.float64)
SCENE = PATCHES.repeat(16, axis=0)[None].repeat(32, axis=0)  # (32, 64, 3)
FULL, VIDEO = (0, 255, 128, 255, 128, 255), (16, 235, 128, 240, 128, 240)
BT601, BT709 = (299, 587, 114), (2126, 7152, 722)


def write(
    path: Path,
    *,
    planar: bool,
    compression: str | None = None,
    bits: int = 8,
    levels: tuple[int, ...] = FULL,
    coefficients: tuple[int, int, int] = BT601,
    subsampling: tuple[int, int] | None = (1, 1),
) -> Path:
    red, green, blue = np.array(coefficients) / sum(coefficients)
    y = SCENE @ [red, green, blue]
    cb, cr = (SCENE[..., 2] - y) / (2 - 2 * blue), (SCENE[..., 0] - y) / (2 - 2 * red)
    black, white = np.array(levels).reshape(3, 2).T
    factor = 1 if bits == 8 else 257
    planes = black + np.stack([y, cb, cr], axis=-1) / [255, 127, 127] * (white - black)
    samples = np.round(planes * factor).astype(f"u{bits // 8}")
    fractions = [part for value in levels for part in (value * factor, 1)]
    tags = [(532, "2I", 6, fractions, True)]
    tags.append((529, "2I", 3, [part for value in coefficients for part in (value, sum(coefficients))], True))
    if subsampling is not None:
        tags.append((530, "H", 2, subsampling, True))
    stored = np.moveaxis(samples, -1, 0) if planar else samples
    layout = "separate" if planar else "contig"
    tifffile.imwrite(path, stored, photometric="rgb", planarconfig=layout, compression=compression, extratags=tags)
    data = bytearray(path.read_bytes())  # tifffile writes YCbCr as JPEG only
    with tifffile.TiffFile(path) as tiff:
        at = tiff.pages[0].tags[262].valueoffset
    data[at : at + 2] = (6).to_bytes(2, "little")
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("planar", [True, False])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("bits", [8, 16])
def test_every_layout_has_the_right_colors(tmp_path: Path, planar: bool, compression: str | None, bits: int) -> None:
    photo = write(tmp_path / "a.tif", planar=planar, compression=compression, bits=bits)
    shown = load_photo(photo)
    assert probe(photo).bit_depth == bits
    assert np.abs(shown / np.iinfo(shown.dtype).max * 255 - SCENE).max() <= 2


@pytest.mark.parametrize("levels, coefficients", [(VIDEO, BT601), (FULL, BT709), (VIDEO, BT709)])
def test_reference_levels_and_coefficients_count(
    tmp_path: Path, levels: tuple[int, ...], coefficients: tuple[int, int, int]
) -> None:
    photo = write(tmp_path / "a.tif", planar=True, levels=levels, coefficients=coefficients)
    assert np.abs(load_photo(photo) - SCENE).max() <= 2


@pytest.mark.parametrize("subsampling", [(2, 2), (2, 1), None])
def test_reduced_color_resolution_is_refused(tmp_path: Path, subsampling: tuple[int, int] | None) -> None:
    photo = write(tmp_path / "a.tif", planar=True, subsampling=subsampling)
    with pytest.raises(DecodeError, match=r"^a\.tif is a YCbCr TIFF of an unusual kind, which cannot be opened"):
        load_photo(photo)


def test_a_scale_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.tif", planar=True)
    data = bytearray(photo.read_bytes())
    with tifffile.TiffFile(photo) as tiff:
        at = tiff.pages[0].tags[532].valueoffset
    data[at : at + 16] = data[at + 8 : at + 16] + data[at : at + 8]  # white before black
    photo.write_bytes(data)
    with pytest.raises(DecodeError, match="damaged"):
        load_photo(photo)


def test_jpeg_compressed_ycbcr_is_converted_once(tmp_path: Path) -> None:
    scene = SCENE.astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", scene, photometric="rgb", compression="jpeg", subsampling=(1, 1))
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.pages[0].photometric == 6
    assert np.abs(load_photo(tmp_path / "a.tif").astype(int) - scene).max() <= 12
