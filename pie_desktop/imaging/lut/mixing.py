"""LUTs between and beyond two others: how strongly a preference counts, in tone and in colour.

Colours are split into their luma, which is their tone, and what remains, which is their colour. Both are linear in the
sRGB-encoded values, so that LUTs mixed alike in tone and colour are plain weighted sums.
"""

import numpy as np

from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.lut.emphasis import emphasised_lut
from pie_desktop.imaging.lut.light import fitted, luma


def mix_luts(
    neutral: np.ndarray,
    preferred: np.ndarray,
    tone: float,
    color: float,
    amount: float,
    emphasised: np.ndarray | None = None,
) -> np.ndarray:
    """The LUT of one edit: on the way from `neutral` over `preferred` to `emphasised`, then `amount` of the whole edit.

    Args:
        neutral, preferred: LUTs of the same size.
        tone, color: strengths: 0 is neutral, 1 preferred, and from there a straight line leads to 2, emphasised.
        amount: 0 leaves the photo as it is, 1 is the whole edit.
        emphasised: `emphasised_lut` of the two; made here where it is needed and not given.

    Returns:
        float32, not clipped. Where tone and colour count alike and at most 1, it is
        `I + amount * (neutral + strength * (preferred - neutral) - I)`. Where they differ, colours are paled, keeping
        hue and luma, as far as is needed to stay within the range that both LUTs have.
    """
    if max(tone, color) > 1 and emphasised is None:
        emphasised = emphasised_lut(neutral, preferred)

    def at(strength: float) -> np.ndarray:
        if emphasised is not None and strength > 1:
            return preferred + np.float32(strength - 1) * (emphasised - preferred)
        return neutral + np.float32(strength) * (preferred - neutral)

    guided = at(color)
    if tone != color:
        light = at(tone)
        both = np.concatenate([guided, light], axis=-1)
        lowest, highest = both.min(-1, keepdims=True), both.max(-1, keepdims=True)
        guided = fitted(luma(light), guided - luma(guided), np.minimum(lowest, 0), np.maximum(highest, 1))
    identity = identity_lut(neutral.shape[0])
    return identity + np.float32(amount) * (guided - identity)
