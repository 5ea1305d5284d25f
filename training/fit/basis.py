"""The LUT basis: principal components of what simulated users do to colours.

A user's transform is modelled as `LUT = I + sum_k w_k B_k` with `w ~ N(0, 1)`: a Gaussian prior over 3D LUTs whose
covariance is learned from the simulator, so that a few pairs that show some colours also say something about the
others.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pie_desktop.imaging.atomic import atomic_write
from training.data.capture import degrade, restore, sample_captures, sample_severity
from training.data.recipe import apply_recipes, sample_recipes


def grid_colors(size: int) -> Tensor:
    """`(3, size**3)` colours of the LUT grid in [0, 1], red slowest, blue fastest (the flattened `table[r, g, b]`)."""
    axis = torch.linspace(0, 1, size)
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).flatten(1)


def sample_luts(count: int, size: int, generator: torch.Generator) -> Tensor:
    """Residual LUTs `(count, 3, size**3)` of random users: tastes, corrections, and tastes on top of corrections."""
    x = grid_colors(size).expand(count, -1, -1)
    capture = sample_captures(count, 1, generator, sample_severity(count, generator))
    kind = torch.rand(count, generator=generator)[:, None, None]
    corrected = torch.where(kind < 0.1, degrade(x, capture), torch.where(kind < 0.4, restore(x, capture), x))
    y = apply_recipes(corrected, sample_recipes(count, generator))
    only_corrected = torch.rand(count, generator=generator)[:, None, None] < 0.15
    return torch.where(only_corrected, corrected, y) - x


def color_density(bank: np.ndarray, size: int) -> Tensor:
    """How often photographs use each grid colour: `(size**3,)`, mean 1, with a floor so that no colour is forgotten."""
    index = np.round(np.asarray(bank[:, ::3, ::3]).reshape(-1, 3) / 255.0 * (size - 1)).astype(np.int64)
    flat = (index[:, 0] * size + index[:, 1]) * size + index[:, 2]
    count = torch.from_numpy(np.bincount(flat, minlength=size**3)).float().reshape(1, 1, size, size, size)
    smooth = torch.nn.functional.avg_pool3d(count, 3, 1, 1, count_include_pad=False).flatten()
    density = (smooth / smooth.mean()).sqrt() + 0.1
    return density / density.mean()


def build_basis(bank: np.ndarray, components: int, size: int = 17, samples: int = 6000, seed: int = 0) -> Tensor:
    """Basis `(components, 3, size**3)`, scaled so that a user's weights have unit variance.

    Principal components about no change rather than about the mean, so that no weights mean no change; colours that
    photographs use count more.
    """
    generator = torch.Generator().manual_seed(seed)
    luts = torch.cat([sample_luts(500, size, generator) for _ in range(samples // 500)])
    weight = color_density(bank, size).sqrt().repeat(3)
    flat = luts.flatten(1)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        _, s, v = torch.svd_lowrank(flat * weight, q=components + 16, niter=3)
    scale = s[:components] / len(flat) ** 0.5
    basis = v[:, :components].T * scale[:, None] / weight
    return basis.reshape(components, 3, -1)


def kept_basis(bank: np.ndarray, components: int, size: int, seed: int, cache: Path) -> Tensor:
    """`build_basis`, built once under `cache` for these very photos."""
    photos = hashlib.sha256(bank[:, ::8, ::8].tobytes()).hexdigest()[:8]
    path = cache / f"basis-{components}-{size}-{seed}-{photos}.npy"
    if not path.exists():
        basis = build_basis(bank, components, size, seed=seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary, temporary.open("wb") as f:
            np.save(f, basis.numpy())
    return torch.from_numpy(np.load(path))
