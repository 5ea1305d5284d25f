"""Cholesky factorisation of symmetric matrices whose entries lie near the diagonal."""

import torch
from torch import Tensor


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
