"""Diffusion in the space of LUT weights: what a user would do to a photo, as a distribution to draw from.

Denoising diffusion (Ho et al., NeurIPS 2020) with the cosine schedule of Nichol & Dhariwal (ICML 2021) in continuous
time, v-prediction (Salimans & Ho, ICLR 2022) and deterministic DDIM steps (Song et al., ICLR 2021). What is diffused is
not an image but the K weights of a LUT in the basis of `LutPrior`, scaled so that users' weights are N(0, 1): a small
MLP is enough, and it trains on a CPU. Training targets are the posterior weights of a photo's own before/after pair.

The denoiser is conditioned on the style vector, on the photo and on the time by adaptive layer normalisation (as in
DiT, Peebles & Xie, ICCV 2023). Its last layer is zero at the start, which is the exact denoiser of N(0, 1): samples
then are looks of random users, and the expectation, which is the enhancer's answer, leaves the photo as it is.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from pie_desktop.model.features import ImageFeatures, pixel_grid
from pie_desktop.model.lut_prior import LutPrior
from pie_desktop.model.systems.enhancers.base import PixelwiseEnhancer, shrink, zero_initialised
from pie_desktop.model.systems.style import StyleCode

LOOK_SIDE = 48  # px, what is seen of the photo
FIT_SIDE = 24  # px, grid of the pixels that a pair's weights are fitted on
STEPS = 24  # of a DDIM sample; their spread falls short by 5 %, with half as many by 10 %
DRAWS = 4  # noisy versions of every photo's weights in a training step
OFFSET = 0.008  # of the cosine schedule: noise does not vanish too fast near the end


def schedule(time: Tensor) -> tuple[Tensor, Tensor]:
    """Signal and noise `(alpha, sigma)` at times in [0, 1]: squares sum to 1, no noise at 0, no signal at 1."""
    angle = (time + OFFSET) / (1 + OFFSET) * math.pi / 2
    alpha = (angle.cos() / math.cos(OFFSET / (1 + OFFSET) * math.pi / 2)).clamp(0, 1)
    return alpha, (1 - alpha**2).sqrt()


def time_embedding(time: Tensor, size: int) -> Tensor:
    """Sines and cosines `(B, size)` of times `(B,)` in [0, 1], at frequencies from 1 to 1000."""
    frequency = torch.logspace(0, 3, size // 2, device=time.device)
    angle = time[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], 1)


def apply_luts(photos: Tensor, luts: Tensor) -> Tensor:
    """Photos `(B, 3, H, W)` through LUTs `(B, S, S, S, 3)`, trilinearly: `(B, 3, H, W)`, both sRGB-encoded."""
    # grid_sample reads (x, y, z) = (b, g, r) from a volume whose first axis is r
    where = (2 * photos.clamp(0, 1) - 1).flip(1).permute(0, 2, 3, 1)[:, None]
    volumes = luts.permute(0, 4, 1, 2, 3)
    return nn.functional.grid_sample(volumes, where, padding_mode="border", align_corners=True)[:, :, 0]


class DenoiserBlock(nn.Module):
    """A residual MLP whose normalisation is scaled and shifted by the condition."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False)
        self.affine = nn.Linear(hidden, 2 * hidden)
        self.mlp = nn.Sequential(nn.Linear(hidden, 2 * hidden), nn.SiLU(), nn.Linear(2 * hidden, hidden))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.affine(condition).chunk(2, 1)
        return x + self.mlp(self.norm(x) * (1 + scale) + shift)


class Denoiser(nn.Module):
    """v `(B, K)` of noisy weights `(B, K)` at times `(B,)` under conditions `(B, C)`; zero at the start."""

    def __init__(self, components: int, condition: int, hidden: int = 256, blocks: int = 4) -> None:
        super().__init__()
        self.hidden = hidden
        self.condition = nn.Sequential(nn.Linear(condition, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.time = nn.Sequential(nn.Linear(64, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.first = nn.Linear(components, hidden)
        self.blocks = nn.ModuleList(DenoiserBlock(hidden) for _ in range(blocks))
        self.last = nn.Sequential(nn.LayerNorm(hidden), zero_initialised(nn.Linear(hidden, components)))

    def forward(self, noisy: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        modulation = nn.functional.silu(self.condition(condition) + self.time(time_embedding(time, 64)))
        x = self.first(noisy)
        for block in self.blocks:
            x = block(x, modulation)
        return self.last(x)


def stratified(count: int, generator: torch.Generator | None) -> Tensor:
    """Random times `(count,)` in [0, 1], one in each of as many equal parts, in random order: less noise from step to
    step than with independent times."""
    time = (torch.arange(count) + torch.rand(count, generator=generator)) / count
    return time[torch.randperm(count, generator=generator)]


def diffuse(weights: Tensor, noise: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy weights and their v `(B, K)` at times `(B,)`: `alpha w + sigma e` and `alpha e - sigma w`."""
    alpha, sigma = (s[:, None] for s in schedule(time))
    return alpha * weights + sigma * noise, alpha * noise - sigma * weights


def ddim(denoiser: nn.Module, noise: Tensor, condition: Tensor, steps: int = STEPS) -> Tensor:
    """Weights `(B, K)` that a denoiser, called with noisy weights, times and conditions, draws from noise `(B, K)`."""
    x = noise
    times = torch.linspace(1, 0, steps + 1, device=noise.device)
    for now, then in pairwise(times.unbind()):
        v = denoiser(x, now.expand(len(x)), condition)
        (alpha, sigma), (next_alpha, next_sigma) = schedule(now), schedule(then)
        x = next_alpha * (alpha * x - sigma * v) + next_sigma * (sigma * x + alpha * v)
    return x


class DiffusionEnhancer(PixelwiseEnhancer):
    """Draws LUTs for a photo and a style; its answer is their expectation.

    Args:
        width: D of the style vectors.
        components: K.
        lut_size: nodes per axis of the LUTs.
        hidden, blocks: size of the denoiser.
    """

    needs_basis = True
    own_loss = True

    def __init__(
        self, width: int = 128, components: int = 64, lut_size: int = 17, hidden: int = 256, blocks: int = 4
    ) -> None:
        super().__init__()
        self.prior = LutPrior(components, lut_size)
        self.features = ImageFeatures(width)
        self.denoiser = Denoiser(components, 2 * width, hidden, blocks)

    def set_basis(self, basis: Tensor) -> None:
        self.prior.set_basis(basis)

    def condition(self, photos: Tensor, style: StyleCode) -> Tensor:
        """What the denoiser knows of photos `(B, 3, H, W)` and styles of B rows, `(B, 2D)`."""
        return torch.cat([self.features(shrink(photos, LOOK_SIDE)), style.vector], 1)

    def expected(self, photos: Tensor, style: StyleCode) -> Tensor:
        """Expected LUT weights `(B, K)`.

        What the denoiser takes for the clean weights where there is nothing but noise: the mean of all samples,
        if the denoiser is exact, at the price of one evaluation. The noise says nothing there, and is left out.
        """
        nothing = photos.new_zeros(len(photos), self.prior.components)
        return -self.denoiser(nothing, photos.new_ones(len(photos)), self.condition(photos, style))

    def samples(
        self, photos: Tensor, style: StyleCode, count: int, generator: torch.Generator | None = None, steps: int = STEPS
    ) -> Tensor:
        """LUT weights `(B, count, K)` of different samples.

        Args:
            generator: on the CPU, so that a seed gives the same samples everywhere; None: torch's global state.
        """
        condition = self.condition(photos, style).repeat_interleave(count, 0)
        noise = torch.randn(len(condition), self.prior.components, generator=generator).to(photos.device)
        return ddim(self.denoiser, noise, condition, steps).unflatten(0, (len(photos), count))

    def recolor(self, colors: Tensor, photos: Tensor, style: StyleCode, source: Tensor | None = None) -> Tensor:
        return apply_luts(colors, self.prior.luts(self.expected(photos, style)))

    def variations(
        self, photos: Tensor, style: StyleCode, count: int, generator: torch.Generator | None = None
    ) -> Tensor:
        """Different answers `(B, count, 3, H, W)` to photos `(B, 3, H, W)`; see `samples`."""
        luts = self.prior.luts(self.samples(photos, style, count, generator))
        copies = photos.repeat_interleave(count, 0)
        return apply_luts(copies, luts.flatten(0, 1)).unflatten(0, (len(photos), count))

    def loss(
        self, photos: Tensor, targets: Tensor, style: StyleCode, generator: torch.Generator | None = None
    ) -> Tensor:
        """Error of v, a scalar; see `Enhancer.loss`.

        Every photo is asked for at several random times, since the denoiser is a small part of a step, and at time 1
        without the noise, as `expected` asks. Half of the error counts all weights alike, half what they do to the
        colours of this very photo: the first few weights make most of a look. Whatever the mixture, the conditional
        expectation is what minimises it.
        """
        rows = len(photos)
        with torch.no_grad():
            before, after = pixel_grid(photos, FIT_SIDE), pixel_grid(targets, FIT_SIDE)
            evidence = self.prior.evidence(before, after)
            weights = self.prior.posterior(evidence.gram, evidence.moment)
            trace = evidence.gram.diagonal(dim1=-2, dim2=-1).sum(-1)[:, None, None].clamp_min(1e-12)
            time = stratified(DRAWS * rows, generator).to(photos.device)
            noise = torch.randn(DRAWS * rows, self.prior.components, generator=generator).to(photos.device)
            noisy, v = diffuse(weights.repeat(DRAWS, 1), noise, time)
            noisy, v = torch.cat([noisy, torch.zeros_like(weights)]), torch.cat([v, -weights])
            time = torch.cat([time, time.new_ones(rows)])
        condition = self.condition(photos, style).repeat(DRAWS + 1, 1)
        error = (self.denoiser(noisy, time, condition) - v).unflatten(0, (DRAWS + 1, rows))
        color = torch.einsum("tbi,bij,tbj->tb", error, evidence.gram / trace, error)
        return ((error**2).mean(2) + color).mean() / 2
