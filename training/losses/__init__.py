"""What is minimised: differences of pictures, of their Gram matrices, of LUTs, and of preference vectors (`metric`)."""

from training.losses.gram import GramLoss, StyleGramLoss, gram_matrix
from training.losses.image import l1_loss, lab_loss, to_lab, total_variation
from training.losses.lut import lut_monotonicity, lut_smoothness

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
