"""From pictures to what the network reads."""

import cv2
import numpy as np
import torch
from torch import Tensor

from pie_desktop.imaging.decode import PROXY_SIDE

FIT_GRID = 48  # side of the pixel grid that pairs are fitted on, px


def to_float(picture: np.ndarray) -> np.ndarray:
    """`(H, W, 3)` uint8 or uint16 to float32 in [0, 1]."""
    return picture.astype(np.float32) / np.iinfo(picture.dtype).max


def shrink(picture: np.ndarray, size: tuple[int, int] | None = None) -> np.ndarray:
    """Area-averaged float32 picture with a long side of at most 256 px, or of exactly `size` (width, height)."""
    height, width = picture.shape[:2]
    if size is None:
        scale = min(1.0, PROXY_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = picture if size == (width, height) else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return to_float(small)


def squares(pictures: list[np.ndarray], side: int) -> Tensor:
    """Float pictures squeezed to `(B, 3, side, side)` for the trunk."""
    resized = [cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in pictures]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2).contiguous()


def picked_colors(picture: np.ndarray, side: int = FIT_GRID) -> np.ndarray:
    """Colours `(side * side, 3)` on an even grid; picked, because averages do not obey the LUT of a pair."""
    height, width = picture.shape[:2]
    rows = ((np.arange(side) + 0.5) * height / side).astype(int)
    columns = ((np.arange(side) + 0.5) * width / side).astype(int)
    return picture[rows[:, None], columns[None]].reshape(-1, 3)
