"""The methods of the benchmark behind one interface."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pie_desktop.imaging.lut import apply_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from training.baselines.histogram import histogram_transfer
from training.baselines.lut_fit import ORACLE_STIFFNESS, fit_lut, sampled_colors
from training.baselines.reinhard import reinhard_transfer
from training.tasks import Pair

# a method learns from references and answers with what retouches a query; the query's own answer is for the oracle only
Retouch = Callable[[np.ndarray, np.ndarray], np.ndarray]
METHODS = ("identity", "reinhard", "histogram", "lut_fit", "model", "oracle")
MODES = ("pairs", "after")


def _lut_of_pairs(references: Sequence[Pair]) -> np.ndarray:
    before = np.concatenate([sampled_colors(b) for b, _ in references])
    after = np.concatenate([sampled_colors(a) for _, a in references])
    return fit_lut(before, after)


def _oracle(photo: np.ndarray, answer: np.ndarray) -> np.ndarray:
    return apply_lut(photo, fit_lut(sampled_colors(photo), sampled_colors(answer), 9, ORACLE_STIFFNESS))


class MethodSet:
    """All methods, with one bundle.

    Args:
        bundle: `.piemodel` folder.
        device: see `Inference`.
    """

    def __init__(self, bundle: Path, device: str = "auto") -> None:
        self.inference = Inference(bundle, device)

    def learn(self, method: str, mode: str, references: Sequence[Pair]) -> Retouch | None:
        """What `method` makes of the references; None where it cannot use the mode or the mode makes no difference."""
        afters = [after for _, after in references]
        if method in ("identity", "oracle", "reinhard", "histogram") and mode == "pairs":
            return None
        if method == "identity":
            return lambda photo, _: photo
        if method == "oracle":
            return _oracle
        if method == "reinhard":
            return lambda photo, _: reinhard_transfer(photo, afters)
        if method == "histogram":
            return lambda photo, _: histogram_transfer(photo, afters)
        if method == "lut_fit":
            if mode == "after":
                return None
            table = _lut_of_pairs(references)
            return lambda photo, _: apply_lut(photo, table)
        preference = self.inference.encode(
            [ReferencePixels(after, before if mode == "pairs" else None) for before, after in references]
        )
        return lambda photo, _: apply_lut(photo, self.inference.luts(photo, preference)[1])
