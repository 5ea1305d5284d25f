"""Maps of vectors: t-SNE."""

import numpy as np
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

PERPLEXITY = 15.0  # about as many neighbours as a user has photos
_SPREAD = 1e-4  # standard deviation of points that t-SNE begins with


def project(vectors: np.ndarray, seed: int = 0, start: np.ndarray | None = None) -> np.ndarray:
    """t-SNE (van der Maaten & Hinton 2008) of vectors `(M, D)` by cosine distance from their mean.

    Args:
        vectors: at least four.
        seed: of the points to begin with.
        start: points `(M, 2)` to begin with instead, so that a map of vectors that have changed little does not turn.

    Returns:
        `(M, 2)` in [0, 1], both axes to one scale.
    """
    centred = (vectors - vectors.mean(0)).astype(np.float64)
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    begin: str | np.ndarray = "random"
    if start is not None and (spread := float(start[:, 0].std())) > 0:
        begin = ((start - start.mean(0)) * (_SPREAD / spread)).astype(np.float32)
    tsne = TSNE(init=begin, metric="cosine", perplexity=perplexity, random_state=seed)
    with threadpool_limits(1):  # so few points gain nothing from threads, and lose much on a busy machine
        points = tsne.fit_transform(centred)
    low, high = points.min(0), points.max(0)
    found: np.ndarray = 0.5 + (points - (low + high) / 2) / max(float((high - low).max()), 1e-9)
    return found
