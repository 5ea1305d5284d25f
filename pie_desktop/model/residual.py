"""The residual LUT: what the LUT basis cannot say, fitted by ridge regression with a discrete Laplacian.

The unknowns are the nodes of a coarse LUT, `min_c sum_i share_i mean (left_i - W_i c)^2 + stiffness c^T (L + 1) c`,
where `left` is what the fit leaves unexplained in pair i and `W` is trilinear interpolation. A colour meets only the
eight nodes of its own cell, so the normal matrix of a pair is kept by cell, a twentieth of the full matrix.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pie_desktop.model.lut_prior import interpolation, laplacian


class Band:
    """The lower half of such matrices as panels: a block of the diagonal and the block below it, one after the other.

    Dense blocks rather than LAPACK's band storage, which torch does not know: half the work of a full factorisation
    for a band of a quarter of the matrix, and an eighth of the memory to go through.

    Args:
        size: N, of the matrices.
        width: no entry lies more than this far from the diagonal.
    """

    def __init__(self, size: int, width: int) -> None:
        self.size, self.width = size, width
        self._blocks = -(-size // width)
        self.shape = (self._blocks, 2 * width, width)

    def place(self, row: Tensor, column: Tensor) -> Tensor:
        """Where entries are in the flattened panels; `width >= row - column >= 0`."""
        panel = column // self.width
        return (panel * 2 * self.width + row - panel * self.width) * self.width + column % self.width

    def panels(self, matrix: Tensor) -> Tensor:
        """Panels of a matrix `(N, N)`; beyond its end they go on as the identity."""
        padded = torch.eye((self._blocks + 1) * self.width, dtype=matrix.dtype)
        padded[: self.size, : self.size] = matrix
        starts = [panel * self.width for panel in range(self._blocks)]
        return torch.stack([padded[start : start + 2 * self.width, start : start + self.width] for start in starts])

    def solve(self, panels: Tensor, right: Tensor) -> Tensor:
        """Solution `(N, C)` of a positive definite system; `panels` are overwritten.

        Args:
            panels: of `self.shape`; the upper halves of the diagonal blocks are not read.
            right: `(N, C)`.

        Raises:
            torch.linalg.LinAlgError: the matrix is not positive definite.
        """
        width, triangle = self.width, torch.linalg.solve_triangular
        values = right.new_zeros(self._blocks, width, right.shape[1])
        values.view(-1, right.shape[1])[: self.size] = right
        factors: list[Tensor] = []
        for block in range(self._blocks):
            factor = torch.linalg.cholesky(panels[block, :width])
            values[block] = triangle(factor, values[block], upper=False)
            factors.append(factor)
            if block + 1 < self._blocks:
                below = panels[block, width:]
                below.copy_(triangle(factor.mT, below, upper=True, left=False))
                panels[block + 1, :width].addmm_(below, below.mT, alpha=-1)
                values[block + 1].addmm_(below, values[block], alpha=-1)
        for block in reversed(range(self._blocks)):
            if block + 1 < self._blocks:
                values[block].addmm_(panels[block, width:].mT, values[block + 1], alpha=-1)
            values[block] = triangle(factors[block].mT, values[block], upper=True)
        return values.view(-1, right.shape[1])[: self.size]


RESIDUAL_STIFFNESS = 33.0  # weight of the residual's smoothness relative to the noise
_PAIRS_AT_ONCE = 32  # 75 kB of products for each
_CORNERS = [(a, b) for a in range(8) for b in range(a + 1)]  # a cell's symmetric 8 x 8 matrix, lower half


@dataclass
class ResidualPairs:
    """R pairs of M pixels, with all that does not depend on the photo they are used for.

    Attributes:
        after: `(R, M, 3)` colours.
        nodes, parts: `(R * M, 8)` where the colours before lie in the fine LUT; these and the other places are int32.
        pixels, pull, starts: their positions in the coarse LUT sorted by its T nodes: pixel numbers and weights
            `(R * M * 8,)`, and where each node's begin `(T,)`.
        gram: `(R, T * 36)` normal matrices by cell, averaged over pixels.
    """

    after: Tensor
    nodes: Tensor
    parts: Tensor
    pixels: Tensor
    pull: Tensor
    starts: Tensor
    gram: Tensor


class ResidualFit:
    """Fits coarse LUTs of `residual_size` nodes per axis and delivers them on `size` nodes per axis."""

    def __init__(self, size: int = 17, residual_size: int = 9) -> None:
        self.size, self.residual_size = size, residual_size
        nodes = residual_size**3
        # second differences reach two planes far
        self._band = Band(nodes, min(nodes, 2 * residual_size**2))
        self._penalty = self._band.panels(laplacian(residual_size) + torch.eye(nodes))
        corner = torch.arange(8)
        offset = ((corner >> 2) * residual_size + (corner >> 1 & 1)) * residual_size + (corner & 1)
        a, b = torch.tensor(_CORNERS).T
        # cells are named by their lowest node; at the upper faces there is none, and nothing to place
        low = torch.arange(nodes)[:, None]
        row, column = (low + offset[a]).clamp_max(nodes - 1), (low + offset[b]).clamp_max(nodes - 1)
        self._place = self._band.place(row, column).flatten()

    def prepare(
        self, before: Tensor, after: Tensor, progress: Callable[[float], None] = lambda share: None
    ) -> ResidualPairs:
        """Prepare pairs `(R, M, 3)`, colours in [0, 1], once for all photos.

        Args:
            progress: called with the share done, 0 to 1; what it raises ends the work.
        """
        pairs, pixels = before.shape[:2]
        coarse = self.residual_size**3
        colors = before.reshape(-1, 3)
        nodes, parts = interpolation(colors, self.size)
        index, weight = interpolation(colors, self.residual_size)
        progress(0.3)
        # few kinds of numbers: as short ones they are sorted in a third of the time
        ordered, order = index.flatten().to(torch.int16 if coarse < 2**15 else torch.int32).sort()
        starts = torch.searchsorted(ordered, torch.arange(coarse, dtype=ordered.dtype, device=before.device))
        progress(0.6)
        a, b = torch.tensor(_CORNERS, device=before.device).T
        gram = before.new_zeros(pairs, coarse, len(_CORNERS))
        for start in range(0, pairs, _PAIRS_AT_ONCE):
            progress(0.6 + 0.4 * start / pairs)
            some = gram[start : start + _PAIRS_AT_ONCE].view(-1, len(_CORNERS))
            part = slice(start * pixels, (start + _PAIRS_AT_ONCE) * pixels)
            cells, weights = index[part, 0], weight[part]
            first = torch.arange(len(some) // coarse, device=before.device).repeat_interleave(pixels) * coarse
            some.index_add_(0, first + cells, weights[:, a] * weights[:, b] / pixels)
        pixel, pull = (order // 8).int(), weight.flatten()[order]
        return ResidualPairs(after, nodes.int(), parts, pixel, pull, starts.int(), gram.reshape(pairs, -1))

    def lut(self, pairs: ResidualPairs, share: Tensor, fitted: Tensor, noise: Tensor | float) -> Tensor:
        """Residual LUT `(S, S, S, 3)` to be added to the LUT of a photo.

        Args:
            pairs: from `prepare`.
            share: `(R,)` how much each pair counts; sums to the number of effective pairs.
            fitted: what has been fitted to the pairs so far; `(R, S, S, S, 3)` where it differs from pair to pair.
            noise: observation variance; more noise means a smaller residual.
        """
        bag, nodes = nn.functional.embedding_bag, pairs.nodes
        if fitted.dim() == 5:
            count, pixels = pairs.after.shape[:2]
            first = torch.arange(count, device=nodes.device).repeat_interleave(pixels) * self.size**3
            nodes = nodes + first[:, None]
        explained = bag(nodes, fitted.reshape(-1, 3), mode="sum", per_sample_weights=pairs.parts)
        left = pairs.after - explained.reshape(pairs.after.shape)
        wanted = (left * (share / left.shape[1])[:, None, None]).reshape(-1, 3)
        moment = bag(pairs.pixels, wanted, pairs.starts, mode="sum", per_sample_weights=pairs.pull)
        coarse = self._solve(share @ pairs.gram, moment, float(noise)).to(fitted.device)
        cube = coarse.reshape(*(self.residual_size,) * 3, 3).permute(3, 0, 1, 2)[None]
        fine = nn.functional.interpolate(cube, size=(self.size,) * 3, mode="trilinear", align_corners=True)
        return fine[0].permute(1, 2, 3, 0)

    def _solve(self, gram: Tensor, moment: Tensor, noise: float) -> Tensor:
        """Coarse nodes `(T, 3)`; on the CPU, where the result is wanted and every device can follow."""
        matrix = self._penalty * (RESIDUAL_STIFFNESS * noise)
        matrix.view(-1).index_add_(0, self._place, gram.cpu())
        return self._band.solve(matrix, moment.cpu())
