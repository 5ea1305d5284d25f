"""What picks between two renderings say about a taste: a Bradley-Terry likelihood on a Gaussian over LUT weights.

A person is taken to have an ideal `w` in mind, LUT weights, and to like a rendering with the weights `a` the less, the
further it is from the ideal on this photo: `-(a - w)^T G (a - w)`, with `G` the photo's mean square of perceived
change. Of two renderings `a` and `b` the difference of these likings is linear in `w`,

    z = (2 (a - b)^T G w + b^T G b - a^T G a) / tau ,

so that a pick is an observation of one number, `f^T w`. `a` wins with the odds `exp(z)` (R. A. Bradley and M. E. Terry,
Biometrika 39, 1952); ties are those of R. R. Davidson (JASA 65, 1970); a share of the answers is a slip of the hand, so
that one mistake never counts without bounds.

The prior is a mixture of Gaussians: most tastes are subtle, a few strong, and some black and white. In each of them the
posterior is Gaussian again, by expectation propagation (T. P. Minka, UAI 2001): every answer is replaced by the
Gaussian in `f^T w` that keeps mean and variance of the true product. How well the answers fit each component says how
much it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

TEMPERATURE = 3.0
"""`tau`, squared dE: of two renderings that are 8 and 8.2 from the ideal, the nearer one is picked with odds of 3:1."""
TIES = 0.6  # of Davidson's model: "same" is 0.23 of the answers where both are equally good
SLIPS = 0.1  # share of picks that are the other way round, whatever is shown
SCALES = np.array([0.2, 0.4, 0.7, 1.1, 1.7, 2.6])
SHARES = np.array([0.18, 0.24, 0.23, 0.18, 0.11, 0.06])

_SWEEPS = 6
_ENOUGH = 1e-3  # change of the answers' means, in deviations
_DAMPING = 0.8
_GRID = np.linspace(-5.0, 5.0, 121)  # in deviations, where the product is integrated
_DENSITY = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()
_LEAST = 1e-9


class Answer(Enum):
    """What a person says of two renderings."""

    FIRST = "first"
    SECOND = "second"
    SAME = "same"


@dataclass(frozen=True)
class Observation:
    """One answer, as it bears on the weights: `z = direction @ w - offset`, see the module; `direction` is `(K,)`."""

    direction: np.ndarray
    offset: float
    answer: Answer


def observed(first: np.ndarray, second: np.ndarray, gram: np.ndarray, answer: Answer) -> Observation:
    """What an answer about two renderings says.

    Args:
        first, second: `(K,)` weights of the renderings.
        gram: `(K, K)` of the photo, in squared dE.
        answer: which one was picked.
    """
    a, b = gram @ first, gram @ second
    return Observation(2 * (a - b) / TEMPERATURE, float(first @ a - second @ b) / TEMPERATURE, answer)


def probabilities(z: np.ndarray) -> dict[Answer, np.ndarray]:
    """Of each answer, where the first rendering is liked by `z` more than the second; of the shape of `z`."""
    half = np.exp(-np.abs(z) / 2)
    total = 1 + half**2 + TIES * half
    better, worse = 1 / total, half**2 / total
    better, worse = (1 - SLIPS) * better + SLIPS * worse, (1 - SLIPS) * worse + SLIPS * better
    first = np.where(z > 0, better, worse)
    return {Answer.FIRST: first, Answer.SECOND: better + worse - first, Answer.SAME: TIES * half / total}


def resolved(deviation: np.ndarray) -> np.ndarray:
    """The share of the variance of `z`, normal about 0 with these deviations, that an answer is expected to take away.

    By the law of total variance: the variance of the mean that each answer leads to.
    """
    taken = np.zeros(np.shape(deviation))
    for share in probabilities(np.asarray(deviation)[..., None] * _GRID).values():
        taken += ((share * _DENSITY) @ _GRID) ** 2 / np.maximum(share @ _DENSITY, 1e-12)
    return taken


@dataclass(frozen=True)
class Component:
    """A part of the prior: the share of tastes that it stands for, their `mean (K,)` and `covariance (K, K)`.

    Between components of one `kind` there is everything; what lies between two kinds, such as half black and white, is
    what nobody wants.
    """

    share: float
    mean: np.ndarray
    covariance: np.ndarray
    kind: int = 0


def sizes(shape: np.ndarray) -> list[Component]:
    """Gaussians about 0 of one shape, `(K, K)`, in all `SCALES`."""
    nothing = np.zeros(len(shape))
    return [Component(share, nothing, scale**2 * shape) for share, scale in zip(SHARES, SCALES, strict=True)]


@dataclass(frozen=True)
class Belief:
    """What is believed of the weights.

    Attributes:
        mean: `(K,)`, of the kind of taste that is most probable.
        covariance: `(K, K)` of all kinds, about that mean.
        evidence: log probability of all answers by the model, less that of answers by chance; below 0, the answers
            have no taste in common.
    """

    mean: np.ndarray
    covariance: np.ndarray
    evidence: float


def believe(observations: Sequence[Observation], prior: Sequence[Component]) -> Belief:
    """The belief about a taste after some answers.

    Args:
        observations: any number; their order tells nothing.
        prior: of the weights before any answer; the shares sum to 1.
    """
    parts = [_after(observations, component) for component in prior]
    logs = np.log([component.share for component in prior]) + np.array([part.evidence for part in parts])
    shares = np.exp(logs - logs.max())
    evidence = logs.max() + np.log(shares.sum())
    shares /= shares.sum()
    means = np.stack([part.mean for part in parts])
    kinds = np.array([component.kind for component in prior])
    likely = np.where(kinds == max(set(kinds.tolist()), key=lambda kind: shares[kinds == kind].sum()), shares, 0)
    mean = likely @ means / likely.sum()
    within = sum(share * part.covariance for share, part in zip(shares, parts, strict=True))
    covariance = within + (means - mean).T @ np.diag(shares) @ (means - mean)
    chance = probabilities(np.zeros(1))
    return Belief(mean, covariance, float(evidence - sum(np.log(chance[one.answer][0]) for one in observations)))


def _after(observations: Sequence[Observation], prior: Component) -> Belief:
    """The belief by one component; its evidence is the log probability of the answers."""
    if not observations:
        return Belief(prior.mean, prior.covariance, 0.0)
    f = np.stack([one.direction for one in observations])
    spread = f @ prior.covariance  # in the space of the answers: there are fewer of them than weights
    about = [replace(one, offset=one.offset - float(one.direction @ prior.mean)) for one in observations]
    inside = _Propagation(spread @ f.T, about)
    covariance = prior.covariance - spread.T @ inside.cut @ spread
    return Belief(prior.mean + spread.T @ inside.pull, covariance, inside.evidence)


class _Propagation:
    """Expectation propagation in the space of n answers, `u = f^T w`, whose prior covariance is `between` `(n, n)`.

    Attributes:
        evidence: log probability of the answers, each given those before it.
        pull: `(n,)`; the mean of anything is its covariance with the answers times this.
        cut: `(n, n)`; what the answers take off a covariance, seen from them.
    """

    def __init__(self, between: np.ndarray, observations: Sequence[Observation]) -> None:
        self._between, self._observations = between, observations
        self._precision, self._shift = np.zeros(len(between)), np.zeros(len(between))
        self.evidence = self._one_after_the_other()
        self._sweep()
        self.pull = self._shift - self._precision * self._projected()[0]
        self.cut = self._cut()

    def _one_after_the_other(self) -> float:
        """A first guess, by which the evidence is counted."""
        mean, covariance, total = np.zeros(len(self._between)), self._between.copy(), 0.0
        for i, one in enumerate(self._observations):
            rest = max(covariance[i, i], _LEAST)
            center, left, share = _moments(mean[i], rest, one)
            total += np.log(max(share, 1e-300))
            wanted = max(1 / left - 1 / rest, _LEAST)
            self._precision[i], self._shift[i] = wanted, (wanted + 1 / rest) * center - mean[i] / rest
            gain = covariance[:, i] / rest
            mean = mean + gain * (center - mean[i])
            covariance = covariance - np.outer(gain, gain) * (rest - 1 / (1 / rest + wanted))
        return float(total)

    def _sweep(self) -> None:
        for _ in range(_SWEEPS):
            mean, variance = self._projected()
            changed = 0.0
            for i, one in enumerate(self._observations):
                rest = 1 / max(1 / variance[i] - self._precision[i], _LEAST)
                cavity = rest * (mean[i] / variance[i] - self._shift[i])
                center, left, _ = _moments(cavity, rest, one)
                wanted = max(1 / left - 1 / rest, _LEAST)
                shift = (wanted + 1 / rest) * center - cavity / rest
                changed = max(changed, abs(center - mean[i]) / np.sqrt(variance[i]))
                self._precision[i] += _DAMPING * (wanted - self._precision[i])
                self._shift[i] += _DAMPING * (shift - self._shift[i])
            if changed < _ENOUGH:
                break

    def _cut(self) -> np.ndarray:
        return np.linalg.inv(self._between + np.diag(1 / self._precision))

    def _projected(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of each answer's `u`."""
        covariance = self._between - self._between @ self._cut() @ self._between
        return covariance @ self._shift, np.maximum(covariance.diagonal(), _LEAST)


def _moments(mean: float, variance: float, one: Observation) -> tuple[float, float, float]:
    """Mean and variance of a normal number times the likelihood of an answer about it, and the answer's probability."""
    values = mean + np.sqrt(variance) * _GRID
    weight = _DENSITY * probabilities(values - one.offset)[one.answer]
    share = float(weight.sum())
    weight = weight / max(share, 1e-300)
    center = float(weight @ values)
    return center, max(float(weight @ (values - center) ** 2), _LEAST), share
