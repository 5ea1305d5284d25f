"""The methods without learning that the model is compared with: colour transfer and the plain LUT fit."""

import warnings
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from skimage.color import lab2rgb
from skimage.exposure import match_histograms

from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.model.lut_prior import interpolation, laplacian


def histogram_transfer(photo: np.ndarray, edits: Sequence[np.ndarray]) -> np.ndarray:
    """Give every channel of `photo` the distribution of the references' (Gonzalez and Woods, section 3.3).

    Images are `(H, W, 3)` uint8, sRGB.
    """
    reference = np.concatenate([edit.reshape(-1, 1, 3) for edit in edits])
    return np.round(np.clip(match_histograms(photo, reference, channel_axis=2), 0, 255)).astype(np.uint8)


STIFFNESS = 1e-4  # the best of 1e-5, 1e-4, 1e-3 on simulated users
ORACLE_STIFFNESS = 1e-6
_PENALTIES: dict[int, torch.Tensor] = {}


def fit_lut(before: np.ndarray, after: np.ndarray, size: int = 9, stiffness: float = STIFFNESS) -> np.ndarray:
    """Fit a LUT `float32 (S, S, S, 3)` that takes colours `before` to `after`, both `(M, 3)` in [0, 1].

    Ridge regression of the change on trilinear weights, with a discrete Laplacian as smoothness; every pair counts the
    same. It is what is left of the model without its prior, its attention and its network. The oracle is the same fit
    to the answer itself.
    """
    if size not in _PENALTIES:
        _PENALTIES[size] = laplacian(size) + 0.01 * torch.eye(size**3)
    x, y = torch.from_numpy(before).float(), torch.from_numpy(after).float()
    index, weight = interpolation(x, size)
    nodes = size**3
    # each colour touches 8 nodes: the normal equations are summed entry by entry, never as dense rows
    cell = (index[:, :, None] * nodes + index[:, None, :]).flatten()
    products = (weight[:, :, None] * weight[:, None, :]).flatten().double()
    gram = torch.zeros(nodes * nodes, dtype=torch.double).index_add_(0, cell, products).reshape(nodes, nodes)
    pull = (weight[:, :, None] * (y - x)[:, None, :]).reshape(-1, 3).double()
    moment = torch.zeros(nodes, 3, dtype=torch.double).index_add_(0, index.flatten(), pull)
    matrix = gram / len(x) + stiffness * _PENALTIES[size]
    change = torch.linalg.solve(matrix, moment / len(x)).float()
    return identity_lut(size) + change.reshape(size, size, size, 3).numpy()


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
