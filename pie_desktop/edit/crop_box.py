"""A crop while it is drawn on the whole tilted photo: what moving, pulling and another shape make of it."""

from dataclasses import dataclass, replace

import numpy as np

from pie_desktop.edit.cropping import fitted
from pie_desktop.edit.parts.geometry import WHOLE, GeometryPart
from pie_desktop.edit.upright import Point
from pie_desktop.imaging.geometry import Placement

Rect = tuple[float, float, float, float]
"""Left, top, right and bottom in the plane of the crop: pixels of the photo from its middle."""

SMALLEST = 8.0
"""Pixels on a side, or the photo itself: a smaller crop cannot be taken hold of."""

RATIOS: dict[str, tuple[int, int]] = {"1:1": (1, 1), "5:4": (5, 4), "4:3": (4, 3), "3:2": (3, 2), "16:9": (16, 9)}
"""Presets by name: width and height, of a landscape format."""


@dataclass(frozen=True)
class CropBox:
    """A crop of a photo.

    Attributes:
        part: the geometry.
        photo: width and height of the photo.
        rect: the rectangle; always within the tilted photo.
    """

    part: GeometryPart
    photo: tuple[int, int]
    rect: Rect

    @classmethod
    def of(cls, part: GeometryPart, photo: tuple[int, int]) -> "CropBox":
        """That which a part shows of a photo."""
        width, height = part.turned_size(photo)
        left, top, right, bottom = part.crop
        size = max((right - left) * width, 1.0), max((bottom - top) * height, 1.0)
        middle = ((left + right - 1) / 2 * width, (top + bottom - 1) / 2 * height)
        middle, scale = fitted(part.corners(photo), middle, size, 1.0 if part.crop == WHOLE else 0.5)
        return cls(part, photo, _around(middle, (size[0] * scale, size[1] * scale)))

    @property
    def result(self) -> GeometryPart:
        """The part with this crop: with what was wished where nothing was changed since, so that it comes back with the
        angle; without one where it is all of a photo that is not tilted."""
        width, height = self.part.turned_size(self.photo)
        left, top, right, bottom = self.rect
        if self == CropBox.of(self.part, self.photo):
            return self.part
        crop = (left / width + 0.5, top / height + 0.5, right / width + 0.5, bottom / height + 0.5)
        if max(abs(edge - whole) for edge, whole in zip(crop, WHOLE, strict=True)) * max(width, height) < 0.5:
            crop = WHOLE
        return self.part.with_crop(crop)

    @property
    def placement(self) -> Placement:
        """What the crop makes of the photo."""
        return self.result.placement(self.photo)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the rectangle."""
        return self.rect[2] - self.rect[0], self.rect[3] - self.rect[1]

    @property
    def middle(self) -> Point:
        return (self.rect[0] + self.rect[2]) / 2, (self.rect[1] + self.rect[3]) / 2

    def moved(self, across: float, down: float) -> "CropBox":
        """As far that way as the photo goes; along a border of it, the other way goes on."""
        box = self._towards((across, 0, across, 0))
        return box._towards((0, down, 0, down))

    def pulled(self, handle: tuple[int, int], place: Point, ratio: float | None) -> "CropBox":
        """With an edge or a corner as near to a place as the photo allows; what is opposite stays.

        Args:
            handle: -1, 0 or 1 across and down: the left edge is (-1, 0), the lower right corner (1, 1).
            place: in the plane.
            ratio: width by height that is kept, None for a free shape.
        """
        left, top, right, bottom = self.rect
        smallest = tuple(min(SMALLEST, side) for side in self.part.turned_size(self.photo))
        wished = [left, top, right, bottom]
        for axis, side in enumerate(handle):
            if side:
                opposite = self.rect[axis] if side > 0 else self.rect[axis + 2]
                reach = max((place[axis] - opposite) * side, smallest[axis])
                wished[axis + (2 if side > 0 else 0)] = opposite + side * reach
        if ratio is None:
            box = self._towards((wished[0] - left, 0, wished[2] - right, 0))
            return box._towards((0, wished[1] - top, 0, wished[3] - bottom))
        width, height = wished[2] - wished[0], wished[3] - wished[1]
        if handle[0] and (not handle[1] or width / ratio > height):
            height = width / ratio
        else:
            width = height * ratio
        rect = []
        for axis, (side, length) in enumerate(zip(handle, (width, height), strict=True)):
            low, high = self.rect[axis], self.rect[axis + 2]
            start = low if side > 0 else high - length if side < 0 else (low + high - length) / 2
            rect.append((start, start + length))
        (x, right_edge), (y, lower) = rect
        return self._towards((x - left, y - top, right_edge - right, lower - bottom))

    def shaped(self, ratio: float) -> "CropBox":
        """With another width by height, about the same middle and of the same area, as far as that fits."""
        width, height = self.size
        area = width * height
        size = ((area * ratio) ** 0.5, (area / ratio) ** 0.5)
        middle, scale = fitted(self.part.corners(self.photo), self.middle, size, 1.0)
        return replace(self, rect=_around(middle, (size[0] * scale, size[1] * scale)))

    def tilted(self, straighten: float) -> "CropBox":
        """The same crop of the photo straightened by another angle, in degrees, made smaller where corners would be
        empty."""
        return CropBox.of(replace(self.result, straighten=min(max(straighten, -45.0), 45.0)), self.photo)

    def _towards(self, by: Rect) -> "CropBox":
        """The rectangle with its edges moved by so much, or by the part of it with which it lies in the photo."""
        corners = self.part.corners(self.photo)
        sides = np.roll(corners, -1, axis=0) - corners
        normals = np.stack([-sides[:, 1], sides[:, 0]], axis=1)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        distances = normals @ _corners(self.rect).T - (normals * corners).sum(1)[:, None]
        steps = normals @ _corners(by).T
        way = 1.0
        nearing = steps < -1e-12
        if nearing.any():
            way = min(way, float((np.maximum(distances, 0)[nearing] / -steps[nearing]).min()))
        moved = tuple(edge + way * step for edge, step in zip(self.rect, by, strict=True))
        return replace(self, rect=(moved[0], moved[1], moved[2], moved[3]))


def _around(middle: Point, size: tuple[float, float]) -> Rect:
    (x, y), (width, height) = middle, size
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _corners(rect: Rect) -> np.ndarray:
    left, top, right, bottom = rect
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def ratio_of(name: str, portrait: bool, photo: tuple[int, int]) -> float | None:
    """Width by height of a preset; None for `free`.

    Args:
        name: `free`, `original`, one of `RATIOS`, or a person's own, such as `7:5` or `2.35`.
        portrait: whether the longer side stands upright.
        photo: width and height of the turned photo.

    Raises:
        ValueError: it is no ratio, or one beyond 100.
    """
    if name == "free":
        return None
    if name == "original":
        ratio = photo[0] / photo[1]
    else:
        across, _, down = name.replace("×", ":").replace("x", ":").replace("/", ":").partition(":")
        ratio = float(across) / float(down or 1) if float(down or 1) else 0.0
    if not 0.01 <= ratio <= 100:
        raise ValueError(f"{name} is no ratio")
    return min(ratio, 1 / ratio) if portrait else max(ratio, 1 / ratio)
