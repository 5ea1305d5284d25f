"""The image while a slider moves: a weighted sum of two images that are kept.

As long as one slider moves, the LUT is a weighted sum of those at two settings of it, see `StylePart.between`. So a
step needs no network and no LUT, but one pass over the images of these settings. They are made when the slider starts,
or comes to the next pair.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pie_desktop.edit.parts.style import StylePart

Area = tuple[slice, slice]  # rows, columns

# The pair between which a slider is, and the one that it may return to.
_KEPT = 4


@dataclass(frozen=True, eq=False)
class Known:
    """Images of one zone that are always there, uint8 `(h, w, 3)`; `second` is that of the second style of a blend."""

    original: np.ndarray
    neutral: np.ndarray
    preferred: np.ndarray
    second: np.ndarray | None = None

    def share(self, style: StylePart) -> float:
        """What counts of the second style."""
        return 0.0 if self.second is None else style.share

    def image(self, style: StylePart) -> np.ndarray | None:
        """Which of them is that of a style part; None where it is none of them."""
        if style.amount == 0:
            return self.original
        if style.amount < 1 or style.tone != style.color or style.tone not in (0, 1):
            return None
        if style.tone == 0:
            return self.neutral
        share = self.share(style)
        return self.preferred if share == 0 else self.second if share == 1 else None


class Mixer:
    """Mixes the layers of one zone; exact up to rounding, and up to clipping, which is that of the kept images.

    Args:
        known: the images that are there.
        render: makes the exact image of a style part, valid within an area, a new array of that shape.
        shown: the style part that the user sees, and from which a slider starts to move.
    """

    def __init__(
        self,
        known: Known,
        render: Callable[[StylePart, Area], np.ndarray],
        shown: StylePart,
    ) -> None:
        self._known = known
        self._render = render
        self._out = np.empty_like(known.original)
        self._last = shown
        self._moving = "strength"
        self._area: Area | None = None
        self._kept: dict[StylePart, np.ndarray] = {}

    def mix(self, style: StylePart, part: Area) -> np.ndarray:
        """The image of a style part, valid within `part`; the array is used again by the next call."""
        known = self._known.image(style)
        if known is None:
            self._notice(style, part)
            below, above, weight = style.between(self._moving)
            _between(self._end(below, part), self._end(above, part), weight, part, self._out)
        self._last = style
        return self._out if known is None else known

    def _notice(self, style: StylePart, part: Area) -> None:
        """Which number moves; another area makes the kept images useless."""
        if part != self._area:
            self._area = part
            self._kept.clear()
        moved = [one.name for one in style.parameters() if getattr(style, one.name) != getattr(self._last, one.name)]
        if len(moved) == 1:
            self._moving = moved[0]

    def _end(self, style: StylePart, part: Area) -> np.ndarray:
        """The image at one of the settings between which the slider is."""
        known = self._known.image(style)
        if known is not None:
            return known
        image = self._kept.pop(style, None)
        if image is None:
            image = self._made(style, part)
        self._kept[style] = image
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return image

    def _made(self, style: StylePart, part: Area) -> np.ndarray:
        # Sums of the layers where they are enough: several times faster than a LUT.
        known, share = self._known, self._known.share(style)
        if style.amount < 1:
            low, high, weight = known.original, self._end(replace(style, amount=1.0), part), style.amount
        elif style.tone == style.color < 1:
            full = replace(style, strength=1.0, tone_strength=1.0, color_strength=1.0)
            low, high, weight = known.neutral, self._end(full, part), style.tone
        elif style.tone == style.color == 1 and known.second is not None:
            low, high, weight = known.preferred, known.second, share
        else:
            return self._render(style, part)
        image = np.empty_like(known.original)
        _between(low, high, weight, part, image)
        return image


def _between(low: np.ndarray, high: np.ndarray, weight: float, part: Area, out: np.ndarray) -> None:
    cv2.addWeighted(high[part], weight, low[part], 1.0 - weight, 0.0, dst=out[part])
