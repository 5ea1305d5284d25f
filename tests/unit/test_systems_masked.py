"""Masked style modeling: the space of styles, the tokens, and what is predicted from them."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import Tensor

from pie_desktop.model.systems.build import build_system
from pie_desktop.model.systems.masked import MaskedStyleModel, MaskedSystem, StyleSpace
from pie_desktop.model.systems.system import SystemConfig

SMALL = {"width": 16, "channels": 8, "encoder_channels": 8, "side": 32}


def masked() -> MaskedSystem:
    torch.manual_seed(0)
    config = SystemConfig.model_validate(
        SMALL | {"encoder": "difference", "enhancer": "unet", "paired": True, "masked": True}
    )
    system = build_system(config).eval()
    assert isinstance(system, MaskedSystem)
    torch.nn.init.normal_(system.predictor.head.weight, 0, 0.1)  # zero at the start
    return system


def test_the_space_of_styles_is_that_of_scikit_learn() -> None:
    torch.manual_seed(1)
    styles = torch.randn(40, 5) @ torch.randn(5, 5) + torch.randn(5)
    space, wanted = StyleSpace(5), PCA().fit(styles.numpy())
    assert not space.fitted
    space.fit(styles)
    assert space.fitted
    assert np.allclose(space.deviation**2, wanted.explained_variance_, atol=1e-4)
    assert np.allclose(space.project(styles).abs(), np.abs(wanted.transform(styles.numpy())), atol=1e-4)
    # there and back
    assert torch.allclose(space.styles(space.project(styles) / space.deviation), styles, atol=1e-4)


def test_a_space_of_fewer_styles_than_axes_stays_finite() -> None:
    space = StyleSpace(8)
    space.fit(torch.eye(8)[:3])
    assert torch.allclose(space.styles(torch.zeros(1, 8)), space.mean[None]) and space.deviation.isfinite().all()
    assert not space.deviation[3:].any() and not space.axes[3:].any()


def test_style_and_content_alternate_within_a_token_and_the_last_one_is_masked() -> None:
    model = MaskedStyleModel(8).eval()
    seen: list[Tensor] = []
    model.layers.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    content, contents, codes = torch.randn(1, 8), torch.randn(1, 2, 8), torch.randn(1, 2, 8)
    with torch.no_grad():
        model(content, contents, codes, torch.ones(1, 2, dtype=torch.bool))
    tokens = seen[0]
    assert tokens.shape == (1, 3, 16) and len(model.layers.layers) == 6
    assert torch.equal(tokens[:, :2, ::2], codes) and torch.equal(tokens[:, :2, 1::2], contents)
    assert torch.equal(tokens[:, 2, 1::2], content)
    mask = tokens[0, 2, ::2]
    assert mask.norm().item() == pytest.approx(1, abs=1e-5) and torch.allclose(mask, model.mask / model.mask.norm())


def test_each_photo_has_a_style_of_its_own_from_a_set_of_pairs() -> None:
    system = masked()
    after, before = torch.rand(2, 2, 3, 3, 32, 32)
    valid = torch.tensor([[True, True, True], [True, True, False]])
    photos = torch.rand(2, 2, 3, 24, 24)
    with torch.no_grad():
        style = system.style(after, before, valid)
        # before there is a space of styles, the mean of the pairs stands in, the same for every photo
        assert torch.allclose(system.predict(photos, style)[0], style.codes[0].mean(0), atol=1e-6)
        assert torch.equal(*system.predict(photos, style)[:2])
        system.space.fit(torch.randn(40, 16))
        usual = system.predict(photos, style)
        assert usual.shape == (4, 16) and not torch.allclose(usual[0], usual[1], atol=1e-4)
        order = torch.tensor([1, 0, 2])
        turned = system.style(after[:, order], before[:, order], valid[:, order])
        assert torch.allclose(usual, system.predict(photos, turned), atol=1e-5)
        after[1, 2], before[1, 2] = torch.nan, torch.nan
        assert torch.allclose(usual, system.predict(photos, system.style(after, before, valid)), atol=1e-6)
        after[0, 0] = 0.5
        other = system.predict(photos, system.style(after, before, valid))
        assert not torch.allclose(usual[:2], other[:2], atol=1e-4) and torch.allclose(usual[2:], other[2:], atol=1e-6)
