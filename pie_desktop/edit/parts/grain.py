"""Grain, as of film."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.part import parameter, register
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.local.detail import add_to_luma, luma_of
from pie_desktop.imaging.local.grain import grain_at

_STRENGTH = 0.06  # standard deviation of luma in the middle tones, at 100
_FINE, _COARSE = 0.4, 2.0  # standard deviation of a grain in pixels of the photo


@register
@dataclass(frozen=True)
class GrainPart(LocalPart):
    """Noise in the luma, all channels moved alike: strongest in the middle tones, none in black and white.

    `Y + 0.06 v 4 Y (1 - Y) n`, where n has mean 0 and standard deviation 1 and belongs to the place in the picture
    (`imaging.local.grain`), and v is the value from 0 to 1.

    Attributes:
        grain: 0 to 100.
        grain_size: 0 (fine) to 100 (coarse): 0.4 to 2 pixels of the photo, as the standard deviation of a grain.
    """

    KEY: ClassVar[str] = "grain"
    LABEL: ClassVar[str] = "Grain"
    GROUP: ClassVar[str] = "Effects"
    ORDER: ClassVar[int] = 250

    grain: float = parameter("Grain", 0.0, 0.0, 100.0, "Noise like that of film; look at 1:1.", step=1.0)
    grain_size: float = parameter(
        "Grain size", 25.0, 0.0, 100.0, "From fine to coarse grain.", step=1.0, under="grain", short="Size"
    )

    @property
    def active(self) -> bool:
        return self.grain > 0

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        tones = np.clip(luma_of(image), 0, 1)
        noise = grain_at(frame, _FINE + (_COARSE - _FINE) * self.grain_size / 100)
        noise *= np.float32(_STRENGTH * self.grain / 100 * 4)
        noise *= tones * (1 - tones)
        return add_to_luma(image, noise)
