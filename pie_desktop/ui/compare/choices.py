"""What can be compared of the open photo: a style, its edit as it is, or its original."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pie_desktop.edit.edit import AMOUNT, Edit
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.ui.styles.compared import AT_MOST

FEWEST = 2


@dataclass(frozen=True)
class Choice:
    """One of the renderings that are compared.

    Attributes:
        kind: `style`, with all else of the edit as it is; `edit` as it is; `original`, without any colours of the edit.
        style_id: of a style; None for neutral.
        model: bundle of another model than the one in use, that makes the style; None for that.
    """

    kind: Literal["edit", "original", "style"]
    style_id: str | None = None
    model: Path | None = None


EDIT = Choice("edit")
ORIGINAL = Choice("original")


def first_choices(marked: Sequence[str | None], own: Collection[str | None], styles: Sequence[str]) -> list[Choice]:
    """What a comparison begins with: the marked styles; the edit beside them if there is only one, or none.

    Args:
        marked: ids in the order in which they were marked.
        own: the style of the edit, None for neutral; empty for a blend.
        styles: ids of all styles, of which the first ones are taken where none is marked.
    """
    wanted = [Choice("style", style_id) for style_id in marked if len(marked) >= FEWEST or style_id not in own]
    if len(wanted) >= FEWEST:
        return wanted[:AT_MOST]
    if not wanted:
        wanted = [Choice("style", style_id) for style_id in (*styles, None) if style_id not in own] or [ORIGINAL]
    return [EDIT, *wanted][:AT_MOST]


def in_models(choices: Sequence[Choice], others: Sequence[Path]) -> list[Choice]:
    """The first style of some choices by the model in use and by others; neutral where none is a style."""
    style = next((one for one in choices if one.kind == "style"), Choice("style"))
    return [Choice("style", style.style_id, model) for model in (None, *others)][:AT_MOST]


def still_there(choices: Sequence[Choice], styles: Collection[str]) -> list[Choice]:
    """The choices without styles that are gone, each once."""
    known = (one for one in choices if one.kind != "style" or one.style_id is None or one.style_id in styles)
    return list(dict.fromkeys(known))


def without_colors(edit: Edit) -> Edit:
    """The edit that shows the original: its development and where its picture lies in the photo, and nothing else."""
    kept = tuple(part for part in edit.parts if isinstance(part, DevelopmentPart) or part.MOVES_PIXELS)
    return Edit(kept).with_part(edit.style).with_value(AMOUNT, 0.0)
