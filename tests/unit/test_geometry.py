"""Crop, straightening, turns, mirroring and perspective: numbers known by hand, exactness, and what holds always."""

import json
from math import hypot

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from skimage import data

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import part_types
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.errors import EditError
from pie_desktop.imaging.geometry import Placement

always = settings(max_examples=60, deadline=None, database=None, derandomize=True)
sizes = st.tuples(st.integers(1, 6000), st.integers(1, 6000)) | st.sampled_from([(1, 1), (20_000, 1000), (1, 4000)])
edges = st.floats(-1, 2)
tilts = st.fixed_dictionaries(
    {
        "straighten": st.floats(-45, 45),
        "perspective_vertical": st.floats(-100, 100) | st.just(0.0),
        "perspective_horizontal": st.floats(-100, 100) | st.just(0.0),
        "quarter_turns": st.sampled_from([0.0, 1.0, 2.0, 3.0]),
        "flip_horizontal": st.sampled_from([0.0, 1.0]),
    }
)
crops = st.fixed_dictionaries({f"crop_{name}": edges for name in ("left", "top", "right", "bottom")})


def corners_of(placement: Placement) -> list[tuple[float, float]]:
    width, height = placement.size
    return [placement.to_photo(x, y) for x, y in ((0, 0), (width, 0), (width, height), (0, height))]


def numbered(width: int, height: int) -> np.ndarray:
    """An image in which every pixel is another one."""
    values = np.arange(width * height, dtype=np.uint16).reshape(height, width)
    return np.stack([values, values // 7, values % 251], axis=-1)


def test_the_defaults_change_nothing() -> None:
    image = numbered(9, 7)
    placement = Edit().placement((9, 7))
    assert placement == Placement((9, 7), (9, 7)) and placement.apply(image) is image
    assert Edit().with_part(GeometryPart(straighten=0)) == Edit()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_crop_turn_and_flip_are_exact_to_the_bit(dtype: type) -> None:
    image = numbered(12, 8).astype(dtype)

    def made(**values: float) -> np.ndarray:
        return GeometryPart(**values).placement((12, 8)).apply(image)

    np.testing.assert_array_equal(made(quarter_turns=1), np.rot90(image, -1))
    np.testing.assert_array_equal(made(quarter_turns=2), image[::-1, ::-1])
    np.testing.assert_array_equal(made(quarter_turns=3), np.rot90(image, 1))
    np.testing.assert_array_equal(made(flip_horizontal=1), image[:, ::-1])
    np.testing.assert_array_equal(made(flip_vertical=1), image[::-1])
    np.testing.assert_array_equal(made(quarter_turns=1, flip_horizontal=1), np.rot90(image, -1)[:, ::-1])
    np.testing.assert_array_equal(made(quarter_turns=3, flip_vertical=1), np.rot90(image, 1)[::-1])
    cropped = made(crop_left=0.25, crop_right=0.75, crop_top=0.5)
    np.testing.assert_array_equal(cropped, image[4:, 3:9])
    # The crop is one of the turned photo, which is 8 wide and 12 high.
    turned = made(quarter_turns=1, crop_left=0.5, crop_bottom=0.25)
    np.testing.assert_array_equal(turned, np.rot90(image, -1)[:3, 4:])
    assert cropped.flags.c_contiguous and turned.flags.c_contiguous and cropped.dtype == dtype


def test_straightened_by_hand() -> None:
    """The largest 3:2 rectangle in a 3:2 photo rotated by a is smaller by cos a + 3/2 sin a; its middle stays."""
    placement = GeometryPart(straighten=10).placement((600, 400))
    factor = np.cos(np.radians(10)) + 1.5 * np.sin(np.radians(10))
    assert placement.size == (int(600 / factor), int(400 / factor)) == (481, 321)
    assert np.allclose(placement.to_photo(240.5, 160.5), (300, 200))
    # Clockwise: what fell to the left is level.
    left, right = placement.to_photo(0, 160), placement.to_photo(481, 160)
    assert np.isclose(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])), -10)
    assert np.isclose(hypot(right[0] - left[0], right[1] - left[1]), 481), "a pixel is a pixel"


def test_a_square_at_45_degrees() -> None:
    assert GeometryPart(straighten=45).placement((1000, 1000)).size == (707, 707)
    assert GeometryPart(straighten=-45).placement((1000, 1000)).size == (707, 707)


def test_a_crop_keeps_shape_and_middle_when_the_angle_changes() -> None:
    crop = {"crop_left": 0.0, "crop_right": 0.5, "crop_top": 0.25, "crop_bottom": 0.75}
    straight = GeometryPart(**crop).placement((800, 800))
    rotated = GeometryPart(**crop, straighten=8).placement((800, 800))
    assert straight.size == (400, 400) and rotated.size[0] == rotated.size[1] < 400
    middle = rotated.to_photo(rotated.size[0] / 2, rotated.size[1] / 2)
    turned = 200 * np.array([np.cos(np.radians(8)), -np.sin(np.radians(8))])  # of the crop's middle, about the photo's
    assert np.allclose(middle, (400 - turned[0], 400 - turned[1]))
    inner = GeometryPart(crop_left=0.4, crop_right=0.6, crop_top=0.4, crop_bottom=0.6, straighten=20)
    assert inner.placement((800, 800)).size == (160, 160), "it lies inside, and is not made smaller"


def test_a_crop_outside_moves_inside() -> None:
    beyond = GeometryPart(crop_left=1.2, crop_right=1.7, crop_top=0.0, crop_bottom=0.5).placement((100, 100))
    (left, top), _, (right, bottom), _ = corners_of(beyond)
    assert right == 100 and 25 <= right - left <= 50 and (right - left) == (bottom - top)


@pytest.mark.parametrize(
    "crop", [(0.5, 0, 0.5, 1), (0.2, 0.3, 0.2, 0.3), (2, 2, 2, 2), (-1, -1, -1, -1), (0.9, 0.9, 0.1, 0.1)]
)
@pytest.mark.parametrize("photo", [(1, 1), (400, 20), (37, 1001)])
@pytest.mark.parametrize("straighten", [0.0, 13.0])
def test_empty_and_reversed_crops_leave_something(
    crop: tuple[float, ...], photo: tuple[int, int], straighten: float
) -> None:
    part = GeometryPart(straighten=straighten).with_crop((crop[0], crop[1], crop[2], crop[3]))
    placement = part.placement(photo)
    assert min(placement.size) >= 1
    assert placement.apply(np.full((photo[1], photo[0], 3), 9, np.uint8)).shape[:2] == placement.size[::-1]


@always
@given(photo=sizes, tilt=tilts, crop=crops)
def test_the_picture_lies_within_the_photo(
    photo: tuple[int, int], tilt: dict[str, float], crop: dict[str, float]
) -> None:
    """Whatever is asked for: nothing is empty, and there are no more pixels than the photo has."""
    for part in (GeometryPart(**tilt), GeometryPart(**tilt, **crop)):
        placement = part.placement(photo)
        width, height = placement.size
        assert width >= 1 and height >= 1
        assert width * height <= photo[0] * photo[1] * 1.01 + 2 * (photo[0] + photo[1])
        if min(width, height) > 1:  # one pixel is the least, even where it does not fit
            for x, y in corners_of(placement):
                assert -1e-6 * photo[0] <= x <= photo[0] * (1 + 1e-6) + 1e-9
                assert -1e-6 * photo[1] <= y <= photo[1] * (1 + 1e-6) + 1e-9


@always
@given(photo=st.tuples(st.integers(200, 3000), st.integers(200, 3000)), tilt=tilts)
def test_the_largest_rectangle_touches_and_keeps_its_shape(photo: tuple[int, int], tilt: dict[str, float]) -> None:
    part = GeometryPart(**tilt)
    width, height = part.turned_size(photo)
    placement = part.placement(photo)
    assert abs(placement.size[0] / placement.size[1] / (width / height) - 1) < 2 / min(placement.size) + 1e-9
    gaps = [min(x, photo[0] - x, y, photo[1] - y) for x, y in corners_of(placement)]
    assert min(gaps) < 3 * max(1.0, placement.density)


@always
@given(photo=sizes, tilt=tilts, crop=crops, clockwise=st.integers(1, 3), across=st.booleans())
def test_turning_and_flipping_keep_the_picture(
    photo: tuple[int, int], tilt: dict[str, float], crop: dict[str, float], clockwise: int, across: bool
) -> None:
    small = {"straighten": 0.3, "perspective_vertical": 0.3, "perspective_horizontal": 0.3}  # within the bounds, turned
    part = GeometryPart(**{name: value * small.get(name, 1) for name, value in tilt.items()}, **crop)
    turned, flipped = part.turned(clockwise), part.flipped(across)
    before, after, mirror = (one.placement(photo) for one in (part, turned, flipped))
    assume(min(before.size) > 2)
    # A border that lies in the middle of a pixel is rounded to one side, wherever that side has turned to.
    width, height = before.size
    assert np.allclose(after.size, (height, width) if clockwise % 2 else (width, height), atol=1)
    assert np.allclose(mirror.size, before.size, atol=1)
    ends, tolerance = corners_of(before), 2.01 + 1e-5 * max(photo)
    assert np.allclose(corners_of(after), ends[-clockwise:] + ends[:-clockwise], atol=tolerance, rtol=0)
    mirrored = [ends[1], ends[0], ends[3], ends[2]] if across else [ends[3], ends[2], ends[1], ends[0]]
    assert np.allclose(corners_of(mirror), mirrored, atol=tolerance, rtol=0)


def test_four_turns_and_two_flips_are_nothing() -> None:
    part = GeometryPart(straighten=3.3, perspective_vertical=-20, crop_left=0.1, crop_bottom=0.7, flip_horizontal=1)
    again = part
    for _ in range(4):
        again = again.turned(1)
    assert again == part and part.flipped(True).flipped(True) == part
    assert GeometryPart(flip_horizontal=1, flip_vertical=1) == GeometryPart(quarter_turns=2)
    assert GeometryPart(straighten=5).flipped(True).straighten == -5, "seen in a mirror, it leans the other way"


def test_a_horizon_that_is_drawn_gets_level() -> None:
    photo = (900, 600)
    for part in (GeometryPart(), GeometryPart(straighten=4, quarter_turns=1, flip_horizontal=1)):
        for line in (
            ((100.0, 200.0), (800.0, 260.0)),
            ((300.0, 100.0), (330.0, 500.0)),
            ((800.0, 260.0), (100.0, 200.0)),
        ):
            placement = part.levelled(line, photo).placement(photo)
            (x, y), (right, bottom) = (placement.to_picture(*point) for point in line)
            assert min(abs(right - x), abs(bottom - y)) < 1e-6 * hypot(right - x, bottom - y)
    with pytest.raises(EditError, match="Draw a line"):
        GeometryPart().levelled(((5.0, 5.0), (5.0, 5.0)), photo)


@pytest.mark.parametrize("start", [GeometryPart(), GeometryPart(quarter_turns=3), GeometryPart(straighten=3)])
@pytest.mark.parametrize(
    "guides",
    [
        (((200.0, 100.0), (150.0, 550.0)), ((700.0, 80.0), (760.0, 560.0))),
        (((100.0, 150.0), (800.0, 180.0)), ((120.0, 500.0), (790.0, 430.0))),
        (((200.0, 100.0), (200.0, 550.0)), ((700.0, 80.0), (700.0, 560.0))),
        (((210.0, 100.0), (200.0, 550.0)), ((710.0, 100.0), (700.0, 550.0))),
    ],
)
def test_two_guides_get_parallel(start: GeometryPart, guides: tuple) -> None:
    photo = (900, 600)
    part = start.made_upright(guides, photo)
    placement = part.placement(photo)
    across, down = [], []
    for line in guides:
        (x, y), (right, bottom) = (placement.to_picture(*point) for point in line)
        across.append(abs(right - x) / hypot(right - x, bottom - y))
        down.append(abs(bottom - y) / hypot(right - x, bottom - y))
    assert max(across) < 1e-6 or max(down) < 1e-6
    assert part.made_upright(guides, photo).placement(photo).size == placement.size, "once is enough"


def test_guides_that_cannot_be_made_parallel_are_refused_in_a_sentence() -> None:
    photo = (900, 600)
    upright, level = ((200.0, 100.0), (150.0, 550.0)), ((100.0, 150.0), (800.0, 180.0))
    with pytest.raises(EditError, match=r"Draw both guides along upright edges, or both along level ones\."):
        GeometryPart().made_upright((upright, level), photo)
    with pytest.raises(EditError, match="the same line"):
        GeometryPart().made_upright((upright, upright), photo)
    with pytest.raises(EditError, match="converge too much"):
        GeometryPart().made_upright((((440.0, 100.0), (100.0, 550.0)), ((460.0, 100.0), (800.0, 550.0))), photo)


def test_perspective_by_hand() -> None:
    """100 is 30 degrees: the upper edge of a 600 x 800 photo (focal length 1000) is seen at tan (30 + atan 0.4)."""
    part = GeometryPart(perspective_vertical=-100)
    corners = part.corners((600, 800))
    angle, focal = np.radians(30), 1000.0
    scale = np.cos(angle) ** 1.5
    top = -scale * focal * (np.tan(angle + np.arctan(0.4)) - np.tan(angle))
    assert np.allclose(corners[:2, 1], top) and np.allclose(corners[0, 0], -corners[1, 0])
    upper = scale * 600 / (np.cos(angle) - 0.4 * np.sin(angle))
    assert np.isclose(corners[1, 0] - corners[0, 0], upper) and upper > corners[2, 0] - corners[3, 0]


@always
@given(photo=st.tuples(st.integers(1, 900), st.integers(1, 900)), tilt=tilts)
def test_what_is_around_the_tilted_photo_is_bounded(photo: tuple[int, int], tilt: dict[str, float]) -> None:
    part = GeometryPart(**tilt)
    surround = part.surround(photo)
    assert surround.size[0] * surround.size[1] <= 4 * photo[0] * photo[1] + 4 * sum(photo) + 4
    assert surround.density <= 4 and not surround.whole_pixels
    small = surround.resized(photo, (40, 30)).apply(np.full((photo[1], photo[0], 3), 7, np.uint8))
    assert (small == 7).all()


def test_a_part_of_a_picture_is_the_same_to_the_bit() -> None:
    photo = np.ascontiguousarray(data.astronaut())
    for part in (GeometryPart(straighten=7, perspective_vertical=60), GeometryPart(crop_left=0.3, quarter_turns=1)):
        placement = part.placement((512, 512))
        whole = placement.apply(photo)
        np.testing.assert_array_equal(placement.part(40, 30, 200, 150).apply(photo), whole[30:180, 40:240])


def test_the_picture_at_half_the_size() -> None:
    part = GeometryPart(straighten=5, crop_left=0.1, crop_bottom=0.8)
    placement = part.placement((800, 600))
    half = placement.resized((400, 300), (placement.size[0] // 2, placement.size[1] // 2))
    x, y = placement.to_photo(100, 200)
    across, down = 100 * half.size[0] / placement.size[0], 200 * half.size[1] / placement.size[1]
    assert np.allclose(half.to_photo(across, down), (x / 2, y / 2))


def test_places_in_parts_of_picture_and_photo() -> None:
    placement = GeometryPart(crop_left=0.5, crop_top=0.25).placement((800, 400))
    matrix = np.array(placement.in_parts).reshape(3, 3)
    np.testing.assert_allclose(matrix @ (0, 0, 1), (0.5, 0.25, 1))
    np.testing.assert_allclose(matrix @ (1, 1, 1), (1, 1, 1))
    assert Placement((8, 4), (8, 4)).in_parts == (1, 0, 0, 0, 1, 0, 0, 0, 1)


def test_stored_and_read_again() -> None:
    part = GeometryPart(straighten=-2.5, crop_left=0.125, quarter_turns=1, flip_vertical=1)
    edit = Edit.styled("warm").with_part(part)
    assert Edit.from_text(edit.to_text()) == edit
    assert GeometryPart in part_types() and not edit.adjusted and edit.colors == Edit.styled("warm")
    outside = json.loads('{"version": 1, "straighten": 99, "quarter_turns": 7, "crop_right": 55}')
    assert GeometryPart.from_json(outside) == GeometryPart(straighten=45, quarter_turns=3, crop_right=2)


@pytest.mark.parametrize("value", ["1", None, [0, 1], float("nan"), float("inf"), True])
def test_damaged_numbers_are_refused(value: object) -> None:
    for name in ("straighten", "crop_left", "quarter_turns"):
        with pytest.raises(EditError, match=r"The edit is damaged: \w+ is not a number\."):
            Edit.from_json({"version": 1, "parts": {"geometry": {"version": 1, name: value}}})
