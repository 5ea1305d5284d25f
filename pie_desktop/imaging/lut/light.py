"""Luma and colour of sRGB-encoded values, apart."""

import numpy as np

from pie_desktop.imaging.color.spaces import LUMA

_LUMA = np.array(LUMA, np.float32)
_TINY = np.float32(1e-6)


def luma(colors: np.ndarray) -> np.ndarray:
    """The luma of colours (..., 3), as (..., 1)."""
    return (colors @ _LUMA)[..., None]


def fitted(
    light: np.ndarray,
    chroma: np.ndarray,
    lowest: np.ndarray,
    highest: np.ndarray,
    most: np.ndarray | float = 1.0,
) -> np.ndarray:
    """`light + k * chroma`, with the largest `k` from 0 to `most` that keeps all channels within bounds.

    Args:
        light: luma (..., 1), within the bounds.
        chroma: colours less their luma (..., 3).
        lowest, highest: bounds (..., 1).
        most: a number, or (..., 1).

    Returns:
        (..., 3) of that luma and hue.
    """
    up, down = chroma.max(-1, keepdims=True), -chroma.min(-1, keepdims=True)
    share = np.minimum(
        np.divide(highest - light, up, out=np.full_like(light, np.inf), where=up > _TINY),
        np.divide(light - lowest, down, out=np.full_like(light, np.inf), where=down > _TINY),
    )
    return light + np.clip(share, 0, most) * chroma
