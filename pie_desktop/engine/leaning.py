"""More like this, less like that: one look at the open photo as one pick of the taste finder, about any style.

What is shown is compared with what the style alone makes of the photo; where the two are the same, with what the photo
is without a preference. The answer is an observation of LUT weights as every pick is (`pie_desktop.model.choices`); the
mean of the belief after it, on top of the style's own LUT, is how the photo is to look. That is a reference made by
hand: what it corrects is carried over to the style's other references.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.teaching import Made
from pie_desktop.errors import StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.edited import full_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_any, apply_lut, identity_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.references import COPY_SIDE, HandEdit

if TYPE_CHECKING:
    from pie_desktop.engine.blending import AnyPreference
    from pie_desktop.model.taste import TastePhoto

ALIKE = 0.5  # mean dE00 below which nobody sees two renderings apart
_NOTHING = (
    "“{}” looks as it does without a preference, so there is nothing to be like; choose a style or move a slider."
)


@dataclass(frozen=True, eq=False)
class Leaning:
    """What one answer makes of a photo.

    Attributes:
        made: the photo with the look that the style is to learn.
        shown: the same with the look that was judged.
        moved: between the style's own look and the one to learn, mean CIEDE2000.
        adjusted: what was judged is not what the style alone makes of the photo.
    """

    made: Made
    shown: Made
    moved: float
    adjusted: bool


def lean(engine: Engine, photo: Path, edit: Edit, preference: "AnyPreference | None", more: bool) -> Leaning:
    """Update what a style makes of a photo by one answer.

    Args:
        edit: as the photo is shown.
        preference: of the edit's style; of a blend, the first one learns.
        more: the style is to come nearer to what is shown, or else to go away from it.

    Raises:
        PieError: the photo cannot be read, there is no model, or nothing can be told apart.
    """
    from pie_desktop.model.choices import Answer
    from pie_desktop.model.taste import Question, TasteFinder, TastePhoto, with_weights

    full = full_photo(photo, EncodeOptions(), edit.development)
    small = resize_long_side(full.pixels, COPY_SIDE) if max(full.pixels.shape[:2]) > COPY_SIDE else full.pixels
    transform = engine.transform(full.proxy, preference)
    own, shown = np.clip(transform.preferred, 0, 1), np.clip(transform.lut(edit.colors), 0, 1)
    adjusted = _apart(full.proxy, own, shown) >= ALIKE
    other = own if adjusted else _without(transform, preference)
    if _apart(full.proxy, shown, other) < ALIKE:
        raise StyleError(_NOTHING.format(photo.name))
    basis = engine.basis().astype(np.float64)
    seen = TastePhoto(full.proxy, own, basis)
    first, second = (_weights(seen, TastePhoto(full.proxy, lut, basis).rendered) for lut in (shown, other))
    finder = TasteFinder([seen])
    finder.answer(Question(0, "shown", first, second), Answer.FIRST if more else Answer.SECOND)
    wanted = with_weights(own, basis, finder.belief.mean)
    before = to_uint8(small)
    hand = HandEdit(photo, before, to_uint8(apply_lut(small, wanted)))
    judged = HandEdit(photo, before, to_uint8(apply_any(small, compiled(transform.exact(edit)))))
    moved = _apart(full.proxy, own, wanted)
    return Leaning(Made(hand, edit, full.proxy), Made(judged, edit, full.proxy), moved, adjusted)


def _without(transform: Transform, preference: "AnyPreference | None") -> np.ndarray:
    """The LUT of the photo without a preference; without one, that of the photo as it is."""
    return np.clip(transform.neutral, 0, 1) if preference is not None else identity_lut(len(transform.neutral))


def _apart(proxy: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """Mean CIEDE2000 between two LUTs on a photo."""
    return mean_delta_e(*(to_uint8(apply_lut(proxy, lut.astype(np.float32))) for lut in (one, other)))


def _weights(seen: "TastePhoto", colors: np.ndarray) -> np.ndarray:
    """The LUT weights that come nearest to colours `(M, 3)` of a photo."""
    from pie_desktop.model.things import nearest

    found: np.ndarray = nearest([lambda rendered: colors - rendered], [seen.design], [seen.rendered])[0]
    return found
