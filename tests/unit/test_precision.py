"""Training in bfloat16, here on the CPU: nearly the losses of float32, and float32 wherever systems are solved."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError
from pie_desktop.model import lut_prior
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.network import PreferenceNetwork
from training.data.source import SimulatedSource
from training.fit.basis import build_basis
from training.fit.config import DataConfig, FitConfig, PretrainConfig
from training.fit.pretraining import calibrate
from training.fit.trainer import Trainer
from training.fit.validation import Validation
from training.running.precision import Precision, blocks, multiply_in

SMALL = Architecture(
    components=8,
    lut_size=9,
    residual_size=5,
    width=32,
    heads=2,
    encoder_layers=1,
    decoder_layers=1,
    exposure=True,
    adaptation=4,
)


@pytest.fixture(scope="module")
def trainer(
    sample_images: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Precision], Trainer]:
    """A trainer whose layers have all learned something: at the start most heads are zero."""
    bank = np.stack([p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 200)])
    basis, folder = build_basis(bank, 8, 9, samples=500), tmp_path_factory.mktemp("precision")

    def made(precision: Precision) -> Trainer:
        config = FitConfig(
            precision=precision,
            steps=10,
            data=DataConfig(folder=Path(), users=2, shots=6, references=3, queries=2),
            pretrain=PretrainConfig(share=0.5, pool=3),
            architecture=SMALL,
        )
        torch.manual_seed(0)
        network = PreferenceNetwork(SMALL)
        network.prior.set_basis(basis)
        source = SimulatedSource(bank, SMALL.side, users=2, shots=6, seed=1)
        calibrate(network, source, groups=2)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter), alpha=0.02)
        return Trainer(config, network, source, Validation([]), folder)

    return made


@pytest.mark.parametrize("step", [0, 6], ids=["on statistics", "end to end"])
def test_losses_are_nearly_those_of_float32_and_gradients_finite(
    trainer: Callable[[Precision], Trainer], step: int
) -> None:
    found = {}
    for precision in ("float32", "bfloat16"):
        run = trainer(precision)
        run.progress.step = step
        loss, _ = run.loss()
        loss.backward()
        gradients = [p.grad for p in run.network.parameters() if p.grad is not None]
        assert loss.dtype == torch.float32 and all(g.dtype == torch.float32 for g in gradients)
        assert all(bool(torch.isfinite(g).all()) for g in gradients)
        found[precision] = float(loss.detach()), torch.cat([g.flatten() for g in gradients])
    (exact, gradient), (near, other) = found["float32"], found["bfloat16"]
    assert near == pytest.approx(exact, rel=0.02) and near != exact
    assert float(torch.cosine_similarity(gradient, other, 0)) > 0.98


def test_what_is_solved_and_validated_stays_in_float32(
    trainer: Callable[[Precision], Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, exact = trainer("bfloat16"), trainer("float32")
    solved: list[torch.dtype] = []
    solve = lut_prior.solve_positive

    def noted(matrix: Tensor, right: Tensor) -> Tensor:
        assert not torch.is_autocast_enabled("cpu")
        solved.extend((matrix.dtype, right.dtype))
        return solve(matrix, right)

    monkeypatch.setattr(lut_prior, "solve_positive", noted)
    for one in (run, exact):
        one.progress.step = 6
        one.loss()
    assert set(solved) == {torch.float32}
    # the same evidence to the last bit, and an average that does not know of it
    assert run._cached is not None and exact._cached is not None
    prepared, expected = run._cached[2], exact._cached[2]
    assert torch.equal(prepared.evidence.gram, expected.evidence.gram) and torch.equal(prepared.fit, expected.fit)
    image = torch.rand(2, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    features, others, learning = (n.encoder.features(image) for n in (run.average, exact.average, run.network))
    assert torch.equal(features, others) and not torch.equal(features, learning)


def test_every_layer_that_multiplies_is_in_a_block_but_those_of_the_users_habits() -> None:
    network = PreferenceNetwork(SMALL)
    found = {part for block in blocks(network) for part in block.modules()}
    multiplying = {n: part for n, part in network.named_modules() if isinstance(part, nn.Linear | nn.Conv2d)}
    left = {name for name, part in multiplying.items() if part not in found}
    assert left and all(name.startswith("encoder.adaptation.") for name in left)


def test_a_device_without_bfloat16_is_named() -> None:
    with pytest.raises(PieError, match=r'set precision = "float32"'):
        multiply_in("bfloat16", nn.Sequential(nn.Linear(2, 2)).to("meta"))
