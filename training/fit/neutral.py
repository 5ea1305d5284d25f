"""Training the neutral preference: captures corrected for nobody in particular, the last stage of a run.

Pairs of captures and finished photos become colour statistics and normal equations once; the members of the head then
learn from these alone, each by itself. Errors are measured in CIE Lab, linearised at mid grey, where equal distances
look about equal. At the end, how far the correction goes is decided on photos held out from training: where the
estimate is unsure it errs in both directions, and going part of the way comes nearer to the finished photo more often.
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.model.features import image_statistics, pixel_grid, to_bytes
from pie_desktop.model.lut_prior import Evidence, LutPrior
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.neutral import NeutralHead
from training.data.capture import degrade, sample_captures, sample_severity
from training.data.photos import random_views
from training.data.schools import retouch, sample_retouchers
from training.data.source import seeded
from training.data.teachers import Teacher
from training.fit.config import NeutralConfig
from training.losses import to_lab
from training.running.stepping import follow, rate_factor

BATCH = 128
GUIDED = 3  # every third batch has retouchers' results as goals, which finished photos are not
FINISHED = 0.15  # share of training photos that are left as they are: a finished photo should stay
STRENGTHS = tuple(round(0.05 * n, 2) for n in range(20, 7, -1))  # 1 down to 0.4
WANTED = 0.9
RATE, WEIGHT_DECAY, WARMUP, AVERAGING = 1e-3, 0.05, 50, 0.995


@dataclass(frozen=True)
class NeutralStrength:
    """What was chosen.

    Attributes:
        strength: factor on the head's full correction.
        nearer: share of held-out captures that come nearer (mean dE00) to the finished photo with it.
        nearer_full: the same with the full correction.
    """

    strength: float
    nearer: float
    nearer_full: float


def guided_captures(
    bank: np.ndarray, count: int, side: int, generator: torch.Generator, teachers: Sequence[Teacher]
) -> tuple[Tensor, Tensor]:
    """As `captures`, but beside each is what somebody who never saw the finished photo made of it.

    Half of them, with teachers, are a teacher's; the others are those of retouchers with targets of their own.
    """
    taken, photos = captures(bank, count, side, generator)
    taught = count // 2 if teachers else 0
    made = []
    for number, part in enumerate(taken[:taught].tensor_split(max(1, len(teachers)))):
        if len(part):
            made.append(teachers[number](part))
    retouchers = sample_retouchers(count - taught, generator)
    whims = torch.zeros(count - taught, 3)
    own = retouch(taken[taught:], retouchers, photos[taught:], whims)
    return taken, torch.cat([*made, own.reshape(-1, *taken.shape[1:])])


def captures(
    bank: np.ndarray, count: int, side: int, generator: torch.Generator, finished: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Captures, in 8 bits as files have them, and the finished photos `(count, 3, side, side)` behind them.

    Args:
        bank: `(P, S, S, 3)` uint8 finished photographs, sRGB.
        finished: share that is left as it is.
    """
    photos = random_views(bank, torch.randint(len(bank), (count,), generator=generator).numpy(), side, generator)
    severity = sample_severity(count, generator) * (torch.rand(count, generator=generator) >= finished)
    taken = degrade(photos.flatten(2), sample_captures(count, 1, generator, severity)).reshape(photos.shape)
    return (taken * 255).round() / 255, photos


def lab_at_mid_grey() -> Tensor:
    """Jacobian `(3, 3)` of CIE Lab by sRGB-encoded values at mid grey, scaled to a mean square of 1 per channel."""
    found = torch.autograd.functional.jacobian(lambda c: to_lab(c).flatten(), torch.full((1, 3, 1), 0.5))
    assert isinstance(found, Tensor)
    jacobian = found.reshape(3, 3)
    return jacobian / jacobian.norm() * math.sqrt(3)


def _lab_evidence(prior: LutPrior, before: Tensor, after: Tensor, lab: Tensor) -> Evidence:
    """Normal equations `(B, ...)` of colours `(B, M, 3)`, with errors in Lab."""
    values = torch.einsum("ij,mjk->mik", lab, prior.design(before.reshape(-1, 3)))
    return prior.evidence(before @ lab.T, after @ lab.T, values)


def train_neutral(
    network: PreferenceNetwork,
    bank: np.ndarray,
    config: NeutralConfig,
    seed: int,
    teachers: Sequence[Teacher] = (),
) -> None:
    """Train the network's neutral head from scratch, in place.

    Args:
        network: only its basis is read.
        bank: `(P, S, S, 3)` uint8 finished photographs to train on.
        config: how many captures and steps.
        seed: of captures, initial weights and batches.
        teachers: learned retouchers, whose results are goals, too.
    """
    a, prior, head = network.architecture, network.prior, network.neutral
    device, lab = prior.table.device, lab_at_mid_grey().to(prior.table.device)
    batches: list[tuple[Tensor, Evidence]] = []
    with torch.no_grad():
        for number in range(config.batches):
            generator = seeded(seed, 8, number)
            if number % GUIDED == GUIDED - 1:
                taken, finished = guided_captures(bank, BATCH, a.side, generator, teachers)
            else:
                taken, finished = captures(bank, BATCH, a.side, generator, FINISHED)
            taken, finished = taken.to(device), finished.to(device)
            evidence = _lab_evidence(prior, pixel_grid(taken, a.grid), pixel_grid(finished, a.grid), lab)
            batches.append((image_statistics(taken, a.exposure), evidence))
        head.calibrate(torch.cat([statistics for statistics, _ in batches]))
        standard = [(head.standardised(statistics), evidence) for statistics, evidence in batches]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for number, member in enumerate(
            NeutralHead(a.width, a.components, a.exposure, len(head.members)).to(device).members
        ):
            average = _trained(member, standard, config.steps, seeded(seed, 9, number))
            head.members[number].load_state_dict(average.state_dict())
    head.requires_grad_(False).eval()


def _trained(
    learner: nn.Module, batches: list[tuple[Tensor, Evidence]], steps: int, generator: torch.Generator
) -> nn.Module:
    """Train a new member; returns the exponential moving average of its weights."""
    average = copy.deepcopy(learner)
    optimizer = torch.optim.AdamW(learner.parameters(), RATE, weight_decay=WEIGHT_DECAY)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * rate_factor(step, step / steps, WARMUP)
        statistics, evidence = batches[int(torch.randint(len(batches), (), generator=generator))]
        loss = (evidence.unexplained(learner(statistics)) + 1e-6).sqrt().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimizer.step()
        follow(average, learner, step, AVERAGING)
    return average


@torch.no_grad()
def neutral_strength(network: PreferenceNetwork, bank: np.ndarray, seed: int, count: int = 600) -> NeutralStrength:
    """Set the head's strength: the largest of `STRENGTHS` with which `WANTED` of the captures come nearer.

    Where none reaches that, it is the smallest.

    Args:
        network: in evaluation mode.
        bank: `(P, S, S, 3)` uint8 finished photographs held out from training.
        seed: of the captures.
        count: how many captures to simulate.
    """
    a, head = network.architecture, network.neutral
    device = network.prior.table.device
    taken, photos = (t.to(device) for t in captures(bank, count, a.side, seeded(seed, 10)))
    head.strength.fill_(1.0)
    weights = head(taken)
    before = pixel_grid(taken, a.grid)
    values = network.prior.design(before.reshape(-1, 3)).unflatten(0, before.shape[:2])
    change = torch.einsum("bmck,bk->bmc", values, weights)
    finished = to_bytes(pixel_grid(photos, a.grid))

    def distance(strength: float) -> np.ndarray:
        # a correction too small to be seen in 8 bits comes no nearer
        return delta_e_2000(to_bytes(before + strength * change), finished).mean(1)

    start = distance(0.0)
    shares = {strength: float((distance(strength) < start).mean()) for strength in STRENGTHS}
    enough = [strength for strength in STRENGTHS if shares[strength] >= WANTED]
    chosen = enough[0] if enough else STRENGTHS[-1]
    head.strength.fill_(chosen)
    return NeutralStrength(chosen, shares[chosen], shares[STRENGTHS[0]])
