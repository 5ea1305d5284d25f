"""From a user's references to their preference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from pie_desktop.errors import Cancelled
from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.model.features import picked_colors, shrink, squares
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.preference import HABITS, Preference, ReferencePixels
from pie_desktop.model.preparing import PAIRS_AT_ONCE, colors_of, evidence_of

IMAGES_AT_ONCE = 2 * PAIRS_AT_ONCE


def stepping(
    progress: Callable[[float], None] | None, should_cancel: Callable[[], bool] | None
) -> Callable[[float], None]:
    """What is called between two pieces of work: it tells the share done, or raises Cancelled."""

    def step(share: float) -> None:
        if should_cancel is not None and should_cancel():
            raise Cancelled
        if progress is not None:
            progress(share)

    return step


@dataclass
class ReducedReferences:
    """N references at the size in which the network looks at them, R of them pairs.

    Attributes:
        before, after: float images; of a reference without an original, both are the edit.
        pairs: colours `(M, 3)` of each pair before and after.
        paired: which of the references are pairs.
        by_hand: which of these were made by hand, see `ReferencePixels`.
    """

    before: list[np.ndarray] = field(default_factory=list)
    after: list[np.ndarray] = field(default_factory=list)
    pairs: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    paired: list[bool] = field(default_factory=list)
    by_hand: list[bool] = field(default_factory=list)

    @classmethod
    def of(cls, references: Sequence[ReferencePixels], step: Callable[[float], None]) -> "ReducedReferences":
        """Reduce references; `step` is called with the share done, and what it raises ends the work."""
        reduced = cls()
        for number, reference in enumerate(references):
            step(number / len(references))
            if reference.before is None:
                after = before = shrink(reference.after)
            else:
                before = shrink(reference.before)
                after = shrink(reference.after, before.shape[1::-1])
                reduced.pairs.append((picked_colors(before), picked_colors(after)))
            reduced.after.append(after)
            reduced.before.append(before)
            reduced.paired.append(reference.before is not None)
            reduced.by_hand.append(reference.by_hand and reference.before is not None)
        return reduced

    @property
    def corrected(self) -> bool:
        """Whether some were made by hand and others were not, so that the former say what was wrong with the latter."""
        return any(self.by_hand) and not all(self.by_hand)

    @property
    def without_hand(self) -> "ReducedReferences":
        """Those that were not made by hand."""
        kept = [number for number, made in enumerate(self.by_hand) if not made]
        of_pairs = [made for made, paired in zip(self.by_hand, self.paired, strict=True) if paired]
        return ReducedReferences(
            [self.before[number] for number in kept],
            [self.after[number] for number in kept],
            [pair for pair, made in zip(self.pairs, of_pairs, strict=True) if not made],
            [self.paired[number] for number in kept],
            [False] * len(kept),
        )


def encode(
    network: PreferenceNetwork, references: ReducedReferences, bundle_id: str, step: Callable[[float], None]
) -> tuple[Preference, Evidence]:
    """The preference that references show, and the evidence of their pairs, for `preparing.prepare`.

    Args:
        network: on the device to be used.
        references: at least one.
        bundle_id: of the network's bundle.
        step: called with the share done, 0 to 1; what it raises ends the work.
    """
    device = network.encoder.null.device
    side, picked = network.architecture.side, network.architecture.exposure
    images = references.before + references.after
    features = []
    for start in range(0, len(images), IMAGES_AT_ONCE):
        step(0.6 * start / len(images))
        some = squares(images[start : start + IMAGES_AT_ONCE], side, picked)
        features.append(network.encoder.features(some.to(device)))
    before, after = torch.cat(features).chunk(2)
    paired = torch.tensor(references.paired, device=device)
    colors_before, colors_after = _stored(references.pairs, 0), _stored(references.pairs, 1)
    evidence = evidence_of(
        network,
        colors_of(colors_before, device),
        colors_of(colors_after, device),
        paired,
        lambda share: step(0.6 + 0.4 * share),
    )
    style = network.encode(before[None], after[None], evidence[None], paired[None], torch.ones_like(paired)[None])
    arrays = {"tokens": style.tokens[0], "keys": style.keys[0], "paired": paired, "vector": style.vector[0]}
    if style.habits is not None:
        arrays |= {name: getattr(style.habits, name)[0] for name in HABITS}
    stored = {name: np.array(value.cpu().numpy(), order="C") for name, value in arrays.items()}
    stored |= {"gray": np.array([is_gray(image) for image in references.after])}
    stored |= {"colors_before": colors_before, "colors_after": colors_after}
    return Preference(stored, bundle_id), evidence


def _stored(pairs: list[tuple[np.ndarray, np.ndarray]], which: int) -> np.ndarray:
    """Colours `(R, M, 3)` as uint16, exactly what is stored and read again."""
    if not pairs:
        return np.zeros((0, 1, 3), np.uint16)
    return np.round(np.stack([pair[which] for pair in pairs]) * 65535).astype(np.uint16)
