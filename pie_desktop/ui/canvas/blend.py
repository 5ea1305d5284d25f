"""Mix of cached previews while a slider moves: no network, no LUT, a weighted sum of bytes."""

import cv2
import numpy as np


def blend(
    original: np.ndarray,
    neutral: np.ndarray,
    preferred: np.ndarray,
    strength: float,
    amount: float,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """`(1 - amount) * original + amount * ((1 - strength) * neutral + strength * preferred)`, rounded and clipped.

    The LUTs are mixed in the same way, so this is what the exact LUT gives up to rounding and clipping.

    Args:
        original, neutral, preferred: uint8 arrays of one shape; views into larger arrays are fine.
        strength: 0 to 1.5.
        amount: 0 to 1.
        out: where to put the result; made when missing.
    """
    if out is None:
        out = np.empty(original.shape, np.uint8)
    if amount <= 0:
        np.copyto(out, original)
        return out
    # The inner mix first: its weights may be negative, and added in another order they would clip too early.
    cv2.addWeighted(preferred, strength, neutral, 1.0 - strength, 0.0, dst=out)
    if amount < 1:
        cv2.addWeighted(out, amount, original, 1.0 - amount, 0.0, dst=out)
    return out
