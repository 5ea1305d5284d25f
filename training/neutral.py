"""How far the neutral preference goes: a correction for nobody in particular should hardly ever do harm.

The network's estimate of the correction is the best on average; where it is unsure it errs in both directions, and
going only part of the way comes nearer to the finished photo more often. How far is decided on photos held out from
training, never on test photos.
"""

from dataclasses import dataclass

import numpy as np
import torch

from pie_desktop.imaging.difference import delta_e_2000
from pie_desktop.model.network import PreferenceNetwork
from training.data.source import seeded
from training.data.users import UserMix, UserSimulator
from training.objective import pixel_grid

STRENGTHS = tuple(round(0.05 * n, 2) for n in range(20, 7, -1))  # 1 down to 0.4
WANTED = 0.9
SHOTS = 4  # of each camera
CAPTURES = UserMix(perfect_capture=0.0)


@dataclass(frozen=True)
class NeutralStrength:
    """What was chosen.

    Attributes:
        strength: factor on the network's neutral LUT weights.
        nearer: share of held-out captures that come nearer (mean dE00) to the finished photo with it.
        nearer_full: the same with the full correction.
    """

    strength: float
    nearer: float
    nearer_full: float


@torch.no_grad()
def neutral_strength(network: PreferenceNetwork, bank: np.ndarray, seed: int, count: int = 600) -> NeutralStrength:
    """The largest of `STRENGTHS` with which `WANTED` of the captures come nearer, the smallest where none does.

    Args:
        network: in evaluation mode, its neutral strength still 1.
        bank: `(P, S, S, 3)` uint8 finished photographs held out from training.
        seed: of the captures.
        count: how many captures to simulate.
    """
    a, device = network.architecture, network.prior.table.device
    group = UserSimulator(bank, a.side, CAPTURES).group(count // SHOTS, SHOTS, seeded(seed, 8)).to(device)
    assert group.finished is not None
    photos = group.capture.flatten(0, 1)
    weights = network.neutral(network.enhancer.features(photos))
    # files have 8 bits: a correction too small to be seen in them comes no nearer
    before = (pixel_grid(photos, a.grid) * 255).round() / 255
    change = torch.einsum(
        "bmck,bk->bmc", network.prior.design(before.reshape(-1, 3)).unflatten(0, before.shape[:2]), weights
    )
    finished = _bytes(pixel_grid(group.finished.flatten(0, 1), a.grid))

    def distance(strength: float) -> np.ndarray:
        return delta_e_2000(_bytes(before + strength * change), finished).mean(1)

    start = distance(0.0)
    shares = {strength: float((distance(strength) < start).mean()) for strength in STRENGTHS}
    enough = [strength for strength in STRENGTHS if shares[strength] >= WANTED]
    chosen = enough[0] if enough else STRENGTHS[-1]
    return NeutralStrength(chosen, shares[chosen], shares[STRENGTHS[0]])


def _bytes(colors: torch.Tensor) -> np.ndarray:
    return (colors.clamp(0, 1) * 255).round().cpu().numpy().astype(np.uint8)
