"""Diffusion of LUT weights: the process by hand, exact denoisers, and small trainings."""

import math

import pytest
import torch
from torch import Tensor, nn

from pie_desktop.model.systems.enhancers.diffusion import (
    Denoiser,
    DiffusionEnhancer,
    apply_luts,
    ddim,
    diffuse,
    schedule,
    stratified,
    time_embedding,
)
from pie_desktop.model.systems.style import StyleCode


def style_of(vectors: Tensor) -> StyleCode:
    rows = len(vectors)
    return StyleCode(vectors, vectors[:, None], torch.zeros(rows, 1, 1, 1, 1), torch.ones(rows, 1, dtype=torch.bool))


def smooth_basis(components: int, size: int) -> Tensor:
    """LUT changes `(K, 3, S^3)` such as real ones: affine in the colours."""
    axis = torch.linspace(0, 1, size)
    colors = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).flatten(1)
    return 0.1 * torch.einsum("kij,jn->kin", torch.randn(components, 3, 4), torch.cat([colors, torch.ones(1, size**3)]))


def test_the_schedule_goes_from_signal_to_noise() -> None:
    alpha, sigma = schedule(torch.linspace(0, 1, 11))
    assert alpha[0] == 1 and sigma[0] == 0 and alpha[-1] < 1e-6 and sigma[-1] == pytest.approx(1)
    assert torch.allclose(alpha**2 + sigma**2, torch.ones(11)) and (alpha.diff() < 0).all()
    # Nichol & Dhariwal: the product of alphas is a squared cosine
    expected = (math.cos(0.508 / 1.008 * math.pi / 2) / math.cos(0.008 / 1.008 * math.pi / 2)) ** 2
    assert alpha[5].item() ** 2 == pytest.approx(expected, rel=1e-4)


def test_noising_has_the_mean_and_spread_of_the_schedule() -> None:
    torch.manual_seed(0)
    weights, noise = torch.full((40_000, 1), 2.0), torch.randn(40_000, 1)
    for t in (0.1, 0.5, 0.9):
        time = torch.full((40_000,), t)
        alpha, sigma = schedule(torch.tensor(t))
        noisy, v = diffuse(weights, noise, time)
        assert noisy.mean().item() == pytest.approx(2 * alpha.item(), abs=0.02)
        assert noisy.std().item() == pytest.approx(sigma.item(), abs=0.02)
        assert torch.allclose(alpha * noisy - sigma * v, weights, atol=1e-5)
        assert torch.allclose(sigma * noisy + alpha * v, noise, atol=1e-5)


def test_time_embedding_tells_times_apart() -> None:
    embedded = time_embedding(torch.linspace(0, 1, 50), 64)
    assert embedded.shape == (50, 64) and embedded[0, 32:].eq(1).all()
    assert (torch.cdist(embedded, embedded) + 9 * torch.eye(50)).min() > 0.02


class PointMass(nn.Module):
    """The exact denoiser of weights that always are the condition."""

    def forward(self, noisy: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        alpha, sigma = (s[:, None] for s in schedule(time))
        return (alpha * noisy - condition) / sigma


class Gaussian(nn.Module):
    """The exact denoiser of weights that are N(3, 0.5 ** 2)."""

    def forward(self, noisy: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        alpha, sigma = (s[:, None] for s in schedule(time))
        clean = 3 + 0.25 * alpha / (0.25 * alpha**2 + sigma**2) * (noisy - 3 * alpha)
        return (alpha * noisy - clean) / sigma


def test_ddim_with_an_exact_denoiser() -> None:
    torch.manual_seed(0)
    target = torch.randn(5, 4)
    assert torch.allclose(ddim(PointMass(), torch.randn(5, 4), target, 6), target, atol=1e-4)
    drawn = ddim(Gaussian(), torch.randn(20_000, 1), torch.zeros(20_000, 1), 60)
    assert drawn.mean().item() == pytest.approx(3, abs=0.02) and drawn.std().item() == pytest.approx(0.5, abs=0.02)


def test_a_new_denoiser_draws_users_at_random() -> None:
    torch.manual_seed(0)
    drawn = ddim(Denoiser(4, 2, 16, 1), torch.randn(5000, 4), torch.zeros(5000, 2))
    assert drawn.mean().abs() < 0.03 and drawn.std().item() == pytest.approx(0.95, abs=0.03)


def test_samples_of_two_modes_and_their_expectation() -> None:
    """Weights of +2 or -2, in three of four cases with the sign that the condition tells: the mean lies between."""
    torch.manual_seed(0)
    denoiser = Denoiser(1, 1, 32, 2)
    optimizer = torch.optim.AdamW(denoiser.parameters(), 3e-3)
    for _ in range(200):
        condition = torch.randint(2, (256, 1)) * 2.0 - 1
        sign = torch.where(torch.rand(256, 1) < 0.75, condition, -condition)
        time = stratified(256, None)
        noisy, v = diffuse(2 * sign, torch.randn(256, 1), time)
        optimizer.zero_grad()
        ((denoiser(noisy, time, condition) - v) ** 2).mean().backward()
        optimizer.step()
    with torch.no_grad():
        drawn = ddim(denoiser, torch.randn(2000, 1), torch.ones(2000, 1), 40)
        expected = -denoiser(torch.zeros(1, 1), torch.ones(1), torch.ones(1, 1)).item()
    assert (drawn > 0).float().mean().item() == pytest.approx(0.75, abs=0.1)
    assert (drawn.abs() - 2).abs().median() < 0.25
    assert expected == pytest.approx(1.0, abs=0.25) and drawn.mean().item() == pytest.approx(expected, abs=0.35)


def test_tables_are_applied_as_the_basis_says() -> None:
    torch.manual_seed(0)
    enhancer = DiffusionEnhancer(8, 5, 6)
    enhancer.set_basis(torch.randn(5, 3, 216))
    photos, weights = torch.rand(2, 3, 7, 9), torch.randn(2, 5)
    found = apply_luts(photos, enhancer.prior.luts(weights))
    for photo, weight, answer in zip(photos, weights, found, strict=True):
        colors = photo.flatten(1).T
        expected = colors + enhancer.prior.design(colors) @ weight
        assert torch.allclose(answer.flatten(1).T, expected, atol=1e-4)


def test_training_finds_the_looks_of_two_users() -> None:
    torch.manual_seed(0)
    enhancer = DiffusionEnhancer(8, 6, 5, hidden=64, blocks=2)
    enhancer.set_basis(smooth_basis(6, 5))
    photos = torch.rand(8, 3, 24, 24)
    looks = torch.randn(2, 6).repeat_interleave(4, 0)
    targets = apply_luts(photos, enhancer.prior.luts(looks))
    style = style_of(torch.tensor([[1.0], [-1.0]]).expand(2, 8).repeat_interleave(4, 0))
    optimizer = torch.optim.AdamW(enhancer.parameters(), 3e-3)
    generator = torch.Generator().manual_seed(0)
    for step in range(100):
        optimizer.param_groups[0]["lr"] = 3e-3 * (1 - step / 100)
        optimizer.zero_grad()
        enhancer.loss(photos, targets, style, generator).backward()
        optimizer.step()
    enhancer.eval()
    with torch.no_grad():
        left = (enhancer(photos, style) - targets).square().mean()
        drawn = (enhancer.variations(photos, style, 3, generator) - targets[:, None]).square().mean()
    unedited = (photos - targets).square().mean()
    assert left < unedited / 30 and drawn < unedited / 5


def test_variations_differ_and_follow_their_seed() -> None:
    torch.manual_seed(0)
    enhancer = DiffusionEnhancer(8, 6, 5).eval()
    enhancer.set_basis(smooth_basis(6, 5))
    photos, style = torch.rand(2, 3, 9, 13), style_of(torch.randn(2, 8))
    with torch.no_grad():
        first, same, other = (
            enhancer.variations(photos, style, 4, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
        )
    assert first.shape == (2, 4, 3, 9, 13) and torch.equal(first, same) and not torch.allclose(first, other, atol=1e-3)
    assert (first[:, 0] - first[:, 1]).abs().max() > 1e-3


def test_the_loss_is_reproducible() -> None:
    torch.manual_seed(0)
    enhancer = DiffusionEnhancer(8, 6, 5)
    enhancer.set_basis(smooth_basis(6, 5))
    photos, style = torch.rand(4, 3, 24, 24), style_of(torch.randn(4, 8))
    losses = [enhancer.loss(photos, photos**0.9, style, torch.Generator().manual_seed(s)).item() for s in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]
