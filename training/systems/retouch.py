"""Using a system of the study as the benchmark uses the model: references to a style, a photo to its retouch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pie_desktop.model.preference import ReferencePixels
from training.data.color import to_bytes
from training.data.photos import square
from training.systems.style import Style
from training.systems.system import System


def _floats(image: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(image).to(device).permute(2, 0, 1).float() / 255


def _device(system: System) -> torch.device:
    return next(system.parameters()).device


@torch.inference_mode()
def style_of(system: System, references: Sequence[ReferencePixels]) -> Style | None:
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
def retouch(system: System, photo: np.ndarray, style: Style) -> np.ndarray:
    """A photo `(H, W, 3)` uint8, sRGB, in a style of one user; of the same kind, at its own size."""
    output = system.enhance(_floats(photo, _device(system))[None, None], style)[0, 0]
    return to_bytes(output.permute(1, 2, 0))
