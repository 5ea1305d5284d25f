"""Choosing where to train."""

import torch

from pie_desktop.errors import PieError


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA, then MPS, then the CPU.

    Raises:
        PieError: the device named is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise PieError(f"The device {name} is not available here; choose cpu or auto.") from error
    return device
