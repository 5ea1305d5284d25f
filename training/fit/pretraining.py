"""Training on colour statistics first: the same network and the same users, without looking at a pixel twice.

A pair's normal equations give the squared error of any LUT weights on that photo exactly, so users can be kept as
statistics and normal equations, and a step costs a small fraction of an end-to-end step. The trunk stays silent
meanwhile; it joins when training goes on end to end.
"""

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor

from pie_desktop.model.features import image_statistics, pixel_grid
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Group, Roles
from training.data.source import AHEAD, Source, seeded
from training.fit.config import FitConfig
from training.fit.objective import noisy
from training.losses.registry import Errors, LossSum, PriorErrors, Statistics, Terms
from training.running.processes import WHOLE, Share

_FIRST = 1_000_000  # numbers of the pool's groups, apart from those of end-to-end training


@dataclass
class Summary:
    """U users with S photos, without pixels.

    Attributes:
        input, target: `(U, S, F)` colour statistics of the unedited and of the edited photos.
        observed: evidence `(U, S, ...)` of the pairs as references, with small misalignments.
        fit: `(U, S, K)` weights of every pair alone.
        answer: evidence of the pairs as targets; shares its `gram` with `observed`.
    """

    input: Tensor
    target: Tensor
    observed: Evidence
    fit: Tensor
    answer: Evidence


def _fold(evidence: Evidence, users: int) -> Evidence:
    return Evidence(*(t.unflatten(0, (users, -1)) for t in (evidence.gram, evidence.moment, evidence.power)))


def summarise(network: PreferenceNetwork, group: Group, generator: torch.Generator, share: Share = WHOLE) -> Summary:
    """Reduce a group of users, or the share of it that these are."""
    users, side = len(group.input), network.architecture.grid
    inputs, targets = group.input.flatten(0, 1), group.target.flatten(0, 1)
    before, after = (pixel_grid(p, side) for p in (inputs, targets))
    prior = network.prior
    values = prior.design(before.reshape(-1, 3))
    observed = prior.evidence(before, noisy(after, users, generator, share), values)
    answer = prior.evidence(before, after, values, observed.gram)
    statistics = [
        image_statistics(p, network.architecture.exposure).unflatten(0, (users, -1)) for p in (inputs, targets)
    ]
    fit = prior.posterior(observed.gram, observed.moment).unflatten(0, (users, -1))
    return Summary(statistics[0], statistics[1], _fold(observed, users), fit, _fold(answer, users))


class Pretraining:
    """A pool of summarised users, refreshed as training goes on, and the loss on them.

    Args:
        network: trained in place.
        source: of users.
        config: of the run: seed, size of the pool, weights of the loss.
        groups: groups per step.
    """

    def __init__(self, network: PreferenceNetwork, source: Source, config: FitConfig, groups: int = 2) -> None:
        self.network, self.source, self.seed, self.groups = network, source, config.seed, groups
        self.pool, self.refresh = config.pretrain.pool, config.pretrain.refresh
        self.losses = LossSum(config.losses, (Statistics, Errors, PriorErrors))
        self._kept: OrderedDict[int, Summary] = OrderedDict()

    def _summary(self, number: int) -> Summary:
        if number not in self._kept:
            with torch.no_grad():
                group = self.source.group(_FIRST + number).to(self.network.prior.table.device)
                group.require_finite()
                noise = seeded(self.seed, 5, number)
                self._kept[number] = summarise(self.network, group, noise, self.source.share)
        return self._kept[number]

    def _range(self, step: int) -> tuple[int, int]:
        """The groups in the pool at a step, from the oldest to one beyond the newest."""
        # the pool grows from a few groups, so that training starts at once
        newest = step // self.refresh + self.groups
        return max(0, newest - self.pool), newest

    def _chosen(self, step: int, generator: torch.Generator) -> list[int]:
        oldest, newest = self._range(step)
        return (oldest + torch.randperm(newest - oldest, generator=generator)[: self.groups]).tolist()

    def describe(self, step: int, generator: torch.Generator) -> str:
        """Names the groups of one step for an error message."""
        return " and ".join(self.source.describe(_FIRST + number) for number in self._chosen(step, generator))

    def draw(self, step: int, generator: torch.Generator) -> list[Summary]:
        """The groups of one step; the pool is a pure function of the step, so that a resumed run sees the same."""
        oldest, newest = self._range(step)
        for number in [n for n in self._kept if n < oldest]:
            del self._kept[number]
        self.source.expect([_FIRST + n for n in range(oldest, newest + AHEAD) if n not in self._kept])
        return [self._summary(number) for number in self._chosen(step, generator)]

    def loss(self, groups: list[Summary], roles: Roles) -> tuple[Tensor, Terms]:
        """Loss of the network on summarised users: root mean square and logarithmic error.

        Args:
            groups: from `draw`.
            roles: of all their users.
        """
        network = self.network
        u = _Picked.of(groups, roles)
        before, after = (network.encoder.features.of_statistics(s) for s in (u.before, u.after))
        style = network.encode(before, after, u.observed, roles.has_before, roles.valid, u.fit)
        prediction = network.predict(lambda features: features.of_statistics(u.photos), style)
        weights = network.combine(prediction, network.pair_evidence(u.observed, style), style)
        left = u.answer.unexplained(weights)
        return self.losses(
            Statistics(left),
            Errors(left, style.paired.any(1)[:, None]),
            PriorErrors((u.answer.unexplained(prediction.mu) + 1e-5).sqrt()),
        )


@dataclass
class _Picked:
    """Of U users what one step looks at: N references and Q photos to retouch."""

    before: Tensor  # (U, N, F) statistics
    after: Tensor  # (U, N, F)
    photos: Tensor  # (U, Q, F)
    observed: Evidence  # (U, N, ...)
    fit: Tensor  # (U, N, K)
    answer: Evidence  # (U, Q, ...)

    @staticmethod
    def of(groups: list[Summary], roles: Roles) -> "_Picked":
        sizes = [len(group.input) for group in groups]
        references, queries = roles.reference.split(sizes), roles.query.split(sizes)

        def pick(values: list[Tensor], chosen: tuple[Tensor, ...]) -> Tensor:
            rows = [torch.arange(len(c), device=c.device)[:, None] for c in chosen]
            return torch.cat([v[row, c] for v, row, c in zip(values, rows, chosen, strict=True)])

        def evidence(of: list[Evidence], chosen: tuple[Tensor, ...]) -> Evidence:
            return Evidence(
                pick([e.gram for e in of], chosen),
                pick([e.moment for e in of], chosen),
                pick([e.power for e in of], chosen),
            )

        return _Picked(
            pick([g.input for g in groups], references),
            pick([g.target for g in groups], references),
            pick([g.input for g in groups], queries),
            evidence([g.observed for g in groups], references),
            pick([g.fit for g in groups], references),
            evidence([g.answer for g in groups], queries),
        )


def calibrate(network: PreferenceNetwork, source: Source, first: int = 0, groups: int = 6) -> None:
    """Standardise the statistics that a new network reads by those of simulated photos, unedited and edited.

    Args:
        first: column of the statistics from which on; those before are standardised already.
    """
    images = [source.group(_FIRST - 1 - number) for number in range(groups)]
    exposure = network.architecture.exposure
    inputs = image_statistics(torch.cat([g.input.flatten(0, 1) for g in images]), exposure)
    targets = image_statistics(torch.cat([g.target.flatten(0, 1) for g in images]), exposure)
    for features in (network.encoder.features, network.enhancer.features):
        features.calibrate(torch.cat([inputs, targets]), first)
