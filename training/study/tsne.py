"""Preference vectors as images: t-SNE, coloured by user, with a check on data of which the answer is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import silhouette_score

from pie_desktop.model.features import to_bytes
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from training.data.batch import Group
from training.fit.projection import project
from training.study.measures import EmbeddingScore, score_vectors

USERS = 12  # as many as can be distinguished by colour and shape


@dataclass(frozen=True)
class Map:
    """An image of labelled vectors.

    Attributes:
        name: of what made the vectors.
        title: for people.
        points: `(U, S, 2)` in [0, 1], S vectors of each of U labels.
        score: of the vectors themselves.
        seen: mean silhouette coefficient of the points, -1 to 1: what the image shows.
    """

    name: str
    title: str
    points: list[list[list[float]]]
    score: EmbeddingScore
    seen: float


def draw_map(name: str, title: str, vectors: np.ndarray, seed: int = 0) -> Map:
    """The map of vectors `(U, S, D)` of at least two labels with two vectors each."""
    labels, shots, _ = vectors.shape
    flat = project(vectors.reshape(labels * shots, -1), seed)
    seen = float(silhouette_score(flat, np.repeat(np.arange(labels), shots)))
    points = np.round(flat.reshape(labels, shots, 2), 3).tolist()
    return Map(name, title, points, score_vectors(torch.from_numpy(vectors.astype(np.float32))), seen)


def digits(shots: int, seed: int = 0) -> np.ndarray:
    """Handwritten digits `(10, shots, 64)` (Alpaydin & Kaynak 1998, part of scikit-learn), drawn at random."""
    data = load_digits()
    generator = np.random.default_rng(seed)
    rows = [generator.permutation(np.flatnonzero(data.target == digit))[:shots] for digit in range(10)]
    found: np.ndarray = data.data[np.stack(rows)]
    return found


def shipped_vectors(bundle: Path, device: str, group: Group, pairs: bool) -> np.ndarray:
    """Preference vectors `(U, S, D)` of the shipped model, of every photo of every user alone.

    Args:
        pairs: with the photo's original.
    """
    inference = Inference(bundle, device)

    def vector(target: torch.Tensor, source: torch.Tensor) -> np.ndarray:
        after, before = (to_bytes(t.permute(1, 2, 0)) for t in (target, source))
        return inference.encode([ReferencePixels(after, before if pairs else None)]).vector

    users = zip(group.target, group.input, strict=True)
    return np.stack([[vector(a, b) for a, b in zip(after, before, strict=True)] for after, before in users])


def draw_maps(found: Sequence[tuple[str, str, np.ndarray]], seed: int = 0) -> list[Map]:
    """Maps of vectors `(name, title, (U, S, D))`, of the first `USERS` users each, and last that of the digits."""
    shots = found[0][2].shape[1]
    checked = ("digits", "Check: handwritten digits", digits(shots, seed))
    return [draw_map(name, title, vectors[:USERS], seed) for name, title, vectors in (*found, checked)]
