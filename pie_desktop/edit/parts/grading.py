"""Colour grading: shadows, midtones and highlights each take on a colour."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.hues import across, smoothstep
from pie_desktop.edit.part import Part, adjustment, parameter, register
from pie_desktop.imaging.lut.light import luma

_TINT, _LIGHT = 0.25, 0.1  # of encoded values, at the end of saturation and of luminance
_SHIFT = 0.2  # of the border between shadows and highlights, at the end of balance
RANGES = ("shadow", "midtone", "highlight")


def _hue(name: str) -> float:
    return parameter(
        f"{name} hue",
        0.0,
        0.0,
        360.0,
        f"Hue of the colour of the {name.lower()}.",
        unit="°",
        step=1.0,
        section=name,
        short="Hue",
    )


def _tint(name: str) -> float:
    return adjustment(
        f"{name} tint", f"How much of this colour the {name.lower()} take on.", low=0.0, section=name, short="Tint"
    )


def _light(name: str) -> float:
    return adjustment(f"{name} brightness", f"Lighter or darker {name.lower()}.", section=name, short="Brightness")


@register
@dataclass(frozen=True)
class GradingPart(Part):
    """A colour of the same luma is added to each range of tones, and light.

    The ranges are weights of the luma y (ITU-R BT.709, of sRGB-encoded values) that sum to 1 and fade smoothly: shadows
    from 1 at black to 0 at the middle, highlights from 0 at the middle to 1 at white, midtones the rest; the balance
    moves the middle by up to 0.2. What is added grows from nothing at black and white, which stay, as
    1 - (2 y - 1)^4: at most 0.25 of colour (see `edit.hues`) and 0.1 of light.

    Attributes:
        shadow_hue, and so on: in degrees, red 0, yellow 60, green 120, blue 240.
        shadow_tint, and so on: 0 to 100.
        shadow_brightness, and so on: -100 to 100.
        grading_balance: -100 (shadows reach further) to 100 (highlights reach further).
    """

    KEY: ClassVar[str] = "grading"
    LABEL: ClassVar[str] = "Colour grading"
    GROUP: ClassVar[str] = "Grading"
    ORDER: ClassVar[int] = 80

    shadow_hue: float = _hue("Shadows")
    shadow_tint: float = _tint("Shadows")
    shadow_brightness: float = _light("Shadows")
    midtone_hue: float = _hue("Midtones")
    midtone_tint: float = _tint("Midtones")
    midtone_brightness: float = _light("Midtones")
    highlight_hue: float = _hue("Highlights")
    highlight_tint: float = _tint("Highlights")
    highlight_brightness: float = _light("Highlights")
    grading_balance: float = adjustment("Balance", "Whether shadows or highlights reach further.")

    def apply(self, colors: np.ndarray) -> np.ndarray:
        values = [tuple(getattr(self, f"{name}_{kind}") for kind in ("hue", "tint", "brightness")) for name in RANGES]
        if not any(tint or light for _, tint, light in values):
            return colors
        y = np.clip(luma(colors), 0, 1)
        middle = 0.5 - _SHIFT * self.grading_balance / 100
        shadows, highlights = 1 - smoothstep(0.0, middle, y), smoothstep(middle, 1.0, y)
        weights = (shadows, 1 - shadows - highlights, highlights)
        added = np.zeros(3, np.float32)
        for weight, (hue, tint, light) in zip(weights, values, strict=True):
            angle, reach = math.radians(hue), _TINT * tint / 100
            color = across(*np.array([reach * math.cos(angle), reach * math.sin(angle)], np.float32))
            added = added + weight * (color + np.float32(_LIGHT * light / 100))
        return colors + (1 - (2 * y - 1) ** 4) * added
