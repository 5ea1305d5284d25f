"""Matching: what brings a photo's result to the exposure and white balance of the other photos of its series."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from pie_desktop.edit.part import Part, is_number, register
from pie_desktop.errors import EditError
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear

LIMIT = 3.0


@register
@dataclass(frozen=True)
class MatchPart(Part):
    """Gains of the three channels in linear light, after the model's enhancement.

    It is computed from the photos of a series (`engine.series`), not set by hand, and so has no sliders.

    Attributes:
        exposure: stops of all channels, -3 to 3.
        warmth: stops of red, and the opposite ones of blue.
        tint: stops of green, downwards.
    """

    KEY: ClassVar[str] = "match"
    LABEL: ClassVar[str] = "Match"
    ORDER: ClassVar[int] = 5

    exposure: float = 0.0
    warmth: float = 0.0
    tint: float = 0.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LIMIT:
                raise EditError(f"The edit is damaged: {one.name} must be between {-LIMIT:g} and {LIMIT:g}.")

    @property
    def gains(self) -> np.ndarray:
        """Of red, green and blue, float32 (3,)."""
        stops = (self.exposure + self.warmth, self.exposure - self.tint, self.exposure - self.warmth)
        return np.exp2(np.array(stops, np.float32))

    def apply(self, colors: np.ndarray) -> np.ndarray:
        """Colours (..., 3), float32, sRGB-encoded; what lies outside [0, 1] is scaled likewise."""
        return linear_to_srgb(srgb_to_linear(colors) * self.gains).astype(np.float32)

    @classmethod
    def outside(cls, name: str, value: Any) -> str | None:
        if not is_number(value) or abs(value) <= LIMIT:
            return None
        return f"{cls.LABEL} {name} {value:g}, outside {-LIMIT:g} to {LIMIT:g}"

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        values = {one.name: stored[one.name] for one in fields(cls) if one.name in stored}
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise EditError(f"The edit is damaged: {name} is not a number.")
            values[name] = min(max(float(value), -LIMIT), LIMIT)
        return cls(**values)
