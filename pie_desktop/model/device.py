"""The device that is used when none is named."""

import torch


def automatic_device() -> str:
    """CUDA where there is one, then MPS, then the CPU."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
