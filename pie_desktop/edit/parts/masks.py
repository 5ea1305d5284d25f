"""Masks: places of the photo that are made lighter, darker, or of another colour than the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.part import register
from pie_desktop.errors import EditError
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import apply_any, apply_lut_wide

MOST_MASKS = 32


@register
@dataclass(frozen=True)
class MasksPart(LocalPart):
    """A list of masks, each acting on what those before it leave. See `Mask`.

    Attributes:
        masks: at most 32.

    Raises:
        EditError: there are more.
    """

    KEY: ClassVar[str] = "masks"
    LABEL: ClassVar[str] = "Masks"
    GROUP: ClassVar[str] = "Masks"
    ORDER: ClassVar[int] = 210

    masks: tuple[Mask, ...] = ()

    def __post_init__(self) -> None:
        if len(self.masks) > MOST_MASKS:
            raise EditError(f"A photo can have {MOST_MASKS} masks at most, not {len(self.masks)}.")

    @property
    def active(self) -> bool:
        return not all(mask.neutral for mask in self.masks)

    @property
    def summary(self) -> str:
        if not self.masks:
            return ""
        return f"{len(self.masks)} masks" if len(self.masks) > 1 else "1 mask"

    @classmethod
    def name_of_change(cls, before: Self, after: Self) -> str:
        old, new = before.masks, after.masks
        if len(new) == len(old) + 1 and new[:-1] == old:
            return f"{new[-1].label} mask added"
        if len(new) == len(old) - 1:
            gone = next((index for index, mask in enumerate(new) if mask != old[index]), len(new))
            return f"Mask {gone + 1} deleted"
        changed = [index for index, (one, other) in enumerate(zip(old, new, strict=False)) if one != other]
        if len(new) != len(old) or len(changed) != 1:
            return cls.LABEL
        return f"Mask {changed[0] + 1} {_change(old[changed[0]], new[changed[0]])}"

    def with_mask(self, index: int, mask: Mask) -> Self:
        """With another mask in the place of one."""
        return type(self)((*self.masks[:index], mask, *self.masks[index + 1 :]))

    def without_mask(self, index: int) -> Self:
        """Without one of the masks."""
        return type(self)((*self.masks[:index], *self.masks[index + 1 :]))

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        for mask in self.masks:
            if not mask.neutral:
                image = _masked(image, mask, frame)
        return image

    def to_json(self) -> dict[str, Any]:
        return {"version": self.VERSION, "masks": [mask.to_json() for mask in self.masks]}

    @classmethod
    def outside(cls, name: str, value: Any) -> str | None:
        """Masks are applied all or none: without one of them the others mean something else."""
        if name != "masks" or not isinstance(value, list):
            return super().outside(name, value)
        if len(value) > MOST_MASKS:
            return f"{len(value)} masks, more than {MOST_MASKS}"
        problems = (Mask.problem(mask) if isinstance(mask, Mapping) else None for mask in value)
        return next((f"Masks, number {number} {text}" for number, text in enumerate(problems, 1) if text), None)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        masks = stored.get("masks", [])
        if not isinstance(masks, list) or not all(isinstance(mask, Mapping) for mask in masks):
            raise EditError("The edit is damaged: its masks are not a list of values.")
        read = tuple(Mask.from_json(mask) for mask in masks[: MOST_MASKS + 1])
        return super().from_json({**stored, "masks": read})


def _change(old: Mask, new: Mask) -> str:
    """What was done to one mask, in words that follow its number."""
    numbers = [one for one in Mask.parameters() if getattr(old, one.name) != getattr(new, one.name)]
    if len(numbers) == 1:
        return f"{numbers[0].label} {numbers[0].text(getattr(new, numbers[0].name))}"
    if numbers:
        return f"in {len(numbers)} numbers"
    return "inverted" if old.invert != new.invert else "moved"


def _masked(image: np.ndarray, mask: Mask, frame: Frame) -> np.ndarray:
    weight = mask.weight(frame)
    rows, columns = np.flatnonzero(weight.any(axis=1)), np.flatnonzero(weight.any(axis=0))
    if not len(rows):
        return image
    place = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    part = np.ascontiguousarray(image[place])
    # Colours outside of sRGB are there where a wide gamut is kept, or another part has made them.
    inside = float(part.min()) >= 0 and float(part.max()) <= 1
    changed = apply_any(part, mask.lut) if inside else apply_lut_wide(part, mask.lut)
    changed -= part
    changed *= weight[place][..., None]
    image[place] += changed
    return image
