"""How well each reference of a preference fits the others."""

import torch
from torch import Tensor, nn

from pie_desktop.model.consensus import consensus
from pie_desktop.model.lut_prior import Evidence, LutPrior

_ENOUGH_CHANGE = 0.02  # mean absolute; an edit that changes less is measured against this


@torch.no_grad()
def agreement(
    prior: LutPrior, tokens: Tensor, paired: Tensor, before: Tensor, after: Tensor, evidence: Evidence
) -> list[float]:
    """How well each of N references fits the largest part of them that agrees, 0 (contradicts it) to 1.

    A pair is compared with what other pairs would make of its original, see `consensus`; an edit without original by
    the similarity of its style token to all others', which tells much less. A single reference agrees with itself: 1.

    Args:
        tokens: `(N, D)` style tokens.
        paired: `(N,)` bool: whether there is an original.
        before, after: `(R, M, 3)` colours of the R pairs.
        evidence: of the R pairs.
    """
    if len(tokens) == 1:
        return [1.0]
    unit = nn.functional.normalize(tokens, dim=1)
    similarity = unit @ unit.T
    result = ((similarity.sum(1) - similarity.diagonal()) / (len(unit) - 1)).clamp(0, 1)
    if len(before) > 1:
        fits = consensus(len(before), _PairFits(prior, before, after, evidence))
        result[paired] = torch.tensor(fits, dtype=result.dtype, device=result.device)
    return result.tolist()


class _PairFits:
    """How well a pair fits the LUT that other pairs teach: 1 less the mean error in parts of the pair's own change."""

    def __init__(self, prior: LutPrior, before: Tensor, after: Tensor, evidence: Evidence) -> None:
        self._prior, self._evidence, self._wanted = prior, evidence, after - before
        self._designs = [prior.design(colors) for colors in before]
        self._change = self._wanted.abs().mean((1, 2)).clamp_min(_ENOUGH_CHANGE)
        self._learned: dict[tuple[int, ...], Tensor] = {}
        self._known: dict[tuple[int, tuple[int, ...]], float] = {}

    def __call__(self, number: int, others: tuple[int, ...]) -> float:
        asked = number, others
        if asked not in self._known:
            if others not in self._learned:
                e = self._evidence[torch.tensor(others)]
                self._learned[others] = self._prior.posterior(e.gram.sum(0), e.moment.sum(0))
            error = (self._designs[number] @ self._learned[others] - self._wanted[number]).abs().mean()
            self._known[asked] = float((1 - error / self._change[number]).clamp(0, 1))
        return self._known[asked]
