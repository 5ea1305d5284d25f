"""How near a look comes to the mathematics of an edit, over a million colours; and what is promised."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pie_desktop.imaging.color.difference import delta_e_2000, delta_e_2000_lab, to_lab
from pie_desktop.imaging.lut.apply import AnyLut, apply_any
from pie_desktop.imaging.lut.looks import Rendering

MEAN, LARGEST = 0.2, 1.0
"""dE00 within which a look is promised to be, of a million colours."""

_GRID = 88  # colours on an axis, spread evenly
_SIDE = 1000


@dataclass(frozen=True)
class Difference:
    """CIEDE2000 of many colours: mean, 95th percentile, largest."""

    mean: float
    p95: float
    largest: float

    @classmethod
    def of(cls, values: np.ndarray) -> "Difference":
        """That of dE00 values, of any shape."""
        values = values.ravel()
        return cls(float(values.mean(dtype=np.float64)), float(np.percentile(values, 95)), float(values.max()))

    @property
    def as_promised(self) -> bool:
        """Whether it is within `MEAN` and `LARGEST`."""
        return self.mean <= MEAN and self.largest <= LARGEST

    @property
    def excess(self) -> float:
        """Above 1 where it is not as promised; the smaller, the nearer."""
        return max(self.mean / MEAN, self.largest / LARGEST)

    def __str__(self) -> str:
        return f"dE00 mean {self.mean:.2f}, 95 % within {self.p95:.2f}, largest {self.largest:.2f}"


def difference(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> Difference:
    """Between two renderings of images, float32 (H, W, 3) in [0, 1], over all of their pixels."""
    return Difference.of(np.concatenate([delta_e_2000(ours, theirs).ravel() for ours, theirs in pairs]))


def million_colors() -> np.ndarray:
    """sRGB colours, float32 (1000, 1000, 3): a grid of the whole cube, shadows, and what is nearly grey."""
    random = np.random.default_rng(0)
    axis = np.linspace(0, 1, _GRID, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    dark = random.random((200_000, 3), dtype=np.float32) * np.float32(0.15)
    grey = random.random((_SIDE**2 - len(grid) - len(dark), 1), dtype=np.float32)
    near = grey + random.normal(0, 0.02, (len(grey), 3)).astype(np.float32)
    return np.clip(np.concatenate([grid, dark, near]), 0, 1).reshape(_SIDE, _SIDE, 3)


class Accuracy:
    """Compares renderings with an edit, whose colours are computed once."""

    def __init__(self, lut: AnyLut) -> None:
        """`lut` is the edit: the model's LUT, or the mathematics of one with adjustments."""
        self._colors = million_colors()
        self._wanted = to_lab(np.clip(apply_any(self._colors, lut), 0, 1))

    def of(self, render: Rendering) -> Difference:
        """The difference of a rendering from the edit."""
        return Difference.of(delta_e_2000_lab(to_lab(np.clip(render(self._colors), 0, 1)), self._wanted))
