"""What a person does to photo after photo in the same direction: a habit of the hand that a style could take over."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Parameter
from pie_desktop.edit.parts.style import StylePart

RECENT = 8
"""Photos that are looked at, those that were edited last."""

FEWEST = 5
"""Photos that have to be there, so that a habit can be told from chance."""

_MOST_OF = 0.7  # of them are corrected in one direction
_SPREAD = 0.75  # standard deviation in parts of the mean: by about as much
_VISIBLE = {"EV": 0.15}  # by unit; what is less may be a slip
_VISIBLE_NUMBER = 8.0

_WORDS = {
    "exposure": ("brightened", "darkened"),
    "temperature": ("warmed", "cooled"),
    "tint": ("took green out of", "took magenta out of"),
    "contrast": ("added contrast to", "took contrast from"),
    "highlights": ("brightened the highlights of", "darkened the highlights of"),
    "shadows": ("brightened the shadows of", "deepened the shadows of"),
    "whites": ("raised the whites of", "lowered the whites of"),
    "blacks": ("raised the blacks of", "lowered the blacks of"),
    "saturation": ("added colour to", "took colour from"),
    "vibrance": ("made the pale colours stronger in", "made the pale colours weaker in"),
    "fade": ("faded", "faded"),
    "black_and_white": ("took the colour out of", "took the colour out of"),
}


@dataclass(frozen=True)
class Tendency:
    """One number that was set alike on several photos.

    Attributes:
        parameter: the number.
        rising: whether it was raised, else lowered.
        photos: which of the edits have it, by their place.
        of: how many edits were looked at.
    """

    parameter: Parameter
    rising: bool
    photos: tuple[int, ...]
    of: int

    @property
    def key(self) -> str:
        """Its name in the settings."""
        return f"{self.parameter.name}{'+' if self.rising else '-'}"

    @property
    def verb(self) -> str:
        """What was done, as it stands before a number of photos: `brightened`."""
        known = _WORDS.get(self.parameter.name)
        if known is not None:
            return known[0] if self.rising else known[1]
        return f"{'raised' if self.rising else 'lowered'} “{self.parameter.label}” of"


def tendencies(edits: Sequence[Edit]) -> list[Tendency]:
    """What was done alike to most of some edits, the commonest first; nothing where there are too few edits.

    A number counts if most edits have it on one side of its default, by about as much, and at most one on the other.

    Args:
        edits: of different photos in one style.
    """
    if len(edits) < FEWEST:
        return []
    found = []
    adjusted = {type(part) for edit in edits for part in edit.colors.parts} - {StylePart}
    for kind in sorted(adjusted, key=lambda kind: kind.ORDER):
        for parameter in kind.parameters():
            if parameter.unit == "°":
                continue
            least = _VISIBLE.get(parameter.unit, _VISIBLE_NUMBER / parameter.scale)
            moves = [edit.value(parameter) - parameter.default for edit in edits]
            for rising in (True, False):
                seen = {place: move for place, move in enumerate(moves) if abs(move) >= least}
                sizes = {place: abs(move) for place, move in seen.items() if (move > 0) == rising}
                against = len(seen) - len(sizes)
                if len(sizes) < max(FEWEST - 1, _MOST_OF * len(edits)) or against > 1:
                    continue
                if pstdev(sizes.values()) <= _SPREAD * fmean(sizes.values()):
                    found.append(Tendency(parameter, rising, tuple(sizes), len(edits)))
    return sorted(found, key=lambda one: -len(one.photos))


def sentence(found: Sequence[Tendency]) -> str:
    """What was done, the two commonest: `You brightened 6 and warmed 5 of the 8 photos that you edited last.`"""
    first = found[0]
    if len(found) == 1 and len(first.photos) == first.of:
        return f"You {first.verb} all {first.of} photos that you edited last."
    counts = " and ".join(f"{one.verb} {len(one.photos)}" for one in found[:2])
    return f"You {counts} of the {first.of} photos that you edited last."
