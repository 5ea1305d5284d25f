"""Losses against values computed by hand."""

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from training.losses import (
    GramLoss,
    gram_matrix,
    l1_loss,
    lab_loss,
    log_mse,
    lut_monotonicity,
    lut_smoothness,
    to_lab,
    total_variation,
)
from training.losses.image import edge_aware_total_variation, pixel_gram
from training.losses.registry import Images


def test_lab_agrees_with_scikit_image() -> None:
    rgb = torch.rand(1, 3, 50, generator=torch.Generator().manual_seed(0))
    expected = torch.from_numpy(rgb2lab(rgb[0].T.numpy())).T / 100
    assert torch.allclose(to_lab(rgb)[0], expected.float(), atol=2e-3)


def test_lab_loss_of_black_and_white_is_a_third() -> None:
    # L differs by 100, a and b do not
    assert float(lab_loss(torch.ones(1, 3, 4), torch.zeros(1, 3, 4))) == pytest.approx(1 / 3, abs=2e-3)


def test_total_variation_of_a_step() -> None:
    image = torch.zeros(1, 1, 2, 4)
    image[..., 2:] = 1.0
    # vertical differences are 0; horizontal ones 1 in one of three places
    assert float(total_variation(image)) == pytest.approx(1 / 3)


def test_gram_matrix_by_hand() -> None:
    maps = torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])
    expected = torch.tensor([[[5.0, 3.0], [3.0, 9.0]]]) / 4
    assert torch.allclose(gram_matrix(maps), expected)


def test_gram_loss_sees_texture_not_position() -> None:
    loss = GramLoss()
    image = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))
    assert float(loss.to_target(image, image)) == 0
    shifted = torch.roll(image, 5, 3)
    flat = image.mean((2, 3), keepdim=True).expand_as(image)
    assert float(loss.to_target(shifted, image)) < 0.05 * float(loss.to_target(flat, image))


def _identity(size: int) -> torch.Tensor:
    axis = torch.linspace(0, 1, size)
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)


def test_identity_lut_is_smooth_and_monotone() -> None:
    assert float(lut_smoothness(_identity(5))) == pytest.approx(0, abs=1e-10)
    assert float(lut_monotonicity(_identity(5))) == 0


def test_inverted_lut_is_not_monotone() -> None:
    # every channel falls by 1/4 per step of 1/4
    assert float(lut_monotonicity(1 - _identity(5))) == pytest.approx(3.0)


def test_quadratic_lut_has_constant_second_difference() -> None:
    # (i/4)^2 has second difference 2/16 along its own axis, 0 along the others; a third of the values each
    expected = 3 * ((2 / 16) ** 2 / 3) * 16
    assert float(lut_smoothness(_identity(5) ** 2)) == pytest.approx(expected, rel=1e-5)


def test_logarithmic_error_is_zero_when_equal_and_counts_decades() -> None:
    target = torch.zeros(1, 10, 3)
    assert float(log_mse((target - target) ** 2).max()) == 0
    errors = [float(log_mse((target + size - target) ** 2).mean()) for size in (0.01, 0.1)]
    # ten times the error is 20 dB, or ln(100)
    assert errors[1] - errors[0] == pytest.approx(4.605, abs=0.02)


def _one_pixel_filters(loss: GramLoss) -> GramLoss:
    loss.filters = torch.eye(3)[:, :, None, None]
    return loss


def test_gram_loss_by_hand() -> None:
    # colours above mid grey by (0.3, 0, 0) and (0, 0.3, 0), everywhere: matrices of 0.09 / 3 in one place each
    output, target = torch.full((1, 3, 2, 2), 0.5), torch.full((1, 3, 4, 4), 0.5)
    output[:, 0] += 0.3
    target[:, 1] += 0.3
    expected = 100 * 2 * 0.03**2
    assert float(_one_pixel_filters(GramLoss()).to_target(output, target)) == pytest.approx(expected, rel=1e-5)


def test_style_gram_loss_compares_with_the_mean_of_the_valid_images() -> None:
    loss = _one_pixel_filters(GramLoss())
    output = torch.full((2, 3, 2, 2), 0.5)
    output[0, 0] += 0.3
    styles = torch.full((2, 3, 3, 4, 4), 0.5)
    styles[0, 0, 0] += 0.3  # 0.03 in one place, like the output
    styles[0, 1, 1] += 0.3  # 0.03 in another
    styles[0, 2] += 0.4  # not valid
    valid = torch.tensor([[True, True, False], [True, False, False]])
    # first image: (0.03 - 0.015)^2 + 0.015^2; the second agrees with its style
    assert float(loss.to_styles(output, styles, valid)) == pytest.approx(100 * 2 * 0.015**2 / 2, rel=1e-5)
    nobody = torch.tensor([[True, True, False], [False, False, False]])
    assert float(loss.to_styles(output, styles, nobody)) == pytest.approx(100 * 2 * 0.015**2, rel=1e-5)
    assert float(loss.to_styles(output[:1], styles[:1, :1])) == pytest.approx(0, abs=1e-9)


def test_l1_by_hand() -> None:
    assert float(l1_loss(torch.tensor([0.2, 0.5]), torch.tensor([0.5, 0.4]))) == pytest.approx(0.2)


def test_the_gram_loss_of_the_study_by_hand() -> None:
    """On pixels: the mean squared distance of `x x^T / (C H W)` from each style image's, as its log has it."""
    generator = torch.Generator().manual_seed(0)
    output, styles = torch.rand(2, 3, 4, 5, generator=generator), torch.rand(2, 2, 3, 6, 4, generator=generator)
    expected = []
    for b in range(2):
        for n in range(2):
            first, second = (x.reshape(3, -1).numpy() for x in (output[b], styles[b, n]))
            difference = first @ first.T / (3 * 20) - second @ second.T / (3 * 24)
            expected.append((difference**2).mean())
    images = Images(output, output, output, styles)
    assert float(pixel_gram(images)) == pytest.approx(np.mean(expected), rel=1e-5)
    images.valid = torch.tensor([[True, False], [False, False]])
    styles[0, 1] = torch.nan
    value = pixel_gram(Images(output.requires_grad_(), output, output, styles, images.valid))
    assert float(value.detach()) == pytest.approx(expected[0], rel=1e-5)
    value.backward()
    assert output.grad is not None and output.grad[0].any() and not output.grad[1].any()
    output = output.detach()
    assert float(pixel_gram(Images(output, output, output))) == 0


def test_edges_of_the_photo_may_carry_more_of_the_change() -> None:
    photo = torch.zeros(1, 1, 1, 4)
    photo[..., 2:] = 1.0
    at_edge, elsewhere = torch.zeros_like(photo), torch.zeros_like(photo)
    at_edge[..., 2:], elsewhere[..., 3:] = 0.5, 0.5
    # in both rows one of three neighbours differs, by a half
    photo, at_edge, elsewhere = (t.expand(1, 1, 2, 4) for t in (photo, at_edge, elsewhere))
    values = [float(edge_aware_total_variation(Images(photo + c, photo, photo))) for c in (at_edge, elsewhere)]
    assert values == pytest.approx([0.5 * np.exp(-1) / 3, 0.5 / 3])
