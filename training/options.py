"""Command-line options on top of a configuration."""

import math
from pathlib import Path
from typing import Any

from pie_desktop.errors import PieError
from pie_desktop.model.architecture import Architecture
from training.config import DataConfig, FitConfig, LossConfig, OptimizerConfig
from training.data.pairs import guess_pairs

DEFAULT_EPOCHS = 30


def fine_tune_config(folder: Path, architecture: Architecture, references: int = 5) -> FitConfig:
    """Defaults for a user's own pairs: the encoder, which overfits first, learns ten times slower than the enhancer."""
    return FitConfig(
        name=folder.resolve().name,
        validate_every=20,
        checkpoint_every=50,
        data=DataConfig(kind="pairs", folder=folder, users=4, shots=references + 3, references=references, reuse=2),
        losses=LossConfig(),
        optimizer=OptimizerConfig(encoder_lr=1e-5, enhancer_lr=1e-4, warmup=20, ema=0.98),
        architecture=architecture,
    )


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


def steps_for(config: FitConfig, epochs: float, originals: Path | None) -> int:
    """Optimizer steps of `epochs` passes over the training pairs."""
    pairs = sum(guess.before is not None for guess in guess_pairs(config.data.folder, originals))
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
