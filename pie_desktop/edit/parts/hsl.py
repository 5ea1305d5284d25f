"""Hue, saturation and luminance of eight colours."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.hues import COLORS, Hues
from pie_desktop.edit.part import Part, adjustment, register

_TURN = 30.0
_STOPS = 0.7  # of encoded values, at the end of luminance


def _hue(color: str) -> float:
    return adjustment(f"{color} hue", f"Turns the hue of {color.lower()}.", section="Hue", short=color)


def _saturation(color: str) -> float:
    return adjustment(
        f"{color} saturation", f"More or less colour in {color.lower()}.", section="Saturation", short=color
    )


def _luminance(color: str) -> float:
    return adjustment(f"{color} luminance", f"Lighter or darker {color.lower()}.", section="Luminance", short=color)


@register
@dataclass(frozen=True)
class HslPart(Part):
    """Eight colours, whose weights fade smoothly into those of their neighbours; see `edit.hues`.

    The hue is turned by up to 30 degrees and the colourfulness multiplied by 0 to 2, with the luma as it is; then all
    channels, sRGB-encoded, are multiplied by 2^(0.7 l). Greys have no hue and stay exactly as they are; what is nearly
    grey changes little.

    Attributes:
        red_hue, and so on: -100 to 100.
    """

    KEY: ClassVar[str] = "hsl"
    LABEL: ClassVar[str] = "Hue, saturation, luminance"
    GROUP: ClassVar[str] = "HSL"
    ORDER: ClassVar[int] = 70

    red_hue: float = _hue("Red")
    orange_hue: float = _hue("Orange")
    yellow_hue: float = _hue("Yellow")
    green_hue: float = _hue("Green")
    aqua_hue: float = _hue("Aqua")
    blue_hue: float = _hue("Blue")
    purple_hue: float = _hue("Purple")
    magenta_hue: float = _hue("Magenta")
    red_saturation: float = _saturation("Red")
    orange_saturation: float = _saturation("Orange")
    yellow_saturation: float = _saturation("Yellow")
    green_saturation: float = _saturation("Green")
    aqua_saturation: float = _saturation("Aqua")
    blue_saturation: float = _saturation("Blue")
    purple_saturation: float = _saturation("Purple")
    magenta_saturation: float = _saturation("Magenta")
    red_luminance: float = _luminance("Red")
    orange_luminance: float = _luminance("Orange")
    yellow_luminance: float = _luminance("Yellow")
    green_luminance: float = _luminance("Green")
    aqua_luminance: float = _luminance("Aqua")
    blue_luminance: float = _luminance("Blue")
    purple_luminance: float = _luminance("Purple")
    magenta_luminance: float = _luminance("Magenta")

    def values(self, kind: str) -> tuple[float, ...]:
        """`hue`, `saturation` or `luminance` of the eight colours, from -1 to 1."""
        return tuple(getattr(self, f"{color}_{kind}") / 100 for color in COLORS)

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self == HslPart():
            return colors
        hues = Hues.of(colors)
        turn, more, lighter = (hues.mixed(self.values(kind)) for kind in ("hue", "saturation", "luminance"))
        chromatic = hues.chromatic
        changed = hues.turned(_TURN * turn * chromatic, 1 + more * chromatic)
        return changed * np.exp2(_STOPS * lighter * chromatic * np.minimum(hues.amount * 2, 1))[..., None]
