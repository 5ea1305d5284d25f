"""Grain: noise that belongs to the places of a picture, so that it is the same in every view and in every file."""

from functools import lru_cache
from math import pi, sqrt

import cv2
import numpy as np

from pie_desktop.imaging.frame import Frame

_PERIODS = (1021, 887)
"""Sides of two patterns of noise, primes: their sum repeats after 905 627 pixels."""


def grain_at(frame: Frame, size: float) -> np.ndarray:
    """Noise at the pixels of a frame.

    White noise, blurred to grains; at 1:1 its mean is 0 and its standard deviation 1. In a reduced view it is what
    remains of that when pixels are averaged: finer, and weaker.

    Args:
        frame: where.
        size: standard deviation of a grain, in pixels of the photo.

    Returns:
        float32 (height, width).
    """
    scale = min(frame.scale, 1.0)
    area = 4 * pi * size * size  # of one grain: pixels that count as one
    kept = sqrt((area + 1) / (area + 1 / scale**2))
    left, top, width, height = frame.zone
    total = np.zeros((height, width), np.float32)
    for number, period in enumerate(_PERIODS):
        pattern = _pattern(number, period, round(size * scale, 3))
        rows, columns = np.arange(top, top + height) % period, np.arange(left, left + width) % period
        total += pattern[rows][:, columns]
    total *= np.float32(kept / sqrt(len(_PERIODS)))
    return total


@lru_cache(maxsize=8)
def _pattern(seed: int, period: int, sigma: float) -> np.ndarray:
    """A square of noise that repeats without a seam, float32 (period, period), mean 0 and standard deviation 1."""
    # The raw numbers of the generator are the same in every version of numpy; four of them add up to nearly a normal.
    raw = np.random.PCG64(seed).random_raw(period * period).view(np.uint16).reshape(period, period, 4)
    white = raw.sum(axis=-1, dtype=np.float32)
    if sigma >= 0.2:
        reach = int(np.ceil(4 * sigma))
        around = cv2.copyMakeBorder(white, reach, reach, reach, reach, cv2.BORDER_WRAP)
        blurred = cv2.GaussianBlur(around, (2 * reach + 1, 2 * reach + 1), sigma)
        white = np.asarray(blurred[reach:-reach, reach:-reach])
    white = white - white.mean(dtype=np.float64).astype(np.float32)
    return np.ascontiguousarray(white / white.std(dtype=np.float64).astype(np.float32))
