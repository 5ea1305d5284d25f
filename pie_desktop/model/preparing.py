"""A preference made ready on the device, once for all photos: what its pairs show, and what they leave to be fitted."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pie_desktop.model.adaptation import Habits
from pie_desktop.model.encoded import EncodedReferences, PairEvidence
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.preference import HABITS, Preference
from pie_desktop.model.residual import ResidualFit, ResidualPairs

# The basis at every pixel of a pair takes 3.5 MB: of hundreds of pairs at once it would be gigabytes.
PAIRS_AT_ONCE = 32


@dataclass
class Prepared:
    """A preference on the device, with the normal equations of its pairs."""

    style: EncodedReferences
    before: Tensor  # (R, M, 3)
    after: Tensor  # (R, M, 3)
    evidence: Evidence  # of N references; rows of those without an original are zero
    said: PairEvidence  # what they say about other photos, of one user
    residual: ResidualPairs | None  # None without pairs


def prepare(
    network: PreferenceNetwork,
    residual: ResidualFit,
    preference: Preference,
    evidence: Evidence | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Prepared:
    """Make a preference ready for photos.

    Args:
        network: of the bundle that made the preference, on the device to be used.
        residual: of that bundle.
        preference: from `encoding.encode`.
        evidence: of its references, where it is known already.
        progress: called with the share done, 0 to 1; what it raises ends the work.
    """
    a = preference.arrays
    device = network.encoder.null.device
    paired = torch.from_numpy(a["paired"]).to(device)
    before, after = colors_of(a["colors_before"], device), colors_of(a["colors_after"], device)
    if evidence is None:
        evidence = evidence_of(network, before, after, paired)
    tokens, keys, vector = (torch.from_numpy(a[name]).to(device)[None] for name in ("tokens", "keys", "vector"))
    spread = network.prior.spread(evidence[None], paired[None])
    habits = None
    if network.architecture.adapts:
        habits = Habits(**{name: torch.from_numpy(a[name]).to(device)[None] for name in HABITS})
    style = EncodedReferences(tokens, keys, torch.ones_like(paired)[None], paired[None], vector, spread, habits)
    said = network.pair_evidence(evidence[None], style)
    fit = residual.prepare(before, after, progress) if len(before) else None
    return Prepared(style, before, after, evidence, said, fit)


def evidence_of(
    network: PreferenceNetwork,
    before: Tensor,
    after: Tensor,
    paired: Tensor,
    step: Callable[[float], None] = lambda share: None,
) -> Evidence:
    """Evidence of all N references; zero for those without an original.

    Args:
        before, after: `(R, M, 3)` colours of the pairs, in [0, 1].
        paired: `(N,)` bool, of which R are True.
        step: called with the share done; what it raises ends the work.
    """
    k, count = network.prior.components, len(paired)
    result = Evidence(before.new_zeros(count, k, k), before.new_zeros(count, k), before.new_zeros(count))
    places = paired.nonzero()[:, 0]
    for start in range(0, len(before), PAIRS_AT_ONCE):
        step(start / len(before))
        part = slice(start, start + PAIRS_AT_ONCE)
        found = network.prior.evidence(before[part], after[part])
        where = places[part]
        result.gram[where], result.moment[where], result.power[where] = found.gram, found.moment, found.power
    return result


def colors_of(stored: np.ndarray, device: torch.device) -> Tensor:
    """Colours in [0, 1] of those that are stored as uint16."""
    return torch.from_numpy(stored.astype(np.float32) / 65535).to(device)
