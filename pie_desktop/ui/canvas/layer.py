"""Rendered parts of the photo, which the canvas draws."""

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.imaging.lut.apply import AnyLut, apply_lut
from pie_desktop.ui.canvas.mixer import Area, Mixer
from pie_desktop.ui.canvas.viewport import Zone


class Luts(Protocol):
    """What the canvas needs of `edit.transform.Transform`."""

    @property
    def neutral(self) -> np.ndarray: ...
    @property
    def preferred(self) -> np.ndarray: ...
    def lut(self, edit: Edit) -> np.ndarray: ...
    def exact(self, edit: Edit) -> AnyLut: ...
    def __hash__(self) -> int: ...


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
        if edit.adjusted:  # by something else than a weighted sum
            return self._render(edit, part)
        if self._mixer is None:
            self._mixer = Mixer(self.original, self.neutral, self.preferred, self._render_style, self.exact_for.style)
        return self._mixer.mix(edit.style, part)

    def _render_style(self, style: StylePart, part: Area) -> np.ndarray:
        return self._render(Edit().with_part(style), part)

    def _render(self, edit: Edit, part: Area) -> np.ndarray:
        """The zone with the exact LUT of an edit, valid within `part`."""
        assert self.request.luts is not None
        image = np.empty_like(self.original)
        sampled = np.ascontiguousarray(self.sampled[part])
        image[part] = shown(apply_lut(sampled, self.request.luts.lut(edit)), self.request)
        return image


def shown(image: np.ndarray, request: RenderRequest) -> np.ndarray:
    """An image as uint8 in the colours of the monitor."""
    return to_uint8(image if request.display is None else apply_lut(image, request.display))


def to_uint8(image: np.ndarray) -> np.ndarray:
    """The image as uint8, rounded; uint8 comes back as it is."""
    if image.dtype == np.uint8:
        return image
    return cv2.convertScaleAbs(image, alpha=1 / 257)
