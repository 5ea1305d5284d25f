"""Systems of the study: masks, order, originals, and keeping them on disk."""

from pathlib import Path

import pytest
import torch

from pie_desktop.errors import PieError
from pie_desktop.model.systems.build import build_system, load_system, save_system
from pie_desktop.model.systems.style import StyleFeatures, pool
from pie_desktop.model.systems.system import System, SystemConfig


def small(**changes: object) -> System:
    torch.manual_seed(0)
    sizes = {"width": 16, "channels": 8, "encoder_channels": 8, "side": 32}
    return build_system(SystemConfig.model_validate(sizes | changes)).eval()


def test_pool_is_the_mean_of_the_valid_references() -> None:
    features = StyleFeatures(torch.arange(12.0).reshape(6, 2), torch.ones(6, 1, 2), torch.ones(6, 1, 1, 1))
    features.vector[2] = torch.nan
    style = pool(features, torch.tensor([[True, True, False], [True, False, False]]))
    assert style.vector.tolist() == [[1.0, 2.0], [6.0, 7.0]]
    assert style.maps.flatten().tolist() == [1, 1, 0, 1, 0, 0]


def test_expand_keeps_the_photos_of_a_user_together() -> None:
    features = StyleFeatures(torch.tensor([[1.0], [2.0]]), torch.ones(2, 1, 1), torch.ones(2, 1, 1, 1))
    assert pool(features, torch.ones(2, 1, dtype=torch.bool)).expand(3).vector.flatten().tolist() == [1, 1, 1, 2, 2, 2]


def test_a_paired_system_refuses_references_without_originals() -> None:
    system = small(paired=True)
    assert system.needs_pairs
    with pytest.raises(ValueError, match="original"):
        system.style(torch.rand(1, 2, 3, 32, 32), None, torch.ones(1, 2, dtype=torch.bool))


@pytest.mark.parametrize(("encoder", "enhancer"), [("resnet", "curves"), ("psp", "diffusion")])
def test_round_trip(tmp_path: Path, encoder: str, enhancer: str) -> None:
    system = small(encoder=encoder, enhancer=enhancer, components=4, lut_size=5)
    with torch.no_grad():
        for parameter in system.parameters():
            parameter.normal_(0, 0.1)  # a new system leaves every photo as it is
    if system.needs_basis:
        system.set_basis(torch.randn(4, 3, 125))
    save_system(tmp_path / "s", system, {"name": "mine", "steps": 3})
    loaded, card = load_system(tmp_path / "s")
    assert card == {"name": "mine", "steps": 3} and loaded.config == system.config and not loaded.training
    photos, references = torch.rand(1, 2, 3, 20, 24), torch.rand(1, 2, 3, 32, 32)
    valid = torch.ones(1, 2, dtype=torch.bool)
    with torch.no_grad():
        first, second = (s.enhance(photos, s.style(references, None, valid)) for s in (system, loaded))
    assert torch.equal(first, second) and not torch.allclose(first, photos, atol=1e-3)


@pytest.mark.parametrize("damage", ["missing", "truncated", "json", "version", "other"])
def test_a_damaged_system_is_refused_with_one_sentence(tmp_path: Path, damage: str) -> None:
    save_system(tmp_path, small(), {})
    weights, description = tmp_path / "system.safetensors", tmp_path / "system.json"
    if damage == "missing":
        weights.unlink()
    elif damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif damage == "json":
        description.write_text('{"format_version": 1, "config": {"encoder": "vgg"}}')
    elif damage == "version":
        description.write_text('{"format_version": 99}')
    else:
        description.write_text(description.read_text().replace('"width": 16', '"width": 24'))
    with pytest.raises(PieError) as refused:
        load_system(tmp_path)
    message = str(refused.value)
    assert str(tmp_path) in message and "\n" not in message and message.endswith(".")


def test_references_that_are_not_valid_are_not_even_encoded() -> None:
    system = small()
    seen: list[int] = []
    system.encoder.register_forward_hook(lambda _, inputs, output: seen.append(len(inputs[0])))
    after, valid = torch.rand(2, 3, 3, 32, 32), torch.tensor([[True, False, True], [False, True, False]])
    with torch.no_grad():
        style = system.style(after, None, valid)
        alone = system.features(after[1, 1][None])
    assert seen == [3, 1] and torch.allclose(style.vector[1], alone.vector[0], atol=1e-5)
    assert torch.allclose(style.maps[1, 1], alone.maps[0], atol=1e-5) and not style.maps[1, 0].any()


def test_the_source_of_a_paired_system_is_a_pair_without_an_edit() -> None:
    system, photos = small(paired=True), torch.rand(2, 3, 20, 30)
    with torch.no_grad():
        assert torch.equal(system.source(photos), system.features(photos, photos).vector)
