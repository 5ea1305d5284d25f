"""The methods without learning that the model is compared with: colour transfer, and the colours of a LUT fit."""

import warnings
from collections.abc import Sequence

import cv2
import numpy as np
from skimage.color import lab2rgb
from skimage.exposure import match_histograms

from pie_desktop.imaging.color.difference import to_lab


def histogram_transfer(photo: np.ndarray, edits: Sequence[np.ndarray]) -> np.ndarray:
    """Give every channel of `photo` the distribution of the references' (Gonzalez and Woods, section 3.3).

    Images are `(H, W, 3)` uint8, sRGB.
    """
    reference = np.concatenate([edit.reshape(-1, 1, 3) for edit in edits])
    return np.round(np.clip(match_histograms(photo, reference, channel_axis=2), 0, 255)).astype(np.uint8)


ORACLE_STIFFNESS = 1e-6  # of a LUT fit to the answer itself


def sampled_colors(image: np.ndarray, side: int = 64) -> np.ndarray:
    """Colours `(side * side, 3)` in [0, 1] picked on an even grid of a uint8 image."""
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_NEAREST).reshape(-1, 3) / 255.0


Statistics = tuple[np.ndarray, np.ndarray]  # mean and standard deviation of L*, a* and b*


def statistics(edits: Sequence[np.ndarray]) -> Statistics:
    """Mean and spread `(3,)` of all pixels of `edits`; images `(H, W, 3)` uint8, sRGB."""
    pixels = np.concatenate([to_lab(edit).reshape(-1, 3) for edit in edits])
    return pixels.mean(0, dtype=np.float64), pixels.std(0, dtype=np.float64)


def reinhard_transfer(photo: np.ndarray, wanted: Statistics) -> np.ndarray:
    """Transfer what `statistics` found in the references to `photo`, `(H, W, 3)` uint8, sRGB.

    The photo gets the mean and spread of the references in CIE Lab: Reinhard, Ashikhmin, Gooch and Shirley, Color
    transfer between images, 2001, with Lab in place of l-alpha-beta.
    """
    mean, spread = statistics([photo])
    result = (to_lab(photo) - mean) / (spread + 1e-6) * wanted[1] + wanted[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # colours outside of sRGB are clipped, as they are for every method
        return np.round(np.clip(lab2rgb(result), 0, 1) * 255).astype(np.uint8)
