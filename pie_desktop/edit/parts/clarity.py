"""Clarity and texture: more or less contrast between neighbouring places, large and small."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.part import adjustment, register
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.local.detail import add_to_luma, base_of, blur_reach, blurred, luma_of

_CLARITY_RADIUS, _CLARITY_CONTRAST, _CLARITY_GAIN = 0.012, 0.1, 1.0  # radii in parts of the long side of the photo
_TEXTURE_RADIUS, _TEXTURE_CONTRAST, _TEXTURE_GAIN = 0.0015, 0.06, 1.2
_SOFTENED = 0.8  # of the differences are gone at -100
_FINEST = 0.6  # standard deviation in pixels of the photo: what is finer is noise, and no texture


@register
@dataclass(frozen=True)
class ClarityPart(LocalPart):
    """Luma moved away from an edge-aware base, or towards it; all channels alike, so that colours stay.

    With Y, the luma, B, its base by the guided filter (`imaging.local.detail.base_of`), and c from -1 to 1: clarity
    gives `Y + c g (Y - B) m(Y)`, with windows of 1.2 % of the photo's long side, g = 1 for more and 0.8 for less, and
    `m(y) = 1 - (2 y - 1)^4`, which spares black and white. Texture does the same with windows of 0.15 %, g = 1.2, and a
    luma without the finest noise in the difference. Even areas and strong edges stay as they are.

    Attributes:
        texture: small differences, such as of skin, cloth and leaves, -100 to 100.
        clarity: larger ones, -100 to 100.
    """

    KEY: ClassVar[str] = "clarity"
    LABEL: ClassVar[str] = "Clarity"
    GROUP: ClassVar[str] = "Effects"
    ORDER: ClassVar[int] = 220

    texture: float = adjustment("Texture", "More or less of small details, such as of skin, cloth and leaves.")
    clarity: float = adjustment("Clarity", "More or less contrast between neighbouring places.")

    def reach(self, frame: Frame) -> int:
        texture = 2 * _window(_TEXTURE_RADIUS, frame)[0] + blur_reach(_FINEST * frame.scale) if self.texture else 0
        clarity = 2 * _window(_CLARITY_RADIUS, frame)[0] if self.clarity else 0
        return max(texture, clarity)

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        luma = luma_of(image)
        change = np.zeros_like(luma)
        if self.texture:
            radius, share = _window(_TEXTURE_RADIUS, frame)
            smooth = blurred(luma, _FINEST * frame.scale)
            change += _gain(self.texture, _TEXTURE_GAIN, share) * (smooth - base_of(smooth, radius, _TEXTURE_CONTRAST))
        if self.clarity:
            radius, share = _window(_CLARITY_RADIUS, frame)
            change += _gain(self.clarity, _CLARITY_GAIN, share) * (luma - base_of(luma, radius, _CLARITY_CONTRAST))
        away = np.square(2 * np.clip(luma, 0, 1) - 1)
        change *= 1 - away * away
        return add_to_luma(image, change)


def _window(part_of_side: float, frame: Frame) -> tuple[int, float]:
    """Radius in whole pixels, at least 1, and how much of the effect is left where it would be less."""
    radius = part_of_side * frame.long_side
    return max(1, round(radius)), min(radius, 1.0)


def _gain(value: float, more: float, share: float) -> np.float32:
    return np.float32(value / 100 * (more if value > 0 else _SOFTENED) * share)
