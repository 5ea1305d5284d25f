"""One training batch: users, their references, and photos to be retouched their way."""

from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass
class Batch:
    """U users with N references and Q query photos each; pictures are sRGB-encoded floats in [0, 1].

    Where a reference has no original, `before` holds the edit itself and `has_before` is False: the model may not read it.
    """

    before: Tensor  # (U, N, 3, P, P)
    after: Tensor  # (U, N, 3, P, P)
    has_before: Tensor  # (U, N) bool
    valid: Tensor  # (U, N) bool; users may have fewer than N references, or none
    query: Tensor  # (U, Q, 3, P, P)
    target: Tensor  # (U, Q, 3, P, P)
    finished: Tensor | None = None  # (U, Q, 3, P, P) the well-corrected photo, where it is known

    def to(self, device: torch.device | str) -> "Batch":
        moved = {f.name: getattr(self, f.name) for f in fields(self)}
        return Batch(**{k: v if v is None else v.to(device, non_blocking=True) for k, v in moved.items()})
