"""What is minimised: differences of images, of their Gram matrices, of LUTs, and of preference vectors (`metric`)."""

from training.losses.image import (
    GramLoss,
    StyleGramLoss,
    gram_matrix,
    l1_loss,
    lab_loss,
    lut_monotonicity,
    lut_smoothness,
    to_lab,
    total_variation,
)

__all__ = [
    "GramLoss",
    "StyleGramLoss",
    "gram_matrix",
    "l1_loss",
    "lab_loss",
    "lut_monotonicity",
    "lut_smoothness",
    "to_lab",
    "total_variation",
]
