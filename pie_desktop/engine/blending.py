"""Blends of two styles: the preferences that an edit needs, and what is left where one of its styles is gone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pie_desktop.edit.edit import Edit
from pie_desktop.errors import StyleError

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference
    from pie_desktop.styles.store import StyleLibrary


@dataclass(frozen=True, eq=False)
class Blended:
    """The preferences of two styles, of one model. The mix is a matter of the edit: see `Transform.lut`."""

    first: "Preference"
    second: "Preference"

    @property
    def key(self) -> str:
        """Names what is in both."""
        return f"{self.first.key}+{self.second.key}"


AnyPreference: TypeAlias = "Preference | Blended"
"""What a transform goes by, where it is not neutral."""


def gone_styles(library: "StyleLibrary", edit: Edit) -> list[str]:
    """The ids of an edit's styles that do not exist any more."""
    gone = []
    for style_id in edit.style.styles:
        try:
            library.get(style_id)
        except StyleError:
            gone.append(style_id)
    return gone


def remaining(library: "StyleLibrary", edit: Edit) -> Edit:
    """What an edit is shown and exported as: of a blend of which one style was deleted, the other one by itself.

    Where that style comes back, so does the blend, as the edit that is kept still names both. An edit of which no style
    is left stays as it is.
    """
    gone = gone_styles(library, edit) if edit.style.blend_id is not None else []
    return edit.with_part(edit.style.without(gone)) if len(gone) == 1 else edit
