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


class Target:
    """The answer that many results are compared with; what depends on it alone is computed once.

    Args:
        image: uint8 `(H, W, 3)`, sRGB.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self._luma = image.astype(np.float32) @ _LUMA
        self._lab = to_lab(image)

    def quality(self, result: np.ndarray) -> Quality:
        """Compare a uint8 image of the same size with the target."""
        difference = result.astype(np.float32) - self.image
        error = float(np.square(difference, out=difference).mean(dtype=np.float64)) / 255**2
        lab = to_lab(result)
        return Quality(
            psnr=min(PSNR_CAP, -10 * np.log10(max(error, 1e-12))),
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
    if len(groups) == 1:
        groups = [[value] for value in groups[0]]
    sums, counts = np.array([sum(group) for group in groups]), np.array([len(group) for group in groups])
    drawn = np.random.default_rng(seed).integers(0, len(groups), (rounds, len(groups)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
