"""The style of an edit: whose preference, how strongly it counts, and how much of the enhancement is applied."""

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
    strength for tone and colour together.

    Attributes:
        style_id: the style, or None for neutral enhancement only.
        strength: how strongly the preference counts, 0 to 1.5; 1 is the user's own.
        tone_strength, color_strength: how much of that strength counts for the tones and for the colours, 0 to 1.5.
        amount: how much of the whole enhancement is applied, 0 to 1.
    """

    KEY: ClassVar[str] = "style"
    LABEL: ClassVar[str] = "Style"
    ORDER: ClassVar[int] = 0
    VERSION: ClassVar[int] = 2

    style_id: str | None = None
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
        style_id = stored.get("style_id")
        if style_id is not None and not isinstance(style_id, str):
            raise EditError("The edit is damaged: its style is not a name.")
        return super().from_json(stored)
