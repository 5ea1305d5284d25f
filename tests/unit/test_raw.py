"""RAW photos: development, preview, tones, orientation."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_preview, load_proxy, load_thumbnail, load_wide, probe
from pie_desktop.imaging.formats.parts import raw_tone
from pie_desktop.imaging.metadata.reading import read_summary
from pie_desktop.imaging.pairs.find import EditPair, find_pairs
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.styles.store import StyleLibrary
from tests.raw_files import write_dng


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return sample_images["coffee"]


@pytest.mark.parametrize(("exposure", "xtrans"), [(-2.0, False), (-1.0, False), (0.0, False), (-1.0, True)])
def test_the_development_has_the_tones_of_the_preview(
    tmp_path: Path, image: np.ndarray, exposure: float, xtrans: bool
) -> None:
    if xtrans:
        image = np.tile(image, (2, 1, 1))  # LibRaw takes none with less than 512 pixels on a side
    photo = write_dng(tmp_path / "a.dng", image, preview=image, exposure=exposure, xtrans=xtrans)
    developed = load_photo(photo)
    assert (developed.shape, developed.dtype) == (image.shape, np.uint16)
    assert mean_delta_e(resize_long_side(developed, 300), resize_long_side(image, 300)) < 4
    assert mean_delta_e(load_photo(photo, 60), resize_long_side(image, 60)) < 4
    without = write_dng(tmp_path / "b.dng", image, exposure=exposure - 1, xtrans=xtrans)
    assert mean_delta_e(load_photo(without), image) > 6


def test_a_dark_photo_without_a_preview_stays_dark(tmp_path: Path, image: np.ndarray) -> None:
    """How a photo was exposed is for the model to see, not for the decoder to hide."""
    normal, dark = (load_photo(write_dng(tmp_path / f"{ev}.dng", image, exposure=ev)) for ev in (0, -3))
    assert dark.mean() < 0.6 * normal.mean()
    asked = load_photo(write_dng(tmp_path / "asked.dng", image, exposure=-3, baseline=1.5))
    assert dark.mean() * 1.2 < asked.mean() < normal.mean()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_orientation(tmp_path: Path, image: np.ndarray, orientation: int) -> None:
    photo = write_dng(tmp_path / "a.dng", image, preview=image, orientation=orientation)
    upright = np.rot90(image, {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    height, width = upright.shape[:2]
    info = probe(photo)
    assert (info.width, info.height, info.format, info.bit_depth, info.wide) == (width, height, "raw", 16, True)
    for opened in (load_photo(photo), load_preview(photo, 600)):
        assert opened is not None
        assert opened.shape == upright.shape
        assert mean_delta_e(resize_long_side(opened, 200), resize_long_side(np.ascontiguousarray(upright), 200)) < 3


def test_sizes_agree(tmp_path: Path, image: np.ndarray) -> None:
    """A reduced development and the full one have the same tones, so that preview and export agree."""
    photo = write_dng(tmp_path / "a.dng", image, preview=255 - image)
    full, half = load_photo(photo), load_photo(photo, 300)
    assert half.shape == (200, 300, 3)
    assert mean_delta_e(resize_long_side(half, 60), resize_long_side(full, 60)) < 1
    assert np.abs(half.mean((0, 1)) / full.mean((0, 1)) - 1).max() < 0.03  # the two demosaic noise differently


def test_thumbnails_come_from_the_preview_and_the_proxy_does_not(tmp_path: Path, image: np.ndarray) -> None:
    other = np.ascontiguousarray(image[..., ::-1])
    photo = write_dng(tmp_path / "a.dng", image, preview=other)
    assert mean_delta_e(load_thumbnail(photo, 200), resize_long_side(other, 200)) < 2
    assert mean_delta_e(load_proxy(photo), resize_long_side(image, 256)) < 15
    assert mean_delta_e(load_proxy(photo), resize_long_side(other, 256)) > 15
    small = write_dng(tmp_path / "small.dng", image, preview=resize_long_side(other, 64))
    assert load_thumbnail(small, 200).shape == (133, 200, 3)
    assert load_preview(write_dng(tmp_path / "none.dng", image), 200) is None


def test_wide_colors_are_kept(tmp_path: Path, image: np.ndarray) -> None:
    vivid = np.zeros((64, 64, 3), np.uint8)
    vivid[..., 0] = np.linspace(0, 255, 64)
    photo = write_dng(tmp_path / "a.dng", vivid)
    wide, clipped = load_wide(photo), load_photo(photo)
    assert wide.dtype == np.float32
    assert np.abs(np.rint(np.clip(wide, 0, 1) * 65535) - clipped).max() <= 1


def test_summary(tmp_path: Path, image: np.ndarray) -> None:
    assert read_summary(write_dng(tmp_path / "a.dng", image)).camera == "PIE test camera"


def test_content_tells_a_dng_and_a_tiff_apart(tmp_path: Path, image: np.ndarray) -> None:
    write_dng(tmp_path / "a.tif", image, preview=image)
    assert probe(tmp_path / "a.tif").format == "raw"
    Image.fromarray(image).save(tmp_path / "b.nef", format="TIFF")
    np.testing.assert_array_equal(load_photo(tmp_path / "b.nef"), image)


@pytest.mark.parametrize("kept", [0.0005, 0.01, 0.5])
def test_damaged_raw_photos_are_refused(tmp_path: Path, image: np.ndarray, kept: float) -> None:
    photo = write_dng(tmp_path / "a.dng", image, preview=image)
    data = photo.read_bytes()
    photo.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(DecodeError, match=r"^a\.dng is"):
        load_photo(photo)


def test_a_raw_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    photo = write_dng(tmp_path / "a.dng", np.zeros((64, 48, 3), np.uint8))
    data = bytearray(photo.read_bytes())
    for tag, value in ((256, 48), (257, 64)):
        for kind in (3, 4):
            entry = tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + (1).to_bytes(4, "little")
            at = data.find(entry + value.to_bytes(2, "little"))
            if at >= 0:
                data[at : at + 12] = entry[:2] + b"\4\0\1\0\0\0" + (60_000).to_bytes(4, "little")
    photo.write_bytes(data)
    with pytest.raises(DecodeError, match=r"^a.dng "):
        load_photo(photo)


def test_tone_curves_are_monotone_and_keep_black_and_white() -> None:
    x = np.linspace(0, 1, 1000)
    for exposure in (-1.0, 0.0, 0.7, 4.0):
        for contrast in (0.0, 0.25, 0.8):
            curve = raw_tone.tone(x, exposure, contrast)
            assert np.diff(curve).min() >= 0
            np.testing.assert_allclose(curve[[0, -1]], [0, 1], atol=1e-9)
    expected = raw_tone.tone(np.linspace(0.01, 0.6, 11), 1.3, 0.3)
    assert raw_tone.match_tone(np.linspace(0.01, 0.6, 11), expected) == (1.3, 0.3)
    assert raw_tone.match_tone(np.linspace(0.01, 0.6, 11), np.linspace(1, 0, 11)) is None


def test_raw_and_jpeg_make_a_pair_of_a_style(tmp_path: Path, image: np.ndarray) -> None:
    """What is dropped is the one photo of the filmstrip."""
    photo = write_dng(tmp_path / "a.dng", image, preview=image)
    look = np.clip(image * np.array([1.1, 1.0, 0.8]), 0, 255).astype(np.uint8)
    Image.fromarray(look).save(tmp_path / "a.jpg", quality=95)
    pairs = [EditPair(guess.after, guess.before) for guess in find_pairs([photo])]
    library = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")
    report = library.create("Mine", pairs)
    assert (report.added, report.style.pair_count, report.problems) == (1, 1, ())
    reference = report.style.references[0]
    assert reference.before is not None
    assert mean_delta_e(load_photo(reference.after, 200), resize_long_side(look, 200)) < 2
    assert mean_delta_e(load_photo(reference.before, 200), resize_long_side(image, 200)) < 4
