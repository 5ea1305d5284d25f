"""A rendered part of the photo: what the canvas draws and what slider moves are mixed from."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from pie_desktop.ui.canvas.blend import Mixer
from pie_desktop.ui.canvas.viewport import Zone

Mix = tuple[float, float]  # strength, amount


class Tables(Protocol):
    """What the canvas needs of `engine.enhance.Transform`."""

    @property
    def neutral(self) -> np.ndarray: ...
    @property
    def preferred(self) -> np.ndarray: ...
    def table(self, strength: float, amount: float) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Source:
    """A decode of the photo, reduced or full.

    Attributes:
        picture: `(h, w, 3)` RGB, sRGB-encoded, uint8 or uint16.
        scale: its pixels per photo pixel, at most 1.
    """

    picture: np.ndarray
    scale: float


@dataclass(frozen=True, eq=False)
class Frame:
    """What to render: a zone of the photo at a zoom, from a source, with the look of a transform.

    Attributes:
        base: whether this is the whole photo at fit, that lies under everything.
        zoom: pixels per photo pixel.
        whole: the photo in zoomed pixels.
        zone: the part to render, in zoomed pixels.
        display: the table of the monitor, applied last; None for none.
    """

    base: bool
    zoom: float
    whole: Zone
    zone: Zone
    source: Source
    tables: Tables | None
    display: np.ndarray | None = None


@dataclass(eq=False)
class Layer:
    """A rendered frame.

    Attributes:
        sampled: the zone in the bit depth of the source, for exact results.
        original, neutral, preferred: the zone as uint8 `(h, w, 3)`, as it is shown (in the colours of the monitor); all
            the same before a transform is known.
        exact: the zone with the exact LUT for `exact_for`.
    """

    frame: Frame
    sampled: np.ndarray
    original: np.ndarray
    neutral: np.ndarray
    preferred: np.ndarray
    exact: np.ndarray
    exact_for: Mix
    _mixer: Mixer | None = field(default=None, repr=False)
    _mixed: tuple[Mix, Zone, np.ndarray] | None = field(default=None, repr=False)

    def pixels(self, mix: Mix, visible: Zone) -> np.ndarray:
        """The enhanced picture for a strength and amount: exact where it is known, else mixed, and then only within
        `visible` (zoomed pixels). The array has the size of the whole zone and is reused."""
        if self.exact_for == mix or self.frame.tables is None:
            return self.exact
        if self._mixed is None or self._mixed[0] != mix or not self._mixed[1].contains(visible):
            if self._mixer is None:
                self._mixer = Mixer(self.original, self.neutral, self.preferred)
            zone = self.frame.zone
            rows = slice(visible.top - zone.top, visible.bottom - zone.top)
            columns = slice(visible.left - zone.left, visible.right - zone.left)
            self._mixed = (mix, visible, self._mixer.mix(*mix, (rows, columns)))
        return self._mixed[2]
