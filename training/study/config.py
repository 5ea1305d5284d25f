"""Configurations of the study: a *system* is what is compared, a *scale* what all systems get alike."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from pie_desktop.errors import PieError
from pie_desktop.model.systems.system import SystemConfig
from training.losses.registry import Images, LossWeights
from training.running.precision import Precision
from training.running.settings import Section, merged, read_inherited, validated

Kind = Literal["end_to_end", "two_stage", "two_stage_proxies", "masked", "diffusion", "embedding"]
NAME = r"^[a-z0-9][a-z0-9-]*$"  # names are folders


class ProtocolConfig(Section):
    """How a system is trained; see `training.study.protocols`.

    Attributes:
        kind: the protocol.
        metric: metric-learning loss of the embedding, see `training.losses.metric`; protocols with one only.
        share: how much of the budget the first stage gets; protocols with two stages only.
        perceptual: weight of PieNet's perceptual loss, by the vectors of the frozen encoder; two stages with a metric
            only.
    """

    kind: Kind
    metric: str | None = None
    share: float = Field(0.3, gt=0, lt=1)
    perceptual: float = Field(0.0, ge=0)

    @model_validator(mode="after")
    def _metric_where_needed(self) -> Self:
        needed = self.kind in ("two_stage", "two_stage_proxies", "embedding")
        if needed != (self.metric is not None):
            raise ValueError(f"the protocol {self.kind} {'needs a' if needed else 'has no'} metric")
        if self.perceptual and self.kind not in ("two_stage", "two_stage_proxies"):
            raise ValueError(f"the protocol {self.kind} has no frozen encoder for a perceptual loss")
        return self


class ImageWeights(LossWeights):
    """Weights of the image losses; without any in the configuration it is L1 alone."""

    kinds = (Images,)

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return dict.fromkeys(super().defaults(), 0.0) | {"l1": 1.0}


class Rates(Section):
    """AdamW with warm-up and cosine decay, anew in every stage.

    Encoder and enhancer have rates of their own, and so may what a metric loss learns (proxies, a classifier), whose
    rate is the encoder's where it is not named.
    """

    encoder: float = Field(1e-3, ge=0)
    enhancer: float = Field(1e-3, ge=0)
    proxies: float | None = Field(None, ge=0)
    weight_decay: float = Field(0.01, ge=0)
    warmup: int = Field(50, ge=0)
    clip: float = Field(1.0, gt=0)
    ema: float = Field(0.99, ge=0, lt=1)


class Departure(Section):
    """Where a system is not as its paper has it.

    Attributes:
        what: the part, in a word or two.
        paper: how the paper has it.
        here: how it is here; with the reason, where it is not plain.
    """

    what: str
    paper: str
    here: str


class StudyConfig(Section):
    """One system of the study.

    Attributes:
        name: a folder of this name holds it.
        title: for people.
        source: the paper that it is rebuilt from.
        departures: all that is not as the paper has it, but for the sizes that a scale sets.
        paper_rates: the learning rates of the paper, in words.
        budget: share of the scale's budget; below 1 only for what is no row of the table.
        references: exactly so many of every user while training; None: from one to as many as the scale's batch says.
    """

    name: str = Field(pattern=NAME)
    title: str
    source: str
    departures: tuple[Departure, ...] = ()
    paper_rates: str = ""
    budget: float = Field(1.0, gt=0, le=1)
    references: int | None = Field(None, ge=1)
    system: SystemConfig
    protocol: ProtocolConfig
    losses: ImageWeights = ImageWeights()
    rates: Rates = Rates()


class PopulationConfig(Section):
    """The users that everything is trained on, and those that the training curve is measured on.

    Attributes:
        kind: `simulated` users over finished photographs, or `prepared` ones: a cache made by `training prepare`.
        folder: of the photographs, or of the cache.
        bank_side: side at which photographs are kept, px; images are views of them.
        users: simulated users; all styles of a prepared cache are users.
        shots: photos of every simulated user.
        schools: share of the simulated users who have targets of their own, as people do; see `training.data.schools`.
        hold_out: styles of a prepared cache that do not train: they are tested with as people who are new.
        validation_users: simulated users, over photographs kept apart, that the curve is measured on.
    """

    kind: Literal["simulated", "prepared"] = "simulated"
    folder: Path
    bank_side: int = Field(224, ge=32, le=1024)
    users: int = Field(128, ge=2)
    shots: int = Field(24, ge=2)
    schools: float = Field(0.0, ge=0, le=1)
    hold_out: tuple[str, ...] = ()
    validation_users: int = Field(16, ge=2)


class BatchConfig(Section):
    """What one step shows: U users with up to N references and Q photos to retouch each."""

    users: int = Field(6, ge=2)
    references: int = Field(5, ge=1)
    queries: int = Field(2, ge=1)

    @property
    def shots(self) -> int:
        """Photos per user."""
        return self.references + self.queries


class SizeConfig(Section):
    """Sizes of the networks, for all systems; None leaves what a system's own configuration says."""

    side: int | None = None
    width: int | None = None
    channels: int | None = None
    encoder_channels: int | None = None


class Budget(Section):
    """What every system gets: minutes of training, or samples (photos retouched), whichever is named.

    Measuring the curve, writing checkpoints and building the population are not counted.

    Attributes:
        minutes: by the clock.
        clock: `wall`, or `cpu`, the time of the processors alone: fair on a machine that does other things meanwhile;
            meant for one thread, and not for a GPU.
        samples: photos.
    """

    minutes: float | None = Field(None, gt=0)
    clock: Literal["wall", "cpu"] = "wall"
    samples: int | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.minutes is None) == (self.samples is None):
            raise ValueError("name either minutes or samples")
        return self


class EvaluationConfig(Section):
    """The benchmark's settings; photos and looks must not be among those trained on.

    Attributes:
        photos: test photographs.
        targets, shading, simulated, normalising: users of the simulator; see `training.benchmark.tasks`.
        retouchers: folder of learned retouchers, None for none; no system of the study learns from them.
        looks: film looks, None for none.
        count: looks drawn.
        queries: photos compared per look or user.
        refs: numbers of references.
        embedding_users, embedding_shots: unseen users, and their photos, by which embeddings are judged.
    """

    photos: Path
    targets: int = Field(0, ge=0)
    shading: int = Field(0, ge=0)
    retouchers: Path | None = None
    looks: Path | None = None
    count: int = Field(24, ge=1)
    simulated: int = Field(16, ge=0)
    normalising: int = Field(0, ge=0)
    queries: int = Field(4, ge=1)
    refs: tuple[int, ...] = (1, 3, 5, 10)
    embedding_users: int = Field(24, ge=2)
    embedding_shots: int = Field(16, ge=4)


class Scale(Section):
    """What is the same for all systems of a study.

    Attributes:
        seed: of the users, and of the first training of every system.
        seeds: trainings of every system, each from weights and in an order of its own, on the same users.
        precision: that layers multiply in while they learn; `bfloat16` is for recent GPUs, where it is faster.
        side: of the images in training, px.
        system: sizes of the networks.
        curve_points: measurements of the training curve.
        checkpoint_seconds: seconds of training between checkpoints.
    """

    name: str = Field(pattern=NAME)
    seed: int = 0
    seeds: int = Field(1, ge=1, le=100)
    device: str = "auto"
    precision: Precision = "float32"
    side: int = Field(96, ge=16, le=1024)
    curve_points: int = Field(10, ge=1)
    checkpoint_seconds: float = Field(60.0, gt=0)
    population: PopulationConfig
    batch: BatchConfig = BatchConfig()
    system: SizeConfig = SizeConfig()
    budget: Budget
    evaluation: EvaluationConfig


def load_systems(paths: Sequence[Path]) -> list[StudyConfig]:
    """The systems of configuration files.

    A file with `variants` holds one system for each, the rest being common; one with a `base` has all that it does not
    say itself from another file, see `read_inherited`.

    Raises:
        PieError: a file cannot be read or is not valid, or two systems have one name.
    """
    found: list[StudyConfig] = []
    for path in paths:
        values = read_inherited(path)
        variants = values.pop("variants", [{}])
        found += [validated(StudyConfig, merged(values, changes), path) for changes in variants]
    names = [system.name for system in found]
    for name in names:
        if names.count(name) > 1:
            raise PieError(f"Two systems of the study are called {name}; every one needs a name of its own.")
    return found


def load_scale(path: Path) -> Scale:
    """Read a scale; relative folders are relative to the current directory.

    Raises:
        PieError: the file cannot be read or is not valid.
    """
    return validated(Scale, read_inherited(path), path)
