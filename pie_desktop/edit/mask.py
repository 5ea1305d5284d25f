"""A mask: a place of the photo, graduated or radial, and what is done to its colours."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import cos, radians, sin
from typing import Any, ClassVar

import numpy as np

from pie_desktop.edit.compiling import ExactEdit, compiled
from pie_desktop.edit.part import Part, adjustment, is_number, parameter
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.errors import EditError, NewerEditError
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.local.detail import smoothstep
from pie_desktop.imaging.lut.apply import AnyLut, identity_lut

LINEAR, RADIAL = "linear", "radial"
KINDS = {LINEAR: "Graduated", RADIAL: "Radial"}

_NARROWEST = 0.002  # of the long side: a transition of no width would have steps


@dataclass(frozen=True)
class Mask(Part):
    """A mask is no part of an edit by itself: `MasksPart` has a list of them.

    Places are in coordinates of the uncropped photo, [0, 1] from left to right and from top to bottom, and may lie
    outside; lengths are in parts of its long side, so that circles stay round and angles true. The weight of a pixel is

    - *linear*: 1 on one side, 0 on the other. Between them, over the `width` about the place, it falls by the cubic
      `3 t^2 - 2 t^3` in the direction of `angle`: 0 degrees to the right, 90 downwards.
    - *radial*: 1 inside of the ellipse whose half axes are `width` and `height`, turned clockwise by `angle`, and 0
      outside; from the edge inwards it rises over the part of the way to the middle that `feather` gives.

    `invert` takes 1 less the weight. The colours become `x + w (f(x) - x)` with the weight w and the adjustments f in
    the order of the parts whose mathematics they are: temperature, exposure, contrast, highlights and shadows,
    saturation.

    Attributes:
        kind: `linear` or `radial`.
        x, y: place of the middle.
        angle: in degrees, -180 to 180.
        width, height: see above, 0 to 3.
        feather: 0 to 100.
        invert: see above.
        exposure: in EV, -4 to 4.
        contrast, highlights, shadows, saturation, temperature: as in the parts of these names, -100 to 100.

    Raises:
        EditError: a number is outside of its bounds, or the kind is unknown.
    """

    KEY: ClassVar[str] = "mask"
    LABEL: ClassVar[str] = "Mask"

    kind: str = LINEAR
    x: float = 0.5
    y: float = 0.5
    angle: float = 90.0
    width: float = 0.3
    height: float = 0.2
    invert: bool = False
    exposure: float = parameter(
        "Exposure", 0.0, -4.0, 4.0, "Lighter or darker, in EV (stops).", unit="EV", end="bright"
    )
    contrast: float = adjustment("Contrast", "How far light and dark are apart.")
    highlights: float = adjustment("Highlights", "Brightness of the light parts of the mask.", end="bright")
    shadows: float = adjustment("Shadows", "Brightness of the dark parts of the mask.", end="dark")
    saturation: float = adjustment("Saturation", "More or less colour.")
    temperature: float = adjustment("Temperature", "Bluer or warmer.")
    feather: float = parameter("Feather", 50.0, 0.0, 100.0, "How softly a radial mask ends.", step=1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind not in KINDS:
            raise EditError(f"A mask is linear or radial, not {self.kind!r}.")
        for name, (low, high) in PLACES.items():
            if not low <= getattr(self, name) <= high:
                raise EditError(f"The {name} of a mask must be between {low:g} and {high:g}.")

    @property
    def label(self) -> str:
        """The kind of mask, as it is named on screen."""
        return KINDS[self.kind]

    @property
    def neutral(self) -> bool:
        """Whether it changes nothing, wherever it lies."""
        return not any(getattr(self, name) for name in ADJUSTMENTS)

    def moved(self, x: float, y: float) -> "Mask":
        """The mask at another place; the nearest that is allowed."""
        return self.with_place(x=x, y=y)

    def with_place(self, **values: float) -> "Mask":
        """The mask with another place or size; the nearest that is allowed."""
        clipped: dict[str, Any] = {
            name: min(max(value, PLACES[name][0]), PLACES[name][1]) for name, value in values.items()
        }
        return replace(self, **clipped)

    def weight(self, frame: Frame) -> np.ndarray:
        """How much of the adjustments each pixel gets, float32 (height, width), [0, 1]."""
        wide, high = (side / max(frame.photo) for side in frame.photo)
        c, s = cos(radians(self.angle)), sin(radians(self.angle))
        # Along the angle and across it, from the middle, in parts of the long side.
        along = frame.along(c * wide, s * high, -(c * wide * self.x + s * high * self.y))
        if self.kind == LINEAR:
            half = max(self.width, _NARROWEST) / 2
            weight = smoothstep(along, half, -half)
        else:
            across = frame.along(-s * wide, c * high, s * wide * self.x - c * high * self.y)
            along *= np.float32(1 / max(self.width, _NARROWEST))
            across *= np.float32(1 / max(self.height, _NARROWEST))
            inner = 1 - max(self.feather / 100, _NARROWEST)
            weight = smoothstep(np.hypot(along, across), 1.0, inner)
        return 1 - weight if self.invert else weight

    @property
    def lut(self) -> AnyLut:
        """What is done to colours where the weight is 1."""
        return _lut(tuple(getattr(self, name) for name in ADJUSTMENTS))

    @classmethod
    def problem(cls, stored: Mapping[str, Any]) -> str | None:
        """Why a stored mask cannot be applied as it is: new here, or out of bounds; None for all others."""
        version, kind = stored.get("version", 1), stored.get("kind", LINEAR)
        if isinstance(version, int) and version > cls.VERSION:
            return "of a newer version"
        if isinstance(kind, str) and kind not in KINDS:
            return "of a kind that is not known"
        if stored.keys() - {"version"} - {one.name for one in fields(cls)}:
            return "with a value that is not known"
        bounds = {one.name: (one.low, one.high) for one in cls.parameters()} | PLACES
        for name, (low, high) in bounds.items():
            if is_number(value := stored.get(name, low)) and not low <= value <= high:
                return f"with {name} {value:g}, outside {low:g} to {high:g}"
        return None

    @classmethod
    def from_json(cls, stored: Any) -> "Mask":
        """Read what this or an older version wrote; places and numbers out of bounds become the nearest allowed.

        Raises:
            EditError: a value has the wrong type.
            NewerEditError: a newer version wrote it.
        """
        values = dict(stored)
        kind = values.get("kind", LINEAR)
        if not isinstance(kind, str) or not isinstance(values.get("invert", False), bool):
            raise EditError("The edit is damaged: a mask is of no kind.")
        if kind not in KINDS:
            raise NewerEditError(
                f"The edit has a kind of mask that this version of PIE Desktop does not know ({kind}); update the "
                "program to use it."
            )
        for name, (low, high) in PLACES.items():
            value = values.get(name, 0.0)
            if not is_number(value):
                raise EditError(f"The edit is damaged: the {name} of a mask is not a number.")
            if name in values:
                values[name] = float(min(max(value, low), high))
        return super().from_json(values)


PLACES = {"x": (-2.0, 3.0), "y": (-2.0, 3.0), "angle": (-180.0, 180.0), "width": (0.0, 3.0), "height": (0.0, 3.0)}
"""Bounds of the numbers that say where a mask lies."""

ADJUSTMENTS = ("temperature", "exposure", "contrast", "highlights", "shadows", "saturation")


@lru_cache(maxsize=64)
def _lut(values: tuple[float, ...]) -> AnyLut:
    temperature, exposure, contrast, highlights, shadows, saturation = values
    parts: tuple[Part, ...] = (
        WhiteBalancePart(temperature=temperature),
        ExposurePart(exposure),
        ContrastPart(contrast),
        TonesPart(highlights=highlights, shadows=shadows),
        SaturationPart(saturation=saturation),
    )
    return compiled(ExactEdit(identity_lut(2), parts))
