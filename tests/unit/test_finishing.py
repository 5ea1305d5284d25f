"""Pictures in pieces: what local parts make of a picture does not depend on how it is cut."""

import tracemalloc
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from pie_desktop.edit import finishing
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.edit.local_part import LocalPart
from pie_desktop.errors import Cancelled
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut

WARM = identity_lut(9) ** np.array([0.8, 1.0, 1.2], np.float32)


@dataclass(frozen=True)
class Blur(LocalPart):
    """Mean of the pixels around, darker to the right of the photo."""

    radius: int = 5

    def reach(self, frame: Frame) -> int:
        return self.radius

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        assert image.shape[:2] == (frame.zone[3], frame.zone[2])
        side = 2 * self.radius + 1
        blurred = cv2.boxFilter(image, -1, (side, side), borderType=cv2.BORDER_REFLECT_101)
        return blurred * (1 - frame.along(0.5, 0.0, 0.0))[..., None]


def noise(height: int, width: int, kind: type) -> np.ndarray:
    random = np.random.default_rng(4)
    if kind is np.float32:
        return random.normal(0.5, 0.4, (height, width, 3)).astype(np.float32)
    return random.integers(0, np.iinfo(kind).max + 1, (height, width, 3), dtype=kind)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("size", [(90, 130), (33, 64), (1, 1), (3, 200)])
def test_pieces_do_not_show(monkeypatch: pytest.MonkeyPatch, kind: type, size: tuple[int, int]) -> None:
    image = noise(*size, kind)
    parts = (Blur(5), Blur(9))
    whole = finished(image, WARM, parts, Frame.of(image))
    assert whole.dtype == image.dtype
    assert not np.array_equal(whole, image)
    monkeypatch.setattr(finishing, "TILE", 32)
    in_pieces = finished(image, WARM, parts, Frame.of(image))
    in_place = image.copy()
    assert finished(in_place, WARM, parts, Frame.of(image), in_place) is in_place
    step = 2e-6 if kind is np.float32 else 1  # a sum in another order may round otherwise
    for other in (in_pieces, in_place):
        apart = np.abs(other.astype(np.float64) - whole)
        assert apart.max() <= step
        assert np.mean(apart > 0) < 0.001 or kind is np.float32


def test_memory_does_not_grow_with_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "TILE", 64)

    def peak(height: int) -> int:
        image = noise(height, 400, np.uint8)
        tracemalloc.start()
        try:
            finished(image, WARM, (Blur(5), Blur(9)), Frame.of(image), image)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # what is loaded and kept once
    assert peak(4000) < 1.3 * peak(200)


def test_a_zone_with_its_surroundings_is_that_of_the_whole() -> None:
    image = noise(120, 160, np.uint8)
    parts = (Blur(4),)
    whole = finished(image, WARM, parts, Frame.of(image))
    frame = Frame.of(image).part(30, 20, 70, 50)
    zone = finished(image[20:70, 30:100], WARM, parts, frame)
    assert np.abs(zone[4:-4, 4:-4].astype(int) - whole[24:66, 34:96]).max() <= 1


def test_it_can_be_given_up_between_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "TILE", 32)
    image = noise(100, 100, np.uint8)
    looked = []

    def check() -> None:
        looked.append(1)
        if len(looked) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        finished(image, WARM, (Blur(1),), Frame.of(image), check=check)
    assert len(looked) == 3


def test_without_effect_only_the_colors_are_left() -> None:
    image = noise(40, 50, np.uint16)
    plain = finished(image, WARM, (Blur(0),), Frame((1, 1), (10**6, 40), (0, 0, 50, 40)))
    assert np.abs(plain.astype(int) - apply_lut(image, WARM)).max() <= 3


def test_places_in_the_photo_by_hand() -> None:
    frame = Frame((400, 200), (4, 2), (0, 0, 4, 2), 0.01)
    np.testing.assert_allclose(frame.along(1, 0, 0)[0], [0.125, 0.375, 0.625, 0.875])
    np.testing.assert_allclose(frame.along(0, 1, 0)[:, 0], [0.25, 0.75])
    assert frame.long_side == 4
    right = frame.part(2, 1, 2, 1)
    np.testing.assert_allclose(right.along(1, 10, 100), [[108.125, 108.375]])
    # The right half of the photo, and mirrored: x' = 1 - x / 2.
    cropped = Frame((400, 200), (2, 2), (0, 0, 2, 2), 0.01, (-0.5, 0, 1, 0, 1, 0, 0, 0, 1))
    np.testing.assert_allclose(cropped.along(1, 0, 0)[0], [0.875, 0.625])
    # In perspective: x' = x / (1 + x).
    leaning = Frame((400, 200), (2, 1), (0, 0, 2, 1), 0.005, (1, 0, 0, 0, 1, 0, 1, 0, 1))
    np.testing.assert_allclose(leaning.along(1, 0, 0), [[0.25 / 1.25, 0.75 / 1.75]], rtol=1e-6)


def test_reduced_frames_cover_the_same_place() -> None:
    frame = Frame((4000, 3000), (2000, 1500), (500, 300, 1000, 600), 0.5)
    small = frame.reduced(100, 60)
    assert small == Frame((4000, 3000), (200, 150), (50, 30, 100, 60), 0.05)


def test_colors_of_an_edit_are_all_but_the_local_parts() -> None:
    edit = Edit.styled("a")
    assert edit.local_parts == ()
    assert edit.colors == edit
