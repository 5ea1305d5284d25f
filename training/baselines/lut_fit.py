"""The plain LUT fit: one smooth LUT for all pairs, every pair counting the same.

Ridge regression of the change on trilinear weights, with a discrete Laplacian as smoothness: what is left of the model
without its prior, its attention and its network. The oracle is the same fit to the answer itself.
"""

import cv2
import numpy as np
import torch

from pie_desktop.imaging.lut import identity_lut
from pie_desktop.model.lut_prior import interpolation, laplacian

STIFFNESS = 1e-4  # the best of 1e-5, 1e-4, 1e-3 on simulated users
ORACLE_STIFFNESS = 1e-6
_PENALTIES: dict[int, torch.Tensor] = {}


def fit_lut(before: np.ndarray, after: np.ndarray, size: int = 9, stiffness: float = STIFFNESS) -> np.ndarray:
    """Fit a LUT `float32 (S, S, S, 3)` that takes colours `before` to `after`, both `(M, 3)` in [0, 1]."""
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


def sampled_colors(picture: np.ndarray, side: int = 64) -> np.ndarray:
    """Colours `(side * side, 3)` in [0, 1] picked on an even grid of a uint8 picture."""
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_NEAREST).reshape(-1, 3) / 255.0
