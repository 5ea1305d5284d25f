"""Geometry: which part of the photo is shown, and how it is turned: crop, straightening, quarter turns, perspective."""

from dataclasses import dataclass, replace
from math import degrees, floor, radians
from typing import Any, ClassVar

import numpy as np

from pie_desktop.edit.cropping import fitted
from pie_desktop.edit.part import Part, is_number, parameter, register
from pie_desktop.edit.upright import Line, Tilt, is_vertical, levelled, tilt_for
from pie_desktop.errors import EditError
from pie_desktop.imaging.geometry import Placement

MOST_TILT = 30.0
"""Degrees that a perspective of 100 stands for: at both together every part of the photo is still in front."""

Crop = tuple[float, float, float, float]
"""Left, top, right and bottom, in parts of the turned photo's width and height."""

_MARGIN = 0.04
"""Of the long side, around the photo while a crop is chosen."""

WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)


def _edge(label: str, default: float) -> Any:
    return parameter(
        label,
        default,
        -1.0,
        2.0,
        f"{label} in parts of the photo; what lies outside of it moves to the nearest place inside.",
        scale=100,
        unit="%",
        called="Crop",
    )


def _flip(label: str, help: str) -> Any:
    return parameter(label, 0.0, 0.0, 1.0, help, step=1.0, called=label)


@register
@dataclass(frozen=True)
class GeometryPart(Part):
    """A `Placement`, in numbers that fit a photo of any size.

    In this order: quarter turns, mirroring, then the camera's tilt taken back by straightening and perspective (see
    `edit.upright`), about the middle of the photo, which stays where it is; then the crop, whose edges are parts of the
    turned photo's sides before it was tilted. The crop is what a person wished: `placement` moves it inside the photo.

    Attributes:
        straighten: degrees clockwise, -45 to 45.
        perspective_vertical, perspective_horizontal: -100 to 100; below 0 the upper or the left edge gets longer.
        quarter_turns: clockwise, 0 to 3.
        flip_horizontal, flip_vertical: whether left and right, up and down change places, 0 or 1; both together are two
            quarter turns.
        crop_left, crop_top, crop_right, crop_bottom: -1 to 2.
    """

    KEY: ClassVar[str] = "geometry"
    LABEL: ClassVar[str] = "Crop and straighten"
    GROUP: ClassVar[str] = "Geometry"
    ORDER: ClassVar[int] = 2
    MOVES_PIXELS: ClassVar[bool] = True

    straighten: float = parameter("Straighten", 0.0, -45.0, 45.0, "Rotates the photo clockwise, in degrees.", unit="°")
    perspective_vertical: float = parameter(
        "Vertical perspective",
        0.0,
        -100.0,
        100.0,
        "Makes upright lines that converge parallel; below 0 those that converge upwards.",
        short="Vertical",
    )
    perspective_horizontal: float = parameter(
        "Horizontal perspective",
        0.0,
        -100.0,
        100.0,
        "Makes level lines that converge parallel; below 0 those that converge to the left.",
        short="Horizontal",
    )
    quarter_turns: float = parameter(
        "Quarter turns",
        0.0,
        0.0,
        3.0,
        "Turns the photo clockwise by so many times 90 degrees.",
        step=1.0,
        called="Turn",
    )
    flip_horizontal: float = _flip("Flip horizontally", "1 changes left and right.")
    flip_vertical: float = _flip("Flip vertically", "1 changes up and down.")
    crop_left: float = _edge("Crop left", 0.0)
    crop_top: float = _edge("Crop top", 0.0)
    crop_right: float = _edge("Crop right", 1.0)
    crop_bottom: float = _edge("Crop bottom", 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        turns, across, down = (round(getattr(self, name)) for name in _WHOLE_NUMBERS)
        if across and down:
            turns, across, down = turns + 2, 0, 0
        for name, value in zip(_WHOLE_NUMBERS, (turns % 4, across, down), strict=True):
            object.__setattr__(self, name, float(value))

    @classmethod
    def outside(cls, name: str, value: Any) -> str | None:
        problem = super().outside(name, value)
        if problem is None and name in _WHOLE_NUMBERS and is_number(value) and value != round(value):
            label = next(one.label for one in cls.parameters() if one.name == name)
            return f"{label} {value:g}, which is no whole number"
        return problem

    @property
    def crop(self) -> Crop:
        """The rectangle between the edges, whichever of two is the first."""
        (left, right), (top, bottom) = (
            sorted(pair) for pair in ((self.crop_left, self.crop_right), (self.crop_top, self.crop_bottom))
        )
        return left, top, right, bottom

    @property
    def tilt(self) -> Tilt:
        """Straightening and perspective as angles."""
        pitch, yaw = -self.perspective_vertical / 100 * MOST_TILT, self.perspective_horizontal / 100 * MOST_TILT
        return Tilt(radians(self.straighten), radians(pitch), radians(yaw))

    def with_crop(self, crop: Crop) -> "GeometryPart":
        """With another rectangle."""
        names = ("crop_left", "crop_top", "crop_right", "crop_bottom")
        return replace(
            self, **{name: round(min(max(edge, -1.0), 2.0), 12) for name, edge in zip(names, crop, strict=True)}
        )

    def with_tilt(self, tilt: Tilt) -> "GeometryPart":
        """With other angles. Raises EditError where they are beyond the bounds."""
        numbers, declared = _numbers(tilt), {one.name: one for one in self.parameters()}
        if any(declared[name].clip(value) != value for name, value in numbers.items()):
            raise EditError("These lines converge too much to be made parallel; choose lines that are nearly parallel.")
        return replace(self, **numbers)

    def turned(self, clockwise: int) -> "GeometryPart":
        """The same picture, turned by quarters: crop and tilt turn with it."""
        part = self
        for _ in range(clockwise % 4):
            left, top, right, bottom = part.crop
            part = part.with_crop((1 - bottom, left, 1 - top, right))
        turns, across, down = part.quarter_turns, part.flip_horizontal, part.flip_vertical
        if clockwise % 2:  # what was mirrored across is mirrored up and down once it is turned
            across, down = down, across
        turns = (turns + clockwise) % 4
        part = replace(part, quarter_turns=turns, flip_horizontal=across, flip_vertical=down)
        return part._with_nearest(self.tilt.turned(clockwise))

    def flipped(self, across: bool) -> "GeometryPart":
        """The same picture, mirrored: left and right where `across`, else up and down."""
        left, top, right, bottom = self.crop
        part = self.with_crop((1 - right, top, 1 - left, bottom) if across else (left, 1 - bottom, right, 1 - top))
        name = "flip_horizontal" if across else "flip_vertical"
        return replace(part, **{name: 1 - getattr(part, name)})._with_nearest(self.tilt.mirrored(across))

    def levelled(self, line: Line, photo: tuple[int, int]) -> "GeometryPart":
        """Straightened so that a line is level, or plumb; its ends are pixels of the photo.

        Raises EditError where it is a point.
        """
        if line[0] == line[1]:
            raise EditError("Draw a line along the horizon, or along something upright.")
        across, down = (self._plane(photo, point) for point in line)
        straighten = self.straighten + degrees(levelled((across, down)))
        return replace(self, straighten=min(max(straighten, -45.0), 45.0))

    def made_upright(self, guides: tuple[Line, Line], photo: tuple[int, int]) -> "GeometryPart":
        """With the perspective in which two lines are vertical, or horizontal; their ends are pixels of the photo.

        Raises:
            EditError: one is upright and the other level, they are the same, or they converge too much.
        """
        seen = [tuple(self._plane(photo, point) for point in line) for line in guides]
        vertical = [is_vertical((first, second)) for first, second in seen]
        if vertical[0] != vertical[1]:
            raise EditError("Draw both guides along upright edges, or both along level ones.")
        turn = np.linalg.inv(self._turn(photo))
        first, second = ((_through(turn, start), _through(turn, end)) for start, end in guides)
        tilt = tilt_for((first, second), vertical[0], *self.turned_size(photo), self.tilt)
        if tilt is None:
            raise EditError("The two guides lie on the same line; draw them along different edges.")
        return self.with_tilt(tilt)

    def turned_size(self, photo: tuple[int, int]) -> tuple[int, int]:
        """Width and height of a photo after the quarter turns."""
        return (photo[1], photo[0]) if self.quarter_turns % 2 else photo

    def placement(self, photo: tuple[int, int]) -> Placement:
        """Where the picture lies in a photo of this size. The picture has pixels of the photo only, and one at least.

        Without straightening and perspective, whole pixels are taken. Else it is the largest rectangle of the crop's
        shape, no larger than the crop, see `edit.cropping.fitted`, in which nothing is empty.
        """
        if self == GeometryPart():
            return Placement(photo, photo)
        width, height = self.turned_size(photo)
        left, top, right, bottom = self.crop
        box = max((right - left) * width, 1.0), max((bottom - top) * height, 1.0)
        middle = ((left + right - 1) / 2 * width, (top + bottom - 1) / 2 * height)
        (x, y), scale = fitted(self.corners(photo), middle, box, 1.0 if self.crop == WHOLE else 0.5)
        turn = self._turn(photo)
        if self.tilt == Tilt():
            size = max(1, round(box[0] * scale)), max(1, round(box[1] * scale))
            place = (
                min(max(round(middle + side / 2 - box_side * scale / 2), 0), side - length)
                for middle, side, box_side, length in zip((x, y), (width, height), box, size, strict=True)
            )
            matrix = turn @ _shift(*place)
            return Placement(photo, size, tuple(float(value) for value in matrix.ravel()))
        # No more pixels than the photo has: what perspective draws out is not there.
        across, down = box[0] * scale, box[1] * scale
        finer = max(1.0, (across * down / (width * height)) ** 0.5)
        size = max(1, floor(across / finer + 1e-6)), max(1, floor(down / finer + 1e-6))
        plane = np.diag([finer, finer, 1.0]) @ _shift(-size[0] / 2, -size[1] / 2)
        return Placement.of(photo, size, self._from_plane(photo) @ _shift(x, y) @ plane)

    def surround(self, photo: tuple[int, int]) -> Placement:
        """The whole tilted photo with what is empty around it, uncropped: what a crop is chosen on."""
        left, top, right, bottom = self.surroundings(photo)
        width, height = right - left, bottom - top
        finer = max(1.0, (width * height / (4 * photo[0] * photo[1])) ** 0.5)
        size = max(1, round(width / finer)), max(1, round(height / finer))
        plane = np.diag([finer, finer, 1.0])
        return Placement.of(photo, size, self._from_plane(photo) @ _shift(left, top) @ plane)

    def surroundings(self, photo: tuple[int, int]) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of `surround` in the plane of the crop: room to take hold of a crop's edges."""
        corners = self.corners(photo)
        margin = _MARGIN * float((corners.max(0) - corners.min(0)).max())
        (left, top), (right, bottom) = corners.min(0) - margin, corners.max(0) + margin
        return float(left), float(top), float(right), float(bottom)

    def corners(self, photo: tuple[int, int]) -> np.ndarray:
        """Where the corners of the turned photo lie in the plane of the crop: (4, 2), in pixels from its middle."""
        width, height = self.turned_size(photo)
        tilted = self.tilt.map(width, height)
        ends = ((0, 0), (width, 0), (width, height), (0, height))
        return np.array([_through(tilted, (float(x), float(y))) for x, y in ends])

    def _plane(self, photo: tuple[int, int], point: tuple[float, float]) -> tuple[float, float]:
        return _through(np.linalg.inv(self._from_plane(photo)), point)

    def _from_plane(self, photo: tuple[int, int]) -> np.ndarray:
        """From the plane of the crop, whose origin is the middle of the photo, to pixels of the photo."""
        return self._turn(photo) @ np.linalg.inv(self.tilt.map(*self.turned_size(photo)))

    def _turn(self, photo: tuple[int, int]) -> np.ndarray:
        """From pixels of the turned photo to those of the photo, in whole numbers."""
        (across, down), (width, height) = self.turned_size(photo), photo
        matrix = np.eye(3)
        if self.flip_horizontal:
            matrix = np.array([[-1.0, 0, across], [0, 1, 0], [0, 0, 1]])
        if self.flip_vertical:
            matrix = np.array([[1.0, 0, 0], [0, -1, down], [0, 0, 1]])
        back = (
            np.eye(3),
            np.array([[0.0, 1, 0], [-1, 0, height], [0, 0, 1]]),
            np.array([[-1.0, 0, width], [0, -1, height], [0, 0, 1]]),
            np.array([[0.0, -1, width], [1, 0, 0], [0, 0, 1]]),
        )[int(self.quarter_turns)]
        return back @ matrix

    def _with_nearest(self, tilt: Tilt) -> "GeometryPart":
        """With the angles as far as the bounds allow."""
        declared = {one.name: one for one in self.parameters()}
        return replace(self, **{name: declared[name].clip(value) for name, value in _numbers(tilt).items()})


def _numbers(tilt: Tilt) -> dict[str, float]:
    """Angles as numbers of the part; those that only rounding keeps from 0 are 0, so that pixels stay whole."""
    pitch, yaw = (degrees(angle) / MOST_TILT * 100 for angle in (tilt.pitch, tilt.yaw))
    values = {"straighten": degrees(tilt.roll), "perspective_vertical": -pitch, "perspective_horizontal": yaw}
    return {name: round(value, 9) + 0.0 for name, value in values.items()}


_WHOLE_NUMBERS = ("quarter_turns", "flip_horizontal", "flip_vertical")


def _shift(x: float, y: float) -> np.ndarray:
    return np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])


def _through(matrix: np.ndarray, point: tuple[float, float]) -> tuple[float, float]:
    x, y, depth = matrix @ (*point, 1.0)
    return float(x / depth), float(y / depth)
