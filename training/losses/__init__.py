"""What is minimised: losses of images, of predictions, and of preference vectors (`metric`), in one registry.

Every module of this package is imported with it, so that the losses in it are in the registry.
"""

import importlib
import pkgutil

from training.losses.image import GramLoss, gram_matrix, l1_loss, lab_loss, to_lab, total_variation
from training.losses.prediction import log_mse, lut_monotonicity, lut_smoothness

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = [
    "GramLoss",
    "gram_matrix",
    "l1_loss",
    "lab_loss",
    "log_mse",
    "lut_monotonicity",
    "lut_smoothness",
    "to_lab",
    "total_variation",
]
