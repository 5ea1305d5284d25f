"""All systems of a study, one after the other: each trained, kept, or reported as failed; none stops the others."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from training.basis import build_basis
from training.checkpoint import NAME
from training.data.photos import finished_photos, photo_bank
from training.device import choose_device
from training.events import Event
from training.study.config import Scale, StudyConfig
from training.study.curve import Curve
from training.study.population import Population, simulated_arrays, validation_group
from training.study.protocols import build_protocol
from training.study.trainer import StudyTrainer
from training.systems.system import DESCRIPTION, System, build_system, save_system

CURVE_QUERIES = 3
BASIS_SAMPLES = 3000


@dataclass(frozen=True)
class Run:
    """One system's folder.

    Attributes:
        config: of the system.
        folder: `<out>/<name>`: checkpoint, and `system.json` once it is finished.
    """

    config: StudyConfig
    folder: Path

    @property
    def finished(self) -> bool:
        return (self.folder / DESCRIPTION).exists()

    @property
    def begun(self) -> bool:
        return (self.folder / NAME).exists()


def runs_of(configs: Sequence[StudyConfig], out: Path) -> list[Run]:
    """Where every system is kept."""
    return [Run(config, out / config.name) for config in configs]


def sized(config: StudyConfig, scale: Scale) -> StudyConfig:
    """The system at the scale's size."""
    changes = scale.system.model_dump(exclude_none=True)
    return config.model_copy(update={"system": config.system.model_copy(update=changes)})
