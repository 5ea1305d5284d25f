"""Measures of a study: held-out quality while a system learns, and how well its vectors separate users."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import silhouette_score
from torch import Tensor

from pie_desktop.model.systems.system import System
from training.audit.references import similarity
from training.data.batch import Group
from training.fit.validation import psnr
from training.study.protocols import Protocol


@dataclass(frozen=True)
class EmbeddingScore:
    """How well single photos' vectors distinguish users who never trained.

    Attributes:
        silhouette: mean silhouette coefficient by cosine distance, -1 to 1 (Rousseeuw 1987).
        precision: of every photo's nearest other photo, how often it is the same user's.
        retrieval: of the mean vectors of two halves of a user's photos, how often the nearest half is the same user's.
        chance: of `retrieval`.
    """

    silhouette: float
    precision: float
    retrieval: float
    chance: float


@torch.no_grad()
def photo_vectors(system: System, group: Group) -> Tensor:
    """Vectors `(U, S, D)` of all photos of all users, on the CPU."""
    found = []
    for inputs, targets in zip(group.input, group.target, strict=True):
        before = inputs if system.needs_pairs else None
        found.append(system.features(targets, before).vector.cpu())
    return torch.stack(found)


def retrieval(first: Tensor, second: Tensor) -> float:
    """How often the nearest (cosine) of `second` `(U, D)` is the same row as in `first`; each less its mean."""
    nearest = similarity(first.numpy(force=True), second.numpy(force=True)).argmax(1)
    return float((nearest == np.arange(len(nearest))).mean())


def score_vectors(vectors: Tensor) -> EmbeddingScore:
    """Numbers for vectors `(U, S, D)` of at least two users with two photos each."""
    users, shots, _ = vectors.shape
    flat = torch.nn.functional.normalize((vectors - vectors.mean((0, 1))).flatten(0, 1), dim=1)
    labels = np.repeat(np.arange(users), shots)
    nearest = (flat @ flat.T).fill_diagonal_(-2.0).argmax(1).numpy()
    half = shots // 2
    return EmbeddingScore(
        silhouette=float(silhouette_score(flat.numpy(), labels, metric="cosine")),
        precision=float((labels[nearest] == labels).mean()),
        retrieval=retrieval(vectors[:, :half].mean(1), vectors[:, half:].mean(1)),
        chance=1 / users,
    )


@dataclass(frozen=True)
class Point:
    """One measurement.

    Attributes:
        psnr: dB on held-out photos of users that never trained; None while nothing that retouches has learned.
        change: mean absolute difference of these photos from what they were, values in [0, 1]; None as `psnr`.
        retrieval: how often the vector of a user's references is nearest to that of the same user's other photos.
    """

    psnr: float | None
    change: float | None
    retrieval: float


class Curve:
    """Fixed users with fixed references.

    Args:
        group: users that never train, over photographs that never train, on the device of the system.
        references: so many first photos of every user, but the last, are references; the others are retouched.
    """

    def __init__(self, group: Group, references: int) -> None:
        self.group, self.references = group, min(references, group.input.shape[1] - 1)

    @property
    def identity(self) -> float:
        """PSNR in dB of the photos as they are: what a curve begins with, and what a system has to exceed."""
        inputs, targets = (t[:, self.references :].flatten(0, 1) for t in (self.group.input, self.group.target))
        return float(psnr(inputs.flatten(2).mT, targets.flatten(2).mT).mean())

    @torch.no_grad()
    def measure(self, protocol: Protocol, trains_enhancer: bool) -> Point:
        """Judge a protocol's system in evaluation mode."""
        system, n, group = protocol.system, self.references, self.group
        vectors, values, changes = [], [], []
        for inputs, targets in zip(group.input, group.target, strict=True):
            parts = []
            for part in (slice(None, n), slice(n, None)):
                after, before = targets[None, part], inputs[None, part]
                valid = torch.ones(after.shape[:2], dtype=torch.bool, device=after.device)
                parts.append(system.style(after, before if system.needs_pairs else None, valid))
            vectors.append(torch.stack([style.vector[0] for style in parts]))
            if trains_enhancer:
                output = system.enhance(inputs[None, n:], parts[0])[0]
                values.append(psnr(output.flatten(2).mT, targets[n:].flatten(2).mT))
                changes.append((output.clamp(0, 1) - inputs[n:]).abs().mean())
        both = torch.stack(vectors)
        score = float(torch.cat(values).mean()) if values else None
        change = float(torch.stack(changes).mean()) if changes else None
        return Point(score, change, retrieval(both[:, 0], both[:, 1]))
