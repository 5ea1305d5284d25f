"""Histograms of tones, and what counts as clipped."""

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.geometry import Placement
from pie_desktop.imaging.tones import clipped, tones_of
from pie_desktop.ui.canvas.clipping import BRIGHT_COLOR, DARK_COLOR, marked
from pie_desktop.ui.canvas.layer import Layer, RenderRequest, Source
from pie_desktop.ui.canvas.viewport import Zone

IMAGE = np.array([[[0, 0, 0], [0, 0, 9]], [[255, 10, 10], [100, 150, 200]]], np.uint8)


def test_counts_of_channels_and_luma() -> None:
    tones = tones_of(IMAGE)
    assert tones.counts.shape == (4, 256) and (tones.counts.sum(axis=1) == 4).all()
    assert tones.counts[0, [0, 100, 255]].tolist() == [2, 1, 1]
    assert tones.counts[1, [0, 10, 150]].tolist() == [2, 1, 1]
    luma = round(0.2126 * 100 + 0.7152 * 150 + 0.0722 * 200)
    assert tones.counts[3, luma] == 1


def test_black_is_all_channels_and_bright_is_one() -> None:
    dark, bright = clipped(IMAGE)
    assert dark.tolist() == [[True, False], [False, False]]
    assert bright.tolist() == [[False, False], [True, False]]
    assert (tones_of(IMAGE).dark, tones_of(IMAGE).bright) == (0.25, 0.25)


def layer_of(image: np.ndarray, display: np.ndarray | None = None) -> Layer:
    height, width = image.shape[:2]
    zone = Zone(0, 0, width, height)
    request = RenderRequest(
        True, 1.0, zone, zone, Source(image, 1.0), None, Placement((width, height), (width, height)), display
    )
    return Layer(request, image, image, image, image, image, Edit(), image)


def test_warnings_mark_a_copy() -> None:
    kept = IMAGE.copy()
    image = marked(layer_of(IMAGE), IMAGE, Edit(), (slice(0, 2), slice(0, 2)), original=False)
    colors = [[f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in row] for row in image.tolist()]
    assert colors == [[DARK_COLOR, "#000009"], [BRIGHT_COLOR, "#6496c8"]]
    np.testing.assert_array_equal(IMAGE, kept)


def test_warnings_judge_the_photo_and_not_the_monitor() -> None:
    shown = np.clip(IMAGE.astype(int), 20, 230).astype(np.uint8)  # a monitor whose profile moves black and white
    layer = layer_of(IMAGE, display=np.zeros((2, 2, 2, 3), np.float32))
    image = marked(layer, shown, Edit(), (slice(0, 1), slice(0, 1)), original=True)
    assert image[0, 0].tolist() == [int(DARK_COLOR[at : at + 2], 16) for at in (1, 3, 5)]
