"""Rendered parts of the photo, which the canvas draws."""

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.geometry import Placement
from pie_desktop.imaging.lut.apply import AnyLut, apply_lut
from pie_desktop.ui.canvas.mixer import Area, Known, Mixer
from pie_desktop.ui.canvas.viewport import Zone

# While something moves, local parts are computed for so many pixels, and what they change is enlarged.
QUICK_PIXELS = 120_000


class Luts(Protocol):
    """What the canvas needs of `edit.transform.Transform`."""

    @property
    def neutral(self) -> np.ndarray: ...
    @property
    def preferred(self) -> np.ndarray: ...
    @property
    def second(self) -> np.ndarray | None: ...
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
    _reduced: dict[tuple[int, int], np.ndarray] = field(default_factory=dict, repr=False)

    def reduced(self, size: tuple[int, int]) -> np.ndarray:
        """The decode made smaller, by averages over areas, to (width, height); kept while the angle changes."""
        if size not in self._reduced:
            for other in list(self._reduced)[:-1]:
                self._reduced.pop(other, None)
            self._reduced[size] = cv2.resize(self.image, size, interpolation=cv2.INTER_AREA)
        return self._reduced[size]


@dataclass(frozen=True, eq=False)
class RenderRequest:
    """What to render: a zone of the picture at a zoom, from a source, with the look of a transform.

    Attributes:
        base: whether this is the whole picture at fit, that lies under everything.
        zoom: pixels per pixel of the picture.
        whole: the picture in zoomed pixels.
        zone: the part to render, in zoomed pixels.
        placement: where the picture lies in the photo.
        display: the LUT of the monitor, applied last; None for none.
        quick: whether the placement is still being moved, so that an approximation will do.
    """

    base: bool
    zoom: float
    whole: Zone
    zone: Zone
    source: Source
    luts: Luts | None
    placement: Placement
    display: np.ndarray | None = None
    quick: bool = False

    @property
    def frame(self) -> Frame:
        """Where the zone lies in the photo."""
        zone, whole, placement = self.zone, self.whole, self.placement
        place = (zone.left, zone.top, zone.width, zone.height)
        return Frame(placement.photo, (whole.width, whole.height), place, self.zoom, placement.in_parts)


@dataclass(eq=False)
class Layer:
    """A part of the photo, rendered as a request asked for.

    Attributes:
        sampled: the zone in the bit depth of the source, for exact results.
        known: the zone as original, neutral and preferred, as it is shown (in the colours of the monitor); all the same
            before a transform is known.
        exact: the zone with the exact LUT for `exact_for`, and its local parts.
        exact_srgb: the same in sRGB, whatever the monitor; uint8.
    """

    request: RenderRequest
    sampled: np.ndarray
    known: Known
    exact: np.ndarray
    exact_for: Edit
    exact_srgb: np.ndarray
    _mixer: Mixer | None = field(default=None, repr=False)
    _made: tuple[Edit, Zone, np.ndarray] | None = field(default=None, repr=False)

    @property
    def original(self) -> np.ndarray:
        return self.known.original

    def take_exact(self, exact: tuple[np.ndarray, np.ndarray], edit: Edit) -> None:
        """Take the exact result for an edit, as it is shown and in sRGB."""
        (self.exact, self.exact_srgb), self.exact_for = exact, edit

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
            image = self._render(edit, part)
            if edit.local_parts:
                self._add_quickly(image, edit, part)
            return image
        if self._mixer is None:
            self._mixer = Mixer(self.known, self._render_style, self.exact_for.style)
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

    def _add_quickly(self, image: np.ndarray, edit: Edit, part: Area) -> None:
        """Add what local parts change, from a reduced image: where they sharpen or roughen, that is seen at rest."""
        before, after = quick_results(self, edit, part)
        change = shown(after, self.request).astype(np.int16) - shown(before, self.request)
        rows, columns = image[part].shape[:2]
        change = cv2.resize(change, (columns, rows), interpolation=cv2.INTER_LINEAR)
        image[part] = cv2.add(image[part], change, dtype=cv2.CV_8U)


def quick_results(layer: Layer, edit: Edit, part: Area, pixels: int = QUICK_PIXELS) -> tuple[np.ndarray, np.ndarray]:
    """A part of a layer, reduced, with the colours of an edit, and with its local parts, too.

    Args:
        layer: one with a look.
        edit: the edit.
        part: rows and columns.
        pixels: as many at most.

    Returns:
        Two arrays (h, w, 3) of the source's kind, sRGB; the same one twice where the edit has no local parts.
    """
    request = layer.request
    assert request.luts is not None
    sampled = layer.sampled[part]
    height, width = sampled.shape[:2]
    factor = min(1.0, (pixels / max(1, height * width)) ** 0.5)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.ascontiguousarray(cv2.resize(sampled, size, interpolation=cv2.INTER_AREA))
    lut = request.luts.lut(edit)
    colored = apply_lut(small, lut)
    if not edit.local_parts:
        return colored, colored
    frame = request.frame.part(part[1].start or 0, part[0].start or 0, width, height).reduced(*size)
    return colored, finished(small, lut, edit.local_parts, frame)


def shown(image: np.ndarray, request: RenderRequest) -> np.ndarray:
    """An image as uint8 in the colours of the monitor."""
    return to_uint8(image if request.display is None else apply_lut(image, request.display))


def to_uint8(image: np.ndarray) -> np.ndarray:
    """The image as uint8, rounded; uint8 comes back as it is."""
    if image.dtype == np.uint8:
        return image
    return cv2.convertScaleAbs(image, alpha=1 / 257)
