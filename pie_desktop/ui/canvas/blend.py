"""Mix of cached previews while a slider moves: no network, no LUT, one weighted sum of bytes per step."""

import cv2
import numpy as np

Part = tuple[slice, slice]  # rows, columns


class Mixer:
    """`(1 - amount) * original + amount * ((1 - strength) * neutral + strength * preferred)`, rounded and clipped.

    The LUTs are mixed in the same way, so this is what the exact LUT gives, up to rounding and clipping. What the
    slider that stands still contributes is kept, so that a step costs one pass over two pictures whichever one moves.

    Args:
        original, neutral, preferred: uint8 `(h, w, 3)`.
    """

    def __init__(self, original: np.ndarray, neutral: np.ndarray, preferred: np.ndarray) -> None:
        self._original = original
        self._neutral = neutral
        self._preferred = preferred
        self._out = np.empty_like(original)
        # By use: for what it was mixed, and the pictures.
        self._kept: dict[str, tuple[float, Part, list[np.ndarray]]] = {}
        self._last_strength: float | None = None

    def mix(self, strength: float, amount: float, part: Part) -> np.ndarray:
        """The mix, valid within `part` of the picture; the array is used again by the next call.

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
        self, use: str, weight: float, part: Part, pairs: list[tuple[np.ndarray, np.ndarray]]
    ) -> list[np.ndarray]:
        known = self._kept.get(use)
        if known is None or known[:2] != (weight, part):
            pictures = known[2] if known is not None else [np.empty_like(self._original) for _ in pairs]
            for (low, high), out in zip(pairs, pictures, strict=True):
                _between(low, high, weight, part, out)
            known = self._kept[use] = (weight, part, pictures)
        return known[2]


def _between(low: np.ndarray, high: np.ndarray, weight: float, part: Part, out: np.ndarray) -> None:
    cv2.addWeighted(high[part], weight, low[part], 1.0 - weight, 0.0, dst=out[part])
