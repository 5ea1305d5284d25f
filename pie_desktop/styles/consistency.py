"""How well references fit each other, in words.

Calibrated by `scripts/calibrate_fits.py` on simulated users, 40 of each kind; see decision 056. Nearly all pairs that
were edited by one recipe fit at least `AGREES`; of those of people who go by what a photo shows about half do.
"""

from collections.abc import Sequence
from enum import Enum

import numpy as np

from pie_desktop.model.consensus import AGREES, DISAGREES


class Fit(Enum):
    """How well one reference fits the others."""

    CONSISTENT = "consistent"
    PARTLY = "fits in part"
    DIFFERS = "differs"

    @classmethod
    def of(cls, agreement: float) -> "Fit":
        """Of what `Inference.agreement` says of a pair, 0 to 1."""
        if agreement >= AGREES:
            return cls.CONSISTENT
        return cls.PARTLY if agreement >= DISAGREES else cls.DIFFERS


class Consistency(Enum):
    """How well all pairs of a style fit each other; the word follows “the pairs are”."""

    CONSISTENT = "consistent"
    VARIED = "varied"
    SCATTERED = "scattered"

    @classmethod
    def of(cls, agreement: Sequence[float]) -> "Consistency | None":
        """Of what `Inference.agreement` says of the pairs; None of fewer than two, who cannot be compared."""
        if len(agreement) < 2:
            return None
        values = np.asarray(agreement)
        if (values >= AGREES).mean() >= _NEARLY_ALL:
            return cls.CONSISTENT
        return cls.VARIED if np.median(values) >= DISAGREES else cls.SCATTERED


_NEARLY_ALL = 0.8  # of five pairs one may be an exception
