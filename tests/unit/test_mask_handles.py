"""Handles of masks: where they lie, and that dragging one leads it where it was dragged."""

import numpy as np
import pytest

from pie_desktop.edit.mask import Mask
from pie_desktop.imaging.frame import Frame
from pie_desktop.ui.canvas.tools.mask_handles import CENTRE, SMALLEST, MaskHandles

WHOLE = Frame((600, 400), (300, 200), (0, 0, 300, 200), 0.5)
TURNED = Frame((600, 400), (200, 300), (0, 0, 200, 300), 0.5, (0, 1, 0, -1, 0, 1, 0, 0, 1))
CROPPED = Frame((600, 400), (150, 100), (0, 0, 150, 100), 0.5, (0.5, 0, 0.25, 0, 0.5, 0.25, 0, 0, 1))
MASKS = [Mask(x=0.4, y=0.6, angle=30.0, width=0.2), Mask("radial", 0.5, 0.4, -50.0, 0.3, 0.1)]


def test_places_by_hand() -> None:
    places = MaskHandles(Mask(x=0.5, y=0.5, angle=90.0, width=0.2), WHOLE).places()
    # Half of 0.2 of 600 pixels: 60 of 400 rows.
    np.testing.assert_allclose(places["none"], (0.5, 0.5 + 60 / 400))
    np.testing.assert_allclose(places["full"], (0.5, 0.5 - 60 / 400))
    radial = MaskHandles(Mask("radial", 0.5, 0.5, 0.0, 0.25, 0.1), WHOLE).places()
    np.testing.assert_allclose(radial["right"], (0.75, 0.5))
    np.testing.assert_allclose(radial["below"], (0.5, 0.5 + 60 / 400))
    # A quarter turn clockwise takes what is below to the left.
    turned = MaskHandles(Mask("radial", 0.5, 0.5, 0.0, 0.25, 0.1), TURNED).places()
    np.testing.assert_allclose(turned["below"], (0.5 - 60 / 400, 0.5), atol=1e-9)
    cropped = MaskHandles(Mask("radial", 0.5, 0.5, 0.0, 0.25, 0.1), CROPPED).places()
    np.testing.assert_allclose(cropped["right"], (1.0, 0.5))


@pytest.mark.parametrize("frame", [WHOLE, TURNED, CROPPED])
@pytest.mark.parametrize("mask", MASKS)
def test_a_dragged_handle_is_where_it_was_dragged(mask: Mask, frame: Frame) -> None:
    handles = MaskHandles(mask, frame)
    for name, (x, y) in handles.places().items():
        np.testing.assert_allclose(MaskHandles(handles.dragged(name, (x, y)), frame).places()[name], (x, y), atol=1e-9)
        there = (x + 0.07, y - 0.05)
        moved = MaskHandles(handles.dragged(name, there), frame)
        if name in (CENTRE, "full", "none"):
            np.testing.assert_allclose(moved.places()[name], there, atol=1e-9)
        elif name == "turn":
            assert (moved.mask.width, moved.mask.height) == (mask.width, mask.height) and moved.mask.angle != mask.angle
        else:
            assert moved.mask.angle == mask.angle
            assert (moved.mask.width != mask.width) != (moved.mask.height != mask.height), "one half axis alone"


def test_drawn_from_one_place_to_another() -> None:
    linear = MaskHandles(Mask(exposure=1.0), WHOLE).drawn((0.2, 0.5), (0.6, 0.5))
    assert (linear.angle, linear.exposure) == (0.0, 1.0)
    np.testing.assert_allclose((linear.x, linear.y, linear.width), (0.4, 0.5, 0.4))
    radial = MaskHandles(Mask("radial"), WHOLE).drawn((0.5, 0.5), (0.6, 0.2))
    np.testing.assert_allclose((radial.x, radial.y, radial.width, radial.height), (0.5, 0.5, 0.1, 0.2), atol=1e-9)
    dot = MaskHandles(Mask("radial"), WHOLE).drawn((0.5, 0.5), (0.5, 0.5))
    assert dot.width == dot.height == SMALLEST, "it can be taken hold of"


def test_by_keys() -> None:
    handles = MaskHandles(MASKS[1], CROPPED)
    moved = handles.nudged(0.01, 0.0)
    x = MaskHandles(moved, CROPPED).places()[CENTRE][0] - handles.places()[CENTRE][0]
    assert x == pytest.approx(0.01)
    assert handles.scaled(2.0).width == pytest.approx(0.6)
    assert handles.turned(-140.0).angle == pytest.approx(170.0)


def test_far_and_large_is_bounded() -> None:
    handles = MaskHandles(MASKS[0], WHOLE)
    assert handles.dragged(CENTRE, (50.0, -50.0)).x == 3.0
    assert handles.dragged("none", (50.0, 0.5)).width == 3.0
