"""Mean and deviation of feature maps: what encoders read a style from, and what AdaIN replaces."""

from torch import Tensor, var_mean

EPSILON = 1e-5


def channel_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation `(B, C, 1, 1)` of every feature map of `(B, C, h, w)`, of a single pixel, too."""
    variance, mean = var_mean(x, (2, 3), correction=0, keepdim=True)
    return mean, (variance + EPSILON).sqrt()
