"""What kind of light and colours a photo shows, told from its statistics: nobody looks for objects or faces here.

The kinds are those that a retoucher treats differently and that colours alone can tell. Thresholds were set on contact
sheets of 482 photographs with a long side of 256 px; of these 7 % are dark, 4 % have strong contrast, 17 % are in warm
light, 12 % have blue above and 9 % are green. What is told wrongly is alike in colour: a blue wall for a sky.
"""

from enum import Enum

import numpy as np

from pie_desktop.imaging.color.difference import to_lab


class Scenery(Enum):
    """A kind of light or colours, with the words that follow “no …”."""

    DARK = "dark photos (night)"
    CONTRAST = "strong contrast (against the light)"
    WARM = "warm light (lamps)"
    SKY = "blue skies"
    GREEN = "greenery"

    @property
    def words(self) -> str:
        return self.value


_SIDE = 128  # px that are looked at
_DARK_MEDIAN = 22.0  # L*
_BRIGHT, _DEEP = 90.0, 30.0  # L* of highlights and of deep shadows ...
_BRIGHT_SHARE, _DEEP_SHARE = 0.12, 0.3  # ... and how much of the photo both take
_WARM_B, _WARM_A = 14.0, -2.0  # b* and a* of the brighter quarter
_COLORED = 12.0  # C*ab
_BLUE, _BLUE_LIGHT, _BLUE_SHARE = (215.0, 295.0), 35.0, 0.4  # hue, L*, and share of the upper third
_GREEN, _GREEN_SHARE = (100.0, 160.0), 0.3


def sceneries_of(image: np.ndarray) -> frozenset[Scenery]:
    """The kinds that a photo is of; often none, and sometimes several.

    Args:
        image: (H, W, 3) uint8 or uint16, sRGB.
    """
    step = max(1, max(image.shape[:2]) // _SIDE)
    lightness, a, b = np.moveaxis(to_lab(image[::step, ::step]), -1, 0)
    hue, colored = np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b) > _COLORED
    brighter = lightness > np.percentile(lightness, 75)
    warm_a, warm_b = (float(np.median(axis[brighter])) if brighter.any() else 0.0 for axis in (a, b))
    upper = slice(0, max(1, len(lightness) // 3))
    blue = colored & (hue > _BLUE[0]) & (hue < _BLUE[1]) & (lightness > _BLUE_LIGHT)
    green = colored & (hue > _GREEN[0]) & (hue < _GREEN[1])
    bright, deep = (lightness > _BRIGHT).mean(), (lightness < _DEEP).mean()
    found = {
        Scenery.DARK: np.median(lightness) < _DARK_MEDIAN,
        Scenery.CONTRAST: bright > _BRIGHT_SHARE and deep > _DEEP_SHARE,
        Scenery.WARM: warm_b > _WARM_B and warm_a > _WARM_A,
        Scenery.SKY: blue[upper].mean() > _BLUE_SHARE,
        Scenery.GREEN: green.mean() > _GREEN_SHARE,
    }
    return frozenset(kind for kind, holds in found.items() if holds)
