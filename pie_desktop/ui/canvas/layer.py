"""Rendered parts of the photo, which the canvas draws, and the mixing of them while a slider moves.

Mixing needs no network and no LUT: one weighted sum of bytes per step.
"""

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.lut.apply import apply_lut, makes_gray
from pie_desktop.ui.canvas.viewport import Zone

Area = tuple[slice, slice]  # rows, columns


class Mixer:
    """`(1 - amount) * original + amount * ((1 - strength) * neutral + strength * preferred)`, rounded and clipped.

    The LUTs are mixed in the same way, so this is what the exact LUT gives, up to rounding and clipping. What the
    slider that stands still contributes is kept, so that a step costs one pass over two images whichever one moves.

    Args:
        original, neutral, preferred: uint8 `(h, w, 3)`.
    """

    def __init__(self, original: np.ndarray, neutral: np.ndarray, preferred: np.ndarray) -> None:
        self._original = original
        self._neutral = neutral
        self._preferred = preferred
        self._out = np.empty_like(original)
        # By use: for what it was mixed, and the images.
        self._kept: dict[str, tuple[float, Area, list[np.ndarray]]] = {}
        self._last_strength: float | None = None

    def mix(self, strength: float, amount: float, part: Area) -> np.ndarray:
        """The mix, valid within `part` of the image; the array is used again by the next call.

        Args:
            strength: 0 to 1.5.
            amount: 0 to 1.
        """
        if amount <= 0:
            return self._original
        if amount >= 1:
            low, high, weight = self._neutral, self._preferred, strength
        elif strength == self._last_strength:
            (high,) = self._keep("guided", strength, part, [(self._neutral, self._preferred)])
            low, weight = self._original, amount
        else:
            ends = [(self._original, self._neutral), (self._original, self._preferred)]
            low, high = self._keep("ends", amount, part, ends)
            weight = strength
        self._last_strength = strength
        _between(low, high, weight, part, self._out)
        return self._out

    def _keep(
        self, use: str, weight: float, part: Area, pairs: list[tuple[np.ndarray, np.ndarray]]
    ) -> list[np.ndarray]:
        known = self._kept.get(use)
        if known is None or known[:2] != (weight, part):
            images = known[2] if known is not None else [np.empty_like(self._original) for _ in pairs]
            for (low, high), out in zip(pairs, images, strict=True):
                _between(low, high, weight, part, out)
            known = self._kept[use] = (weight, part, images)
        return known[2]


def _between(low: np.ndarray, high: np.ndarray, weight: float, part: Area, out: np.ndarray) -> None:
    cv2.addWeighted(high[part], weight, low[part], 1.0 - weight, 0.0, dst=out[part])


class Luts(Protocol):
    """What the canvas needs of `edit.transform.Transform`."""

    @property
    def neutral(self) -> np.ndarray: ...
    @property
    def preferred(self) -> np.ndarray: ...
    def lut(self, edit: Edit) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Source:
    """A decode of the photo, reduced or full.

    Attributes:
        image: `(h, w, 3)` RGB, sRGB-encoded, uint8 or uint16.
        scale: its pixels per photo pixel, at most 1.
    """

    image: np.ndarray
    scale: float


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """What to render: a zone of the photo at a zoom, from a source, with the look of a transform.

    Attributes:
        base: whether this is the whole photo at fit, that lies under everything.
        zoom: pixels per photo pixel.
        whole: the photo in zoomed pixels.
        zone: the part to render, in zoomed pixels.
        display: the LUT of the monitor, applied last; None for none.
    """

    base: bool
    zoom: float
    whole: Zone
    zone: Zone
    source: Source
    luts: Luts | None
    display: np.ndarray | None = None


@dataclass(eq=False)
class Layer:
    """A part of the photo, rendered as a request asked for.

    Attributes:
        sampled: the zone in the bit depth of the source, for exact results.
        original, neutral, preferred: the zone as uint8 `(h, w, 3)`, as it is shown (in the colours of the monitor); all
            the same before a transform is known.
        exact: the zone with the exact LUT for `exact_for`.
    """

    request: RenderRequest
    sampled: np.ndarray
    original: np.ndarray
    neutral: np.ndarray
    preferred: np.ndarray
    exact: np.ndarray
    exact_for: Edit
    _mixer: Mixer | None = field(default=None, repr=False)
    _made: tuple[Edit, Zone, np.ndarray] | None = field(default=None, repr=False)

    def pixels(self, edit: Edit, visible: Zone) -> np.ndarray:
        """The image with an edit: exact where that is known, else made now, and then only within `visible` (zoomed
        pixels). The array has the size of the whole zone and is reused."""
        if self.exact_for == edit or self.request.luts is None:
            return self.exact
        if self._made is None or self._made[0] != edit or not self._made[1].contains(visible):
            zone = self.request.zone
            rows = slice(visible.top - zone.top, visible.bottom - zone.top)
            columns = slice(visible.left - zone.left, visible.right - zone.left)
            self._made = (edit, visible, self._make(edit, (rows, columns)))
        return self._made[2]

    def _make(self, edit: Edit, part: Area) -> np.ndarray:
        assert self.request.luts is not None
        # What is not a weighted sum of the three images: adjustments, and more than black and white.
        if edit.adjusted or (edit.style.strength > 1 and makes_gray(self.request.luts.preferred)):
            image = np.empty_like(self.original)
            image[part] = shown(
                apply_lut(np.ascontiguousarray(self.sampled[part]), self.request.luts.lut(edit)), self.request
            )
            return image
        if self._mixer is None:
            self._mixer = Mixer(self.original, self.neutral, self.preferred)
        return self._mixer.mix(edit.style.strength, edit.style.amount, part)


def shown(image: np.ndarray, request: RenderRequest) -> np.ndarray:
    """An image as uint8 in the colours of the monitor."""
    return to_uint8(image if request.display is None else apply_lut(image, request.display))


def to_uint8(image: np.ndarray) -> np.ndarray:
    """The image as uint8, rounded; uint8 comes back as it is."""
    if image.dtype == np.uint8:
        return image
    return cv2.convertScaleAbs(image, alpha=1 / 257)
