"""The style of an edit: whose preference, how strongly it counts, and how much of the enhancement is applied."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar

from pie_desktop.edit.part import Part, parameter, register
from pie_desktop.errors import EditError

MAX_STRENGTH = 2.0
"""Of tone and of colour, whatever the product of the sliders; that of `imaging.lut.emphasis.emphasised_lut`."""


@register
@dataclass(frozen=True)
class StylePart(Part):
    """What the model is asked for.

    It has no `apply`: its effect is the LUT that the model answers with, see `Transform.lut`. Version 1 had one
    strength for tone and colour together, version 2 had no blend, and is still written where there is none.

    Attributes:
        style_id: the style, or None for neutral enhancement only.
        blend_id: another style that this one is blended with, or None; without a style there is none.
        strength: how strongly the preference counts, 0 to 1.5; 1 is the user's own.
        tone_strength, color_strength: how much of that strength counts for the tones and for the colours, 0 to 1.5.
        amount: how much of the whole enhancement is applied, 0 to 1.
        mix: the share of the other style in a blend, 0 to 1.
    """

    KEY: ClassVar[str] = "style"
    LABEL: ClassVar[str] = "Style"
    ORDER: ClassVar[int] = 0
    VERSION: ClassVar[int] = 3
    UNBLENDED: ClassVar[int] = 2

    style_id: str | None = None
    blend_id: str | None = None
    strength: float = parameter(
        "Preference", 1.0, 0.0, 1.5, "How strongly the preference counts; 100 % is your own.", scale=100, unit="%"
    )
    tone_strength: float = parameter(
        "Tone",
        1.0,
        0.0,
        1.5,
        "How much of the preference counts for tones: brightness and contrast.",
        scale=100,
        unit="%",
        under="strength",
    )
    color_strength: float = parameter(
        "Colour",
        1.0,
        0.0,
        1.5,
        "How much of the preference counts for colours: hue, saturation and tint.",
        scale=100,
        unit="%",
        under="strength",
    )
    amount: float = parameter(
        "Amount", 1.0, 0.0, 1.0, "How much of the enhancement is applied; adjustments act on top.", scale=100, unit="%"
    )
    mix: float = parameter(
        "Mix", 0.5, 0.0, 1.0, "The share of the second style where two are blended.", scale=100, unit="%"
    )

    @property
    def styles(self) -> tuple[str, ...]:
        """The ids of its styles: none, one, or the two of a blend."""
        return tuple(one for one in (self.style_id, self.blend_id) if one is not None)

    @property
    def share(self) -> float:
        """What counts of the second style, 0 to 1; 0 without one."""
        return self.mix if self.blend_id is not None else 0.0

    @property
    def unnamed(self) -> "StylePart":
        """What is done with the LUTs of the styles, whichever they are."""
        return replace(self, style_id=None, blend_id=None if self.blend_id is None else "")

    def choosing(self, styles: Iterable[str], mix: float | None = None) -> "StylePart":
        """The same strengths in other styles.

        Args:
            styles: none, one, or two to be blended; a style blended with itself is that style.
            mix: the share of the second one; None for one half.
        """
        first, second = [*dict.fromkeys(styles), None, None][:2]
        half = type(self)().mix
        return replace(self, style_id=first, blend_id=second, mix=half if mix is None or second is None else mix)

    def without(self, gone: Collection[str]) -> "StylePart":
        """What is left of it where some styles do not exist any more: the other one of a blend, by itself."""
        left = [one for one in self.styles if one not in gone]
        return self if len(left) == len(self.styles) else self.choosing(left)

    @property
    def tone(self) -> float:
        """The strength of the preference's tones, 0 to `MAX_STRENGTH`."""
        return min(self.strength * self.tone_strength, MAX_STRENGTH)

    @property
    def color(self) -> float:
        """The strength of the preference's colours, 0 to `MAX_STRENGTH`."""
        return min(self.strength * self.color_strength, MAX_STRENGTH)

    def between(self, name: str) -> tuple["StylePart", "StylePart", float]:
        """The two settings of one number between which the LUT is a weighted sum of those of the two.

        Where colours have to be paled (see `mix_luts`), it is nearly that.

        Args:
            name: `strength`, `tone_strength`, `color_strength` or `amount`.

        Returns:
            The setting below, the setting above, and the weight of the latter, 0 to 1.
        """
        factors = {
            "strength": (self.tone_strength, self.color_strength),
            "tone_strength": (self.strength,),
            "color_strength": (self.strength,),
        }.get(name, ())
        # The LUT's way bends where tone or colour are those of the preference, and ends at the greatest strength.
        bends = {reach / factor for factor in factors if factor > 0 for reach in (1.0, MAX_STRENGTH)}
        (declared,) = (one for one in self.parameters() if one.name == name)
        knots = sorted({declared.low, declared.high} | {bend for bend in bends if declared.low < bend < declared.high})
        value = getattr(self, name)
        low, high = next((low, high) for low, high in pairwise(knots) if value <= high)
        below: dict[str, Any] = {name: low}
        above: dict[str, Any] = {name: high}
        return replace(self, **below), replace(self, **above), (value - low) / (high - low)

    @classmethod
    def from_json(cls, stored: Any) -> "StylePart":
        for name in ("style_id", "blend_id"):
            if not isinstance(stored.get(name), str | None):
                raise EditError("The edit is damaged: its style is not a name.")
        part = super().from_json(stored)
        if part.style_id is None and part.blend_id is not None:
            raise EditError("The edit is damaged: it blends a style with none.")
        return part.choosing(part.styles, part.mix)

    def to_json(self) -> dict[str, Any]:
        stored = super().to_json()
        if self.blend_id is None:  # older programs read it
            del stored["blend_id"], stored["mix"]
            stored["version"] = self.UNBLENDED
        return stored
