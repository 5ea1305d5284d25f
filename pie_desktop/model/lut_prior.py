"""Closed-form LUT fitting from pairs under a Gaussian prior.

A transform is `T(x) = x + sum_k w_k B_k(x)`, where the basis `B` are 3D LUTs and `w ~ N(mu, diag(s^2))`; no weights, no
change. Pairs are noisy observations of it, so the weights have a closed-form posterior mean (Bayesian linear
regression; Bishop, Pattern Recognition and Machine Learning, section 3.3). `mu`, `s` and the noise come
from the network; without it they are 0, 1 and a constant. What the basis cannot say is left to `residual`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from pie_desktop.imaging.lut.apply import identity_lut

NOISE = 3e-6  # variance of a pair's colours about one LUT, in squared sRGB units, where nothing better is known


def interpolation(colors: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Trilinear node indices and weights `(M, 8)` of colours `(M, 3)` in a `size`^3 LUT flattened from [r, g, b]."""
    position = colors.clamp(0, 1) * (size - 1)
    low = position.floor().clamp_max(size - 2)
    part = position - low
    node = low.long()
    indices, weights = [], []
    for corner in range(8):
        bits = [(corner >> 2) & 1, (corner >> 1) & 1, corner & 1]
        r, g, b = (node[:, i] + bits[i] for i in range(3))
        indices.append((r * size + g) * size + b)
        weights.append(torch.stack([part[:, i] if bits[i] else 1 - part[:, i] for i in range(3)]).prod(0))
    return torch.stack(indices, 1), torch.stack(weights, 1)


def laplacian(size: int) -> Tensor:
    """Penalty matrix `(size^3, size^3)`: squared second differences along the three axes of a LUT."""
    second = torch.zeros(size - 2, size)
    rows = torch.arange(size - 2)
    second[rows, rows], second[rows, rows + 1], second[rows, rows + 2] = 1.0, -2.0, 1.0
    one, eye = second.T @ second, torch.eye(size)
    total = torch.zeros(size**3, size**3)
    for parts in ((one, eye, eye), (eye, one, eye), (eye, eye, one)):
        total += torch.kron(torch.kron(parts[0], parts[1]), parts[2])
    return total


@dataclass
class Evidence:
    """What R pairs say about the weights: normal equations per pair, averaged over pixels.

    Attributes:
        gram: `(R, K, K)` mean of `A^T A`.
        moment: `(R, K)` mean of `A^T t`, `t` the change from before to after.
        power: `(R,)` mean of `t^T t`.
    """

    gram: Tensor
    moment: Tensor
    power: Tensor

    def __getitem__(self, index: Tensor | None) -> "Evidence":
        return Evidence(self.gram[index], self.moment[index], self.power[index])

    def unexplained(self, weights: Tensor) -> Tensor:
        """Mean squared change per channel `(R,)` that weights `(R, K)` leave unexplained."""
        fitted = torch.einsum("...i,...ij,...j->...", weights, self.gram, weights) - 2 * (weights * self.moment).sum(-1)
        return ((self.power + fitted) / 3).clamp_min(0)


class _PositiveSolve(torch.autograd.Function):
    """`A^-1 b` by Cholesky in double precision; the backward pass reuses the factor.

    With `x = A^-1 b` and `v = A^-1 dL/dx` the gradients are `dL/db = v` and `dL/dA = -v x^T`, which costs one more
    substitution, a fraction of differentiating the factorisation itself.
    """

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, right: Tensor) -> Tensor:
        factor = torch.linalg.cholesky(matrix.double())
        solution = torch.cholesky_solve(right.double().unsqueeze(-1), factor)
        ctx.save_for_backward(factor, solution)
        return solution.squeeze(-1).to(right.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        factor, solution = ctx.saved_tensors
        back = torch.cholesky_solve(gradient.double().unsqueeze(-1), factor).to(gradient.dtype)
        return -back * solution.to(gradient.dtype).mT, back.squeeze(-1)


def solve_positive(matrix: Tensor, right: Tensor) -> Tensor:
    """Solve symmetric positive definite systems `(..., K, K) x = (..., K)`, in double precision.

    Raises:
        torch.linalg.LinAlgError: a matrix is not positive definite.
    """
    if matrix.device.type == "mps":  # has no double precision
        return _PositiveSolve.apply(matrix.cpu(), right.cpu()).to(right.device)
    return _PositiveSolve.apply(matrix, right)


class LutPrior(nn.Module):
    """The LUT basis and the fits that use it; it has buffers, no trained parameters.

    Args:
        components: K.
        size: nodes per axis of the basis LUTs.
    """

    table: Tensor

    def __init__(self, components: int, size: int = 17) -> None:
        super().__init__()
        self.components, self.size = components, size
        # row = node, columns = (rgb, components): one gather reads all
        self.register_buffer("table", torch.zeros(size**3, 3 * components))

    def set_basis(self, basis: Tensor) -> None:
        """Install a basis `(K, 3, S^3)` of LUT changes, scaled so that weights have unit prior variance."""
        self.table.copy_(basis.permute(2, 1, 0).reshape(self.size**3, -1))

    def design(self, colors: Tensor) -> Tensor:
        """Basis values `(M, 3, K)` at colours `(M, 3)` in [0, 1]."""
        index, weight = interpolation(colors, self.size)
        rows = nn.functional.embedding_bag(index, self.table, mode="sum", per_sample_weights=weight)
        return rows.reshape(len(colors), 3, self.components)

    def evidence(
        self, before: Tensor, after: Tensor, values: Tensor | None = None, gram: Tensor | None = None
    ) -> Evidence:
        """Normal equations of pairs.

        Args:
            before, after: `(R, M, 3)` colours in [0, 1] of the same pixels.
            values: `design` of `before`, where it is known already.
            gram: the same photos' `Evidence.gram`, which does not depend on `after`, where it is known already.
        """
        pairs, pixels = before.shape[:2]
        if values is None:
            values = self.design(before.reshape(-1, 3))
        a = values.reshape(pairs, pixels * 3, self.components)
        t = (after - before).reshape(pairs, pixels * 3)
        if gram is None:
            gram = a.mT @ a / pixels
        return Evidence(gram, (a.mT @ t.unsqueeze(-1)).squeeze(-1) / pixels, (t**2).sum(1) / pixels)

    def posterior(
        self,
        gram: Tensor,
        moment: Tensor,
        noise: Tensor | float = NOISE,
        mu: Tensor | None = None,
        scale: Tensor | None = None,
    ) -> Tensor:
        """Posterior mean weights `(..., K)` from summed evidence `(..., K, K)` and `(..., K)`.

        Args:
            noise: observation variance, `(...)` or a number.
            mu: `(..., K)` prior mean, 0 when None.
            scale: `(..., K)` prior standard deviations, 1 when None.
        """
        noise = torch.as_tensor(noise, dtype=gram.dtype, device=gram.device)[..., None]
        precision = torch.ones_like(moment) if scale is None else scale**-2
        right = moment / noise if mu is None else moment / noise + precision * mu
        return solve_positive(gram / noise[..., None] + torch.diag_embed(precision), right)

    def spread(self, evidence: Evidence, paired: Tensor) -> Tensor:
        """Variance `(U,)` of U users' pairs about the one LUT that fits them all best; `NOISE` where there is none.

        Args:
            evidence: `(U, N, ...)` of every reference.
            paired: `(U, N)` bool, which of them count.
        """
        share = paired.to(evidence.gram.dtype)
        gram = torch.einsum("un,unij->uij", share, evidence.gram)
        moment = torch.einsum("un,uni->ui", share, evidence.moment)
        joint = self.posterior(gram, moment)[:, None].expand_as(evidence.moment)
        count = share.sum(1)
        left = (evidence.unexplained(joint) * share).sum(1) / count.clamp_min(1)
        return torch.where(count > 0, left, 0.0) + NOISE

    def luts(self, weights: Tensor) -> Tensor:
        """LUTs `(..., S, S, S, 3)` of weights `(..., K)`; several cost little more than one, the basis being large."""
        flat = (self.table.reshape(-1, self.components) @ weights.reshape(-1, self.components).T).T
        return flat.reshape(*weights.shape[:-1], *(self.size,) * 3, 3) + self.identity()

    def identity(self) -> Tensor:
        """The identity LUT `(S, S, S, 3)`."""
        axis = torch.linspace(0, 1, self.size, device=self.table.device)
        return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)


STIFFNESS = 1e-4  # the best of 1e-5, 1e-4, 1e-3 on simulated users
_PENALTIES: dict[int, Tensor] = {}


def fit_lut(before: np.ndarray, after: np.ndarray, size: int = 9, stiffness: float = STIFFNESS) -> np.ndarray:
    """Fit a LUT `float32 (S, S, S, 3)` that takes colours `before` to `after`, both `(M, 3)` in [0, 1].

    Ridge regression of the change on trilinear weights, with a discrete Laplacian as smoothness; every colour counts
    the same. It is what is left of the model without its prior, its attention and its network.
    """
    if size not in _PENALTIES:
        _PENALTIES[size] = laplacian(size) + 0.01 * torch.eye(size**3)
    x, y = torch.from_numpy(before).float(), torch.from_numpy(after).float()
    index, weight = interpolation(x, size)
    nodes = size**3
    # each colour touches 8 nodes: the normal equations are summed entry by entry, never as dense rows
    cell = (index[:, :, None] * nodes + index[:, None, :]).flatten()
    products = (weight[:, :, None] * weight[:, None, :]).flatten().double()
    gram = torch.zeros(nodes * nodes, dtype=torch.double).index_add_(0, cell, products).reshape(nodes, nodes)
    pull = (weight[:, :, None] * (y - x)[:, None, :]).reshape(-1, 3).double()
    moment = torch.zeros(nodes, 3, dtype=torch.double).index_add_(0, index.flatten(), pull)
    matrix = gram / len(x) + stiffness * _PENALTIES[size]
    change = torch.linalg.solve(matrix, moment / len(x)).float()
    return identity_lut(size) + change.reshape(size, size, size, 3).numpy()
