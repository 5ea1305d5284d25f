"""Training of the study's systems: what a step takes, and how much of it is data or the references' encoder."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
from measurement import Measurement
from photographs import small_images

from pie_desktop.model.features import square
from pie_desktop.model.systems.build import build_system
from training.data.batch import Group
from training.fit.basis import build_basis
from training.study.config import load_scale, load_systems
from training.study.measures import Curve
from training.study.population import Population
from training.study.protocols import build_protocol
from training.study.runner import runs_of
from training.study.trainer import StudyTrainer

REPOSITORY = Path(__file__).resolve().parents[2]
STEPS = 12
USERS, SHOTS, PHOTOS = 12, 12, 24
LARGEST_SHARE = 0.2  # of a step, that may go into making its images


def _population(side: int, users: int, shots: int, seed: int) -> Population:
    photos = np.stack([square(image, side) for image in small_images(PHOTOS, 160)])
    inputs = photos[np.arange(USERS * SHOTS) % PHOTOS].reshape(USERS, SHOTS, side, side, 3)
    gains = np.linspace(0.6, 1.0, USERS)[:, None, None, None, None]
    return Population(inputs, (inputs * gains).astype(np.uint8), users, shots, seed)


def _milliseconds(action: Callable[[int], object]) -> float:
    """Processor time of one call, the median of several after two to get going."""
    found = []
    for number in range(STEPS + 2):
        started = time.process_time()
        action(number)
        found.append(1e3 * (time.process_time() - started))
    return median(found[2:])


def measure() -> list[Measurement]:
    torch.set_num_threads(1)
    scale = load_scale(REPOSITORY / "configs" / "scales" / "reduced.toml")
    systems = load_systems(sorted((REPOSITORY / "configs" / "study").glob("*.toml")))
    population = _population(scale.side, scale.batch.users, scale.batch.shots, scale.seed)
    nothing = torch.zeros(2, 2, 3, scale.side, scale.side)
    rows = []
    for run in runs_of([s for s in systems if s.protocol.kind != "embedding"], scale, Path(tempfile.gettempdir())):
        system = build_system(run.config.system)
        if system.needs_basis:
            c = run.config.system
            system.set_basis(build_basis(population.inputs[:, 0], c.components, c.lut_size, samples=500))
        protocol = build_protocol(run.config, system, population.size)
        curve = Curve(Group(nothing, nothing), 1)
        trainer = StudyTrainer(run.config, scale, protocol, population, curve, run.folder)
        for stage in range(len(protocol.stages)):
            rows.append(_row(trainer, stage))
    return rows


def _row(trainer: StudyTrainer, stage: int) -> Measurement:
    if stage:
        trainer.protocol.eval().begin(stage, (trainer.batch(number) for number in range(4)))
        trainer.enter(stage)
        trainer.progress.stage = stage

    def step(number: int) -> None:
        trainer.progress.step = number
        trainer._step()

    def encode(number: int) -> None:
        with torch.no_grad():
            trainer.protocol.style(batches[number])

    batches = [trainer.batch(number) for number in range(STEPS + 2)]
    whole, data, references = _milliseconds(step), _milliseconds(trainer.batch), _milliseconds(encode)
    return Measurement(
        f"study, {trainer.config.name}: a step of the stage {trainer.stage.name}",
        f"data <= {LARGEST_SHARE:.0%} of the step",
        whole,
        "ms",
        data / whole,
        f"ratio: making its images; its references take {references / whole:.0%} to encode without a gradient",
        data / whole <= LARGEST_SHARE,
    )
