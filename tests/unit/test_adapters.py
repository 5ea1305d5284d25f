"""Low-rank adapters: without effect at first, alone in learning, and gone from the finished model."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from pie_desktop.model.bundle import load_bundle
from pie_desktop.model.network import PreferenceNetwork
from tests.own_edits import SMALL, base_model, edits_folder
from training.fit.adapters import with_adapters, without_adapters
from training.fit.assemble import fit
from training.fit.config import FitConfig, fine_tune_config, override


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_model(tmp_path_factory.mktemp("base") / "base.piemodel", SMALL)


@pytest.fixture(scope="module")
def config(photo_folder_of_crops: Path, tmp_path_factory: pytest.TempPathFactory) -> FitConfig:
    edits = edits_folder(tmp_path_factory.mktemp("own") / "edits", photo_folder_of_crops, 10)
    run = {"steps": 6, "device": "cpu", "validate_every": 3, "checkpoint_every": 3, "adapters": 2}
    rates = {"encoder_lr": 0.01, "enhancer_lr": 0.01, "warmup": 1}
    small = {"users": 2, "queries": 1}
    return override(
        fine_tune_config(edits, SMALL, references=3), {"run": run, "data": small, "optimizer": rates}
    ).model_copy(update={"keep_best": False})


def _answers(network: PreferenceNetwork) -> list[torch.Tensor]:
    """Of every layer that has adapters, for one input."""
    layers = [m for part in (network.encoder, network.enhancer) for m in part.modules() if isinstance(m, nn.Linear)]
    return [layer(torch.linspace(-1, 1, layer.in_features)) for layer in layers]


def test_they_begin_without_effect_and_alone_learn(base: Path) -> None:
    network, _ = load_bundle(base)
    before = [answer.detach() for answer in _answers(network)]
    names = set(network.state_dict())
    with_adapters(network, rank=2, seed=1)
    learning = {name: p for name, p in network.named_parameters() if p.requires_grad}
    assert learning and all(name.endswith((".up", ".down")) for name in learning)
    assert any("in_proj_weight" in name for name in learning), "attention has matrices, too"
    for found, right in zip(_answers(network), before, strict=True):
        torch.testing.assert_close(found, right)
    for name, parameter in learning.items():
        if name.endswith(".up"):
            parameter.data.normal_()
    changed = [answer.detach() for answer in _answers(network)]
    assert any(not torch.allclose(found, right) for found, right in zip(changed, before, strict=True))
    without_adapters(network)
    assert set(network.state_dict()) == names
    for found, right in zip(_answers(network), changed, strict=True):
        torch.testing.assert_close(found, right)


def test_the_same_seed_begins_with_the_same_numbers_and_leaves_others_alone(base: Path) -> None:
    network, _ = load_bundle(base)
    first, second, other = (copy.deepcopy(network) for _ in range(3))
    state = torch.get_rng_state()
    for one, seed in ((first, 1), (second, 1), (other, 2)):
        with_adapters(one, rank=2, seed=seed)
    assert torch.equal(torch.get_rng_state(), state)
    downs = [
        torch.cat([p.flatten() for n, p in one.named_parameters() if n.endswith("down")])
        for one in (first, second, other)
    ]
    assert torch.equal(downs[0], downs[1]) and not torch.equal(downs[0], downs[2])


@pytest.mark.slow
def test_a_run_with_adapters_resumes_to_the_same_model_which_has_none(
    config: FitConfig, base: Path, tmp_path: Path
) -> None:
    whole = list(fit(config, tmp_path / "whole", tmp_path / "whole", init=base))
    answers = iter([False, False, True])
    first = list(fit(config, tmp_path / "parts", tmp_path / "parts", init=base, should_stop=lambda: next(answers)))
    assert first[-1]["event"] == "stopped"
    second = list(fit(config, tmp_path / "parts", tmp_path / "parts", resume=True))
    bundles = [load_bundle(Path(events[-1]["bundle"]))[0].state_dict() for events in (whole, second)]
    start = load_bundle(base)[0].state_dict()
    assert bundles[0].keys() == start.keys()
    moved = {name for name, weight in start.items() if not torch.equal(weight, bundles[0][name])}
    assert moved and all(name.startswith(("encoder.", "enhancer.")) for name in moved)
    assert not any(name.endswith("bias") for name in moved)
    for name, weight in bundles[0].items():
        torch.testing.assert_close(weight, bundles[1][name], rtol=1e-3, atol=1e-4)
