"""Several processes that train together give what one process with all users gives, and fail together."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from tests.unit.helpers.torchrun import run_together
from training.data.batch import Group
from training.fit import basis
from training.fit.assemble import fit
from training.fit.config import DataConfig, FitConfig, NeutralConfig, OptimizerConfig, PretrainConfig
from training.running.processes import ALONE, Processes, Share, start_processes

SMALL = Architecture(components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture
def config(photo_folder_of_crops: Path) -> FitConfig:
    return FitConfig(
        name="tiny",
        steps=4,
        device="cpu",
        validate_every=4,
        checkpoint_every=2,
        data=DataConfig(folder=photo_folder_of_crops, bank_side=48, users=4, shots=5, references=3, queries=2, reuse=2),
        pretrain=PretrainConfig(share=0.4, pool=4),
        neutral=NeutralConfig(batches=1, steps=2),
        optimizer=OptimizerConfig(warmup=2),
        architecture=SMALL,
    )


def _toml(config: FitConfig) -> str:
    """The configuration as a file; JSON of a scalar is TOML, too."""
    values = json.loads(config.model_dump_json(exclude_none=True))
    tables = {name: values.pop(name) for name, value in list(values.items()) if isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines)


@pytest.mark.slow
def test_two_processes_have_the_losses_of_one(
    config: FitConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On statistics and end to end. Slow: three interpreters have to load torch."""
    monkeypatch.setattr(basis.build_basis, "__defaults__", (9, 500, 0))
    alone = list(fit(config, tmp_path / "alone", tmp_path / "models"))
    shutil.copytree(tmp_path / "alone" / "cache", tmp_path / "together" / "cache")
    (tmp_path / "run.toml").write_text(_toml(config))
    where = "--config", tmp_path / "run.toml", "--out", tmp_path / "together"
    ended = run_together("training", "fit", *where, "--events", "-")
    assert ended.returncode == 0, ended.stderr[-3000:]
    # one process reports, and nothing else is on stdout
    together = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [e["event"] for e in together] == [e["event"] for e in alone]
    assert together[0]["processes"] == 2
    for ours, expected in zip(together, alone, strict=True):
        if ours["event"] == "step":
            assert ours["loss"] == pytest.approx(expected["loss"], rel=2e-4), ours["step"]
            assert ours["losses"] == pytest.approx(expected["losses"], rel=2e-3, abs=1e-6)


def test_users_that_cannot_be_shared_are_refused(config: FitConfig, tmp_path: Path) -> None:
    class Three(Processes):
        def __init__(self) -> None:
            super().__init__()
            self.share = Share(1, 3)

    with pytest.raises(PieError, match="4 users per step cannot be shared equally by 3 processes"):
        next(iter(fit(config, tmp_path / "run", tmp_path / "models", processes=Three())))


def test_shares_are_the_whole() -> None:
    group = Group(torch.arange(6.0)[:, None], torch.arange(6.0)[:, None])
    parts = [group.rows(Share(index, 3).rows(6)) for index in range(3)]
    assert torch.equal(torch.cat([part.input for part in parts]), group.input)
    assert parts[0].finished is None
    assert Share(1, 2).rows_of([4, 2]).tolist() == [2, 3, 5]


def test_without_torchrun_a_process_is_alone() -> None:
    assert start_processes("cpu") is ALONE
    assert ALONE.leader and ALONE.alone and ALONE.agreed(1.5, True) == [1.5, True]
    ALONE.align(nn.Linear(2, 2))
    with ALONE.leader_first():
        pass


class Answered(Processes):
    """One of two processes; the other's words are given."""

    def __init__(self, index: int, leader: float = 0.0) -> None:
        super().__init__()
        self.share, self.leaders, self.said = Share(index, 2), leader, []  # type: ignore[var-annotated]

    def agreed(self, *values: float) -> list[float]:
        self.said.append(values)
        return list(values) if self.leader else [self.leaders]


def test_others_wait_for_the_leader_and_fail_with_it() -> None:
    leader = Answered(0)
    with leader.leader_first():
        assert leader.said == []
    assert leader.said == [(True,)]
    with pytest.raises(PieError, match="no cache"), leader.leader_first():
        raise PieError("no cache")
    assert leader.said == [(True,), (False,)]
    with Answered(1, leader=True).leader_first():
        pass
    with pytest.raises(PieError, match="because the first one could not"), Answered(1, leader=False).leader_first():
        raise AssertionError("nothing is begun")
