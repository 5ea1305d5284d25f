"""What the parts of the preference network hand on to each other."""

from dataclasses import dataclass

from torch import Tensor

from pie_desktop.model.adaptation import Habits


@dataclass
class EncodedReferences:
    """Encoded references of U users.

    Attributes:
        tokens: `(U, 1 + N, D)`; the first belongs to no reference and is there without any, too.
        keys: `(U, N, D)` contents of the references' unedited looks.
        valid: `(U, N)` bool.
        paired: `(U, N)` bool, references with an original.
        vector: `(U, D)` the pooled preference vector.
        spread: `(U,)` variance of the pairs about the one LUT that fits them all best, `NOISE` without pairs.
        habits: how the users differ from photo to photo; None where the network knows nothing of that.
    """

    tokens: Tensor
    keys: Tensor
    valid: Tensor
    paired: Tensor
    vector: Tensor
    spread: Tensor
    habits: Habits | None = None


@dataclass
class Prediction:
    """What U users would do to Q photos each.

    Attributes:
        mu: `(U, Q, K)` expected LUT weights.
        scale: `(U, Q, K)` their standard deviations.
        noise: `(U, Q)` variance of the pairs about one LUT.
        doubt: `(U, Q)` factor on the variance of what the pairs say.
        share: `(U, Q, N)` how much each pair counts for the photo, summing to the number of pairs.
        contents: `(U, Q, 2 R)` of the photos, None without `EncodedReferences.habits`.
    """

    mu: Tensor
    scale: Tensor
    noise: Tensor
    doubt: Tensor
    share: Tensor
    contents: Tensor | None = None


@dataclass
class PairEvidence:
    """What N pairs of U users say about other photos' weights: `precision (U, N, K, K)`, `information (U, N, K)`."""

    precision: Tensor
    information: Tensor
