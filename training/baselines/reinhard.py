"""Statistics transfer: the photo gets the mean and spread of the references in CIE Lab.

Reinhard, Ashikhmin, Gooch and Shirley, Color transfer between images, 2001 (with Lab in place of l-alpha-beta).
"""

import warnings
from collections.abc import Sequence

import numpy as np
from skimage.color import lab2rgb, rgb2lab


def reinhard_transfer(photo: np.ndarray, edits: Sequence[np.ndarray]) -> np.ndarray:
    """Transfer from `edits` to `photo`; pictures `(H, W, 3)` uint8, sRGB."""
    source = rgb2lab(photo)
    pixels = np.concatenate([rgb2lab(edit).reshape(-1, 3) for edit in edits])
    mean, spread = source.mean((0, 1)), source.std((0, 1)) + 1e-6
    result = (source - mean) / spread * pixels.std(0) + pixels.mean(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # colours outside of sRGB are clipped, as they are for every method
        return np.round(np.clip(lab2rgb(result), 0, 1) * 255).astype(np.uint8)
