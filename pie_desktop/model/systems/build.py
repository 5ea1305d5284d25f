"""Systems of the study from configuration to result: built, saved, loaded, and used on photos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.features import square, to_bytes
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.model.systems.enhancers.attention import AttentionEnhancer, StyleAttentionEnhancer
from pie_desktop.model.systems.enhancers.base import Enhancer, IdentityEnhancer
from pie_desktop.model.systems.enhancers.curves import CurveEnhancer
from pie_desktop.model.systems.enhancers.diffusion import DiffusionEnhancer
from pie_desktop.model.systems.enhancers.pienet import PieNetEnhancer
from pie_desktop.model.systems.enhancers.sa_block import SABlockEnhancer
from pie_desktop.model.systems.enhancers.unet import AdaINUNetEnhancer
from pie_desktop.model.systems.masked import MaskedSystem
from pie_desktop.model.systems.published_starenhancer import PublishedEnhancer, PublishedStyleEncoder
from pie_desktop.model.systems.style import StyleCode
from pie_desktop.model.systems.style_encoders import (
    DifferenceEncoder,
    PspEncoder,
    ResNet18Encoder,
    ResNetEncoder,
    StyleEncoder,
)
from pie_desktop.model.systems.system import System, SystemConfig

FORMAT_VERSION = 2  # 1: before the systems were as their papers have them
WEIGHTS, DESCRIPTION = "system.safetensors", "system.json"


def _encoder(c: SystemConfig) -> StyleEncoder:
    match c.encoder:
        case "resnet":
            return ResNetEncoder(c.width, c.encoder_channels, c.paired)
        case "resnet18" | "resnet18_max":
            return ResNet18Encoder(c.width, c.encoder_channels, c.paired, maximum=c.encoder == "resnet18_max")
        case "difference":
            return DifferenceEncoder(c.width, c.encoder_channels)
        case "psp":
            return PspEncoder(c.width, c.encoder_channels, c.paired, c.codes)
        case "starenhancer":
            return PublishedStyleEncoder()


def _enhancer(c: SystemConfig, encoder: StyleEncoder) -> Enhancer:
    match c.enhancer:
        case "curves":
            return CurveEnhancer(c.width, c.channels)
        case "unet":
            return PieNetEnhancer(c.width, c.channels)
        case "adain_unet":
            return AdaINUNetEnhancer(c.width, c.channels, c.codes)
        case "attention":
            return AttentionEnhancer(c.width, c.channels)
        case "style_attention":
            return StyleAttentionEnhancer(encoder.map_channels, c.channels)
        case "sa_block":
            return SABlockEnhancer(encoder.map_channels, c.channels, c.images)
        case "diffusion":
            return DiffusionEnhancer(c.width, c.components, c.lut_size)
        case "starenhancer":
            return PublishedEnhancer()
        case "identity":
            return IdentityEnhancer()


def build_system(config: SystemConfig) -> System:
    """A new system; its weights depend on torch's global random state."""
    encoder = _encoder(config)
    return (MaskedSystem if config.masked else System)(config, encoder, _enhancer(config, encoder))


def save_system(folder: Path, system: System, card: dict[str, Any]) -> None:
    """Write `system.safetensors` and `system.json` into a folder, made if missing; each atomically, no pickle.

    Args:
        card: what the system is and how it was trained, for `load_system` to return; JSON.
    """
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    data = save({key: value.detach().cpu().contiguous() for key, value in system.state_dict().items()})
    with atomic_write(folder / WEIGHTS) as temporary:
        temporary.write_bytes(data)  # `save_file` would make it readable for its owner alone
    description = {"format_version": FORMAT_VERSION, "config": system.config.model_dump(), "card": card}
    with atomic_write(folder / DESCRIPTION) as temporary:
        temporary.write_text(json_files.to_text(description), encoding="utf-8")


def load_system(folder: Path) -> tuple[System, dict[str, Any]]:
    """A system on the CPU in evaluation mode, and its card.

    Raises:
        PieError: it is missing, damaged, or of another format version.
    """
    from safetensors.torch import load_file

    try:
        description = json_files.read_object(folder / DESCRIPTION, finite=False)
        version = description["format_version"]
        if version == FORMAT_VERSION:
            config, card = SystemConfig.model_validate(description["config"]), dict(description["card"])
    except OSError as error:
        raise PieError(f"{folder} holds no trained system: its {DESCRIPTION} cannot be read.") from error
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise PieError(f"The system in {folder} is damaged: its {DESCRIPTION} cannot be understood.") from error
    if version != FORMAT_VERSION:
        raise PieError(f"The system in {folder} has format {version}; this program reads format {FORMAT_VERSION}.")
    system = build_system(config)
    try:
        system.load_state_dict(load_file(folder / WEIGHTS))
    except Exception as error:
        raise PieError(f"The weights {folder / WEIGHTS} are missing or damaged; train the system again.") from error
    return system.eval(), card


def _floats(image: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(image).to(device).permute(2, 0, 1).float() / 255


def _device(system: System) -> torch.device:
    return next(system.parameters()).device


@torch.inference_mode()
def style_of(system: System, references: Sequence[ReferencePixels]) -> StyleCode | None:
    """The style `(1, ...)` of a user's references; None where there are none that the system can use.

    A system that looks at pairs uses those references that come with their original, the others not.
    """
    device, side = _device(system), system.config.side
    used = [r for r in references if r.before is not None] if system.needs_pairs else list(references)
    if not used:
        return None

    def stacked(images: Sequence[np.ndarray]) -> Tensor:
        return torch.stack([_floats(square(image, side), device) for image in images])[None]

    before = stacked([r.before for r in used if r.before is not None]) if system.needs_pairs else None
    valid = torch.ones(1, len(used), dtype=torch.bool, device=device)
    return system.style(stacked([r.after for r in used]), before, valid)


@torch.inference_mode()
def retouch(system: System, photo: np.ndarray, style: StyleCode) -> np.ndarray:
    """A photo `(H, W, 3)` uint8, sRGB, in a style of one user; of the same kind, at its own size."""
    output = system.enhance(_floats(photo, _device(system))[None, None], style)[0, 0]
    return to_bytes(output.permute(1, 2, 0))
