"""Losses of what the preference network predicts: regularity of its LUTs, errors by user, and its own prediction."""

from torch import Tensor

from training.losses.registry import Errors, Luts, PriorErrors, Statistics, loss


def lut_smoothness(luts: Tensor) -> Tensor:
    """Mean squared second difference along the axes of LUTs `(..., S, S, S, 3)`, in units of grid steps."""
    size = luts.shape[-2]
    total = luts.new_zeros(())
    for axis in (-4, -3, -2):
        parts = [luts.narrow(axis, start, size - 2) for start in (0, 1, 2)]
        total = total + ((parts[0] - 2 * parts[1] + parts[2]) ** 2).mean()
    return total * (size - 1) ** 2


def lut_monotonicity(luts: Tensor) -> Tensor:
    """Mean amount by which a channel falls while its own input rises; LUTs `(..., S, S, S, 3)`, per grid step."""
    size = luts.shape[-2]
    total = luts.new_zeros(())
    for channel, axis in enumerate((-3, -2, -1)):
        values = luts[..., channel]
        total = total + (values.narrow(axis, 0, size - 1) - values.narrow(axis, 1, size - 1)).clamp_min(0).mean()
    return total * (size - 1)


def log_mse(squared: Tensor) -> Tensor:
    """Logarithm of mean squared errors of values in [0, 1], 0 where they are equal: PSNR up to scale; same shape.

    L1 alone is spent on users that nobody can predict; one whose pairs determine the look to the last digit counts too.
    """
    return squared.mul(1e6).log1p()


@loss("smoothness", 0.02, Luts)
def _smoothness(luts: Luts) -> Tensor:
    return lut_smoothness(luts.values)


@loss("monotonicity", 0.1, Luts)
def _monotonicity(luts: Luts) -> Tensor:
    return lut_monotonicity(luts.values)


@loss("log_mse", 0.05, Errors)
def _log_mse(errors: Errors) -> Tensor:
    # users whose pairs determine the look count to the last digit; for all others the logarithm would only praise
    # the courage to do nothing
    return (log_mse(errors.squared) * errors.known).mean()


@loss("rms", 1.0, Statistics)
def _rms(statistics: Statistics) -> Tensor:
    return (statistics.squared + 1e-6).sqrt().mean()


@loss("prior_loss", 0.5, PriorErrors)
def _prior_loss(errors: PriorErrors) -> Tensor:
    # without this, the network learns little from users with pairs, whose results the pairs correct
    return errors.distance.mean()
