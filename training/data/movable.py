"""Records of tensors that move to a device together."""

from collections.abc import Callable
from dataclasses import fields
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
        """To be called before pictures are looked at: histograms of what is no number address memory at random.

        Raises:
            FloatingPointError: something is not finite.
        """
        values = (getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]
        if not all(bool(torch.isfinite(value).all()) for value in values if value is not None):
            raise FloatingPointError("A picture is not made of finite numbers.")

    def rows(self, chosen: slice | Tensor) -> Self:
        """Some rows of every tensor."""
        return self._each(lambda tensor: tensor[chosen])
