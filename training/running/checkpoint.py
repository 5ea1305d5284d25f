"""Checkpoints: weights, their average, optimizer moments and a JSON header in one safetensors file, without pickle.

Two are kept of a run: where the last one is damaged, the run goes on from the one before.
"""

import contextlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write

NAME = "checkpoint.safetensors"
BEFORE = "checkpoint.before.safetensors"
BEST = "best.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds, checked.

    Attributes:
        path: the file.
        state: the progress of the run.
        tensors: on the CPU, by names that begin with `network.`, `average.` or `optimizer.`.
        damaged: whether there is a later one that cannot be read.
    """

    path: Path
    state: dict[str, Any]
    tensors: dict[str, Tensor]
    damaged: bool = False

    def restore(self, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Give all of it to those that `save_checkpoint` took it from.

        Raises:
            PieError: it belongs to another architecture.
        """
        try:
            for prefix, module in (("network.", network), ("average.", average)):
                own = {k.removeprefix(prefix): v for k, v in self.tensors.items() if k.startswith(prefix)}
                module.load_state_dict(own)
            moments: dict[int, dict[str, Tensor]] = {}
            for key, value in self.tensors.items():
                if key.startswith("optimizer."):
                    _, index, name = key.split(".", 2)
                    moments.setdefault(int(index), {})[name] = value
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": moments, "param_groups": groups})
        except Exception as error:
            raise PieError(
                f"The checkpoint {self.path} cannot be used with this configuration; start a new run."
            ) from error


def has_checkpoint(run: Path) -> bool:
    """Whether there is one in the folder of a run."""
    return any((run / name).exists() for name in (NAME, BEFORE))


def save_checkpoint(
    run: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, Any]
) -> Path:
    """Write atomically, so that a killed run keeps its last good checkpoint; returns the file.

    What was the last checkpoint becomes the one before.

    Raises:
        OSError: the disk is full or the folder cannot be written; the checkpoints that are there stay.
    """
    tensors: dict[str, Tensor] = {}
    for prefix, module in (("network", network), ("average", average)):
        tensors |= {f"{prefix}.{key}": value.cpu().contiguous().clone() for key, value in module.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{key}": torch.as_tensor(value).cpu().clone() for key, value in moments.items()}
    metadata = {"state": json.dumps(state), "checksum": str(_checksum(tensors.items()))}
    path = run / NAME
    with atomic_write(path) as temporary:
        temporary.write_bytes(save(tensors, metadata))
        with contextlib.suppress(FileNotFoundError):
            path.replace(run / BEFORE)
    return path


def read_checkpoint(run: Path) -> Checkpoint:
    """The last checkpoint of a run, or the one before where that is damaged.

    Raises:
        PieError: there is none, or both are damaged.
    """
    if not has_checkpoint(run):
        raise PieError(f"There is no checkpoint in {run}; start the training without resuming.")
    for name in (NAME, BEFORE):
        try:
            state, tensors = _read(run / name)
            return Checkpoint(run / name, state, tensors, damaged=name == BEFORE and (run / NAME).exists())
        except Exception:  # safetensors has errors of its own, and a damaged header may raise any
            continue
    raise PieError(f"The checkpoint {run / NAME} cannot be used: it is damaged; start a new run.")


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    with safe_open(path, framework="pt") as f:
        metadata = f.metadata()
        tensors = {key: f.get_tensor(key) for key in f.keys()}  # noqa: SIM118 - not a dict
    # Checkpoints of earlier versions have none.
    if "checksum" in metadata and int(metadata["checksum"]) != _checksum(tensors.items()):
        raise ValueError("the checksum is another one")
    return json_files.parse_object(metadata["state"]), tensors


def _checksum(tensors: Iterable[tuple[str, Tensor]]) -> int:
    """Of names and values. A flipped bit is not noticed by the format, and would be trained on for hours."""
    found = 0
    for name, tensor in sorted(tensors, key=lambda one: one[0]):
        values = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        found = zlib.crc32(values, zlib.crc32(name.encode(), found))
    return found


def save_best(run: Path, average: nn.Module, step: int) -> None:
    """Keep the weights that are the best of a run so far, in the place of those before. Raises OSError."""
    run.mkdir(parents=True, exist_ok=True)
    tensors = {key: value.cpu().contiguous().clone() for key, value in average.state_dict().items()}
    with atomic_write(run / BEST) as temporary:
        temporary.write_bytes(save(tensors, {"step": str(step)}))


def load_best(run: Path, average: nn.Module) -> None:
    """Restore in place what `save_best` kept.

    Raises:
        PieError: it is not there any more, or is damaged.
    """
    try:
        average.load_state_dict(load_file(run / BEST))
    except Exception as error:
        raise PieError(f"The best weights of the run, {run / BEST}, cannot be used; start a new run.") from error
