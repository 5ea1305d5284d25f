"""How an image is exposed, in numbers that a retoucher would recognise."""

import numpy as np
import pytest
import torch

from pie_desktop.model.features import image_statistics, squares
from pie_desktop.model.statistics import EXPOSURE, STATISTICS, attention_maps, exposure_statistics, quantiles


def test_quantiles_are_those_of_numpy() -> None:
    values = torch.rand(3, 1001, generator=torch.Generator().manual_seed(0))
    wanted = np.quantile(values.numpy(), [0.01, 0.5, 0.99], axis=1).T
    assert np.allclose(quantiles(values, (0.01, 0.5, 0.99)).numpy(), wanted, atol=1e-6)


def test_statistics_have_their_number_and_are_finite() -> None:
    images = torch.stack([torch.zeros(3, 32, 32), torch.ones(3, 32, 32), torch.rand(3, 32, 32)])
    assert exposure_statistics(images).shape == (3, EXPOSURE)
    assert bool(torch.isfinite(exposure_statistics(images)).all())
    assert image_statistics(images, True).shape == (3, STATISTICS + EXPOSURE)
    assert image_statistics(images, False).shape == (3, STATISTICS)


def test_picked_pixels_stay_clipped_and_means_do_not() -> None:
    """A checkerboard of black and white is half clipped, whatever its mean."""
    board = np.indices((256, 256)).sum(0) % 2
    image = np.repeat(board[..., None], 3, 2).astype(np.float32)
    image = image[np.random.default_rng(0).permutation(256)]
    picked, averaged = (squares([image], 64, picked=flag)[0] for flag in (True, False))
    assert float(((picked == 0) | (picked == 1)).float().mean()) == 1
    assert float((averaged == 0.5).float().mean()) > 0.9


@pytest.mark.parametrize("skin", [(0.55, 0.38, 0.30), (0.36, 0.24, 0.18), (0.87, 0.68, 0.57)])
def test_skin_is_looked_at_and_sky_is_not(skin: tuple[float, float, float]) -> None:
    image = torch.tensor([0.45, 0.6, 0.85])[None, :, None, None].repeat(1, 1, 32, 32)
    image[:, :, 4:10, 4:10] = torch.tensor(skin)[None, :, None, None]
    maps, share = attention_maps(image)
    of_skin = maps[0, 2]
    assert float(of_skin[4:10, 4:10].mean()) > 10 * float(of_skin[20:, 20:].mean())
    assert float(share) == pytest.approx(36 / 1024, rel=0.6)
    torch.testing.assert_close(maps.mean((2, 3)), torch.ones(1, 4))
