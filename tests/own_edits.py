"""A photographer's own edits on disk, and a small model to start from, for tests of training."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import save_bundle
from pie_desktop.model.network import PreferenceNetwork

SMALL = Architecture(components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


def edits_folder(folder: Path, crops: Path, count: int) -> Path:
    """Warm, brighter edits with their originals in `originals`."""
    (folder / "originals").mkdir(parents=True)
    for path in sorted(crops.glob("*.jpg"))[:count]:
        image = np.asarray(Image.open(path))
        Image.fromarray(image).save(folder / "originals" / path.name, quality=95)
        warm = np.clip(image * np.array([1.15, 1.02, 0.85]) + 8, 0, 255).astype(np.uint8)
        Image.fromarray(warm).save(folder / path.name, quality=95)
    return folder


def base_model(path: Path, architecture: Architecture = SMALL) -> Path:
    """A bundle with much to learn: random weights where an untrained one has zeros that let no gradient through."""
    torch.manual_seed(4)
    network = PreferenceNetwork(architecture)
    with torch.no_grad():
        network.prior.table.add_(0.05 * torch.randn(network.prior.table.shape))
        for parameter in network.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape))
    save_bundle(path, network, "Base", "2026-01-01T00:00:00Z", {"steps": 1})
    return path
