"""The residual LUT: the same as the plain dense solution, exact where it can be, silent where it knows nothing."""

import numpy as np
import pytest
import torch
from torch import Tensor

from pie_desktop.model.lut_prior import interpolation, laplacian
from pie_desktop.model.residual import RESIDUAL_STIFFNESS, ResidualFit

SIZE, COARSE = 17, 9
NOISE = 1e-5


def identity() -> Tensor:
    axis = torch.linspace(0, 1, SIZE)
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)


def colors_of(images: dict[str, np.ndarray]) -> Tensor:
    """Colours `(4, M, 3)` of photographs, in [0, 1]: far from evenly spread, as in life."""
    thinned = [p[::12, ::12].reshape(-1, 3)[:600] / 255.0 for p in images.values()]
    return torch.from_numpy(np.stack(thinned)).float()


def applied(lut: Tensor, colors: Tensor) -> Tensor:
    index, weight = interpolation(colors.reshape(-1, 3), SIZE)
    return (lut.reshape(-1, 3)[index] * weight[..., None]).sum(1).reshape(colors.shape)


def dense_solution(before: Tensor, after: Tensor, share: Tensor, fitted: Tensor, noise: float) -> Tensor:
    """Coarse nodes `(T, 3)` by the definition: all matrices in full, double precision."""
    before, after, fitted = before.double(), after.double(), fitted.double()
    matrix = RESIDUAL_STIFFNESS * noise * (laplacian(COARSE).double() + torch.eye(COARSE**3, dtype=torch.float64))
    moment = torch.zeros(COARSE**3, 3, dtype=torch.float64)
    for pair in range(len(before)):
        index, weight = interpolation(before[pair], COARSE)
        design = torch.zeros(len(index), COARSE**3, dtype=torch.float64).scatter_add_(1, index, weight)
        matrix += share[pair] * design.T @ design / len(index)
        moment += share[pair] * design.T @ (after[pair] - applied(fitted, before[pair])) / len(index)
    return torch.linalg.solve(matrix, moment)


def test_it_is_the_dense_solution(sample_images: dict[str, np.ndarray]) -> None:
    before = colors_of(sample_images)
    after = (before**1.2 + 0.05 * torch.sin(5 * before.flip(2))).clamp(0, 1)
    share, fitted = torch.tensor([2.0, 0.3, 0.0, 1.7]), identity() + 0.03 * (1 - identity())
    fit = ResidualFit(SIZE, COARSE)
    lut = fit.lut(fit.prepare(before, after), share, fitted, torch.tensor(NOISE))
    wanted = dense_solution(before, after, share, fitted, NOISE)
    assert float(wanted.abs().max()) > 0.02
    # every second fine node is a coarse one
    assert torch.allclose(lut[::2, ::2, ::2].reshape(-1, 3).double(), wanted, atol=1e-4)
    # in between it is trilinear
    colors = before[0]
    index, weight = interpolation(colors, COARSE)
    between = (wanted.float()[index] * weight[..., None]).sum(1)
    assert torch.allclose(applied(lut, colors), between, atol=1e-4)


def test_it_picks_up_what_the_fit_leaves(sample_images: dict[str, np.ndarray]) -> None:
    before = colors_of(sample_images)
    after = (before + 0.05 * torch.sin(4 * before.flip(2))).clamp(0, 1)
    fit = ResidualFit(SIZE, COARSE)
    pairs, share = fit.prepare(before, after), torch.ones(4)
    residual = fit.lut(pairs, share, identity(), 1e-6)
    left = after - applied(identity() + residual, before)
    assert float(left.abs().mean()) < 0.25 * float((after - before).abs().mean())
    damped = fit.lut(pairs, share, identity(), 1.0)
    assert float(damped.abs().mean()) < 0.3 * float(residual.abs().mean())


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_single_color_is_enough_and_nothing_is_left_where_the_fit_is_right(level: float) -> None:
    before = torch.full((1, 50, 3), level)
    fit = ResidualFit(SIZE, COARSE)
    nothing = fit.lut(fit.prepare(before, before), torch.ones(1), identity(), NOISE)
    assert float(nothing.abs().max()) < 1e-6
    moved = fit.lut(fit.prepare(before, before * 0.8 + 0.1), torch.ones(1), identity(), NOISE)
    assert torch.allclose(applied(moved, before[0]), before[0] * -0.2 + 0.1, atol=0.01)
