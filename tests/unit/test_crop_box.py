"""A crop while it is drawn: pulled, moved, given a shape, rotated, and never out of the photo."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pie_desktop.edit.crop_box import CropBox, ratio_of
from pie_desktop.edit.parts.geometry import GeometryPart

PHOTO = (600, 400)
TILTED = GeometryPart(straighten=12, perspective_vertical=-30, perspective_horizontal=20)
handles = st.sampled_from([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)])


def inside(box: CropBox) -> bool:
    corners = box.part.corners(box.photo)
    sides = np.roll(corners, -1, axis=0) - corners
    left, top, right, bottom = box.rect
    ends = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    across = ends[:, None] - corners[None]
    return bool((sides[:, 0] * across[..., 1] - sides[:, 1] * across[..., 0] >= -1e-3).all())


def test_pulled_and_moved() -> None:
    box = CropBox.of(GeometryPart(), PHOTO)
    assert np.allclose(box.rect, (-300, -200, 300, 200)) and box.result == GeometryPart()
    pulled = box.pulled((1, 1), (0.0, 100.0), None)
    assert np.allclose(pulled.rect, (-300, -200, 0, 100)) and pulled.placement.size == (300, 300)
    assert np.allclose(pulled.moved(1000, 50).rect, (0, -150, 300, 150)), "to the border, and on along it"
    assert box.pulled((-1, 0), (-999.0, 0.0), None) == box
    assert np.allclose(box.pulled((-1, 0), (900.0, 0.0), None).rect, (292, -200, 300, 200)), "eight pixels are left"
    assert pulled.pulled((1, 1), (300.0, 200.0), None).result == GeometryPart(), "all of it is no crop"


def test_a_ratio_is_kept() -> None:
    square = CropBox.of(GeometryPart(), PHOTO).shaped(1.0)
    assert np.allclose(square.rect, (-200, -200, 200, 200)) and square.placement.size == (400, 400)
    corner = square.pulled((1, 1), (100.0, -150.0), 1.0)
    assert np.allclose(corner.rect, (-200, -200, 100, 100))
    edge = square.pulled((0, 1), (0.0, 0.0), 1.0)
    assert np.allclose(edge.rect, (-100, -200, 100, 0)), "an edge grows to both sides"
    assert np.allclose(edge.pulled((0, 1), (0.0, 999.0), 1.0).rect, (-200, -200, 200, 200))
    assert CropBox.of(GeometryPart(), (1, 1)).pulled((1, 1), (9.0, 9.0), 1.0).placement.size == (1, 1)


def test_tilted_and_back() -> None:
    box = CropBox.of(GeometryPart(crop_left=0.1, crop_right=0.9), PHOTO)
    tilted = box.tilted(10)
    assert tilted.placement.size < box.placement.size and inside(tilted)
    assert np.isclose(tilted.size[0] / tilted.size[1], 480 / 400)
    assert CropBox.of(GeometryPart(), PHOTO).tilted(10).tilted(0).result == GeometryPart()
    assert box.tilted(99).part.straighten == 45
    assert box.tilted(10).tilted(20).tilted(0) == box, "the crop comes back with the angle"
    pulled = box.tilted(10).pulled((1, 1), (50.0, 50.0), None)
    assert pulled.tilted(20).tilted(10) == CropBox.of(pulled.result, PHOTO)


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(
    drags=st.lists(st.tuples(handles, st.floats(-500, 500), st.floats(-500, 500)), max_size=5),
    ratio=st.none() | st.floats(0.2, 5),
    tilted=st.booleans(),
)
def test_never_out_of_the_photo(
    drags: list[tuple[tuple[int, int], float, float]], ratio: float | None, tilted: bool
) -> None:
    box = CropBox.of(TILTED if tilted else GeometryPart(), PHOTO)
    if ratio is not None:
        box = box.shaped(ratio)
    for handle, x, y in drags:
        pulled = box.pulled(handle, (x, y), ratio)
        box = pulled.moved(x / 5, y / 5)
        for one in (pulled, box):
            assert inside(one)
            if ratio is not None and min(one.size) > 9:
                assert np.isclose(one.size[0] / one.size[1], ratio, rtol=1e-3)
            assert np.allclose(CropBox.of(one.result, PHOTO).placement.size, one.placement.size, atol=1)


def test_ratios_by_name() -> None:
    assert ratio_of("free", False, PHOTO) is None
    assert ratio_of("original", False, PHOTO) == 1.5 and ratio_of("original", True, PHOTO) == 1 / 1.5
    assert ratio_of("4:3", True, PHOTO) == 0.75 and ratio_of("7x5", False, PHOTO) == 1.4
    assert ratio_of("2.35", False, PHOTO) == 2.35 and ratio_of("5:7", False, PHOTO) == 1.4
    for wrong in ("", "a", "0", "1:0", "-3:2", "nan", "1:1000", "1:2:3"):
        with pytest.raises(ValueError):
            ratio_of(wrong, False, PHOTO)
