"""The training curve: held-out quality while a system learns."""

from dataclasses import dataclass

import torch

from training.data.batch import Group
from training.study.embedding import retrieval
from training.study.protocols import Protocol
from training.validation import psnr


@dataclass(frozen=True)
class Point:
    """One measurement.

    Attributes:
        psnr: dB on held-out photos of users that never trained; None while nothing that retouches has learned.
        retrieval: how often the vector of a user's references is nearest to that of the same user's other photos.
    """

    psnr: float | None
    retrieval: float


class Curve:
    """Fixed users with fixed references.

    Args:
        group: users that never train, over photographs that never train, on the device of the system.
        references: so many first photos of every user, but the last, are references; the others are retouched.
    """

    def __init__(self, group: Group, references: int) -> None:
        self.group, self.references = group, min(references, group.capture.shape[1] - 1)

    @torch.no_grad()
    def measure(self, protocol: Protocol, trains_enhancer: bool) -> Point:
        """Judge a protocol's system in evaluation mode."""
        system, n, group = protocol.system, self.references, self.group
        vectors, values = [], []
        for capture, retouched in zip(group.capture, group.retouched, strict=True):
            parts = []
            for part in (slice(None, n), slice(n, None)):
                after, before = retouched[None, part], capture[None, part]
                valid = torch.ones(after.shape[:2], dtype=torch.bool, device=after.device)
                parts.append(system.style(after, before if system.needs_pairs else None, valid))
            vectors.append(torch.stack([style.vector[0] for style in parts]))
            if trains_enhancer:
                output = system.enhance(capture[None, n:], parts[0])[0]
                values.append(psnr(output.flatten(2).mT, retouched[n:].flatten(2).mT))
        both = torch.stack(vectors)
        score = float(torch.cat(values).mean()) if values else None
        return Point(score, retrieval(both[:, 0], both[:, 1]))
