"""How near an answer comes to held-out photos, and by how much one answer comes nearer than another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pie_desktop.model.report import Gain


@dataclass(frozen=True)
class Score:
    """How near one photo comes to its edit, or the means over photos: PSNR in dB and CIEDE2000."""

    psnr: float
    de00: float

    @classmethod
    def mean(cls, photos: Sequence["Score"]) -> Self:
        """Over at least one photo."""
        return cls(float(np.mean([one.psnr for one in photos])), float(np.mean([one.de00 for one in photos])))


def gains(before: Sequence[Score], after: Sequence[Score]) -> tuple[Gain, Gain]:
    """By how much PSNR (dB) and dE00 change from one answer to another on the same photos, photo by photo.

    Raises:
        ValueError: they are not of the same number.
    """
    pairs = list(zip(before, after, strict=True))
    return Gain.of([b.psnr - a.psnr for a, b in pairs]), Gain.of([b.de00 - a.de00 for a, b in pairs])
