"""Groups of users with their photos, and which of these are references and which are queries."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

import torch
from torch import Tensor


class Movable:
    """Base of dataclasses whose fields are tensors or None."""

    def _each(self, change: Callable[[Tensor], Tensor]) -> Self:
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{k: v if v is None else change(v) for k, v in values.items()})

    def to(self, device: torch.device | str) -> Self:
        """The same on another device."""
        return self._each(lambda tensor: tensor.to(device))

    def require_finite(self) -> None:
        """To be called before images are looked at: histograms of what is no number address memory at random.

        Raises:
            FloatingPointError: something is not finite.
        """
        values = (getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]
        if not all(bool(torch.isfinite(value).all()) for value in values if value is not None):
            raise FloatingPointError("An image is not made of finite numbers.")

    def rows(self, chosen: slice | Tensor) -> Self:
        """Some rows of every tensor."""
        return self._each(lambda tensor: tensor[chosen])


@dataclass
class Group(Movable):
    """U users with S photos each, images `(U, S, 3, P, P)`, sRGB-encoded floats in [0, 1].

    Attributes:
        input: the unedited photo.
        target: what the user made of it.
        finished: the well-corrected photo where it is known (simulated users), else None.
    """

    input: Tensor
    target: Tensor
    finished: Tensor | None = None


@dataclass
class Roles(Movable):
    """Which photos of each user are references and which are queries.

    Attributes:
        reference: `(U, N)` indices of photos.
        query: `(U, Q)` indices of photos, disjoint from the references.
        has_before: `(U, N)` bool; False: the model sees the edit only.
        valid: `(U, N)` bool; some users have fewer than N references.
    """

    reference: Tensor
    query: Tensor
    has_before: Tensor
    valid: Tensor


@dataclass(frozen=True)
class RoleMix:
    """Shares of the kinds of steps."""

    pairs: float = 0.45
    after_only: float = 0.4  # the rest is mixed


FEWEST = 0.3  # no step has fewer than this power of the most references: 3 of 20


def draw_roles(
    users: int, shots: int, references: int, queries: int, generator: torch.Generator, mix: RoleMix | None = None
) -> Roles:
    """Random roles: every user has 1 to N references, N is drawn for the step, log-uniformly up to `references`.

    Most styles are made of a few edits and some of many; so are most steps, and a step of few references is cheap.
    """
    mix = mix or RoleMix()
    most = round(references ** (FEWEST + (1 - FEWEST) * float(torch.rand((), generator=generator))))
    order = torch.rand(users, shots, generator=generator).argsort(1)
    count = 1 + (torch.rand(users, 1, generator=generator) * most).long()
    kind = float(torch.rand((), generator=generator))
    if kind < mix.pairs:
        has_before = torch.ones(users, most, dtype=torch.bool)
    elif kind < mix.pairs + mix.after_only:
        has_before = torch.zeros(users, most, dtype=torch.bool)
    else:
        has_before = torch.rand(users, most, generator=generator) < 0.5
    valid = torch.arange(most) < count
    return Roles(order[:, :most], order[:, most : most + queries], has_before, valid)


def exact_roles(users: int, shots: int, references: int, queries: int, generator: torch.Generator) -> Roles:
    """Roles of exactly N references for every user, all with their originals."""
    order = torch.rand(users, shots, generator=generator).argsort(1)
    everywhere = torch.ones(users, references, dtype=torch.bool)
    return Roles(order[:, :references], order[:, references : references + queries], everywhere, everywhere.clone())
