"""Records of tensors that move to a device together."""

from dataclasses import fields
from typing import Self

import torch


class Movable:
    """Base of dataclasses whose fields are tensors or None."""

    def to(self, device: torch.device | str) -> Self:
        """The same on another device."""
        moved = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{k: v if v is None else v.to(device) for k, v in moved.items()})
