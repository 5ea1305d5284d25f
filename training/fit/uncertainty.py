"""Training of the expected error: from signs of doubt to the colour difference, on photos and users held out.

The network's own variances are those of its training; what it says of itself must be judged on what it has not seen.
The loss is the negative log likelihood of an exponential distribution, whose minimum is the conditional mean, and for
which an error of 1 in 2 counts as one of 5 in 10.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.model.features import to_bytes
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.statistics import luma
from training.data.batch import draw_roles
from training.data.source import Source, seeded
from training.fit.config import FitConfig
from training.fit.objective import Objective

GROUPS, ROLES = 48, 6  # groups of users, and draws of references from each
GRAY_GROUPS = 6  # of those who make everything black and white
STEPS, RATE = 1500, 5e-3
LARGE = 5.0  # dE00 that calls for another look
_FIRST = 2_000_000  # numbers of groups, apart from those of training


@dataclass(frozen=True)
class Calibration:
    """How well the expected error agrees with the measured one on users and photos that it was not fitted to.

    Attributes:
        auroc: how well it tells results with a dE00 above `LARGE` from the others, 0.5 to 1.
        worst_decile: the largest relative difference between expected and measured mean, over deciles of expectation.
        mean: measured mean dE00.
    """

    auroc: float
    worst_decile: float
    mean: float


def train_expected_error(network: PreferenceNetwork, source: Source, config: FitConfig) -> Calibration | None:
    """Fit the network's expected error, in place; None where the network has none.

    Args:
        network: in evaluation mode; nothing else of it changes.
        source: simulated users over photographs held out from training. A quarter of the groups judge the result.
        config: of the run: seed, references and queries.
    """
    head = network.expected_error
    if head is None:
        return None
    found = list(_measured(network, source, config))
    judges = max(1, len(found) // 4)
    signs, errors = (torch.cat(parts) for parts in zip(*found[:-judges], strict=True))
    with torch.enable_grad(), torch.random.fork_rng():
        torch.manual_seed(config.seed)
        head.calibrate(signs)
        head.requires_grad_(True)
        for layer in head.layers:
            if isinstance(layer, torch.nn.Linear):
                layer.reset_parameters()
        optimizer = torch.optim.AdamW(head.parameters(), RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
        for _ in range(STEPS):
            expected = head(signs)
            loss = (expected.log() + errors / expected).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    head.requires_grad_(False).eval()
    gray = _measured(network, source, config, GRAY_GROUPS, gray=True)
    signs, errors = (torch.cat(parts) for parts in zip(*gray, strict=True))
    head.gray.copy_(errors.mean() / head(signs).mean())
    signs, errors = (torch.cat(parts) for parts in zip(*found[-judges:], strict=True))
    return calibration(head(signs).cpu().numpy(), errors.cpu().numpy())


@torch.no_grad()
def _measured(
    network: PreferenceNetwork, source: Source, config: FitConfig, groups: int = GROUPS, gray: bool = False
) -> Iterator[tuple[Tensor, Tensor]]:
    """Signs `(B, SIGNS)` and measured dE00 `(B,)` of one group after another.

    Args:
        gray: whether all users make their edits black and white at last; results are then black and white, too.
    """
    objective, d, device = Objective(network, config.losses), config.data, network.prior.table.device
    for number in range(groups):
        group = source.group(_FIRST + number).to(device)
        if gray:
            group = replace(group, target=_black_and_white(group.target))
        prepared = objective.prepare(group, seeded(config.seed, 11, number))
        signs, errors = [], []
        for draw in range(ROLES):
            generator = seeded(config.seed, 12, number, draw)
            users, shots = group.input.shape[:2]
            roles = draw_roles(users, shots, d.references, d.queries, generator).to(device)
            answer = objective.answer(group, prepared, roles)
            colors, target = prepared.before[answer.photos], prepared.after[answer.photos]
            doubts = network.signs_of_doubt(answer.prediction, answer.evidence, answer.style, answer.weights, colors)
            output = objective.render(prepared, answer.photos, answer.weights)
            if gray:
                output = output.mean(-1, keepdim=True).expand_as(output)
            difference = delta_e_2000(*(to_bytes(t.flatten(0, 1)) for t in (output, target))).mean(1)
            signs.append(doubts.flatten(0, 1))
            errors.append(torch.from_numpy(np.asarray(difference, np.float32)).to(device))
        yield torch.cat(signs), torch.cat(errors)


def _black_and_white(images: Tensor) -> Tensor:
    """Of images `(U, S, 3, P, P)`: their luma in all channels."""
    gray = luma(images.flatten(0, 1)).unflatten(0, images.shape[:2])
    return gray[:, :, None].expand_as(images).contiguous()


def calibration(expected: np.ndarray, measured: np.ndarray) -> Calibration:
    """Compare expected with measured dE00, each `(B,)`."""
    large, order = measured > LARGE, np.argsort(expected, kind="stable")
    auroc = float(roc_auc_score(large, expected)) if large.any() and not large.all() else float("nan")
    deciles = [part for part in np.array_split(order, 10) if len(part)]
    off = [abs(expected[part].mean() / max(measured[part].mean(), 1e-6) - 1) for part in deciles]
    return Calibration(auroc, float(max(off)), float(measured.mean()))
