"""Choosing where to train."""

import torch

from pie_desktop.errors import PieError
from pie_desktop.model.device import automatic_device


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA, then MPS, then the CPU.

    Raises:
        PieError: the device named is not there.
    """
    if name == "auto":
        name = automatic_device()
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise PieError(f"The device {name} is not available here; choose cpu or auto.") from error
    return device


def pixel_device(device: torch.device) -> torch.device:
    """Where a run on `device` computes its users' pixels: there on CUDA; MPS samples no volumes, so on the CPU."""
    return device if device.type == "cuda" else torch.device("cpu")
