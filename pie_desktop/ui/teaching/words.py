"""What a change of photos looks like, in words."""

from collections.abc import Sequence
from statistics import fmean

from pie_desktop.engine.teaching import Change

_VISIBLE = 1.5  # mean CIEDE2000 from which on it is said what is different
_DEGREES = ((3.0, "slightly"), (6.0, "clearly"))
_LEAST = 1.0  # of L*, chroma or b*, that is worth a word
_DIRECTIONS = (("brighter", "darker"), ("more colourful", "less colourful"), ("warmer", "cooler"))
_NAMED = 2


def described(difference: float, shift: Sequence[float]) -> str:
    """A change, such as `clearly brighter and warmer`.

    Args:
        difference: mean CIEDE2000.
        shift: of mean L*, chroma and b*.
    """
    if difference < _VISIBLE:
        return "not visibly different" if difference < _VISIBLE / 3 else "hardly different"
    degree = next((word for most, word in _DEGREES if difference < most), "much")
    moves = sorted(range(len(shift)), key=lambda axis: -abs(shift[axis]))
    words = [_DIRECTIONS[axis][shift[axis] < 0] for axis in moves if abs(shift[axis]) >= _LEAST][:_NAMED]
    if not words:
        return "very different" if degree == "much" else f"{degree} different"
    return f"{degree} {' and '.join(words)}"


def overall(changes: Sequence[Change]) -> str:
    """What becomes of several photos together, as a sentence."""
    if not changes:
        return "No other photo of this folder has this style, so nothing else changes here."
    difference = fmean(one.difference for one in changes)
    shift = [fmean(one.shift[axis] for one in changes) for axis in range(3)]
    return f"The other photos of this folder become {described(difference, shift)} (on average ΔE {difference:.1f})."
