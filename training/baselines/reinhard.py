"""Statistics transfer: the photo gets the mean and spread of the references in CIE Lab.

Reinhard, Ashikhmin, Gooch and Shirley, Color transfer between images, 2001 (with Lab in place of l-alpha-beta).
"""

import warnings
from collections.abc import Sequence

import numpy as np
from skimage.color import lab2rgb

from pie_desktop.imaging.difference import to_lab

Statistics = tuple[np.ndarray, np.ndarray]  # mean and standard deviation of L*, a* and b*


def statistics(edits: Sequence[np.ndarray]) -> Statistics:
    """Mean and spread `(3,)` of all pixels of `edits`; pictures `(H, W, 3)` uint8, sRGB."""
    pixels = np.concatenate([to_lab(edit).reshape(-1, 3) for edit in edits])
    return pixels.mean(0, dtype=np.float64), pixels.std(0, dtype=np.float64)


def reinhard_transfer(photo: np.ndarray, wanted: Statistics) -> np.ndarray:
    """Transfer what `statistics` found in the references to `photo`, `(H, W, 3)` uint8, sRGB."""
    mean, spread = statistics([photo])
    result = (to_lab(photo) - mean) / (spread + 1e-6) * wanted[1] + wanted[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # colours outside of sRGB are clipped, as they are for every method
        return np.round(np.clip(lab2rgb(result), 0, 1) * 255).astype(np.uint8)
