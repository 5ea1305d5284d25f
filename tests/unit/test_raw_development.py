"""Exposure and white balance of RAW photos, on the data of the sensor."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.imaging.color.difference import delta_e_2000, mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_proxy, load_thumbnail, load_wide
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from tests.raw_files import write_dng


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return sample_images["coffee"]


def ramp(color: tuple[float, float, float], height: int = 400) -> np.ndarray:
    levels = np.linspace(60, 255, 600)[None, :, None] * np.array(color)
    return np.round(np.repeat(levels, height, axis=0)).astype(np.uint8)


def test_the_defaults_are_the_photo_as_it_was_shot() -> None:
    assert DevelopmentPart().development == AS_SHOT == Development()
    assert DevelopmentPart(raw_exposure=-1.5, raw_temperature=50, raw_tint=-25).development == Development(
        -1.5, 100, -0.01
    )


@pytest.mark.parametrize("xtrans", [False, True])
@pytest.mark.parametrize("color", [(1.0, 1.0, 1.0), (0.5, 0.48, 0.42)])
def test_highlights_come_back(tmp_path: Path, color: tuple[float, float, float], xtrans: bool) -> None:
    """What is white at 0 EV is at -1.5 EV what the camera would have seen with that much less light."""
    scene = ramp(color, 520)
    bright = write_dng(tmp_path / "bright.dng", scene, exposure=1.0, xtrans=xtrans)
    less = load_photo(write_dng(tmp_path / "less.dng", scene, exposure=-0.5, xtrans=xtrans))
    back = load_photo(bright, None, Development(-1.5))
    apart = delta_e_2000(back, less)
    assert apart.mean() < 0.1
    assert apart.max() < 1.0
    white = (load_photo(bright) >= 65000).all(axis=-1)
    if max(color) == 1:
        assert white.mean() > 0.3, "the scene has no highlights that clip"
        rising = back[260, :, 1].astype(int)[white[260]]
        assert rising[-1] - rising[0] > 6000, "no tones came back"


def test_lost_highlights_become_a_neutral_grey_and_nothing_else(tmp_path: Path) -> None:
    """Where all colours of the sensor are full nobody knows the tone; it must not be magenta."""
    photo = write_dng(tmp_path / "a.dng", ramp((1.0, 1.0, 1.0)), exposure=3.0)
    full = load_photo(photo, None, Development(-2.0))[:, -60:].reshape(-1, 3).astype(int)
    assert full.min() > 0.6 * 65535
    assert np.ptp(full, axis=1).max() < 0.01 * 65535


@pytest.mark.parametrize("size", [None, 200])
def test_more_exposure_is_more_light(tmp_path: Path, image: np.ndarray, size: int | None) -> None:
    dark = write_dng(tmp_path / "dark.dng", image, exposure=-3.0)
    normal = write_dng(tmp_path / "normal.dng", image, exposure=-1.0)
    assert mean_delta_e(load_photo(dark, size, Development(2.0)), load_photo(normal, size)) < 1.0


def test_the_tone_curve_is_that_of_the_preview_at_any_exposure(tmp_path: Path, image: np.ndarray) -> None:
    """Or it would undo the exposure."""
    photo = write_dng(tmp_path / "a.dng", image, preview=image)
    tones = [load_photo(photo, 100, Development(stops)).mean() for stops in (-2, -1, 0, 1, 2)]
    assert (np.diff(tones) > 0.05 * 65535).all()


def test_all_sizes_and_kinds_agree(tmp_path: Path, image: np.ndarray) -> None:
    photo, development = write_dng(tmp_path / "a.dng", image, preview=image), Development(-1.0, 80, 0.01)
    full = load_photo(photo, None, development)
    small = resize_long_side(full, 60)
    for other in (
        load_photo(photo, 300, development),
        load_proxy(photo, development),
        load_thumbnail(photo, 200, development),
    ):
        # The two demosaic noise differently.
        assert mean_delta_e(resize_long_side(other, 60), small if other.dtype == np.uint16 else to_uint8(small)) < 1
    wide = load_wide(photo, None, development)
    assert np.abs(np.rint(np.clip(wide, 0, 1) * 65535) - full).max() <= 1
    assert mean_delta_e(load_thumbnail(photo, 60), to_uint8(small)) > 5


def test_white_balance_turns_colors_and_keeps_the_luminance(tmp_path: Path) -> None:
    grey = write_dng(tmp_path / "a.dng", np.full((64, 64, 3), 120, np.uint8))

    def mean(temperature: float = 0.0, tint: float = 0.0) -> np.ndarray:
        shown = load_photo(grey, None, Development(0.0, temperature, tint)).reshape(-1, 3) / 65535
        return np.asarray(shown.mean(axis=0))

    as_shot, warm, cold, magenta, green = mean(), mean(100), mean(-100), mean(0, 0.02), mean(0, -0.02)
    assert np.ptp(as_shot) < 0.005
    assert warm[0] > warm[1] > warm[2] and cold[0] < cold[1] < cold[2]
    assert min(magenta[0], magenta[2]) > magenta[1] and max(green[0], green[2]) < green[1]
    light = [float(np.array([0.2126, 0.7152, 0.0722]) @ one**2.2) for one in (as_shot, warm, cold, magenta, green)]
    np.testing.assert_allclose(light, light[0], rtol=0.05)


def test_the_light_that_the_camera_mistook_is_corrected(tmp_path: Path) -> None:
    """A grey card in tungsten light (2856 K, 196 mired from D65), taken with the camera at daylight."""
    tungsten = np.array([1.0985, 1.0, 0.3558])  # XYZ of CIE illuminant A
    card = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]) @ tungsten
    encoded = np.clip(255 * (0.2 * card / card.max()) ** (1 / 2.2), 1, 255)
    photo = write_dng(tmp_path / "a.dng", np.tile(np.round(encoded), (64, 64, 1)).astype(np.uint8))
    before, after = (
        load_photo(photo, None, Development(0.0, temperature)).reshape(-1, 3).mean(axis=0)
        for temperature in (0.0, 153.7 - 1e6 / 2856)
    )
    assert np.ptp(before) / before.mean() > 0.8
    assert np.ptp(after) / after.mean() < 0.2


def test_photos_without_sensor_data_stay_as_they_are(sample_photos: dict[str, Path]) -> None:
    for photo in sample_photos.values():
        np.testing.assert_array_equal(load_photo(photo, None, Development(2.0, 50)), load_photo(photo))
        np.testing.assert_array_equal(load_thumbnail(photo, 100, Development(2.0)), load_thumbnail(photo, 100))
