"""A 3D LUT whose nodes stand closer where the colours change faster: a curve before the LUT (a shaper).

One curve serves all channels, so that greys stay on the diagonal of the cells.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from pie_desktop.imaging import compiled
from pie_desktop.imaging.lut.apply import apply_lut, prepare

CURVE_POINTS = 4370
"""Of a shaper that is written into a file; one less divides 65535."""
_LEVELS = 65536
_ROWS = 256  # at a time, for the memory of the intermediate values


@dataclass(frozen=True, eq=False)
class ShapedLut:
    """A LUT over an axis of its own.

    Attributes:
        axis: where the nodes stand, float32 (S,), rising from 0 to 1, sRGB-encoded.
        nodes: the colours there, float32 (S, S, S, 3), indexed [r, g, b], sRGB-encoded; may lie outside [0, 1].
    """

    axis: np.ndarray
    nodes: np.ndarray

    def apply_padded(self, image: np.ndarray) -> np.ndarray:
        """As `apply`, written as `apply_lut_padded` does."""
        kernels = compiled.kernels_for(image.dtype)
        if kernels is None or image.dtype != np.uint8:
            return self.apply(image, out=image if image.flags.writeable else None)
        padded = np.empty((*image.shape[:2], 4), np.uint8)
        kernels.apply_shaped(np.ascontiguousarray(image), self.places(image.dtype), self._contiguous, padded)
        return padded[..., :3]

    def places(self, dtype: np.dtype) -> np.ndarray:
        """Where each value of uint8 or uint16 lies on the axis, float32 (256,) or (65536,), 0 to S - 1."""
        values = np.linspace(0, 1, int(np.iinfo(dtype).max) + 1)
        return np.interp(values, self.axis, np.arange(len(self.axis))).astype(np.float32)

    @cached_property
    def _contiguous(self) -> np.ndarray:
        return np.ascontiguousarray(self.nodes, np.float32)

    @cached_property
    def shaper(self) -> np.ndarray:
        """The curve that leads from a value to its place on an axis with even steps: uint16 (65536,), rising."""
        even = np.linspace(0, _LEVELS - 1, len(self.axis))
        return np.round(np.interp(np.linspace(0, 1, _LEVELS), self.axis, even)).astype(np.uint16)

    @classmethod
    def even(cls, lut: np.ndarray) -> "ShapedLut":
        """A LUT float32 (S, S, S, 3) with even steps, in this form."""
        return cls(np.linspace(0, 1, lut.shape[0], dtype=np.float32), lut)

    def curve(self, points: int) -> np.ndarray:
        """The shaper at evenly spaced values, [0, 1] to [0, 1]; float32. `points` less one divides 65535."""
        return self.shaper[:: (_LEVELS - 1) // (points - 1)].astype(np.float32) / np.float32(_LEVELS - 1)

    def apply(self, image: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """An image through curve and LUT; arguments and result as of `apply_lut`."""
        kernels = compiled.kernels_for(image.dtype)
        if kernels is not None and image.dtype != np.float32:
            source, result = prepare(image, out, image.dtype)
            kernels.apply_shaped(source, self.places(image.dtype), self._contiguous, result)
            return result
        result = np.empty(image.shape, image.dtype) if out is None else out
        shaper = self.shaper[:: (_LEVELS - 1) // 255] if image.dtype == np.uint8 else self.shaper
        for row in range(0, len(image), _ROWS):
            part = slice(row, row + _ROWS)
            if image.dtype == np.float32:
                levels = np.nan_to_num(image[part]).clip(0, 1) * np.float32(_LEVELS - 1) + np.float32(0.5)
                placed = np.take(shaper, levels.astype(np.uint16)) * np.float32(1 / (_LEVELS - 1))
                result[part] = apply_lut(placed, self.nodes)
                continue
            placed = np.take(shaper, image[part])
            apply_lut(placed, self.nodes, out=placed)
            result[part] = placed if image.dtype == np.uint16 else cv2.convertScaleAbs(placed, alpha=1 / 257)
        return result
