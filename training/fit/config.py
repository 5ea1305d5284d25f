"""Configuration of a training run of the model: a TOML file of `configs/`, with options of the command line on top."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.fine_tuning import FINE_TUNING, SETTINGS
from training.data.users import UserMix
from training.losses.registry import LossWeights
from training.running.precision import Precision
from training.running.settings import Section, read_toml, refuse_ranges, validated


class DataConfig(Section):
    """Where examples come from.

    Attributes:
        kind: `simulated` users over finished photos, a user's own `pairs`, or the experts of a `prepared` cache.
        folder: the photos, the folder of edits and originals, or the cache.
        more: folders of more of the same: finished photos for simulated users, or pairs.
        teachers: folder of learned retouchers that some simulated users imitate; see `training.data.teachers`.
        styles: of a cache, those to learn from; all where none is named.
        bank_side: side the photos are stored at, px; views are cropped from it.
        users: users per step.
        shots: photos per user; references and queries are drawn from them.
        references: the most references a user has.
        queries: photos retouched per user and step.
        reuse: steps for which a group of users serves, with new roles each time.
        workers: processes that compute groups ahead, on the CPU. None by default: a group serves several steps and is
            a small part of their cost; on CUDA it is computed there, and on the CPU workers take cores from training.
    """

    kind: Literal["simulated", "pairs", "prepared"] = "simulated"
    folder: Path
    more: tuple[Path, ...] = ()
    teachers: Path | None = None
    styles: tuple[str, ...] = ()
    bank_side: int = Field(96, ge=48, le=512)
    users: int = Field(12, ge=1)
    shots: int = Field(10, ge=2)
    references: int = Field(7, ge=1)
    queries: int = Field(3, ge=1)
    reuse: int = Field(3, ge=1)
    workers: int = Field(0, ge=0, le=32)


class OptimizerConfig(Section):
    """AdamW with warm-up and cosine decay; the encoder learns at a rate of its own."""

    encoder_lr: float = 1e-3
    enhancer_lr: float = 1e-3
    weight_decay: float = 0.01
    warmup: int = 300
    clip: float = 1.0
    ema: float = 0.999


class PretrainConfig(Section):
    """Training on statistics first; see `training.fit.pretraining`.

    Attributes:
        share: how much of the run, by steps or time, before training goes on end to end; 0 for none.
        pool: groups of users kept.
        refresh: steps after which the oldest group is replaced.
    """

    share: float = Field(0.0, ge=0, le=1)
    pool: int = Field(96, ge=2)
    refresh: int = Field(8, ge=1)


class NeutralConfig(Section):
    """The last stage of a run on simulated users: training the neutral preference; see `training.fit.neutral`.

    Attributes:
        batches: of captures, made once.
        steps: optimizer steps of every member.
    """

    batches: int = Field(100, ge=1)
    steps: int = Field(2000, ge=1)


class FitConfig(Section):
    """One training run.

    Attributes:
        steps: optimizer steps, pretraining included; the learning rate reaches its floor at the last. With 0 only what
            comes at the end of every run is fitted: neutral preference and expected error.
        minutes: wall-clock limit; the schedule follows whichever of both ends first.
        patience: validations without a clear gain after which the rates fall and the run ends; 0 to go on to the end.
        keep_best: whether the model is the one that was the best on the held-out photos, instead of the last one.
        precision: that layers multiply in while they learn; `bfloat16` is for recent GPUs, where it is faster.
        adapters: rank of the additions that learn in the place of the weights, see `training.fit.adapters`; 0 for none.
        mean_with: bundles whose weights are averaged with those of the one that the run starts from.
        population: of simulated users.
    """

    name: str = "model"
    seed: int = 0
    steps: int = Field(10_000, ge=0)
    minutes: float | None = None
    patience: int = Field(0, ge=0)
    keep_best: bool = False
    device: str = "auto"
    precision: Precision = "float32"
    validate_every: int = 500
    checkpoint_every: int = 500
    adapters: int = Field(0, ge=0, le=64)
    mean_with: tuple[Path, ...] = ()
    data: DataConfig
    population: UserMix = UserMix()
    pretrain: PretrainConfig = PretrainConfig()
    neutral: NeutralConfig = NeutralConfig()
    losses: LossWeights = LossWeights()
    optimizer: OptimizerConfig = OptimizerConfig()
    architecture: Architecture = Architecture()

    @model_validator(mode="after")
    def _within_ranges(self) -> Self:
        """What the editor's form refuses is refused here, with the same sentence."""
        losses = {name: self.losses[name] for name in ("gram", "tv")}
        rates = {"encoder_lr": self.optimizer.encoder_lr, "enhancer_lr": self.optimizer.enhancer_lr}
        values = {"references": self.data.references, "seed": self.seed} | rates | losses
        found = [SETTINGS[key].problem(value) for key, value in values.items()]
        if self.minutes is not None:
            found.append(SETTINGS["minutes"].problem_of_part(self.minutes))
        refuse_ranges([problem for problem in found if problem is not None])
        return self


def load_config(path: Path) -> FitConfig:
    """Read a configuration; relative folders are relative to the current directory.

    Raises:
        PieError: the file is missing, is not TOML, or says something unknown.
    """
    return validated(FitConfig, read_toml(path), path)


def fine_tune_config(
    folder: Path,
    architecture: Architecture,
    references: int = FINE_TUNING.references,
    more: tuple[Path, ...] = (),
) -> FitConfig:
    """Defaults for a user's own pairs, as in the editor's form: until nothing is gained any more."""
    d = FINE_TUNING
    return FitConfig(
        name=folder.resolve().name,
        steps=d.most_steps,
        patience=d.patience,
        keep_best=True,
        validate_every=50,
        checkpoint_every=100,
        data=DataConfig(
            kind="pairs", folder=folder, more=more, users=4, shots=references + 3, references=references, reuse=2
        ),
        # three times the steps in the same time, and 2 dB more of it; 50 groups of 92 photos are 300 MB
        pretrain=PretrainConfig(share=0.9, pool=50, refresh=8),
        losses=LossWeights(gram=d.gram, tv=d.tv),
        optimizer=OptimizerConfig(encoder_lr=d.encoder_lr, enhancer_lr=d.enhancer_lr, warmup=20, ema=0.98),
        architecture=architecture,
    )


def own_pairs_config(folders: Sequence[Path], init: Path | None) -> tuple[FitConfig, Path]:
    """Defaults for a user's own pairs, and the bundle to start from: the shipped one where none is named.

    Raises:
        PieError: there is no bundle, or it cannot be used.
    """
    from pie_desktop.model.bundle import list_bundles, load_bundle
    from pie_desktop.paths import resource

    if init is None:
        shipped = list_bundles(resource("bundles"))
        if not shipped:
            raise PieError("There is no shipped model to start from; name one with --init.")
        init = shipped[0].path
    return fine_tune_config(folders[0], load_bundle(init)[0].architecture, more=tuple(folders[1:])), init


def override(config: FitConfig, sections: dict[str, dict[str, Any]]) -> FitConfig:
    """The configuration with the given values; those that are None stay as they are.

    Args:
        sections: values by section: `run` for the top level, `data`, `losses`, `optimizer`.
    """
    values = config.model_dump()
    for section, changes in sections.items():
        target = values if section == "run" else values[section]
        target |= {key: value for key, value in changes.items() if value is not None}
    data = values["data"]
    data["shots"] = max(data["shots"], data["references"] + data["queries"])
    return FitConfig.model_validate(values)


def within(config: FitConfig, pairs: int) -> FitConfig:
    """The configuration for so many training pairs: no photo is its own reference, however few there are."""
    queries = min(config.data.queries, max(1, pairs // 2))
    references = max(1, min(config.data.references, pairs - queries))
    data = {"references": references, "queries": queries, "shots": min(config.data.shots, pairs)}
    return config.model_copy(update={"data": config.data.model_copy(update=data)})


def steps_for(config: FitConfig, epochs: float, pairs: int) -> int:
    """Optimizer steps of `epochs` passes over so many pairs, which are those that passed the check."""
    return max(1, math.ceil(epochs * pairs / (config.data.users * config.data.queries)))


def stored_config(run: Path) -> FitConfig:
    """The configuration that a run was started with.

    Raises:
        PieError: the folder holds no run.
    """
    path = run / "config.json"
    try:
        return FitConfig.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PieError(f"There is no run to resume in {run}; start the training without resuming.") from error
