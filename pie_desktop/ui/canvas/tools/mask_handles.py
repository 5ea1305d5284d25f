"""Where the handles of a mask lie in the picture, and what dragging one makes of the mask. No widgets."""

from dataclasses import replace
from math import atan2, cos, degrees, hypot, radians, sin

from pie_desktop.edit.mask import LINEAR, Mask
from pie_desktop.imaging.frame import Frame

Place = tuple[float, float]

CENTRE = "centre"
SMALLEST = 0.005  # of the long side: what is smaller could not be taken hold of again


class MaskHandles:
    """The handles of one mask in one view of the photo; places are those of the picture, in [0, 1] of its sides.

    A graduated mask has its `centre`, and `full` and `none`, where the effect is whole and where it ends. A radial one
    has its `centre`, the ends `right`, `left`, `below` and `above` of its half axes, and `turn` beyond the first.
    """

    def __init__(self, mask: Mask, frame: Frame) -> None:
        self.mask = mask
        self._frame = frame
        long_side = max(frame.photo)
        self._sides = (frame.photo[0] / long_side, frame.photo[1] / long_side)

    def places(self) -> dict[str, Place]:
        """Where the handles lie."""
        mask = self.mask
        if mask.kind == LINEAR:
            half = mask.width / 2
            return {CENTRE: self.at(0, 0), "full": self.at(-half, 0), "none": self.at(half, 0)}
        return {
            CENTRE: self.at(0, 0),
            "right": self.at(mask.width, 0),
            "left": self.at(-mask.width, 0),
            "below": self.at(0, mask.height),
            "above": self.at(0, -mask.height),
            "turn": self.at(mask.width + 0.06, 0),
        }

    def at(self, along: float, across: float) -> Place:
        """The place so far from the middle of the mask, along its angle and across it, in parts of the long side."""
        c, s = cos(radians(self.mask.angle)), sin(radians(self.mask.angle))
        x = self.mask.x + (c * along - s * across) / self._sides[0]
        y = self.mask.y + (s * along + c * across) / self._sides[1]
        return self._frame.picture_place(x, y)

    def dragged(self, handle: str, place: Place) -> Mask:
        """The mask with a handle at another place."""
        mask = self.mask
        if handle == CENTRE:
            x, y = self._frame.photo_place(*place)
            return mask.with_place(x=x, y=y)
        dx, dy = self._from_middle(place)
        distance = hypot(dx, dy)
        if mask.kind == LINEAR:
            sign = 1 if handle == "none" else -1
            angle = degrees(atan2(sign * dy, sign * dx)) if distance > SMALLEST else mask.angle
            return mask.with_place(angle=angle, width=max(2 * distance, SMALLEST))
        if handle == "turn":
            return mask.with_place(angle=degrees(atan2(dy, dx))) if distance > SMALLEST else mask
        c, s = cos(radians(mask.angle)), sin(radians(mask.angle))
        if handle in ("right", "left"):
            return mask.with_place(width=max(abs(c * dx + s * dy), SMALLEST))
        return mask.with_place(height=max(abs(-s * dx + c * dy), SMALLEST))

    def drawn(self, start: Place, end: Place) -> Mask:
        """The mask as it is drawn from one place to another: the effect fades along the way, or the ellipse opens."""
        x, y = self._frame.photo_place(*start)
        dx, dy = _difference(self._isotropic(end), self._isotropic(start))
        if self.mask.kind == LINEAR:
            length = hypot(dx, dy)
            x2, y2 = self._frame.photo_place(*end)
            angle = degrees(atan2(dy, dx)) if length > SMALLEST else self.mask.angle
            return self.mask.with_place(x=(x + x2) / 2, y=(y + y2) / 2, angle=angle, width=max(length, SMALLEST))
        return self.mask.with_place(x=x, y=y, angle=0.0, width=max(abs(dx), SMALLEST), height=max(abs(dy), SMALLEST))

    def nudged(self, dx: float, dy: float) -> Mask:
        """The mask moved by so much, in parts of the long side, as the picture lies."""
        x, y = self.at(0, 0)
        frame = self._frame
        wide, high = frame.whole[0] / max(frame.whole), frame.whole[1] / max(frame.whole)
        return self.dragged(CENTRE, (x + dx / wide, y + dy / high))

    def scaled(self, factor: float) -> Mask:
        """The mask with another size."""
        values = {"width": self.mask.width, "height": self.mask.height}
        return self.mask.with_place(**{name: max(value * factor, SMALLEST) for name, value in values.items()})

    def turned(self, angle: float) -> Mask:
        """The mask turned clockwise by some degrees."""
        return replace(self.mask, angle=(self.mask.angle + angle + 180) % 360 - 180)

    def _isotropic(self, place: Place) -> Place:
        x, y = self._frame.photo_place(*place)
        return x * self._sides[0], y * self._sides[1]

    def _from_middle(self, place: Place) -> Place:
        return _difference(self._isotropic(place), (self.mask.x * self._sides[0], self.mask.y * self._sides[1]))


def _difference(one: Place, other: Place) -> Place:
    return one[0] - other[0], one[1] - other[1]
