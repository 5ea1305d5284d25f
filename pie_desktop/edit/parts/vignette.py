"""Vignette: the corners of the picture darker or lighter."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.part import adjustment, parameter, register
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.local.detail import smoothstep

_STOPS = 3.0  # at the corners, at 100
_GAMMA = 2.2  # of a sRGB-encoded value that stands for light


@register
@dataclass(frozen=True)
class VignettePart(LocalPart):
    """Light of the picture less or more towards its corners, whatever is cropped off the photo.

    The distance d of a pixel from the middle is 1 in the corners; it is that of an ellipse with the picture's
    proportions, or at roundness 100 of a circle. The effect w rises smoothly from 0 to 1 about the place that the
    midpoint gives, 0.4 to 1, over the width that the feather gives. Darker: the encoded value times `2^(3 v w / 2.2)`,
    about 3 v stops of light. Lighter: `g x / (1 + (g - 1) x)` with g of the same formula, which leaves black and white
    where they are. v is the value from -1 to 1.

    Attributes:
        vignette: -100 (dark corners) to 100.
        vignette_midpoint: 0 (reaches far into the picture) to 100 (only the corners).
        vignette_feather: 0 (a hard edge) to 100.
        vignette_roundness: 0 (as the picture) to 100 (a circle).
    """

    KEY: ClassVar[str] = "vignette"
    LABEL: ClassVar[str] = "Vignette"
    GROUP: ClassVar[str] = "Effects"
    ORDER: ClassVar[int] = 240

    vignette: float = adjustment("Vignette", "Corners of the picture darker or lighter.")
    vignette_midpoint: float = parameter(
        "Vignette midpoint",
        50.0,
        0.0,
        100.0,
        "How far from the middle it begins.",
        step=1.0,
        under="vignette",
        short="Midpoint",
    )
    vignette_feather: float = parameter(
        "Vignette feather", 50.0, 0.0, 100.0, "How soft it begins.", step=1.0, under="vignette", short="Feather"
    )
    vignette_roundness: float = parameter(
        "Vignette roundness",
        0.0,
        0.0,
        100.0,
        "From an oval like the picture to a circle.",
        step=1.0,
        under="vignette",
        short="Roundness",
    )

    @property
    def active(self) -> bool:
        return self.vignette != 0

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        weight = self.weight(frame)
        stops = np.float32(_STOPS * self.vignette / 100 / _GAMMA)
        gain = np.exp2(weight * stops)[..., None]
        if self.vignette < 0:
            image *= gain
            return image
        below = np.maximum(image, 0)
        below *= gain - 1
        below += 1
        image *= gain
        image /= below
        return image

    def weight(self, frame: Frame) -> np.ndarray:
        """How much of the effect each pixel gets, float32 (height, width), [0, 1]."""
        width, height = frame.whole
        x, y = frame.across * 2 - 1, frame.down * 2 - 1
        roundness = self.vignette_roundness / 100
        wide, high = (side / (width * width + height * height) ** 0.5 for side in (width, height))
        # The squares of the half axes add up to 1: the corners are at 1.
        across = (1 - roundness) * 0.5 + roundness * wide * wide
        down = (1 - roundness) * 0.5 + roundness * high * high
        distance = np.sqrt(np.float32(across) * x * x + np.float32(down) * y * y)
        middle, half = 0.4 + 0.6 * self.vignette_midpoint / 100, 0.01 + 0.5 * self.vignette_feather / 100
        return smoothstep(distance, middle - half, middle + half)
