"""What a person corrected by hand in the results of a style, carried over to the style's earlier references.

Some references were not brought along but made here: the style enhanced a photo, and a person corrected the result.
Such a pair says more than what one photo is to look like: it says how the results of the style are to change. Among
twenty earlier references, which still show the look before the correction, it would hardly be heard. So what was
changed in the results is carried over to the earlier references before all are learned from together.

Pair i has the style's result `r_i` and what was made of it, `y_i`; the LUT `c_i` between them is fitted in closed form
(`lut_prior`). The correction of reference j is expected from those of the n pairs, as a Gaussian process would have it
(C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, section 2.2):

    c(x_j) = k_j^T (K + noise I)^-1 (c_1, …, c_n),  k(x, x') = shared + (1 - shared) likeness(x, x').

A part of a correction is thus meant for all photos, the rest for those whose content is alike. With `noise` 1 a single
correction moves the references half of the way and five alike ones five sixths; corrections that contradict each other
cancel out.
"""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.model.encoding import ReducedReferences
from pie_desktop.model.lut_prior import LutPrior, interpolation

SHARED = 0.5
"""Part of the variance of corrections that is the same for all photos."""

NOISE = 1.0
"""Variance of a correction that is a whim, in parts of the variance that others have in common with it."""

_FIT_NOISE = 1e-4  # variance of the colours about a correction's LUT, squared sRGB units: it is smooth


def carried_over(
    prior: LutPrior, references: ReducedReferences, results: list[Tensor], likeness: np.ndarray
) -> ReducedReferences:
    """The references with the corrections carried over to those that were not made by hand.

    Args:
        prior: of the network, on any device.
        references: N of them, n made by hand.
        results: of these n, in their order: what the style without them makes of their pixels, `(M, 3)` in [0, 1].
        likeness: `(n, N)` of their contents with those of all references, 0 to 1.
    """
    made = np.flatnonzero(references.by_hand)
    pair_of = np.cumsum(references.paired) - 1  # place among the pairs
    wanted = torch.stack([torch.from_numpy(references.pairs[pair_of[number]][1]) for number in made])
    evidence = prior.evidence(torch.stack(results), wanted.to(results[0]))
    luts = prior.luts(prior.posterior(evidence.gram, evidence.moment, _FIT_NOISE)) - prior.identity()
    kernel = SHARED + (1 - SHARED) * likeness
    weights = np.linalg.solve(kernel[:, made] + NOISE * np.eye(len(made)), kernel)
    all_gray = all(is_gray(references.after[number]) for number in made)
    after, pairs = list(references.after), list(references.pairs)
    for number in np.flatnonzero(~np.array(references.by_hand)):
        share = torch.from_numpy(weights[:, number]).to(luts)
        lut = torch.einsum("n,n...->...", share, luts) + prior.identity()
        gray = all_gray and is_gray(references.after[number])
        after[number] = _through(lut, after[number], gray)
        if references.paired[number]:
            before, edited = pairs[pair_of[number]]
            pairs[pair_of[number]] = (before, _through(lut, edited, gray))
    return replace(references, after=after, pairs=pairs)


def through(lut: Tensor, colors: Tensor) -> Tensor:
    """Colours `(M, 3)` in [0, 1] through a LUT `(S, S, S, 3)`, trilinear, clipped."""
    index, weight = interpolation(colors, len(lut))
    nodes = lut.reshape(-1, 3)
    return nn.functional.embedding_bag(index, nodes, mode="sum", per_sample_weights=weight).clamp(0, 1)


def _through(lut: Tensor, image: np.ndarray, gray: bool) -> np.ndarray:
    """A float image or colours `(..., 3)`; black and white ones stay so."""
    colors = torch.from_numpy(np.ascontiguousarray(image).reshape(-1, 3)).to(lut)
    result = through(lut, colors)
    if gray:
        result = result.mean(1, keepdim=True).expand_as(result)
    return result.cpu().numpy().reshape(image.shape)
