"""What the user chose for one photo."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EditState:
    """The edit of one photo, immutable so that a job can capture it.

    Attributes:
        style_id: the selected style, or None for neutral enhancement only.
        strength: how strongly the preference counts, 0 to 1.5 (1 is the user's own).
        amount: how much of the whole edit is applied, 0 to 1.
    """

    style_id: str | None = None
    strength: float = 1.0
    amount: float = 1.0
