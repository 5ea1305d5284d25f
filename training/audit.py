"""Does the preference steer? Right, wrong and no preference on the same photos, and what the vector alone can tell."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pie_desktop.imaging.difference import mean_delta_e
from pie_desktop.imaging.lut import apply_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import Preference, ReferencePixels
from training.metrics import quality
from training.tasks import Case, Pair


@dataclass(frozen=True)
class Audit:
    """Means over users and photos.

    Attributes:
        users, references, mode: what was audited; `pairs` or `after`.
        psnr_right, psnr_swapped, psnr_null, psnr_identity: PSNR in dB with the user's own preference, with the next
            user's, with none, and of the photo as it is.
        preference_share: share of the whole change (mean CIEDE2000) that is preference, 0 to 1.
        retrieval: how often the vector of one half of a user's references is nearest (cosine) to that of the other
            half.
        chance: what guessing would reach.
        sensitivity: mean CIEDE2000 by which the result changes when one reference is left out.
    """

    users: int
    references: int
    mode: str
    psnr_right: float
    psnr_swapped: float
    psnr_null: float
    psnr_identity: float
    preference_share: float
    retrieval: float
    chance: float
    sensitivity: float

    def lines(self) -> list[str]:
        """For people, one finding a line."""
        return [
            f"{name.replace('_', ' ')}: {value:.3g}" if isinstance(value, float) else f"{name}: {value}"
            for name, value in asdict(self).items()
        ]


def audit(inference: Inference, cases: Sequence[Case], mode: str) -> Audit:
    """Audit a bundle on at least two users with at least two references each.

    Args:
        cases: see `training.tasks`.
        mode: `pairs`, or `after` for edits without their originals.
    """

    def encode(references: Sequence[Pair]) -> Preference:
        known = mode == "pairs"
        return inference.encode([ReferencePixels(after, before if known else None) for before, after in references])

    def retouched(photo: np.ndarray, preference: Preference | None) -> np.ndarray:
        return apply_lut(photo, inference.luts(photo, preference)[1])

    preferences = [encode(case.references) for case in cases]
    right, swapped, null, identity, shares, moved = [], [], [], [], [], []
    for number, case in enumerate(cases):
        stranger = preferences[(number + 1) % len(cases)]
        without = [
            encode([r for i, r in enumerate(case.references) if i != out]) for out in range(len(case.references))
        ]
        for photo, answer in case.queries:
            own, neutral = retouched(photo, preferences[number]), retouched(photo, None)
            right.append(quality(own, answer).psnr)
            swapped.append(quality(retouched(photo, stranger), answer).psnr)
            null.append(quality(neutral, answer).psnr)
            identity.append(quality(photo, answer).psnr)
            general, preferred = mean_delta_e(photo, neutral), mean_delta_e(neutral, own)
            shares.append(preferred / max(general + preferred, 1e-6))
            moved += [mean_delta_e(own, retouched(photo, other)) for other in without]
    first, second = (np.stack([encode(c.references[half::2]).vector for c in cases]) for half in (0, 1))
    unit = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (first - first.mean(0), second - second.mean(0))]
    found = (unit[0] @ unit[1].T).argmax(1) == np.arange(len(cases))
    return Audit(
        users=len(cases),
        references=len(cases[0].references),
        mode=mode,
        psnr_right=float(np.mean(right)),
        psnr_swapped=float(np.mean(swapped)),
        psnr_null=float(np.mean(null)),
        psnr_identity=float(np.mean(identity)),
        preference_share=float(np.mean(shares)),
        retrieval=float(found.mean()),
        chance=1 / len(cases),
        sensitivity=float(np.mean(moved)),
    )
