"""Small bundles of the newest architecture, untrained: they answer quickly, and say how far they may be off."""

from pathlib import Path

import numpy as np
import torch

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import save_bundle
from pie_desktop.model.network import PreferenceNetwork
from training.fit.basis import build_basis

SMALL = Architecture(
    side=32, grid=12, components=24, width=32, lut_size=9, exposure=True, adaptation=8, expected_error=True
)


def tiny_bundle(path: Path, photos: np.ndarray, expected_error: bool = True) -> Path:
    """Write a bundle.

    Args:
        path: of the bundle, which must not exist.
        photos: uint8 (P, H, W, 3), whose colours its basis is made for.
        expected_error: whether it says how far it may be off.
    """
    torch.manual_seed(0)
    network = PreferenceNetwork(SMALL.model_copy(update={"expected_error": expected_error})).eval()
    network.prior.set_basis(build_basis(photos, SMALL.components, SMALL.lut_size, samples=500))
    save_bundle(path, network, "Tiny", "2026-01-01T00:00:00+00:00", {"steps": 1})
    return path
