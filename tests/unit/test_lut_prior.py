"""The closed-form fit: exact where it must be, honest where the pairs say nothing."""

import numpy as np
import pytest
import torch

from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.lut_prior import LutPrior, interpolation, laplacian, solve_positive

K = 6


@pytest.fixture
def prior() -> LutPrior:
    prior = LutPrior(K, size=9)
    generator = torch.Generator().manual_seed(0)
    axis = torch.linspace(0, 1, 9)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).reshape(3, -1)
    # smooth shapes: products of low polynomials of the colour
    shapes = torch.stack([grid[0], grid[1] ** 2, grid[2] * grid[0], 1 - grid[1], grid[2] ** 2, grid.prod(0)])
    mix = torch.randn(K, 3, generator=generator) * 0.1
    prior.set_basis(mix[:, :, None] * shapes[:, None])
    return prior


def colors(count: int, seed: int) -> torch.Tensor:
    return torch.rand(count, 3, generator=torch.Generator().manual_seed(seed))


def test_interpolation_reproduces_linear_functions() -> None:
    x = colors(200, 1)
    index, weight = interpolation(x, 7)
    axis = torch.linspace(0, 1, 7)
    nodes = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    assert torch.allclose(weight.sum(1), torch.ones(200), atol=1e-6)
    assert torch.allclose((nodes[index] * weight[..., None]).sum(1), x, atol=1e-6)


def test_laplacian_ignores_linear_luts_and_only_these() -> None:
    axis = torch.linspace(0, 1, 5)
    red = torch.meshgrid(axis, axis, axis, indexing="ij")[0].reshape(-1)
    penalty = laplacian(5)
    assert float(red @ penalty @ red) == pytest.approx(0, abs=1e-5)
    assert float(red**2 @ penalty @ red**2) > 1e-3


def test_posterior_recovers_the_weights_that_made_the_pairs(prior: LutPrior) -> None:
    truth = torch.randn(2, K, generator=torch.Generator().manual_seed(3))
    before = torch.stack([colors(800, 4), colors(800, 5)])
    after = torch.stack([b + prior.design(b) @ w for b, w in zip(before, truth, strict=True)])
    evidence = prior.evidence(before, after)
    found = prior.posterior(evidence.gram, evidence.moment, noise=1e-8)
    assert torch.allclose(found, truth, atol=0.02)
    assert float(evidence.unexplained(found).max()) < 1e-6


def test_posterior_without_evidence_is_the_expectation(prior: LutPrior) -> None:
    mu = torch.randn(1, K, generator=torch.Generator().manual_seed(6))
    nothing = torch.zeros(1, K, K), torch.zeros(1, K)
    assert torch.allclose(prior.posterior(*nothing, mu=mu, scale=torch.full((1, K), 0.3)), mu, atol=1e-6)
    assert torch.equal(prior.posterior(*nothing), torch.zeros(1, K))


def test_more_noise_moves_the_answer_towards_the_expectation(prior: LutPrior) -> None:
    truth = torch.ones(1, K)
    before = colors(500, 7)[None]
    evidence = prior.evidence(before, before + (prior.design(before[0]) @ truth[0])[None])
    sizes = [float(prior.posterior(evidence.gram, evidence.moment, noise).norm()) for noise in (1e-8, 1e-2, 1.0)]
    assert sizes[0] > sizes[1] > sizes[2]


def test_no_weights_mean_no_change(prior: LutPrior, sample_images: dict[str, np.ndarray]) -> None:
    lut = prior.luts(torch.zeros(K)).numpy()
    image = sample_images["coffee"]
    assert np.abs(apply_lut(image, lut).astype(int) - image).max() <= 1


def test_tables_and_design_agree(prior: LutPrior) -> None:
    weights = torch.randn(K, generator=torch.Generator().manual_seed(8))
    x = colors(300, 9)
    index, share = interpolation(x, 9)
    by_table = (prior.luts(weights).reshape(-1, 3)[index] * share[..., None]).sum(1)
    assert torch.allclose(by_table, x + prior.design(x) @ weights, atol=1e-5)


def test_solving_and_its_gradient_agree_with_the_inverse() -> None:
    generator = torch.Generator().manual_seed(0)
    root = torch.randn(2, 5, 5, generator=generator, dtype=torch.double)
    matrix = root @ root.mT + torch.eye(5, dtype=torch.double)
    right = torch.randn(2, 5, generator=generator, dtype=torch.double)
    grams = [matrix.clone().requires_grad_(), matrix.clone().requires_grad_()]
    rights = [right.clone().requires_grad_(), right.clone().requires_grad_()]
    ours = solve_positive(grams[0], rights[0])
    plain = (torch.linalg.inv(grams[1]) @ rights[1].unsqueeze(-1)).squeeze(-1)
    assert torch.allclose(ours, plain)
    for found in (ours, plain):
        (found**3).sum().backward()
    assert torch.allclose(rights[0].grad, rights[1].grad)
    assert torch.allclose(grams[0].grad, grams[1].grad)
