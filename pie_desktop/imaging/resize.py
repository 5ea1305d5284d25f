"""Resizing of pictures."""

import cv2
import numpy as np


def resize_long_side(picture: np.ndarray, side: int) -> np.ndarray:
    """The picture scaled down so that its long side is at most `side` pixels; never scaled up.

    Args:
        picture: (H, W) or (H, W, C), uint8, uint16 or float32.
        side: pixels, at least 1.

    Returns:
        Same dtype; the very same array when it is small enough already. Averaged over the area (no aliasing).
    """
    if side < 1:
        raise ValueError(f"side must be at least 1, got {side}")
    height, width = picture.shape[:2]
    long_side = max(height, width)
    if long_side <= side:
        return picture
    size = (max(1, round(width * side / long_side)), max(1, round(height * side / long_side)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
