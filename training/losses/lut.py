"""Regularisers of 3D LUTs."""

from torch import Tensor


def lut_smoothness(tables: Tensor) -> Tensor:
    """Mean squared second difference along the axes of LUTs `(..., S, S, S, 3)`, in units of grid steps."""
    size = tables.shape[-2]
    total = tables.new_zeros(())
    for axis in (-4, -3, -2):
        parts = [tables.narrow(axis, start, size - 2) for start in (0, 1, 2)]
        total = total + ((parts[0] - 2 * parts[1] + parts[2]) ** 2).mean()
    return total * (size - 1) ** 2


def lut_monotonicity(tables: Tensor) -> Tensor:
    """Mean amount by which a channel falls while its own input rises; LUTs `(..., S, S, S, 3)`, per grid step."""
    size = tables.shape[-2]
    total = tables.new_zeros(())
    for channel, axis in enumerate((-3, -2, -1)):
        values = tables[..., channel]
        total = total + (values.narrow(axis, 0, size - 1) - values.narrow(axis, 1, size - 1)).clamp_min(0).mean()
    return total * (size - 1)
