"""Quality as the papers on FiveK measure it: PSNR, SSIM of the image made smaller, LPIPS, and CIE 1976 difference."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor, nn

from pie_desktop.errors import PieError
from pie_desktop.imaging.color.difference import to_lab
from training.fit.validation import PSNR_CAP

SSIM_SIDE = 256  # the short side at which SSIM was meant to be taken, px
_ROWS = 512  # of pixels whose Lab values are in memory at a time


@dataclass(frozen=True)
class PaperQuality:
    """PSNR in dB (at most 60), SSIM, mean CIE 1976 difference, and LPIPS where it was asked for."""

    psnr: float
    ssim: float
    deab: float
    lpips: float | None = None


def paper_quality(result: np.ndarray, target: np.ndarray, lpips: Path | None = None) -> PaperQuality:
    """Compare uint8 images `(H, W, 3)`, sRGB.

    SSIM (Wang et al., 2004: windows of 11 px, sigma 1.5) is that of all three channels after averaging over blocks, so
    that the short side is about 256 px, as StarEnhancer and Masked Style Modeling have it.

    Args:
        lpips: file of AlexNet's weights, see `lpips_distance`; LPIPS is left out without it.
    """
    squared, apart = 0.0, 0.0
    for top in range(0, len(target), _ROWS):
        here, there = (image[top : top + _ROWS] for image in (result, target))
        squared += float(np.square(here.astype(np.float32) - there).sum(dtype=np.float64))
        apart += float(np.sqrt(np.square(to_lab(here) - to_lab(there)).sum(-1)).sum(dtype=np.float64))
    error = squared / target.size / 255**2
    small, wanted = (_reduced(image) for image in (result, target))
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    ssim = structural_similarity(small, wanted, channel_axis=-1, data_range=1.0, **window)
    return PaperQuality(
        psnr=min(PSNR_CAP, float(-10 * np.log10(max(error, 1e-12)))),
        ssim=float(ssim),
        deab=apart / (target.size // 3),
        lpips=None if lpips is None else lpips_distance(result, target, lpips),
    )


def _reduced(image: np.ndarray) -> np.ndarray:
    """An image in [0, 1], averaged over blocks."""
    height, width = image.shape[:2]
    ratio = max(1, round(min(height, width) / SSIM_SIDE))
    planes = torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255
    small = nn.functional.adaptive_avg_pool2d(planes, (height // ratio, width // ratio))
    return small.permute(1, 2, 0).numpy()


def lpips_distance(result: np.ndarray, target: np.ndarray, weights: Path) -> float:
    """LPIPS of uint8 images, 0 for equal ones (Zhang et al., 2018; version 0.1 over AlexNet).

    The package `lpips` brings what was learned from people's judgements; AlexNet itself is torchvision's.

    Args:
        weights: `alexnet-owt-7be5be79.pth`, as torchvision publishes it.

    Raises:
        PieError: the package is not installed, or the file is not what it should be.
    """
    network = _network(weights)
    with torch.inference_mode():
        return float(network(_centred(result), _centred(target)))


def _centred(image: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 127.5 - 1


@lru_cache(maxsize=1)
def _network(weights: Path) -> nn.Module:
    try:
        import lpips
    except ImportError as error:
        raise PieError("LPIPS needs a package: pip install 'pie-desktop[study]'.") from error
    network: nn.Module = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    try:
        found = torch.load(weights, map_location="cpu", weights_only=True)
        trunk = cast(nn.Module, network.net)
        trunk.load_state_dict({name: found[f"features.{name.split('.', 1)[1]}"] for name in trunk.state_dict()})
    except FileNotFoundError as error:
        raise PieError(
            f"There is no file {weights}; --lpips takes AlexNet's weights as torchvision has them."
        ) from error
    except Exception as error:
        raise PieError(f"{weights} does not hold the weights of torchvision's AlexNet; download them again.") from error
    return network.eval()
