"""Training from a prepared cache of experts, and what a photo that is not made of numbers does to a run."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import load_bundle
from training.data.batch import Group
from training.data.fivek import find_dataset
from training.data.inspection import inspect
from training.data.prefetch import Prefetched
from training.data.prepared import PreparedSource, open_prepared
from training.data.preparing import prepare
from training.fit import basis
from training.fit.assemble import fit
from training.fit.config import DataConfig, FitConfig, NeutralConfig, OptimizerConfig, load_config, override
from training.fit.neutral import neutral_strength

pytestmark = pytest.mark.slow

SMALL = Architecture(components=8, lut_size=9, residual_size=5, width=32, heads=2, encoder_layers=1, decoder_layers=1)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, photo_folder_of_crops: Path) -> Path:
    """24 photos, unedited and by two experts."""
    folder = tmp_path_factory.mktemp("experts")
    for name, gains in {"input": (1, 1, 1), "ExpertC": (1.15, 1.02, 0.9), "Cold": (0.9, 1, 1.1)}.items():
        (folder / "set" / name).mkdir(parents=True)
        for path in photo_folder_of_crops.glob("*.jpg"):
            edited = np.clip(np.asarray(Image.open(path)) * np.array(gains), 0, 255).astype(np.uint8)
            Image.fromarray(edited).save(folder / "set" / name / path.name)
    found = inspect(find_dataset(folder / "set"), 64)
    prepare(found.dataset, found.whole, folder / "cache", 64)
    return folder / "cache"


@pytest.fixture
def config(cache: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    monkeypatch.setattr(basis.build_basis, "__defaults__", (9, 500, 0))
    monkeypatch.setattr("training.fit.finishing.neutral_strength", partial(neutral_strength, count=40))
    data = DataConfig(kind="prepared", folder=cache, bank_side=48, users=2, shots=5, references=3, queries=2, reuse=1)
    return FitConfig(
        steps=4,
        device="cpu",
        validate_every=2,
        checkpoint_every=2,
        data=data,
        neutral=NeutralConfig(batches=1, steps=2),
        optimizer=OptimizerConfig(warmup=2),
        architecture=SMALL,
    )


def test_experts_train_a_model(config: FitConfig, tmp_path: Path) -> None:
    events = list(fit(config, tmp_path / "run", tmp_path / "models"))
    assert (events[0]["train"], events[0]["validation"]) == (21, 1)
    assert [e["event"] for e in events].count("validation") == 2
    assert all(np.isfinite(e["loss"]) for e in events if e["event"] == "step")
    _, info = load_bundle(Path(events[-1]["bundle"]))
    assert info.card["data"]["kind"] == "prepared" and np.isfinite(info.card["validation"]["psnr"])


def test_one_style_alone_and_unknown_ones(config: FitConfig, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(
        f'[data]\nkind = "prepared"\nfolder = "{config.data.folder.as_posix()}"\nstyles = ["Cold"]\n'
    )
    loaded = load_config(tmp_path / "run.toml")
    data = open_prepared(loaded.data.folder).only(loaded.data.styles)
    assert PreparedSource(data, 16, 3, 2, 0).styles_of(0).tolist() == [0, 0, 0] and data.styles == ("Cold",)
    with pytest.raises(PieError, match="has no style Warm; it has expert C, Cold"):
        next(iter(fit(override(config, {"data": {"styles": ["Warm"]}}), tmp_path / "run", tmp_path / "models")))


def test_workers_map_the_cache_itself(cache: Path) -> None:
    source = PreparedSource(open_prepared(cache), 16, 2, 3, 0)
    with Prefetched(source, 1) as ahead:
        # nothing is copied: a cache may be larger than the disk for temporary files
        assert list(Path(ahead._folder.name).iterdir()) == []
        ahead.expect([0])
        assert torch.equal(ahead.group(0).target, source.group(0).target)
        assert ahead.describe(0) == source.describe(0)


def test_photo_that_is_not_a_number_stops_and_keeps_the_checkpoint(
    config: FitConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PreparedSource.group

    def damaged(self: PreparedSource, number: int) -> Group:
        group = whole(self, number)
        if number == 3:
            group.target[0] = torch.nan
        return group

    monkeypatch.setattr(PreparedSource, "group", damaged)
    source = PreparedSource(open_prepared(config.data.folder), SMALL.side, 2, 5, config.seed)
    run = fit(override(config, {"run": {"steps": 8}}), tmp_path / "run", tmp_path / "models")
    with pytest.raises(PieError, match="not a number at step 4, which learned from group 3") as caught:
        for event in run:
            if event["event"] == "checkpoint":
                kept = Path(event["path"]).read_bytes()
    assert source.describe(3) in str(caught.value) and ".jpg" not in source.describe(3)
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"
    assert checkpoint.read_bytes() == kept
    assert all(bool(torch.isfinite(tensor).all()) for tensor in load_file(checkpoint).values())
    # the photo mended, the run goes on from there
    monkeypatch.setattr(PreparedSource, "group", whole)
    events = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True))
    assert events[0]["step"] == 2 and events[-1]["event"] == "done"


def test_weights_that_are_not_numbers_never_reach_the_checkpoint(config: FitConfig, tmp_path: Path) -> None:
    """A step that throws the weights off is followed by a checkpoint, before any loss could tell."""
    list(fit(override(config, {"run": {"steps": 2}}), tmp_path / "run", tmp_path / "models"))
    checkpoint = tmp_path / "run" / "checkpoint.safetensors"
    kept = checkpoint.read_bytes()
    rates = {"encoder_lr": float("inf"), "enhancer_lr": float("inf")}
    # no configuration of a person gets there: rates have a range
    optimizer = config.optimizer.model_copy(update=rates)
    wild = config.model_copy(update={"steps": 6, "checkpoint_every": 1, "optimizer": optimizer})
    with pytest.raises(PieError, match="weights are no longer finite numbers after step 3"):
        list(fit(wild, tmp_path / "run", tmp_path / "models", resume=True))
    assert checkpoint.read_bytes() == kept
