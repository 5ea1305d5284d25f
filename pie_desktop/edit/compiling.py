"""An edit as exact mathematics, and the LUT that comes near enough to it to write a photo with.

The adjustments of an edit act on the colours that the model's LUT gives. Between the nodes of a LUT of 17 points a
steep curve or a strong exposure would be wrong by several dE00, so that a photo is written with a finer one, whose
nodes stand where the colours bend. How near it comes is measured, for every photo, and where no LUT is near enough the
mathematics themselves are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pie_desktop.edit.part import Part
from pie_desktop.imaging.color.difference import delta_e_2000_lab, to_lab
from pie_desktop.imaging.lut.apply import AnyLut, wide_lut
from pie_desktop.imaging.lut.shaped import ShapedLut

SIZES = (25, 33, 49, 65, 97, 129)
"""Points per axis; 129 is the most that `apply_lut` takes."""

MEAN, LARGEST = 0.1, 0.6
"""dE00 within which a LUT is near enough on `_probes`: half of what is promised for a million colours, 0.2 and 1."""

_BLOCK = 8192  # colours at a time, whose intermediate values fit the second-level cache
_LINE = 513
_LINES = 6  # along each channel, through colours chosen once
_FLOOR = 0.35  # share of the nodes that is spread evenly, in parts of the rest


@dataclass(frozen=True, eq=False)
class ExactEdit:
    """What an edit does to the colours of one photo, without a grid.

    Attributes:
        model: LUT of the model's part, float32 (S, S, S, 3), not clipped.
        parts: the adjustments, in their order.
    """

    model: np.ndarray
    parts: tuple[Part, ...]

    def of(self, colors: np.ndarray) -> np.ndarray:
        """Colours (..., 3), sRGB-encoded in [0, 1], with the edit; float32, not clipped."""
        flat = np.ascontiguousarray(colors, np.float32).reshape(-1, 3)
        result = np.empty_like(flat)
        model = wide_lut(self.model)
        for start in range(0, len(flat), _BLOCK):
            block = slice(start, start + _BLOCK)
            result[block] = adjusted(model(flat[None, block])[0], self.parts)
        return result.reshape(colors.shape)

    def apply(self, image: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """An image with the edit; arguments and result as of `apply_lut`. Takes some 100 times as long as a LUT."""
        result = np.empty(image.shape, image.dtype) if out is None else out
        highest = np.iinfo(image.dtype).max if image.dtype.kind == "u" else 1
        for row in range(len(image)):
            colors = image[row].astype(np.float32) / np.float32(highest)
            changed = np.clip(self.of(np.clip(np.nan_to_num(colors), 0, 1)), 0, 1)
            result[row] = np.rint(changed * np.float32(highest)) if highest > 1 else changed
        return result

    def nodes(self, axis: np.ndarray) -> np.ndarray:
        """The edit at the nodes of a LUT, float32 (S, S, S, 3), not clipped.

        Args:
            axis: where they stand, float32 (S,), [0, 1].
        """
        return self.of(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))


def adjusted(colors: np.ndarray, parts: Sequence[Part]) -> np.ndarray:
    """Colours (..., 3), sRGB-encoded, with one adjustment after the other."""
    for part in parts:
        colors = part.apply(colors)
    return colors


def compiled(edit: AnyLut) -> AnyLut:
    """The smallest LUT that comes near enough to an edit; the edit itself where none does. Anything else as it is."""
    if not isinstance(edit, ExactEdit):
        return edit
    probes = _probes()
    wanted = to_lab(edit.of(probes))
    bends = _bends(edit)
    size: int | None = SIZES[0]
    while size is not None:
        lut = _shaped(edit, bends, size)
        apart = delta_e_2000_lab(to_lab(lut.apply(probes)), wanted)
        excess = max(float(apart.mean(dtype=np.float64)) / MEAN, float(apart.max()) / LARGEST)
        if excess <= 1:
            return lut
        # Where the colours have edges the error falls as 1 / S, where they are smooth as 1 / S^2: in between, so that
        # few sizes are tried in vain. Four times as many nodes are not worth a try that is expected to fail.
        needed = size * excess ** (1 / 1.5)
        size = next((one for one in SIZES if one > size and one >= needed), None)
    return edit


def shaped(edit: ExactEdit, size: int) -> ShapedLut:
    """The LUT of an edit with so many points per axis, at most 129, however near it comes."""
    return _shaped(edit, _bends(edit), size)


def _shaped(edit: ExactEdit, bends: np.ndarray, size: int) -> ShapedLut:
    axis = _axis(bends, size)
    return ShapedLut(axis, edit.nodes(axis))


@cache
def _probes() -> np.ndarray:
    """Colours to measure on, float32 (32, 512, 3): all of the cube, the dark ones, and those that are nearly grey."""
    random = np.random.default_rng(14)
    cube = random.random((16, 512, 3), dtype=np.float32)
    dark = random.random((8, 512, 3), dtype=np.float32) ** 2 * np.float32(0.3)
    grey = random.random((8, 512, 1), dtype=np.float32) + random.normal(0, 0.03, (8, 512, 3)).astype(np.float32)
    return np.concatenate([cube, dark, np.clip(grey, 0, 1)])


def _bends(edit: ExactEdit) -> np.ndarray:
    """How much the colours bend at each place of an axis, (_LINE,): the root of their second difference.

    For linear interpolation, nodes whose density is proportional to this root are the best (C. de Boor, A Practical
    Guide to Splines, 1978, chapter XII). Taken along the greys and lines through the cube, where the result is visible.
    """
    place = np.linspace(0, 1, _LINE, dtype=np.float32)
    random = np.random.default_rng(65)
    lines = [np.repeat(place[:, None], 3, axis=1)]
    for channel in range(3):
        for through in random.random((_LINES, 3), dtype=np.float32):
            line = np.repeat(through[None], _LINE, axis=0)
            line[:, channel] = place
            lines.append(line)
    colors = edit.of(np.stack(lines))
    seen = (colors > -0.02) & (colors < 1.02)
    bend = np.abs(np.diff(colors, 2, axis=1)) * seen[:, 1:-1]
    density = np.sqrt(bend.max(axis=-1).mean(axis=0)) * (_LINE - 1)
    return np.convolve(np.pad(density, 3, mode="edge"), np.full(5, 0.2), "valid")


def _axis(bends: np.ndarray, size: int) -> np.ndarray:
    """Where the nodes stand, float32 (size,), rising from 0 to 1."""
    density = bends + _FLOOR * bends.mean() + 1e-3
    reached = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    axis = np.interp(np.linspace(0, reached[-1], size), reached, np.linspace(0, 1, len(bends))).astype(np.float32)
    axis[0], axis[-1] = 0, 1
    return axis
