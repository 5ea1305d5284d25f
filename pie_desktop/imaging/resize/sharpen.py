"""Output sharpening: what a screen and the resizing take from an image's edges, given back without halos."""

from dataclasses import dataclass

import cv2
import numpy as np

from pie_desktop.imaging.color.spaces import LUMA

_STRIP = 512
_MARGIN = 4  # rows that the blur and the neighbourhood look at beyond a strip
_SIGMA = 0.6  # pixels: at the scale of single pixels, as viewed one to one on a screen
_LUMA = np.array([LUMA], dtype=np.float32)


@dataclass(frozen=True)
class Strength:
    """How strongly is sharpened.

    Attributes:
        gain: of what the blurred luma lacks; the contrast of single-pixel detail grows by about 0.6 times this.
        halo: how far a sharpened value may lie beyond its 3 x 3 neighbourhood, of the range from black to white.
    """

    gain: float
    halo: float


STRENGTHS = {"low": Strength(0.4, 0.01), "standard": Strength(0.8, 0.02), "high": Strength(1.4, 0.04)}


def sharpen(image: np.ndarray, strength: str) -> np.ndarray:
    """An unsharp mask on the luma of an encoded image, held back where it would draw a halo.

    Args:
        image: (H, W, 3) uint8, uint16 or float32, RGB-encoded.
        strength: `off`, `low`, `standard` or `high`.

    Returns:
        Same dtype, all three channels moved by the same amount, so that hues stay; the very same array for `off`.
    """
    if strength == "off":
        return image
    chosen = STRENGTHS[strength]
    result = np.empty_like(image)
    top = 1.0 if image.dtype == np.float32 else float(np.iinfo(image.dtype).max)
    for row in range(0, len(image), _STRIP):
        start, end = max(0, row - _MARGIN), min(len(image), row + _STRIP + _MARGIN)
        part = image[start:end].astype(np.float32)
        part += (_gain(part, chosen, top))[..., None]
        inner = part[row - start : row - start + _STRIP]
        result[row : row + _STRIP] = inner if top == 1.0 else np.clip(np.rint(inner), 0, top)
    return result


def _gain(part: np.ndarray, strength: Strength, top: float) -> np.ndarray:
    """What is added to every pixel, (H, W)."""
    luma = cv2.transform(part, _LUMA)
    wanted = luma + strength.gain * (luma - cv2.GaussianBlur(luma, (0, 0), _SIGMA, borderType=cv2.BORDER_REPLICATE))
    square = np.ones((3, 3), dtype=np.uint8)
    lowest, highest = cv2.erode(luma, square), cv2.dilate(luma, square)
    return np.clip(wanted, lowest - strength.halo * top, highest + strength.halo * top) - luma
