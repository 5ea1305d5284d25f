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
from training.config import FitConfig
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
        config: of the run: seed, size of the pool, weights of the loss.
        groups: groups per step.
    """

    def __init__(self, network: PreferenceNetwork, source: Source, config: FitConfig, groups: int = 2) -> None:
        self.network, self.source, self.seed, self.groups = network, source, config.seed, groups
        self.pool, self.refresh, self.losses = config.pretrain.pool, config.pretrain.refresh, config.losses
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
        """Loss of the network on summarised users: root mean square and logarithmic error."""
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

        # users whose pairs determine the look count to the last digit; for all others the logarithm would only praise
        # the courage to do nothing
        known = style.paired.any(1)[:, None]

        def variance(w: Tensor) -> Tensor:
            return torch.where(nobody, finished.unexplained(w), answer.unexplained(w))

        left = variance(weights)
        terms = {
            "rms": (left + 1e-6).sqrt().mean(),
            "log_mse": ((left * 1e6).log1p() * known).mean(),
            # the network's own opinion, before the pairs correct it
            "opinion": (variance(prediction.mu) + 1e-5).sqrt().mean(),
        }
        total = terms["rms"] + self.losses.log_mse * terms["log_mse"] + self.losses.opinion * terms["opinion"]
        return total, {name: term.detach() for name, term in terms.items()}


def calibrate(network: PreferenceNetwork, source: Source, groups: int = 6) -> None:
    """Standardise the statistics that a new network reads by those of simulated photos, unedited and edited."""
    pictures = [source.group(_FIRST - 1 - number) for number in range(groups)]
    captures = color_statistics(torch.cat([g.capture.flatten(0, 1) for g in pictures]))
    edits = color_statistics(torch.cat([g.retouched.flatten(0, 1) for g in pictures]))
    for features in (network.encoder.features, network.enhancer.features):
        features.calibrate(torch.cat([captures, edits]))


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
