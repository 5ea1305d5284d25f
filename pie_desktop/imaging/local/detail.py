"""Luma taken apart into an edge-aware base and what stands out from it, and put together again.

All work on float32 and pixel by pixel from a bounded neighbourhood, so that a picture may be cut into pieces.
"""

import cv2
import numpy as np

from pie_desktop.imaging.color.spaces import LUMA

_LUMA = np.array([LUMA], np.float32)
_BORDER = cv2.BORDER_REFLECT_101
_STEEPEST = 1e-5  # differences below it are none: a slider may stand at the smallest number that there is


def luma_of(image: np.ndarray) -> np.ndarray:
    """Luma (ITU-R BT.709, of sRGB-encoded values) of an image (H, W, 3), float32 (H, W)."""
    return np.asarray(cv2.transform(image, _LUMA))


def add_to_luma(image: np.ndarray, change: np.ndarray) -> np.ndarray:
    """The image (H, W, 3), changed in place: all channels moved by `change` (H, W), so that colours stay."""
    image += change[..., None]
    return image


def box(values: np.ndarray, radius: int) -> np.ndarray:
    """Mean over the square of 2 `radius` + 1 pixels around each, (H, W); mirrored at the borders."""
    side = 2 * radius + 1
    # A mirror of an array is no larger than the array: far beyond it, the outermost values count.
    border = _BORDER if min(values.shape[:2]) > radius else cv2.BORDER_REPLICATE
    return np.asarray(cv2.boxFilter(values, -1, (side, side), borderType=border))


def blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, (H, W); `values` themselves for a sigma that is none. It reaches `blur_reach` pixels far."""
    if sigma < 0.05:
        return values
    side = 2 * blur_reach(sigma) + 1
    return np.asarray(cv2.GaussianBlur(values, (side, side), sigma, borderType=cv2.BORDER_REPLICATE))


def blur_reach(sigma: float) -> int:
    """How many pixels around a zone `blurred` looks at."""
    return int(np.ceil(4 * sigma)) if sigma >= 0.05 else 0


def base_of(values: np.ndarray, radius: int, contrast: float) -> np.ndarray:
    """What is left of luma, or of any other channel, without its small differences; edges stay.

    The self-guided filter (K. He, J. Sun and X. Tang, Guided Image Filtering, IEEE TPAMI 35, 2013): within each
    window the result is a straight line of the values, the flatter the less they vary. Its result depends on 2 `radius`
    pixels around.

    Args:
        values: float32 (H, W).
        radius: of the windows, in pixels, at least 1.
        contrast: standard deviation within a window at which half of a difference is taken for an edge.
    """
    mean = box(values, radius)
    variance = box(values * values, radius)
    variance -= mean * mean
    np.maximum(variance, 0, out=variance)  # but for rounding it is
    slope = variance / (variance + np.float32(max(contrast * contrast, _STEEPEST**2)))
    offset = mean
    offset *= 1 - slope
    result = box(slope, radius)
    result *= values
    result += box(offset, radius)
    return result


def smoothstep(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 up to `low`, 1 from `high`, and between them the cubic with level ends; float32, a new array."""
    width = high - low if abs(high - low) > _STEEPEST else _STEEPEST
    share = (values - np.float32(low)) * np.float32(1 / width)
    np.clip(share, 0, 1, out=share)
    return share * share * (3 - 2 * share)
