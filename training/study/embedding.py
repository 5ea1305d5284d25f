"""What the vectors of a style encoder tell about users: numbers beside the picture."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import silhouette_score
from torch import Tensor

from training.audit import similarity
from training.data.batch import Group
from training.systems.system import System


@dataclass(frozen=True)
class EmbeddingScore:
    """How well single photos' vectors tell users apart who never trained.

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
    for capture, retouched in zip(group.capture, group.retouched, strict=True):
        before = capture if system.needs_pairs else None
        found.append(system.features(retouched, before).vector.cpu())
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
