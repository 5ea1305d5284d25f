"""Training with 20 reference images per sample, 32 from a prepared cache: does it wait for its data?"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from measurement import Measurement
from photographs import small_images
from PIL import Image

from pie_desktop.imaging.pairs.find import pairs_in_folder
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.features import square
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Group
from training.data.fivek import find_dataset
from training.data.inspection import inspect
from training.data.pairs import load_pairs
from training.data.prefetch import Prefetched
from training.data.prepared import PreparedSource, open_prepared
from training.data.preparing import prepare
from training.data.source import PairSource, SimulatedSource, Source
from training.fit.config import DataConfig, FitConfig, fine_tune_config, override
from training.fit.trainer import Trainer
from training.fit.validation import Validation

REFERENCES = 20
PREPARED_REFERENCES = 32
USERS = 3
PHOTOS = 40
CACHE_SIDE = 256
GROUPS = 2
ROUNDS = 2
LEAST = 0.8


class InMemory(Source):
    """Groups that have been computed before: what no data path can be faster than."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups

    def group(self, number: int) -> Group:
        return self.groups[number]


class Timed(Source):
    """Adds up the processor seconds that another source takes of the training process."""

    def __init__(self, source: Source) -> None:
        self.source, self.seconds = source, 0.0

    def group(self, number: int) -> Group:
        started = time.process_time()
        group = self.source.group(number)
        self.seconds += time.process_time() - started
        return group


def measure() -> list[Measurement]:
    torch.set_num_threads(1)  # of two cores one is left for the worker; without it, steps and data slow down alike
    with tempfile.TemporaryDirectory() as folder:
        data = DataConfig(folder=Path(folder), users=USERS, shots=REFERENCES + 3, references=REFERENCES)
        simulated = FitConfig(device="cpu", data=data)
        bank = np.stack([square(p, data.bank_side) for p in small_images(PHOTOS, 256)])
        source = SimulatedSource(bank, simulated.architecture.side, data.users, data.shots, simulated.seed)
        return _rows("simulated users", simulated, source) + _own_pairs(Path(folder)) + _experts(Path(folder))


def _own_pairs(folder: Path) -> list[Measurement]:
    """Edits and originals on disk, as `fit --pairs` reads them: once, into memory."""
    for name in ("edits", "originals"):
        (folder / name).mkdir()
    for number, image in enumerate(small_images(PHOTOS, 900)):
        Image.fromarray(image).save(folder / "originals" / f"{number}.jpg")
        Image.fromarray(cv2.convertScaleAbs(image, alpha=1.1, beta=6)).save(folder / "edits" / f"{number}.jpg")
    config = fine_tune_config(folder / "edits", Architecture(), REFERENCES)
    config = override(config, {"run": {"device": "cpu"}, "data": {"users": USERS}})
    data = config.data
    pairs = load_pairs(pairs_in_folder(data.folder, folder / "originals"), data.bank_side)
    side = config.architecture.side
    source = PairSource(pairs.before, pairs.after, side, data.users, data.shots, config.seed)
    return _rows("own pairs from disk", config, source)


def _experts(folder: Path) -> list[Measurement]:
    """Five experts' edits of the same photographs on disk, prepared as `training prepare` does by default."""
    for number, image in enumerate(small_images(PHOTOS, 600)):
        for expert, name in enumerate(("input", *"abcde")):
            (folder / "experts" / name).mkdir(parents=True, exist_ok=True)
            edited = cv2.convertScaleAbs(image, alpha=1 + 0.04 * expert, beta=3 * expert)
            Image.fromarray(edited).save(folder / "experts" / name / f"a{number:04d}.jpg")
    found = inspect(find_dataset(folder / "experts"), CACHE_SIDE)
    prepare(found.dataset, found.whole, folder / "cache", CACHE_SIDE)
    shots = PREPARED_REFERENCES + 3
    data = DataConfig(
        kind="prepared", folder=folder / "cache", users=USERS, shots=shots, references=PREPARED_REFERENCES
    )
    config = FitConfig(device="cpu", data=data)
    source = PreparedSource(open_prepared(data.folder), config.architecture.side, USERS, shots, config.seed)
    return _rows("experts from a prepared cache", config, source)


def _rows(name: str, config: FitConfig, source: Source) -> list[Measurement]:
    steps = GROUPS * config.data.reuse
    with Prefetched(source, 1) as ahead:
        timed = Timed(source)
        trainers = [_trainer(config, s) for s in (InMemory([source.group(n) for n in range(GROUPS)]), timed, ahead)]
        seconds, total, data = [float("inf")] * len(trainers), 0.0, 0.0
        # in turns, so that what else the machine does meets all alike; the first turn warms up
        for turn in range(ROUNDS + 1):
            for kind, trainer in enumerate(trainers):
                timed.seconds = 0.0
                wall, processor = _run(trainer, steps)
                if turn:
                    seconds[kind] = min(seconds[kind], wall)
                if turn and trainer.source is timed:
                    total, data = total + processor, data + timed.seconds
    memory, inline, worker = (steps / s for s in seconds)
    made = f"{USERS} users x {config.data.references} references, each group of users for {config.data.reuse} steps;"
    made += f" against data already in memory ({memory:.2f}/s)"
    # other programs slow both parts of the same run alike, but not two runs
    not_on_data = 1 - data / total
    return [
        Measurement(f"training steps, {name}, data in memory", "", memory, "steps/s"),
        Measurement(
            name=f"training steps, {name}, default data path",
            budget=f">= {LEAST:.0%} of the rate in memory",
            measured=inline,
            unit="steps/s",
            ratio=not_on_data,
            note=f"{made}, {inline / memory:.2f} by the clock; the ratio is the share of the steps' processor time "
            "that is not spent on data",
            met=not_on_data >= LEAST,
        ),
        Measurement(f"training steps, {name}, one worker process", "", worker, "steps/s", worker / memory, made),
    ]


def _trainer(config: FitConfig, source: Source) -> Trainer:
    torch.manual_seed(0)
    network = PreferenceNetwork(config.architecture)
    network.prior.table.normal_(0, 0.02)
    return Trainer(config, network, source, Validation([]), Path())


def _run(trainer: Trainer, steps: int) -> tuple[float, float]:
    """Wall-clock and processor seconds for the first steps of a run, end to end."""
    trainer.progress.step, trainer._cached = 0, None
    started, used = time.perf_counter(), time.process_time()
    for _ in range(steps):
        trainer._step()
    return time.perf_counter() - started, time.process_time() - used
