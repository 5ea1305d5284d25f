"""How near a result is to what the user made, and how sure the mean is."""

from dataclasses import dataclass

import numpy as np
from skimage.metrics import structural_similarity

from pie_desktop.imaging.difference import delta_e_2000_lab, to_lab
from training.validation import PSNR_CAP


@dataclass(frozen=True)
class Quality:
    """PSNR in dB (at most 60), SSIM of the luma, mean CIEDE2000 and mean CIE 1976 difference."""

    psnr: float
    ssim: float
    de00: float
    deab: float


def quality(result: np.ndarray, target: np.ndarray) -> Quality:
    """Compare uint8 pictures `(H, W, 3)`, sRGB."""
    error = float(((result.astype(np.float64) - target) ** 2).mean()) / 255**2
    psnr = min(PSNR_CAP, -10 * np.log10(max(error, 1e-12)))
    luma = [p.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) for p in (result, target)]
    ssim = float(structural_similarity(luma[0], luma[1], data_range=255))
    lab = [to_lab(p) for p in (result, target)]
    de00 = float(delta_e_2000_lab(lab[0], lab[1]).mean())
    deab = float(np.sqrt(((lab[0] - lab[1]) ** 2).sum(-1)).mean())
    return Quality(psnr, ssim, de00, deab)


def bootstrap_interval(values: np.ndarray, seed: int = 0, rounds: int = 1000) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean (Efron 1979)."""
    generator = np.random.default_rng(seed)
    means = values[generator.integers(0, len(values), (rounds, len(values)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
