"""Straightening and perspective as a rotation of the camera: angles, matrices, and what two guides ask for.

A photo taken by a camera that was tilted is, but for a scale, the one that it would have taken without the tilt, seen
through H = K R K^-1 (R. Hartley and A. Zisserman, Multiple View Geometry, 2nd edition, 8.4.2). K has the focal length:
here the diagonal of the photo, that of a normal lens. Another one would make lines parallel just as well, and only give
the result another height or width.
"""

from dataclasses import dataclass
from math import acos, asin, atan, atan2, cos, hypot, inf, pi, sin, tan

import numpy as np

Point = tuple[float, float]
Line = tuple[Point, Point]


@dataclass(frozen=True)
class Tilt:
    """Three angles in radians; the rotation is first by yaw, then by pitch, then by roll.

    Attributes:
        roll: clockwise as seen.
        pitch: above 0 the upper edge gets longer.
        yaw: above 0 the right edge gets longer.
    """

    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0

    @property
    def matrix(self) -> np.ndarray:
        """(3, 3) float64, for rays (x to the right, y downwards, z forwards)."""
        return _about_z(self.roll) @ _about_x(self.pitch) @ _about_y(self.yaw)

    @classmethod
    def of(cls, matrix: np.ndarray) -> "Tilt":
        """The angles of a rotation that is far from a quarter turn in pitch."""
        return cls(
            atan2(-matrix[0, 1], matrix[1, 1]),
            asin(float(np.clip(matrix[2, 1], -1, 1))),
            atan2(-matrix[2, 0], matrix[2, 2]),
        )

    def turned(self, clockwise: int) -> "Tilt":
        """That of the photo turned by quarters afterwards."""
        turn = _about_z(clockwise * pi / 2)
        return Tilt.of(turn @ self.matrix @ turn.T)

    def mirrored(self, across: bool) -> "Tilt":
        """That of the photo mirrored afterwards: left and right changed where `across`, else up and down."""
        mirror = np.diag([-1.0, 1.0, 1.0] if across else [1.0, -1.0, 1.0])
        return Tilt.of(mirror @ self.matrix @ mirror)

    def map(self, width: float, height: float) -> np.ndarray:
        """(3, 3): from pixels of a photo to the plane, whose origin is where the middle of the photo comes to lie.

        The scale there is 1, in area.
        """
        focal = hypot(width, height)
        rotation = self.matrix
        camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
        seen = np.diag([focal, focal, 1.0]) @ rotation @ np.linalg.inv(camera)
        forward = rotation[2, 2]
        scale = forward**1.5  # the determinant of the map's derivative in the middle is forward**-3
        place = focal * rotation[:2, 2] / forward
        move = np.array([[scale, 0, -scale * place[0]], [0, scale, -scale * place[1]], [0, 0, 1.0]])
        return move @ seen


def _about_z(angle: float) -> np.ndarray:
    return np.array([[cos(angle), -sin(angle), 0], [sin(angle), cos(angle), 0], [0, 0, 1.0]])


def _about_x(angle: float) -> np.ndarray:
    return np.array([[1.0, 0, 0], [0, cos(angle), -sin(angle)], [0, sin(angle), cos(angle)]])


def _about_y(angle: float) -> np.ndarray:
    return np.array([[cos(angle), 0, sin(angle)], [0, 1.0, 0], [-sin(angle), 0, cos(angle)]])


def levelled(line: Line) -> float:
    """By how much to rotate, in radians clockwise, so that a line is level, or plumb if it is nearer to that."""
    (left, top), (right, bottom) = line
    angle = atan2(bottom - top, right - left)
    return -(angle - round(angle / (pi / 2)) * pi / 2)


def is_vertical(line: Line) -> bool:
    """Whether a line is nearer to vertical than to horizontal."""
    (left, top), (right, bottom) = line
    return abs(bottom - top) > abs(right - left)


def tilt_for(lines: tuple[Line, Line], vertical: bool, width: float, height: float, tilt: Tilt) -> Tilt | None:
    """The tilt that makes two lines vertical, or horizontal, and changes no more than it must.

    Args:
        lines: on the photo, in pixels from its top left.
        vertical: whether they shall be vertical.
        width, height: of the photo.
        tilt: the one now, of which the yaw is kept where lines get vertical, else the pitch.

    Returns:
        None where there is none: the lines are the same.
    """
    focal = hypot(width, height)

    def ray(point: Point) -> np.ndarray:
        return np.array([(point[0] - width / 2) / focal, (point[1] - height / 2) / focal, 1.0])

    one, other = (np.cross(ray(first), ray(second)) for first, second in lines)
    meeting = np.cross(one, other)  # the direction in which both lines go
    if np.linalg.norm(meeting) < 1e-12:
        return None
    x, y, z = meeting / np.linalg.norm(meeting)
    if vertical:
        x, y, z = _about_y(tilt.yaw) @ (x, y, z)
        if abs(y) < 1e-9:
            return None
        pitch = atan(-z / y)
        x, y, _ = _about_x(pitch) @ (x, y, z)
        return Tilt(atan(x / y), pitch, tilt.yaw)
    reach = hypot(x, z)
    share = -tan(tilt.pitch) * y / reach if reach > 1e-9 else inf
    if abs(share) > 1:
        return None
    turns = [sign * acos(share) - atan2(x, z) for sign in (-1, 1)]
    yaw = min((_nearest_to_zero(turn) for turn in turns), key=abs)
    x, y, _ = _about_x(tilt.pitch) @ _about_y(yaw) @ (x, y, z)
    return Tilt(atan(-y / x), tilt.pitch, yaw) if abs(x) > 1e-9 else None


def _nearest_to_zero(angle: float) -> float:
    """The angle without whole turns, in [-pi, pi]."""
    return angle - 2 * pi * round(angle / (2 * pi))
