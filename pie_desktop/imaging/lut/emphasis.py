"""The emphasised LUT: twice as far from neutral as the preferred one, without colours that neither of them has.

Going on in a straight line from neutral through preferred turns black and white, and everything that was pulled toward
grey or toward a tint, into the opposite colours, and clips. So tone and colour are taken further each in its own way,
node by node:

- *Tone*: what the preference does to the neutral tones is done once more to the preferred ones. That keeps their order,
  and flattens no contrast altogether.
- *Colour*: the hue is that of the preferred colour. What a style does to greys (its tint) and what it does to colours
  beyond it are taken further apart: each by as much as it grew or paled, at most to twice its size and never past grey.
- *Range*: every node keeps a share of the distance that it has from the ends of the range.
"""

import numpy as np

from pie_desktop.imaging.lut.light import fitted, luma

# Of the distance between a preferred colour and the end of the range; and what is kept in any case, so that nothing is
# rounded to the last of 256 levels that was not there.
_KEPT = np.float32(0.4)
_LAST = np.float32(1.5 / 255)
_TINY = np.float32(1e-6)


def emphasised_lut(neutral: np.ndarray, preferred: np.ndarray) -> np.ndarray:
    """The LUT at twice the strength of `preferred`.

    Args:
        neutral, preferred: LUTs of the same size, float32 (S, S, S, 3), sRGB-encoded; values outside [0, 1] count as
            they are seen, clipped.

    Returns:
        A LUT in [0, 1]; `preferred` itself where it does not differ from `neutral`.
    """
    if np.array_equal(neutral, preferred):
        return preferred
    low, high = np.clip(neutral, 0, 1), np.clip(preferred, 0, 1)
    low_light, high_light = luma(low), luma(high)
    light = _further_tone(low_light, high_light)
    return fitted(
        light,
        high - high_light,
        _kept(high.min(-1, keepdims=True)),
        1 - _kept(1 - high.max(-1, keepdims=True)),
        most=_growth(low, high, low_light, high_light),
    ).astype(np.float32)


def _further_tone(neutral: np.ndarray, preferred: np.ndarray) -> np.ndarray:
    """Luma (S, S, S, 1) of the emphasised LUT, of those of the two others."""
    before, after = _rising(_greys(neutral)[:, 0]), np.maximum.accumulate(_greys(preferred)[:, 0])

    def curve(tones: np.ndarray) -> np.ndarray:
        """What the preference makes of the neutral tones; beyond them in parallel to the identity."""
        return np.interp(tones, before, after) + tones - np.clip(tones, before[0], before[-1])

    # What depends on the colour, as with the red filter of a black-and-white film, is added a second time.
    change = curve(preferred) - curve(neutral)
    distance = np.where(change > 0, 1 - preferred, preferred)
    room = np.maximum(distance - _kept(distance), _TINY)
    return preferred + room * np.tanh(change / room)


def _growth(low: np.ndarray, high: np.ndarray, low_light: np.ndarray, high_light: np.ndarray) -> np.ndarray:
    """By how much the colour of each node of the preferred LUT grows: (S, S, S, 1), 0 to 2."""
    before, after = low - low.mean(-1, keepdims=True), high - high.mean(-1, keepdims=True)
    tint_before, tint_after = _tint(before, low_light), _tint(after, high_light)
    aim = _further(tint_before, tint_after) + _further(before - tint_before, after - tint_after)
    size = np.linalg.norm(after, axis=-1, keepdims=True)
    along = (aim * after).sum(-1, keepdims=True) / np.maximum(size, _TINY)
    return np.clip(along / np.maximum(size, _TINY), 0, 2)


def _tint(colors: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The colour that a LUT gives to the grey that it makes as light as each node."""
    tones, tints = _rising(_greys(light)[:, 0]), _greys(colors)
    return np.stack([np.interp(light[..., 0], tones, tint) for tint in tints.T], axis=-1)


def _further(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """`after`, as much longer or shorter again as it is than `before` in its direction; never turned around."""
    size = np.linalg.norm(after, axis=-1, keepdims=True)
    direction = after / np.maximum(size, _TINY)
    share = np.maximum((before * direction).sum(-1, keepdims=True), 0)
    return direction * np.maximum(2 * size - share, 0)


def _kept(distance: np.ndarray) -> np.ndarray:
    """What remains at least of a distance from the end of the range."""
    return np.maximum(_KEPT * distance, np.minimum(distance, _LAST))


def _greys(values: np.ndarray) -> np.ndarray:
    """What a LUT, or numbers of its nodes, have for greys: (S, N)."""
    nodes = np.arange(len(values))
    return values[nodes, nodes, nodes]


def _rising(tones: np.ndarray) -> np.ndarray:
    """Tones that rise from one to the next, as interpolation needs them."""
    return np.maximum.accumulate(tones) + np.arange(len(tones)) * _TINY
