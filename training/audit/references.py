"""What references tell: whether the vector alone knows its user, and how much one reference counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels

COUNTS = (1, 3, 5, 10)  # numbers of references at which retrieval and sensitivity are measured


@dataclass(frozen=True)
class Retrieval:
    """How often the vector of `refs` edits is nearest (cosine) to the same user's vector of `refs` other edits."""

    refs: int
    accuracy: float
    chance: float

    @classmethod
    def of(cls, refs: int, similarities: np.ndarray) -> "Retrieval":
        """From the cosines `(U, U)` of the users' halves, asking with either half for the other."""
        users = np.arange(len(similarities))
        accuracy = float(np.mean([similarities.argmax(axis) == users for axis in (0, 1)]))
        return cls(refs, accuracy, 1 / len(users))


@dataclass(frozen=True)
class Sensitivity:
    """By how much (mean CIEDE2000) a result changes when one of `refs` references is left out.

    Attributes:
        mean: over references and users.
        low, high: the central 90 % of the references.
    """

    refs: int
    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, refs: int, changes: Sequence[float]) -> "Sensitivity":
        """From the changes for every reference of every user."""
        low, high = np.percentile(changes, [5, 95])
        return cls(refs, float(np.mean(changes)), float(low), float(high))


def halves(references: Sequence[ReferencePixels], inference: Inference) -> dict[int, list[np.ndarray]]:
    """Vectors `(D,)` of two disjoint sets of one user's references, by the number of references in each."""
    return {
        count: [inference.encode(references[start : start + count]).vector for start in (0, count)]
        for count in COUNTS
        if 2 * count <= len(references)
    }


def left_out(photo: np.ndarray, references: Sequence[ReferencePixels], inference: Inference) -> dict[int, list[float]]:
    """Change of a photo's result for each reference that is left out, by the number of references.

    Without the only one nothing is left: the photo is retouched for nobody in particular then.
    """

    def retouched(known: Sequence[ReferencePixels]) -> np.ndarray:
        return apply_lut(photo, inference.luts(photo, inference.encode(known) if known else None)[1])

    found = {}
    for count in (count for count in COUNTS if count <= len(references)):
        whole = references[:count]
        result = retouched(whole)
        without = (retouched([*whole[:out], *whole[out + 1 :]]) for out in range(count))
        found[count] = [mean_delta_e(result, other) for other in without]
    return found


def similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cosine `(U, U)` of vectors `(U, D)` and `(U, D)`, each less the mean of its set, which all users share."""
    units = []
    for vectors in (first, second):
        centred = vectors - vectors.mean(0)
        units.append(centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(1e-9))
    return units[0] @ units[1].T
