"""Checkpoints: weights, their average, optimizer moments and a JSON header in one safetensors file, without pickle."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write

NAME = "checkpoint.safetensors"
BEST = "best.safetensors"


def save_checkpoint(
    run: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, Any]
) -> Path:
    """Write atomically, so that a killed run keeps its last good checkpoint; returns the file."""
    tensors: dict[str, Tensor] = {}
    for prefix, module in (("network", network), ("average", average)):
        tensors |= {f"{prefix}.{key}": value.cpu().contiguous().clone() for key, value in module.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{key}": torch.as_tensor(value).cpu().clone() for key, value in moments.items()}
    path = run / NAME
    with atomic_write(path) as temporary:
        save_file(tensors, temporary, metadata={"state": json.dumps(state)})
    return path


def read_state(run: Path) -> dict[str, Any]:
    """The state alone, where what it belongs to has yet to be built.

    Raises:
        PieError: there is no checkpoint, or it is damaged.
    """
    path = run / NAME
    if not path.exists():
        raise PieError(f"There is no checkpoint in {run}; start the training without resuming.")
    try:
        with safe_open(path, framework="pt") as f:
            state = json_files.parse_object(f.metadata()["state"])
    except Exception as error:
        raise PieError(f"The checkpoint {path} cannot be used: it is damaged; start a new run.") from error
    return state


def load_checkpoint(
    run: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """Restore in place what `save_checkpoint` wrote and return its state.

    Raises:
        PieError: there is no checkpoint, it is damaged, or it belongs to another architecture.
    """
    state = read_state(run)
    path = run / NAME
    try:
        with safe_open(path, framework="pt") as f:
            tensors = {key: f.get_tensor(key) for key in f.keys()}  # noqa: SIM118 - not a dict
        for prefix, module in (("network.", network), ("average.", average)):
            module.load_state_dict({k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)})
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimizer."):
                _, index, name = key.split(".", 2)
                moments.setdefault(int(index), {})[name] = value
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": moments, "param_groups": groups})
    except Exception as error:
        raise PieError(f"The checkpoint {path} cannot be used with this configuration; start a new run.") from error
    return state


def save_best(run: Path, average: nn.Module, step: int) -> None:
    """Keep the weights that are the best of a run so far, in the place of those before."""
    run.mkdir(parents=True, exist_ok=True)
    with atomic_write(run / BEST) as temporary:
        tensors = {key: value.cpu().contiguous().clone() for key, value in average.state_dict().items()}
        save_file(tensors, temporary, metadata={"step": str(step)})


def load_best(run: Path, average: nn.Module) -> None:
    """Restore in place what `save_best` kept.

    Raises:
        PieError: it is not there any more, or is damaged.
    """
    try:
        average.load_state_dict(load_file(run / BEST))
    except Exception as error:
        raise PieError(f"The best weights of the run, {run / BEST}, cannot be used; start a new run.") from error
