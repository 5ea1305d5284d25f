"""The registry of losses: each with its name, default weight and what it compares; and their weighted sum.

A new loss is one module in this package: a function, or a class of modules, decorated with `loss`. Its weight can then
be set under `[losses]` in a configuration, and every run that has what it compares adds it up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, RootModel, model_validator
from torch import Tensor, nn

from pie_desktop.errors import PieError

Terms = dict[str, Tensor]  # by name: scalars, not weighted, detached


@dataclass
class Images:
    """Images `(B, 3, H, W)`, sRGB-encoded floats; outputs may exceed [0, 1] a little.

    Attributes:
        output: what was made of the inputs.
        target: what should have been.
        input: the unedited photos.
        styles: `(B, N, 3, h, w)` references of each image's user, of any size; None where there is only the target.
        valid: `(B, N)` bool, which of them are there; all where None.
    """

    output: Tensor
    target: Tensor
    input: Tensor
    styles: Tensor | None = None
    valid: Tensor | None = None


@dataclass
class Luts:
    """Predicted LUTs `(..., S, S, S, 3)`, indexed [r, g, b], sRGB-encoded."""

    values: Tensor


@dataclass
class Errors:
    """Squared errors of what U users were given for Q photos.

    Attributes:
        squared: `(U, Q)` means over pixels and channels of values in [0, 1].
        known: `(U, 1)` bool, users who have pairs among their references.
    """

    squared: Tensor
    known: Tensor


@dataclass
class Statistics:
    """Squared errors `(U, Q)` as in `Errors`, of users who are kept as statistics, without pixels."""

    squared: Tensor


@dataclass
class PriorErrors:
    """How far the network's own prediction, before pairs correct it, is from the target; of any shape."""

    distance: Tensor


@dataclass(frozen=True)
class Loss:
    """One entry of the registry.

    Attributes:
        name: its key under `[losses]`.
        default: weight where a configuration of the model names none.
        compares: the type that it is called with.
        build: gives the function, or module, from that type to a scalar.
    """

    name: str
    default: float
    compares: type
    build: Callable[[], Callable[[Any], Tensor]]


LOSSES: dict[str, Loss] = {}
RENAMED = {"opinion": "prior_loss"}  # keys in configurations and model cards of earlier versions

Function = TypeVar("Function", bound=Callable[..., Any])


def loss(name: str, default: float, compares: type) -> Callable[[Function], Function]:
    """Enter a function, or a class of modules, into the registry under a name.

    Args:
        default: weight where a configuration of the model names none; 0 for a loss that is only used where it is named.
        compares: `Images`, `Luts`, `Errors`, `Statistics` or `PriorErrors`: what it takes; it gives a scalar.

    Raises:
        ValueError: there is a loss of this name.
    """

    def enter(function: Function) -> Function:
        if name in LOSSES:
            raise ValueError(f"There are two losses called {name}.")
        build = function if isinstance(function, type) else lambda: function
        LOSSES[name] = Loss(name, default, compares, build)
        return function

    return enter


class LossWeights(RootModel[dict[str, float]]):
    """Weights of losses by name; those that are not named have their default weights.

    Attributes:
        kinds: what runs of this configuration have to compare.
    """

    model_config = ConfigDict(frozen=True)
    kinds: ClassVar[tuple[type, ...]] = (Images, Luts, Errors, Statistics, PriorErrors)

    def __init__(self, root: dict[str, float] | None = None, /, **weights: float) -> None:
        super().__init__((root or {}) | weights)

    @classmethod
    def defaults(cls) -> dict[str, float]:
        """The losses that there are, with their default weights."""
        return {entry.name: entry.default for entry in LOSSES.values() if entry.compares in cls.kinds}

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        named = {RENAMED.get(str(name), str(name)): weight for name, weight in values.items()}
        known = cls.defaults()
        unknown = sorted(named.keys() - known.keys())
        if unknown:
            raise ValueError(f"there is no loss {', '.join(unknown)} here; choose from {', '.join(known)}")
        return known | named

    @model_validator(mode="after")
    def _not_negative(self) -> "LossWeights":
        wrong = [name for name, weight in self.root.items() if not weight >= 0]
        if wrong:
            raise ValueError(f"weights must not be negative: {', '.join(wrong)}")
        return self

    def __getitem__(self, name: str) -> float:
        return self.root[name]


class LossSum(nn.Module):
    """The weighted sum of the losses of what is given to it. Losses of weight 0 are not computed.

    Args:
        weights: of all losses.
        kinds: what it will be given, in any order.
    """

    def __init__(self, weights: LossWeights, kinds: Sequence[type]) -> None:
        super().__init__()
        self.weights, self._functions = weights, dict[str, Callable[[Any], Tensor]]()
        for name in weights.root:
            if LOSSES[name].compares in kinds:
                function = LOSSES[name].build()
                if isinstance(function, nn.Module):
                    # also with weight 0, so that what a checkpoint holds does not depend on weights
                    self.add_module(name, function)
                self._functions[name] = function

    def forward(self, *compared: object) -> tuple[Tensor, Terms]:
        """The total, a scalar, and its terms.

        Raises:
            PieError: no loss has a weight.
        """
        given = {type(part): part for part in compared}
        total: Tensor | None = None
        terms: Terms = {}
        for name, function in self._functions.items():
            weight = self.weights[name]
            if not weight:
                continue
            term = function(given[LOSSES[name].compares])
            total = weight * term if total is None else total + weight * term
            terms[name] = term.detach()
        if total is None:
            raise PieError("All losses have the weight 0, so there is nothing to learn from; set one under [losses].")
        return total, terms
