"""Resizing for display and for the model: averages over areas of encoded values.

Files are resized by `resample`, which is slower and better.
"""

import cv2
import numpy as np


def fitted_size(width: int, height: int, side: int) -> tuple[int, int]:
    """(width, height) scaled down so that the longer one is at most `side` pixels; never scaled up."""
    if side < 1:
        raise ValueError(f"side must be at least 1, got {side}")
    long_side = max(width, height)
    if long_side <= side:
        return width, height
    return max(1, round(width * side / long_side)), max(1, round(height * side / long_side))


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """An image (H, W) or (H, W, C), uint8, uint16 or float32, at the size (width, height), averaged over the area.

    Returns:
        Same dtype; the very same array when it has that size already.
    """
    if image.shape[1::-1] == size:
        return image
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def resize_long_side(image: np.ndarray, side: int) -> np.ndarray:
    """The image scaled down so that its long side is at most `side` pixels; never scaled up.

    Args:
        image: (H, W) or (H, W, C), uint8, uint16 or float32.
        side: pixels, at least 1.

    Returns:
        Same dtype; the very same array when it is small enough already. Averaged over the area (no aliasing).
    """
    height, width = image.shape[:2]
    return resize(image, fitted_size(width, height, side))
