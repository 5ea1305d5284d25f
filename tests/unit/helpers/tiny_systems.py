"""Small systems of the study that do something, without a training: what is zero at the start is not."""

from pathlib import Path

import torch
from torch import nn

from pie_desktop.model.systems.build import build_system, save_system
from pie_desktop.model.systems.bundle import save_system_bundle
from pie_desktop.model.systems.system import System, SystemConfig

SMALL = SystemConfig(width=16, channels=8, encoder_channels=8, side=32)
KINDS: dict[str, dict[str, object]] = {
    "starenhancer": {"encoder": "resnet18_max", "enhancer": "curves", "source": "mean"},
    "pienet": {"encoder": "resnet18", "enhancer": "unet"},
    "adain": {"encoder": "psp", "enhancer": "adain_unet", "codes": 6},
    "attention": {"enhancer": "attention"},
    "style-attention": {"enhancer": "style_attention", "paired": True},
    "sa-block": {"enhancer": "sa_block"},
    "msm": {"encoder": "difference", "enhancer": "unet", "paired": True, "masked": True},
    "diffusion": {"encoder": "psp", "enhancer": "diffusion", "components": 6, "lut_size": 5},
}
"""The kinds of systems in configs/study."""
_CHANGE = 0.1  # mean absolute change of a photo, about


def tiny_system(kind: str) -> System:
    """An untrained system of a kind, whose zero layers are drawn at random: it changes photos by a tenth of the range.

    A system of masked style modeling has seen some styles.
    """
    generator = torch.Generator().manual_seed(3)
    torch.manual_seed(3)
    system = build_system(SMALL.model_copy(update=KINDS[kind])).eval()
    if system.needs_basis:
        system.set_basis(0.05 * torch.randn(6, 3, 5**3, generator=generator))
    for module in system.modules():
        if isinstance(module, nn.Linear | nn.Conv2d) and not module.weight.any():
            nn.init.normal_(module.weight, std=0.3, generator=generator)
    if kind == "starenhancer":
        _straighten(system)
    if kind == "msm":
        system.space.fit(torch.randn(40, SMALL.width, generator=generator))
    _calm(system)
    return system


@torch.no_grad()
def _straighten(system: System) -> None:
    """Make all curves straight lines: drawn at random, they would be noise, as no trained one is."""
    for parameter in system.enhancer.head.parameters():
        curves = parameter.unflatten(0, (9, -1))
        rising = torch.linspace(0, 1, curves.shape[1]).reshape(1, -1, *(1,) * (curves.ndim - 2))
        parameter.copy_(torch.lerp(curves[:, :1], curves[:, -1:], rising).flatten(0, 1))


@torch.no_grad()
def _calm(system: System) -> None:
    """Scale the last layer so that a photo changes by `_CHANGE`."""
    photo = torch.rand(1, 1, 3, 32, 32, generator=torch.Generator().manual_seed(4))
    style = system.style(photo, 0.5 * photo if system.needs_pairs else None, torch.ones(1, 1, dtype=torch.bool))
    last = [module for module in system.enhancer.modules() if isinstance(module, nn.Linear | nn.Conv2d)][-1]
    for name in ("head", "denoiser"):
        if isinstance(found := getattr(system.enhancer, name, None), nn.Module):
            last = [one for one in found.modules() if isinstance(one, nn.Linear | nn.Conv2d)][-1]
    change = (system.enhance(photo, style) - photo).abs().mean()
    for parameter in last.parameters():
        parameter.mul_(_CHANGE / change)


def trained_folder(folder: Path, kind: str) -> Path:
    """The folder of a system as the study leaves it."""
    card = {
        "system": {"name": kind},
        "scale": {"name": "tiny", "population": {"folder": "/home/eve/Wedding of Eve"}},
        **{"seed": 7, "steps": 3, "samples": 24, "seconds": 1.5, "identity": 22.0, "failure": None},
        "curve": [{"psnr": 23.0}],
    }
    save_system(folder, tiny_system(kind), card)
    return folder


def system_bundle(path: Path, kind: str, name: str | None = None) -> Path:
    """A bundle of a small system."""
    save_system_bundle(path, tiny_system(kind), name or kind, "2026-01-01T00:00:00+00:00", {"steps": 3})
    return path
