"""Systems near the diagonal: the same as solving them in full."""

import pytest
import torch

from pie_desktop.model.residual import Band


@pytest.mark.parametrize(("size", "width"), [(1, 1), (7, 7), (9, 2), (40, 6), (41, 40), (60, 11)])
def test_the_dense_solution(size: int, width: int) -> None:
    generator = torch.Generator().manual_seed(size)
    rows, columns = torch.tril_indices(size, size)
    near = rows - columns <= width
    rows, columns = rows[near], columns[near]
    matrix = torch.zeros(size, size)
    matrix[rows, columns] = torch.randn(len(rows), generator=generator)
    matrix = matrix + matrix.T + 6 * width**0.5 * torch.eye(size)
    assert bool((torch.linalg.eigvalsh(matrix) > 0).all())
    right = torch.randn(size, 3, generator=generator)
    band = Band(size, width)
    panels = band.panels(matrix)
    assert torch.equal(panels.flatten()[band.place(rows, columns)], matrix[rows, columns])
    # an entry added in its place is an entry of the matrix
    panels.view(-1)[band.place(torch.arange(size), torch.arange(size))] += 1.0
    wanted = torch.linalg.solve(matrix + torch.eye(size), right)
    torch.testing.assert_close(band.solve(panels, right), wanted, atol=1e-5, rtol=1e-4)


def test_a_matrix_that_is_not_positive_is_refused() -> None:
    band = Band(6, 2)
    with pytest.raises(torch.linalg.LinAlgError):
        band.solve(band.panels(torch.eye(6) - 2 * torch.diag(torch.tensor([0.0, 0, 0, 0, 1, 0]))), torch.ones(6, 1))
