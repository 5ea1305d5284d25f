"""How the tones of an image are distributed: histograms of its channels and its luma, and what is clipped."""

from dataclasses import dataclass

import cv2
import numpy as np

from pie_desktop.imaging.color.spaces import LUMA

BINS = 256


@dataclass(frozen=True, eq=False)
class Tones:
    """Of one image.

    Attributes:
        counts: `int64 (4, 256)`: pixels by value of red, green, blue and luma, of sRGB-encoded 8-bit values.
        dark: share of the pixels, 0 to 1, that are black: 0 in all three channels.
        bright: share of the pixels, 0 to 1, of which a channel is at 255.
    """

    counts: np.ndarray
    dark: float
    bright: float


def tones_of(image: np.ndarray) -> Tones:
    """The tones of an image `uint8 (H, W, 3)`, sRGB-encoded, RGB."""
    luma = cv2.transform(image, np.array([LUMA], np.float32)).reshape(-1)
    channels = (*(image[..., channel].reshape(-1) for channel in range(3)), luma)
    counts = np.stack([np.bincount(one, minlength=BINS) for one in channels])
    pixels = max(1, image.shape[0] * image.shape[1])
    dark, bright = clipped(image)
    return Tones(counts, float(np.count_nonzero(dark)) / pixels, float(np.count_nonzero(bright)) / pixels)


def clipped(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where an image `uint8 (H, W, 3)` is clipped: black, and bright; two bool `(H, W)`, as `Tones` counts them.

    One channel at 0 is no warning: that is what any saturated colour has. One at 255 is: detail is lost in it.
    """
    largest = np.maximum(np.maximum(image[..., 0], image[..., 1]), image[..., 2])
    return largest == 0, largest == BINS - 1
