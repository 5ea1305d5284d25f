"""`Edit`: all that a person decided about one photo, as one value that is passed whole."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pie_desktop import json_files
from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.part import Parameter, Part, known_version, part_type, part_types
from pie_desktop.edit.parts.development import DevelopmentPart
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.unapplied import Unapplied, in_order, put_back, read_part, still_unapplied
from pie_desktop.errors import EditError
from pie_desktop.imaging.development import Development

if TYPE_CHECKING:
    from pie_desktop.imaging.geometry import Placement

MAX_TEXT = 1024 * 1024
VERSION = 1
"""Of the JSON document. Version 0 was `{"style_id", "strength", "amount"}`, without parts."""

P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Edit:
    """A frozen value, so that a job can capture it.

    Attributes:
        parts: those in which something was decided, each kind at most once, in the order of `part_types`; what is not
            there has its defaults. Edits that decide the same are equal.
        unapplied: what the edit had besides when it was read, which is kept as it is.
    """

    parts: tuple[Part, ...] = ()
    unapplied: tuple[Unapplied, ...] = ()

    @classmethod
    def styled(cls, style_id: str | None = None, strength: float = 1.0, amount: float = 1.0) -> "Edit":
        """An edit that only chooses a style; see `StylePart`. Raises EditError for a number outside its bounds."""
        return cls().with_part(StylePart(style_id, strength=strength, amount=amount))

    @property
    def style(self) -> StylePart:
        """What the model is asked for."""
        return self.part(StylePart)

    @property
    def style_id(self) -> str | None:
        """The style, or None for neutral enhancement only."""
        return self.style.style_id

    @property
    def adjusted(self) -> bool:
        """Whether anything was decided that acts on the look after the model."""
        return any(not (isinstance(part, StylePart | DevelopmentPart) or part.MOVES_PIXELS) for part in self.parts)

    @property
    def development(self) -> Development:
        """How a RAW photo is decoded."""
        return self.part(DevelopmentPart).development

    @property
    def local_parts(self) -> tuple[LocalPart, ...]:
        """The active parts that act on the picture after all colours, in their order."""
        return tuple(part for part in self.parts if isinstance(part, LocalPart) and part.active)

    @property
    def colors(self) -> "Edit":
        """The edit without what no LUT holds."""
        return Edit(
            tuple(
                part for part in self.parts if not (isinstance(part, LocalPart | DevelopmentPart) or part.MOVES_PIXELS)
            )
        )

    def placement(self, photo: tuple[int, int]) -> "Placement":
        """Where the picture lies in a photo of this width and height."""
        from pie_desktop.edit.parts.geometry import GeometryPart  # not at the top: it takes the imaging library

        return self.part(GeometryPart).placement(photo)

    def part(self, kind: type[P]) -> P:
        """The part of a kind; one with the defaults where nothing was decided."""
        return next((part for part in self.parts if isinstance(part, kind)), kind())

    def with_part(self, part: Part) -> "Edit":
        """The same edit with another part of that kind."""
        parts = {type(one): one for one in self.parts} | {type(part): part}
        ordered = (parts[kind] for kind in part_types() if kind in parts)
        unapplied = self.unapplied and still_unapplied(self.unapplied, self.part(type(part)), part)
        return Edit(tuple(one for one in ordered if one != type(one)()), unapplied)

    def with_style(self, style_id: str | None) -> "Edit":
        """The same edit in another style, and in no blend."""
        return self.with_part(self.style.choosing(() if style_id is None else (style_id,)))

    def with_blend(self, style_id: str | None, mix: float | None = None) -> "Edit":
        """The same edit with its style blended with another one; None for no blend. See `StylePart.choosing`."""
        both = (self.style_id, style_id)
        return self.with_part(self.style.choosing([one for one in both if one is not None], mix))

    @property
    def plain(self) -> "Edit":
        """An edit that only chooses the style, or the blend, of this one: all numbers have their defaults."""
        return Edit().with_part(StylePart().choosing(self.style.styles))

    def value(self, parameter: Parameter) -> float:
        """The value of a parameter."""
        return float(getattr(self.part(part_type(parameter.part)), parameter.name))

    def with_value(self, parameter: Parameter, value: float) -> "Edit":
        """The same edit with another value of a parameter; the nearest within the bounds."""
        part = self.part(part_type(parameter.part))
        return self.with_part(replace(part, **{parameter.name: parameter.clip(value)}))

    @property
    def applied(self) -> "Edit":
        """The edit without what is kept and not applied."""
        return Edit(self.parts)

    def with_unapplied_of(self, other: "Edit", key: str, names: Collection[str]) -> "Edit":
        """The same edit with what another one keeps of a part, in the place of its own.

        Args:
            other: the other one.
            key: of the part.
            names: of the values; those that are no fields of the part go with all of them, when they are empty.
        """

        def belongs(one: Unapplied) -> bool:
            return one.part == key and (not names or one.name in names)

        own = (one for one in self.unapplied if not belongs(one))
        return replace(self, unapplied=in_order((*own, *(one for one in other.unapplied if belongs(one)))))

    def only(self, kind: type[Part]) -> "Edit":
        """The edit without all other parts."""
        return Edit(tuple(part for part in self.parts if isinstance(part, kind)))

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; see `from_json`."""
        document: dict[str, Any] = {"version": VERSION, "parts": {part.KEY: part.to_json() for part in self.parts}}
        put_back(document, self.unapplied)
        return document

    def to_text(self) -> str:
        """`to_json` as one line."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: Any) -> "Edit":
        """Read what this or any older version wrote, and of what a newer one wrote as much as is known.

        Raises:
            EditError: it is damaged.
            NewerEditError: a newer version wrote the document in another form, or its style.
        """
        if not isinstance(stored, Mapping):
            raise EditError("The edit is damaged: it is not a set of values.")
        version = stored.get("version", VERSION if "parts" in stored else 0)  # a hand may have left it out
        if version == 0:
            stored = {"parts": {StylePart.KEY: {name: one for name, one in stored.items() if name != "version"}}}
        known_version(version, VERSION)
        beside = stored.keys() - {"version", "parts"}
        parts = stored.get("parts")
        if not isinstance(parts, Mapping):
            raise EditError("The edit is damaged: its parts are missing.")
        edit, unapplied = cls(), tuple(Unapplied.of("", name, stored[name], f"“{name}”") for name in sorted(beside))
        for key, values in parts.items():
            if key == StylePart.KEY and isinstance(values, Mapping):  # without it nothing is as it was meant
                known_version(values.get("version", 1), StylePart.VERSION)
            part, kept = read_part(key, values)
            edit = edit.with_part(part) if part is not None else edit
            unapplied += kept
        return replace(edit, unapplied=in_order(unapplied))

    @classmethod
    def from_text(cls, text: str) -> "Edit":
        """Read what `to_text` wrote. Raises EditError, as `from_json`."""
        if not isinstance(text, str):  # a catalog may hold anything
            raise EditError("The edit is damaged: it is not text.")
        try:
            stored = json_files.parse(text, max_bytes=MAX_TEXT)
        except json_files.DamagedJsonError as error:
            raise EditError(f"The edit is damaged: {error}.") from error
        return cls.from_json(stored)


def style_parameter(name: str) -> Parameter:
    """The declaration of a number of the style part."""
    return next(one for one in StylePart.parameters() if one.name == name)


STRENGTH = style_parameter("strength")
TONE_STRENGTH = style_parameter("tone_strength")
COLOR_STRENGTH = style_parameter("color_strength")
AMOUNT = style_parameter("amount")
MIX = style_parameter("mix")
PREFERENCE = (STRENGTH, TONE_STRENGTH, COLOR_STRENGTH)
"""What means nothing without a style."""
