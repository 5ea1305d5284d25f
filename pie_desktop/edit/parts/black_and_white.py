"""Black and white, with a mix of how light each colour becomes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.hues import COLORS, Hues
from pie_desktop.edit.part import Part, adjustment, register

_STOPS = 0.9  # of encoded values, at the end of a colour


def _mix(color: str) -> float:
    return adjustment(f"{color} as grey", f"How light {color.lower()} becomes in black and white.", short=color)


@register
@dataclass(frozen=True)
class BlackAndWhitePart(Part):
    """The luma (ITU-R BT.709, of sRGB-encoded values) in all channels, times 2^(0.9 m).

    m is the mix of the hue, from -1 to 1, faded between eight colours (see `edit.hues`), and counts less the greyer
    the colour was. Greys stay as they are.

    Attributes:
        black_and_white: 0 is the colour, 100 black and white.
        red_grey, and so on: -100 (darker) to 100 (lighter).
    """

    KEY: ClassVar[str] = "black_and_white"
    LABEL: ClassVar[str] = "Black and white"
    GROUP: ClassVar[str] = "Black and white"
    ORDER: ClassVar[int] = 75

    black_and_white: float = adjustment("Black and white", "From colour to black and white.", low=0.0, short="Amount")
    red_grey: float = _mix("Red")
    orange_grey: float = _mix("Orange")
    yellow_grey: float = _mix("Yellow")
    green_grey: float = _mix("Green")
    aqua_grey: float = _mix("Aqua")
    blue_grey: float = _mix("Blue")
    purple_grey: float = _mix("Purple")
    magenta_grey: float = _mix("Magenta")

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self.black_and_white == 0:
            return colors
        hues = Hues.of(colors)
        mix = hues.mixed(tuple(getattr(self, f"{color}_grey") / 100 for color in COLORS))
        gain = np.exp2(_STOPS * mix * hues.chromatic * np.minimum(hues.amount * 2, 1))
        grey = hues.luma * gain[..., None]
        return colors + np.float32(self.black_and_white / 100) * (grey - colors)
