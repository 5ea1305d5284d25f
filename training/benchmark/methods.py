"""The methods that the benchmark compares, behind one interface: from references to a function of photos."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.lut_prior import fit_lut
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.model.systems.build import load_system, retouch, style_of
from pie_desktop.model.systems.system import System
from training.benchmark.baselines import (
    ORACLE_STIFFNESS,
    histogram_transfer,
    reinhard_transfer,
    sampled_colors,
    statistics,
)
from training.benchmark.cases import Pair
from training.running.processes import choose_device

# what a method makes of its references: a query is retouched with it; the query's answer is for the oracle only
Retouch = Callable[[np.ndarray, np.ndarray], np.ndarray]
METHODS = ("identity", "reinhard", "histogram", "lut_fit", "model", "oracle")
MODES = ("pairs", "after", "mixed")
NO_REFERENCES = "none"  # the mode of tasks that are to be solved without any reference


def with_original(mode: str, count: int) -> tuple[bool, ...]:
    """Which of `count` references come with their original; in `mixed` every second one, beginning with the first."""
    return tuple(mode == "pairs" or (mode == "mixed" and number % 2 == 0) for number in range(count))


def shown(pairs: Sequence[Pair], flags: Sequence[bool]) -> list[ReferencePixels]:
    """The references as the methods get them: the originals only where `flags` say so."""
    chosen = zip(pairs, flags, strict=True)
    return [ReferencePixels(after, before if flag else None) for (before, after), flag in chosen]


def _lut_of_pairs(references: Sequence[ReferencePixels]) -> np.ndarray | None:
    pairs = [(r.before, r.after) for r in references if r.before is not None]
    if not pairs:
        return None
    before, after = (np.concatenate([sampled_colors(pair[side]) for pair in pairs]) for side in (0, 1))
    return fit_lut(before, after)


def _oracle(photo: np.ndarray, answer: np.ndarray) -> np.ndarray:
    return apply_lut(photo, fit_lut(sampled_colors(photo), sampled_colors(answer), 9, ORACLE_STIFFNESS))


@lru_cache(maxsize=1)
def _loaded(bundle: Path, device: str) -> Inference:
    return Inference(bundle, device)


@lru_cache(maxsize=32)
def _system(folder: Path, device: str) -> System:
    return load_system(folder)[0].to(choose_device(device))


def rank(method: str) -> tuple[int, str]:
    """Where a method stands in a table: as in `METHODS`, the systems of the study between model and oracle."""
    return (2 * METHODS.index(method), "") if method in METHODS else (2 * METHODS.index("oracle") - 1, method)


@dataclass(frozen=True)
class MethodSet:
    """All methods, with one bundle and any systems, which are loaded at first use; cheap to send to another process.

    Attributes:
        bundle: `.piemodel` folder.
        device: see `Inference`.
        systems: trained systems of the study, see `pie_desktop.model.systems.system.load_system`: folders by name.
        others: which of `METHODS` are compared.
    """

    bundle: Path
    device: str = "auto"
    systems: Mapping[str, Path] = field(default_factory=dict)
    others: Sequence[str] = METHODS

    @property
    def names(self) -> list[str]:
        """All methods, in the order of the tables."""
        return sorted({*self.others, *self.systems}, key=rank)

    def system(self, name: str) -> System:
        """A system by its name."""
        return _system(self.systems[name], self.device)

    def what_counts(self, method: str, flags: tuple[bool, ...]) -> Hashable:
        """What a method's result depends on: settings with equal answers give equal results and are computed once.

        Args:
            flags: which of the references come with their original.
        """
        if method in ("identity", "oracle"):
            return method
        blind = method in ("reinhard", "histogram") or (method in self.systems and not self.system(method).needs_pairs)
        return (method, len(flags)) if blind else (method, flags)

    @property
    def inference(self) -> Inference:
        return _loaded(self.bundle, self.device)

    def learn(self, method: str, references: Sequence[ReferencePixels]) -> Retouch | None:
        """What `method` makes of the references; None where it needs others: edits at all, or pairs."""
        if method == "identity":
            return lambda photo, _: photo
        if method == "oracle":
            return _oracle
        if method == "model":
            preference = self.inference.encode(references) if references else None
            return lambda photo, _: apply_lut(photo, self.inference.luts(photo, preference)[1])
        if method in self.systems:
            system = self.system(method)
            style = style_of(system, references)
            return None if style is None else lambda photo, _: retouch(system, photo, style)
        edits = [reference.after for reference in references]
        if not edits:
            return None
        if method == "reinhard":
            wanted = statistics(edits)
            return lambda photo, _: reinhard_transfer(photo, wanted)
        if method == "histogram":
            return lambda photo, _: histogram_transfer(photo, edits)
        lut = _lut_of_pairs(references)
        return None if lut is None else lambda photo, _: apply_lut(photo, lut)
