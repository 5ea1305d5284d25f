"""The style of an edit: whose preference, how strongly it counts, and how much of the enhancement is applied."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pie_desktop.edit.part import Part, parameter, register
from pie_desktop.errors import EditError


@register
@dataclass(frozen=True)
class StylePart(Part):
    """What the model is asked for.

    It has no `apply`: its effect is the LUT that the model answers with, see `Transform.lut`.

    Attributes:
        style_id: the style, or None for neutral enhancement only.
        strength: how strongly the preference counts, 0 to 1.5; 1 is the user's own.
        amount: how much of the whole enhancement is applied, 0 to 1.
    """

    KEY: ClassVar[str] = "style"
    LABEL: ClassVar[str] = "Style"
    ORDER: ClassVar[int] = 0

    style_id: str | None = None
    strength: float = parameter(
        "Preference", 1.0, 0.0, 1.5, "How strongly the preference counts; 100 % is your own.", scale=100, unit="%"
    )
    amount: float = parameter("Amount", 1.0, 0.0, 1.0, "How much of the whole edit is applied.", scale=100, unit="%")

    @classmethod
    def from_json(cls, stored: Any) -> "StylePart":
        style_id = stored.get("style_id")
        if style_id is not None and not isinstance(style_id, str):
            raise EditError("The edit is damaged: its style is not a name.")
        return super().from_json(stored)
