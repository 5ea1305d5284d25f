"""Histogram matching: every channel gets the distribution of the references' (Gonzalez and Woods, section 3.3)."""

from collections.abc import Sequence

import numpy as np
from skimage.exposure import match_histograms


def histogram_transfer(photo: np.ndarray, edits: Sequence[np.ndarray]) -> np.ndarray:
    """Transfer from `edits` to `photo`; pictures `(H, W, 3)` uint8, sRGB."""
    reference = np.concatenate([edit.reshape(-1, 1, 3) for edit in edits])
    return np.round(np.clip(match_histograms(photo, reference, channel_axis=2), 0, 255)).astype(np.uint8)
