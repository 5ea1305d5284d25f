"""Enhancers of the study: shapes, the identity at the start, masks, gradients, and their parts worked out by hand."""

import numpy as np
import pytest
import torch
from torch import Tensor

from pie_desktop.model.systems.build import build_system
from pie_desktop.model.systems.enhancers.attention import MOST_SIDE, channel_attention
from pie_desktop.model.systems.enhancers.base import AdaIN, pad_to_multiple, shrink
from pie_desktop.model.systems.enhancers.curves import CurveEnhancer, apply_curves, dual_adain
from pie_desktop.model.systems.enhancers.sa_block import SABlock, exactly
from pie_desktop.model.systems.system import System, SystemConfig

UNORDERED = ("curves", "unet", "adain_unet", "attention", "style_attention", "diffusion")
ENHANCERS = (*UNORDERED, "sa_block")


def small(enhancer: str, encoder: str = "resnet") -> System:
    torch.manual_seed(0)
    sizes = {"width": 16, "channels": 8, "encoder_channels": 8, "side": 32, "components": 6, "lut_size": 5}
    system = build_system(SystemConfig.model_validate(sizes | {"enhancer": enhancer, "encoder": encoder})).eval()
    if system.needs_basis:
        system.set_basis(0.1 * torch.randn(6, 3, 125))
    return system


def awakened(system: System) -> System:
    """The same with random values in what starts at zero, so that the style matters."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in system.enhancer.parameters():
            if not parameter.any():
                parameter.normal_(0, 0.1)
    return system


def references(users: int = 2, count: int = 3) -> tuple[Tensor, Tensor]:
    torch.manual_seed(2)
    return torch.rand(users, count, 3, 32, 32), torch.ones(users, count, dtype=torch.bool)


@pytest.mark.parametrize("size", [(8, 8), (33, 17), (48, 70)])
@pytest.mark.parametrize("enhancer", ENHANCERS)
def test_photos_of_any_size_start_unchanged(enhancer: str, size: tuple[int, int]) -> None:
    system = small(enhancer, "psp")
    after, valid = references()
    photos = torch.rand(2, 2, 3, *size)
    with torch.no_grad():
        style = system.style(after, None, valid)
        assert torch.allclose(system.enhance(photos, style), photos, atol=1e-6)
        changed = awakened(system).enhance(photos, style)
        assert changed.shape == photos.shape and (changed - photos).abs().max() > 1e-3
        assert torch.equal(changed, system.enhance(photos, style))


@pytest.mark.parametrize("enhancer", ENHANCERS)
def test_an_invalid_reference_never_counts_nor_does_the_order(enhancer: str) -> None:
    """But for the study's own attention, whose heads are one for each place in the order."""
    system = awakened(small(enhancer, "psp"))
    after, valid = references()
    valid[1, 2] = False
    photos = torch.rand(2, 1, 3, 24, 24)
    with torch.no_grad():
        usual = system.enhance(photos, system.style(after, None, valid))
        other = after.clone()
        other[1, 2] = torch.nan
        assert torch.equal(usual, system.enhance(photos, system.style(other, None, valid)))
        alone = system.enhance(photos[1:], system.style(after[1:, :2], None, valid[1:, :2]))
        assert torch.allclose(usual[1:], alone, atol=1e-5)
        order = torch.tensor([2, 0, 1])
        turned = system.enhance(photos, system.style(after[:, order], None, valid[:, order]))
        assert torch.allclose(usual, turned, atol=1e-5) == (enhancer in UNORDERED)
        other = after.clone()
        other[:, 0] = 0.2
        assert not torch.allclose(usual, system.enhance(photos, system.style(other, None, valid)), atol=1e-5)


@pytest.mark.parametrize("enhancer", ENHANCERS)
def test_a_user_without_any_reference_gets_an_answer(enhancer: str) -> None:
    system = awakened(small(enhancer))
    after, valid = references()
    with torch.no_grad():
        answer = system.enhance(torch.rand(2, 1, 3, 16, 16), system.style(after, None, ~valid))
    assert answer.isfinite().all()


@pytest.mark.parametrize("encoder", ["resnet", "psp"])
@pytest.mark.parametrize("enhancer", ENHANCERS)
def test_gradients_reach_the_encoder_after_one_step(enhancer: str, encoder: str) -> None:
    system = small(enhancer, encoder).train()
    after, valid = references()
    photos = torch.rand(2, 2, 3, 24, 24)
    targets = 0.8 * photos
    optimizer = torch.optim.SGD(system.parameters(), 0.1)
    for _ in range(2):  # what starts at zero lets nothing through until it has moved once
        optimizer.zero_grad()
        style = system.style(after, None, valid)
        if system.own_loss:
            loss = system.loss(photos, targets, style, torch.Generator().manual_seed(0))
        else:
            loss = (system.enhance(photos, style) - targets).abs().mean()
        loss.backward()
        optimizer.step()
    first = next(system.encoder.parameters())
    assert first.grad is not None and first.grad.isfinite().all() and first.grad.any()


def test_each_level_of_the_decoder_has_its_code() -> None:
    system = awakened(small("adain_unet", "psp"))
    after, valid = references()
    photos = torch.rand(2, 1, 3, 24, 24)
    with torch.no_grad():
        style = system.style(after, None, valid)
        usual = system.enhance(photos, style)
        for level in range(3):
            levels = style.levels.clone()
            style.levels[:, level] += 1
            assert not torch.allclose(usual, system.enhance(photos, style), atol=1e-4)
            style.levels = levels


def test_adain_gives_every_map_the_mean_and_deviation_of_its_code() -> None:
    layer = AdaIN(1, 2)
    with torch.no_grad():
        layer.affine.weight.copy_(torch.tensor([[1.0], [2.0], [3.0], [4.0]]))
        layer.affine.bias.zero_()
    x = torch.tensor([[[[0.0, 2.0]], [[1.0, 3.0]]]])  # both maps: deviation 1 about the mean
    expected = torch.tensor([[[[3 - 2.0, 3 + 2.0]], [[4 - 3.0, 4 + 3.0]]]])  # mean 3 and 4, deviation 1 + 1 and 1 + 2
    assert torch.allclose(layer(x, torch.ones(1, 1)), expected, atol=1e-4)
    one_pixel = layer(torch.full((1, 2, 1, 1), 5.0), torch.ones(1, 1))
    assert torch.allclose(one_pixel.flatten(), torch.tensor([3.0, 4.0]), atol=1e-2)


def test_dual_adain_by_hand_and_there_and_back() -> None:
    x = torch.full((1, 1, 1, 1), 3.0)
    source, target = ((torch.full_like(x, a), torch.full_like(x, b)) for a, b in ((0.5, 0.25), (0.8, 0.1)))
    # (3 - 0.25) / 0.5 = 5.5; 5.5 * 0.8 + 0.1
    assert dual_adain(x, source, target).item() == pytest.approx(4.5)
    assert dual_adain(dual_adain(x, source, target), target, source).item() == pytest.approx(3)


def test_a_source_style_that_is_the_target_changes_no_feature_whichever_it_is() -> None:
    torch.manual_seed(4)
    enhancer = CurveEnhancer(16, 8)
    with torch.no_grad():
        for parameter in enhancer.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        photos, one, other = torch.rand(2, 3, 40, 50), torch.randn(2, 16), torch.randn(2, 16)

        def features(source: Tensor, target: Tensor) -> Tensor:
            return enhancer.features(photos, enhancer.mapping(target), enhancer.mapping(source))

        first, second = features(one, one), features(other, other)
        assert torch.allclose(first, second, atol=1e-5), "without a way to go, no style is seen at all"
        assert not torch.allclose(first, features(one, other), atol=1e-3)
        assert torch.allclose(features(one, other), features(2 * one, 3 * other), atol=1e-5), "only directions count"


def test_curves_agree_with_numpy() -> None:
    torch.manual_seed(3)
    photos, curves = torch.rand(2, 3, 5, 7), torch.randn(2, 3, 3, 9)
    photos[0, 0, 0, :3] = torch.tensor([0.0, 1.0, 1.2])
    found, knots = apply_curves(photos, curves), np.linspace(0, 1, 9)
    for b in range(2):
        for o in range(3):
            expected = sum(np.interp(photos[b, i].numpy(), knots, curves[b, o, i].numpy()) for i in range(3))
            assert np.allclose(found[b, o].numpy(), expected, atol=1e-5)


def test_channel_attention_by_hand() -> None:
    # one head, one channel of the photo, two references of one channel; the second is valid in the first case only
    q = torch.tensor([[[[3.0, 4.0]]]])
    k = torch.tensor([[[[[1.0, 0.0]]], [[[0.0, 2.0]]]]])
    v = torch.tensor([[[[[1.0, 0.0]]], [[[0.0, 1.0]]]]])
    temperature = torch.tensor([2.0])
    both = channel_attention(q, k, v, temperature, torch.tensor([[True, True]]))
    weights = np.exp([2 * 0.6, 2 * 0.8])
    assert np.allclose(both.flatten().numpy(), weights / weights.sum(), atol=1e-6)
    k[0, 1] = torch.nan
    v[0, 1] = 7.0
    k = torch.where(torch.tensor([True, False])[None, :, None, None, None], k, 0.0)
    first = channel_attention(q, k, v, temperature, torch.tensor([[True, False]]))
    assert first.flatten().tolist() == [1.0, 0.0]
    assert not channel_attention(q, k, v, temperature, torch.tensor([[False, False]])).any()


def test_attention_on_a_large_photo_is_bounded() -> None:
    system = awakened(small("attention"))
    after, valid = references(1, 1)
    seen: list[int] = []
    block = system.enhancer.get_submodule("blocks.0")
    block.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0].shape[-2] * inputs[0].shape[-1]))
    with torch.no_grad():
        assert system.enhance(torch.rand(1, 1, 3, 260, 40), system.style(after, None, valid)).shape[-2:] == (260, 40)
    assert seen == [MOST_SIDE * 5]


def test_padding_reflects_and_shrinking_averages() -> None:
    row = torch.arange(9.0).expand(1, 1, 9, 9)
    assert pad_to_multiple(row, 8)[0, 0, 0].tolist() == [*range(9), *range(7, 0, -1)]
    assert shrink(torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]]), 1).item() == 1.5
    assert shrink(torch.ones(1, 3, 4, 9), 6).shape == (1, 3, 6, 6)


def test_the_sa_block_is_that_of_the_study_s_log() -> None:
    """Computed again without torch, head by head, from the same weights."""
    torch.manual_seed(5)
    images, channels, height, width = 3, 12, 4, 5
    block = SABlock(channels, images).double()
    torch.nn.init.normal_(block.rescale)
    x, maps = torch.randn(2, channels, height, width).double(), torch.randn(2, images, channels, height, width).double()
    weights = {name: value.numpy() for name, value in block.state_dict().items()}
    head = channels // images
    for b in range(2):
        photo = x[b].reshape(channels, -1).numpy()
        queries = weights["to_q.weight"] @ photo
        read = np.empty_like(queries)
        for n in range(images):
            rows, style = slice(n * head, (n + 1) * head), maps[b, n].reshape(channels, -1).numpy()
            k, v = (weights[f"to_{name}.weight"][rows, :, 0, 0] @ style for name in "kv")
            q = queries[rows] / np.linalg.norm(queries[rows], axis=1, keepdims=True)
            k = k / np.linalg.norm(k, axis=1, keepdims=True)
            scores = np.exp(weights["rescale"][n, 0, 0] * (k @ q.T))
            read[rows] = scores / scores.sum(1, keepdims=True) @ v
        expected = weights["out.weight"] @ (read + queries) + weights["out.bias"][:, None] + queries
        with torch.no_grad():
            found = block(x, maps)[b].reshape(channels, -1).numpy()
        assert np.abs(found - expected).max() < 1e-6


def test_exactly_so_many_style_images_are_taken() -> None:
    maps = torch.arange(1.0, 5.0).expand(4, 4)[..., None, None, None]
    valid = torch.tensor([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]).bool()
    assert exactly(maps, valid, 3).flatten(1).tolist() == [[1, 2, 3], [2, 4, 2], [3, 3, 3], [0, 0, 0]]
    assert exactly(maps, valid, 6).flatten(1)[0].tolist() == [1, 2, 3, 4, 1, 2]
    with pytest.raises(ValueError, match="images must divide"):
        SystemConfig(enhancer="sa_block", channels=8, images=3)


def test_the_identity_control_changes_nothing_and_the_blind_one_for_all_alike() -> None:
    after, valid = references()
    photos = torch.rand(2, 1, 3, 24, 24)
    torch.manual_seed(0)
    sizes = {"width": 16, "channels": 8, "encoder_channels": 8, "side": 32}
    identity = build_system(SystemConfig.model_validate(sizes | {"enhancer": "identity"})).eval()
    blind = awakened(build_system(SystemConfig.model_validate(sizes | {"enhancer": "unet", "blind": True})).eval())
    with torch.no_grad():
        assert torch.equal(identity.enhance(photos, identity.style(after, None, valid)), photos)
        first, second = (blind.enhance(photos, blind.style(r, None, valid)) for r in (after, 1 - after))
    assert torch.equal(first, second) and not torch.allclose(first, photos, atol=1e-3)


def test_more_codes_give_every_level_of_the_decoder_several() -> None:
    torch.manual_seed(0)
    sizes = {"width": 16, "channels": 8, "encoder_channels": 8, "side": 32}
    config = SystemConfig.model_validate(sizes | {"encoder": "psp", "enhancer": "adain_unet", "codes": 6})
    system = awakened(build_system(config).eval())
    after, valid = references()
    photos = torch.rand(2, 1, 3, 24, 24)
    with torch.no_grad():
        style = system.style(after, None, valid)
        usual = system.enhance(photos, style)
        assert style.levels.shape == (2, 6, 16)
        for number in range(6):
            levels = style.levels.clone()
            style.levels[:, number] += 1
            assert not torch.allclose(usual, system.enhance(photos, style), atol=1e-4)
            style.levels = levels
