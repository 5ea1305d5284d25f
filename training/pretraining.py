"""Pretraining on colour statistics: the same network and the same users, without looking at a pixel twice.

A pair's normal equations tell the squared error of any LUT weights on that photo exactly, so users can be kept as
statistics and normal equations, and a step costs a small fraction of an end-to-end step. The trunk stays silent
meanwhile; it joins when training goes on end to end.
"""

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor

from pie_desktop.model.features import color_statistics
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Group, Roles
from training.data.source import Source, seeded
from training.objective import noisy, pixel_grid

_FIRST = 1_000_000  # numbers of the pool's groups, apart from those of end-to-end training


@dataclass
class Summary:
    """U users with S photos, without pixels.

    Attributes:
        capture, retouched: `(U, S, F)` colour statistics.
        observed: evidence `(U, S, ...)` of the pairs as references, with small misalignments.
        fit: `(U, S, K)` weights of every pair alone.
        answer: evidence of the pairs as targets.
        finished: evidence of captures against finished photos.
    """

    capture: Tensor
    retouched: Tensor
    observed: Evidence
    fit: Tensor
    answer: Evidence
    finished: Evidence


def _fold(evidence: Evidence, users: int) -> Evidence:
    return Evidence(*(t.unflatten(0, (users, -1)) for t in (evidence.gram, evidence.moment, evidence.power)))


def summarise(network: PreferenceNetwork, group: Group, generator: torch.Generator) -> Summary:
    """Reduce a group of simulated users."""
    assert group.finished is not None
    users, side = len(group.capture), network.architecture.grid
    captures, retouched = group.capture.flatten(0, 1), group.retouched.flatten(0, 1)
    before, after, finished = (pixel_grid(p, side) for p in (captures, retouched, group.finished.flatten(0, 1)))
    observed = noisy(after, users, generator)
    prior = network.prior
    values = prior.design(before.reshape(-1, 3))
    evidences = [_fold(prior.evidence(before, target, values), users) for target in (observed, after, finished)]
    statistics = [color_statistics(p).unflatten(0, (users, -1)) for p in (captures, retouched)]
    fit = prior.posterior(evidences[0].gram, evidences[0].moment)
    return Summary(statistics[0], statistics[1], evidences[0], fit, evidences[1], evidences[2])


class Pretraining:
    """A pool of summarised users, refreshed as training goes on, and the loss on them.

    Args:
        network: trained in place.
        source: simulated users.
        seed: of the run.
        pool: groups kept.
        refresh: steps after which the oldest group is replaced.
        groups: groups per step.
    """

    def __init__(
        self, network: PreferenceNetwork, source: Source, seed: int, pool: int, refresh: int, groups: int = 2
    ) -> None:
        self.network, self.source, self.seed = network, source, seed
        self.pool, self.refresh, self.groups = pool, refresh, groups
        self._kept: OrderedDict[int, Summary] = OrderedDict()

    def _summary(self, number: int) -> Summary:
        if number not in self._kept:
            with torch.no_grad():
                group = self.source.group(_FIRST + number).to(self.network.prior.table.device)
                self._kept[number] = summarise(self.network, group, seeded(self.seed, 5, number))
        return self._kept[number]

    def draw(self, step: int, generator: torch.Generator) -> Summary:
        """The users of one step; the pool is a pure function of the step, so that a resumed run sees the same."""
        # the pool grows from a few groups, so that training starts at once
        newest = step // self.refresh + self.groups
        oldest = max(0, newest - self.pool)
        for number in [n for n in self._kept if n < oldest]:
            del self._kept[number]
        chosen = oldest + torch.randperm(newest - oldest, generator=generator)[: self.groups]
        return _join([self._summary(int(number)) for number in chosen])

    def loss(self, users: Summary, roles: Roles) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of the network on summarised users: root mean square and logarithmic error, combined and on its own."""
        rows = torch.arange(len(users.capture), device=roles.query.device)[:, None]
        network = self.network
        before, after = (
            network.encoder.features.of_statistics(s[rows, roles.reference]) for s in (users.capture, users.retouched)
        )
        evidence = _pick(users.observed, rows, roles.reference)
        fit = users.fit[rows, roles.reference]
        style = network.encode(before, after, evidence, roles.has_before, roles.valid, fit)
        photos = network.enhancer.features.of_statistics(users.capture[rows, roles.query])
        prediction = network.enhancer(photos, style)
        weights = network.combine(prediction, evidence, style.paired)
        answer, finished = (_pick(e, rows, roles.query) for e in (users.answer, users.finished))
        nobody = ~roles.valid.any(1)[:, None]

        def error(w: Tensor) -> tuple[Tensor, Tensor]:
            variance = torch.where(nobody, finished.unexplained(w), answer.unexplained(w))
            return (variance + 1e-6).sqrt().mean(), (variance * 1e6).log1p().mean()

        rms, log_mse = error(weights)
        opinion_rms, opinion_log = error(prediction.mu)
        terms = {"rms": rms, "log_mse": log_mse, "opinion": opinion_rms + 0.05 * opinion_log}
        total = rms + 0.05 * log_mse + 0.5 * terms["opinion"]
        return total, {name: term.detach() for name, term in terms.items()}


def _pick(evidence: Evidence, rows: Tensor, photos: Tensor) -> Evidence:
    return Evidence(evidence.gram[rows, photos], evidence.moment[rows, photos], evidence.power[rows, photos])


def _join(parts: list[Summary]) -> Summary:
    def evidence(name: str) -> Evidence:
        found = [getattr(part, name) for part in parts]
        return Evidence(*(torch.cat([getattr(e, field) for e in found]) for field in ("gram", "moment", "power")))

    return Summary(
        torch.cat([p.capture for p in parts]),
        torch.cat([p.retouched for p in parts]),
        evidence("observed"),
        torch.cat([p.fit for p in parts]),
        evidence("answer"),
        evidence("finished"),
    )
