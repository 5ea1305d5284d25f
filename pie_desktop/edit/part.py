"""Parts of an edit: what each kind of decision declares about itself, and the registry that finds them.

A part is one module in `pie_desktop.edit.parts`. It declares its parameters with their bounds, defaults and labels, its
version, how values of older versions are read, and what it does to colours. The catalog, the history, the sliders, the
command line, the journal and the receipt all work from these declarations; none of them names a part.
"""

import importlib
import math
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar, cast

from pie_desktop.errors import EditError, NewerEditError

if TYPE_CHECKING:
    import numpy as np

ScaleEnd = Literal["", "bright", "dark"]


@dataclass(frozen=True)
class Parameter:
    """A number that a person sets, as its part declares it.

    Attributes:
        part: key of the part.
        name: attribute of the part, key in JSON, and option of the command line.
        label: name on screen.
        help: one sentence for tooltips and the command line.
        default: value where nothing was decided.
        low, high: smallest and largest value.
        scale: number on screen for a value of 1, such as 100 for a percentage.
        unit: what stands behind the number on screen.
        step: smallest change that counts; 1 for whole numbers.
        under: name of the parameter of the same part that this one refines; it stands below it, smaller.
        section: title of the part of its group on screen in which it stands; empty where there are none.
        short: name within its section or group; the label where it is empty.
        end: the end of the scale of tones that is shown while Alt is held: what is clipped there, and nothing else.
        called: what a change of it is called where its number says nothing to a person; it has no slider then.
    """

    part: str
    name: str
    label: str
    help: str
    default: float
    low: float
    high: float
    scale: float = 1.0
    unit: str = ""
    step: float = 0.0
    under: str = ""
    section: str = ""
    short: str = ""
    end: ScaleEnd = ""
    called: str = ""

    @property
    def option(self) -> str:
        """Name on the command line: of an option, without its two dashes, or in `--adjust`; no two parts share one."""
        return self.name.replace("_", "-")

    @property
    def decimals(self) -> int:
        """Digits behind the point of the number on screen."""
        return 0 if self.scale >= 100 or self.step >= 1 else 2

    def clip(self, value: float) -> float:
        """The nearest value within the bounds; the default for a value that is not a number."""
        return self.default if math.isnan(value) else float(min(max(value, self.low), self.high))

    def text(self, value: float) -> str:
        """The value as it stands on screen, such as `85 %`; with its sign where it may be below zero."""
        number = f"{value * self.scale:.{self.decimals}f}"
        sign = "+" if self.low < 0 < float(number) else ""
        return f"{sign}{number}{' ' if self.unit else ''}{self.unit}"

    def told(self, value: float) -> str:
        """What a person reads of the value: `called`, or label and value."""
        return self.called or f"{self.label} {self.text(value)}"


def parameter(
    label: str,
    default: float,
    low: float,
    high: float,
    help: str,
    scale: float = 1.0,
    unit: str = "",
    under: str = "",
    step: float = 0.0,
    section: str = "",
    short: str = "",
    end: ScaleEnd = "",
    called: str = "",
) -> Any:
    """Declare a field of a part as a `Parameter`; the arguments are those of `Parameter`."""
    declared = {"label": label, "help": help, "low": low, "high": high, "scale": scale, "unit": unit, "under": under}
    more = {"step": step, "section": section, "short": short, "end": end, "called": called}
    return field(default=default, metadata={"parameter": declared | more})


def adjustment(
    label: str,
    help: str,
    low: float = -100.0,
    high: float = 100.0,
    section: str = "",
    short: str = "",
    end: ScaleEnd = "",
) -> Any:
    """Declare a field as a `Parameter` in whole numbers that is 0 by default, as most adjustments are."""
    return parameter(label, 0.0, low, high, help, step=1.0, section=section, short=short, end=end)


@dataclass(frozen=True)
class Part:
    """One kind of decision about a photo: a frozen dataclass whose fields all have defaults, which change nothing.

    Attributes:
        KEY: name of the part in JSON; never changed.
        LABEL: title on screen.
        GROUP: title of the group of sliders on screen that the part belongs to; its own where this is empty.
        ORDER: parts act on colours in this order; within a group they stand in it on screen, too.
        ABOUT: what the group does, in a sentence for its tooltip, where its title does not say enough.
        RAW_ONLY: whether it acts on the data of a sensor alone, so that it is offered for RAW photos only.
        VERSION: raised whenever the meaning of a stored value changes; see `upgrade`.
        MOVES_PIXELS: whether it decides where pixels lie, and not what becomes of them; see `parts.geometry`.

    Raises:
        EditError: a number is outside its bounds.
    """

    KEY: ClassVar[str] = ""
    LABEL: ClassVar[str] = ""
    GROUP: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    RAW_ONLY: ClassVar[bool] = False
    ORDER: ClassVar[int] = 0
    VERSION: ClassVar[int] = 1
    MOVES_PIXELS: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for declared in self.parameters():
            value = getattr(self, declared.name)
            if not declared.low <= value <= declared.high:
                raise EditError(
                    f"{declared.label} must be between {declared.low:g} and {declared.high:g}, not {value}."
                )

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The numbers of this part, in the order of their declaration."""
        return tuple(
            Parameter(cls.KEY, one.name, default=float(cast(float, one.default)), **one.metadata["parameter"])
            for one in fields(cls)
            if "parameter" in one.metadata
        )

    @classmethod
    def upgrade(cls, values: dict[str, Any], version: int) -> dict[str, Any]:
        """Values that an older `version` of this part wrote, as this version means them."""
        return values

    @classmethod
    def name_of_change(cls, before: Self, after: Self) -> str:
        """What a step of the history is called that changes no number of this part."""
        return cls.LABEL or cls.KEY

    @property
    def summary(self) -> str:
        """What is decided besides numbers, in two words, such as `2 masks`; empty for nothing."""
        return ""

    def apply(self, colors: "np.ndarray") -> "np.ndarray":
        """What the part does to colours, after the model's enhancement and the parts before it.

        Args:
            colors: (..., 3) float32, sRGB-encoded; values may lie outside [0, 1].

        Returns:
            Such an array; `colors` itself for a part that changes no colours.
        """
        return colors

    def to_json(self) -> dict[str, Any]:
        """JSON-ready values with the part's version."""
        return {"version": self.VERSION} | {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def outside(cls, name: str, value: Any) -> str | None:
        """What a stored value of a field is where it is outside of its bounds, such as `Exposure 9, outside -5 to 5`.

        Such a value is kept and not applied. None for all others, also for those of the wrong type, which damage the
        part.
        """
        declared = next((one for one in cls.parameters() if one.name == name), None)
        if declared is None or not is_number(value) or declared.low <= value <= declared.high:
            return None
        return f"{declared.label} {value:g}, outside {declared.low:g} to {declared.high:g}"

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what this or an older version wrote; numbers outside today's bounds become the nearest that is allowed.

        Raises:
            EditError: a value has the wrong type.
            NewerEditError: a newer version wrote it.
        """
        values = dict(stored)
        version = values.pop("version", 1)
        values = cls.upgrade(values, known_version(version, cls.VERSION))
        declared = {one.name: one for one in cls.parameters()}
        known = {}
        for one in fields(cls):
            if one.name not in values:
                continue
            value = values[one.name]
            if one.name in declared:
                if not is_number(value):
                    raise EditError(f"The edit is damaged: {one.name} is not a number.")
                value = declared[one.name].clip(value)
            known[one.name] = value
        return cls(**known)


def is_number(value: Any) -> bool:
    """Whether a value of a JSON document is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def stated_version(version: Any) -> int:
    """The version that a stored edit, or a part of one, states. Raises EditError where it is not a number."""
    if not isinstance(version, int):
        raise EditError("The edit is damaged: its version is not a number.")
    return version


def known_version(version: Any, newest: int) -> int:
    """As `stated_version`. Raises NewerEditError where it is beyond the newest that this program knows."""
    if stated_version(version) > newest:
        raise NewerEditError("The edit was made with a newer version of PIE Desktop; update the program to use it.")
    return int(version)


P = TypeVar("P", bound=type[Part])
_registered: dict[str, type[Part]] = {}


def register(part: P) -> P:
    """Class decorator that makes a part known. Raises ValueError where its key or a parameter's name is taken."""
    taken = _registered.get(part.KEY)
    if not part.KEY or (taken is not None and taken.__qualname__ != part.__qualname__):
        raise ValueError(f"{part.__name__} needs a key of its own, not {part.KEY!r}")
    names = {one.option for kind in _registered.values() if kind.KEY != part.KEY for one in kind.parameters()}
    for one in part.parameters():
        if one.option in names:
            raise ValueError(f"{part.__name__} needs a name of its own for {one.name!r}")
    _registered[part.KEY] = part
    return part


@cache
def _load_parts() -> None:
    package = importlib.import_module("pie_desktop.edit.parts")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def part_types() -> list[type[Part]]:
    """All kinds of parts, in their order."""
    _load_parts()
    return sorted(_registered.values(), key=lambda part: (part.ORDER, part.KEY))


def known_part(key: str) -> type[Part] | None:
    """The kind of part with a key, None where there is none."""
    _load_parts()
    return _registered.get(key)


def part_type(key: str) -> type[Part]:
    """The kind of part with a key. Raises KeyError where there is none."""
    _load_parts()
    return _registered[key]


def all_parameters() -> list[Parameter]:
    """The parameters of all parts, in their order."""
    return [one for part in part_types() for one in part.parameters()]
