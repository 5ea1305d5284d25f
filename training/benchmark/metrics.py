"""Quality of a result against what the user made, and bootstrap intervals of means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from skimage.metrics import structural_similarity

from pie_desktop.imaging.color.difference import delta_e_2000_lab, to_lab
from training.fit.validation import PSNR_CAP

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Quality:
    """PSNR in dB (at most 60), SSIM of the luma, mean CIEDE2000 and mean CIE 1976 difference."""

    psnr: float
    ssim: float
    de00: float
    deab: float


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, users: Sequence[Sequence[Sequence[float]]], seed: int = 0) -> "Mean":
        """The mean of all values by user and draw, see `nested_interval`."""
        values = [value for draws in users for drawn in draws for value in drawn]
        return cls(float(np.mean(values)), *nested_interval(users, seed))


class Target:
    """The answer that many results are compared with; what depends on it alone is computed once.

    Args:
        image: uint8 `(H, W, 3)`, sRGB.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self._luma = image.astype(np.float32) @ _LUMA
        self._lab = to_lab(image)

    def psnr(self, result: np.ndarray) -> float:
        """Of a uint8 image of the same size, dB."""
        difference = result.astype(np.float32) - self.image
        error = float(np.square(difference, out=difference).mean(dtype=np.float64)) / 255**2
        return min(PSNR_CAP, float(-10 * np.log10(max(error, 1e-12))))

    def de00(self, result: np.ndarray) -> float:
        """Mean CIEDE2000 of a uint8 image of the same size."""
        return float(delta_e_2000_lab(to_lab(result), self._lab).mean(dtype=np.float64))

    def quality(self, result: np.ndarray) -> Quality:
        """Compare a uint8 image of the same size with the target."""
        lab = to_lab(result)
        return Quality(
            psnr=self.psnr(result),
            ssim=float(structural_similarity(result.astype(np.float32) @ _LUMA, self._luma, data_range=255)),
            de00=float(delta_e_2000_lab(lab, self._lab).mean(dtype=np.float64)),
            deab=float(np.sqrt(((lab - self._lab) ** 2).sum(-1)).mean(dtype=np.float64)),
        )


def quality(result: np.ndarray, target: np.ndarray) -> Quality:
    """Compare uint8 images `(H, W, 3)`, sRGB."""
    return Target(target).quality(result)


def bootstrap_interval(groups: Sequence[Sequence[float]], seed: int = 0, rounds: int = 1000) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean of all values (Efron 1979).

    Args:
        groups: values by user. Users are drawn, not values: two photos of one user say less than photos of two users.
            Where there is one user alone, its values are drawn.
        seed: of the draws.
        rounds: number of draws.
    """
    return nested_interval([[group] for group in groups], seed, rounds)


def nested_interval(
    users: Sequence[Sequence[Sequence[float]]], seed: int = 0, rounds: int = 1000
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean of all values, over users and their draws of references.

    Users are drawn with replacement, and of each the draws that it had. Where there is one user alone, its draws are;
    where it had one, its values.

    Args:
        users: values by user and draw.
        seed: of the bootstrap.
        rounds: number of times that all are drawn.
    """
    if len(users) == 1 and len(users[0]) == 1:
        users = [[[value]] for value in users[0][0]]
    had = np.array([len(draws) for draws in users])
    sums, counts = np.zeros((2, len(users), had.max()))
    for user, draws in enumerate(users):
        sums[user, : len(draws)] = [sum(values) for values in draws]
        counts[user, : len(draws)] = [len(values) for values in draws]
    generator = np.random.default_rng(seed)
    who = generator.integers(0, len(users), (rounds, len(users)))
    which = (generator.random((*who.shape, had.max())) * had[who][..., None]).astype(int)
    # as many draws of a user as it had: the rest of the row are none
    taken = np.arange(had.max()) < had[who][..., None]
    total, number = ((values[who[..., None], which] * taken).sum((1, 2)) for values in (sums, counts))
    low, high = np.percentile(total / number, [2.5, 97.5])
    return float(low), float(high)
