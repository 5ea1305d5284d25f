"""The device to train on, and the processes that train one model together: one, or those that `torchrun` started."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError
from pie_desktop.model.runtime import automatic_device

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA, then MPS, then the CPU.

    Raises:
        PieError: the device named is not there.
    """
    if name == "auto":
        name = automatic_device()
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise PieError(f"The device {name} is not available here; choose cpu or auto.") from error
    return device


def pixel_device(device: torch.device) -> torch.device:
    """Where a run on `device` computes its users' pixels: there on CUDA; MPS samples no volumes, so on the CPU."""
    return device if device.type == "cuda" else torch.device("cpu")


@dataclass(frozen=True)
class Share:
    """An equal part of the users of every group; all of them by default.

    Attributes:
        index: number of the part, from 0.
        count: how many parts there are.
    """

    index: int = 0
    count: int = 1

    def rows(self, users: int) -> slice:
        """The users of this part, of a whole group of so many.

        Raises:
            PieError: they cannot be shared equally.
        """
        if users % self.count:
            raise PieError(
                f"{users} users per step cannot be shared equally by {self.count} processes; choose a multiple"
                f" of {self.count} ('users' under [data])."
            )
        size = users // self.count
        return slice(self.index * size, (self.index + 1) * size)

    def rows_of(self, sizes: Sequence[int]) -> Tensor:
        """Where the users of this part are in several whole groups of these sizes, one after the other; indices."""
        starts = [sum(sizes[:n]) for n in range(len(sizes))]
        parts = [torch.arange(size)[self.rows(size)] + start for start, size in zip(starts, sizes, strict=True)]
        return torch.cat(parts)


WHOLE = Share()


class Processes:
    """What processes that train together have to agree on; alone, nothing of it costs anything.

    The *leader* (rank 0) validates, writes files and reports. Every process calls every method here, in the same order.

    Args:
        fabric: launched, of all processes; None for this process alone.

    Attributes:
        share: the users of every group that this process trains on.
    """

    def __init__(self, fabric: "Fabric | None" = None) -> None:
        self.fabric = fabric
        self.share = Share() if fabric is None else Share(fabric.global_rank, fabric.world_size)

    @property
    def leader(self) -> bool:
        return self.share.index == 0

    @property
    def alone(self) -> bool:
        return self.share.count == 1

    def device(self, name: str) -> torch.device:
        """Where this process computes: as named, but each of several processes on a GPU of its own.

        Raises:
            PieError: the device named is not there.
        """
        return choose_device(name) if self.fabric is None else self.fabric.device

    def mean(self, values: Tensor) -> Tensor:
        """The mean over all processes."""
        if self.fabric is None:
            return values
        found = self.fabric.all_reduce(values, reduce_op="mean")
        assert isinstance(found, Tensor)
        return found

    def agreed(self, *values: float) -> list[float]:
        """The leader's values, for all: clocks differ, and who is asked to stop is the leader."""
        return list(values) if self.fabric is None else self.fabric.broadcast(list(values))

    @torch.no_grad()
    def align(self, *modules: nn.Module) -> None:
        """Give all processes the leader's weights and buffers."""
        if self.fabric is not None and not self.alone:
            for module in modules:
                for tensor in module.state_dict().values():
                    torch.distributed.broadcast(tensor, 0)

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """What the leader makes inside, such as a cache on disk, is there when the others come to it.

        Raises:
            PieError: in the others, where the leader has failed; its own message says why.
        """
        if not self.leader and not self.agreed(False)[0]:
            raise PieError("This process did not start because the first one could not.")
        try:
            yield
        except Exception:
            if self.leader:
                self.agreed(False)
            raise
        if self.leader:
            self.agreed(True)


ALONE = Processes()


def start_processes(device: str) -> Processes:
    """Meet the other processes of `torchrun`, by gloo on the CPU and NCCL on CUDA; without it, this process is alone.

    Args:
        device: `auto`, `cpu` or `cuda`; a number behind it counts only for a single process.

    Raises:
        PieError: the device named is not there.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1 or "TORCHELASTIC_RUN_ID" not in os.environ:
        return ALONE
    from lightning_fabric import Fabric

    kind = choose_device(device).type
    local = int(os.environ["LOCAL_WORLD_SIZE"])
    accelerator = "cuda" if kind == "cuda" else "cpu"
    fabric = Fabric(accelerator=accelerator, strategy="ddp", devices=local, num_nodes=world // local)
    fabric.launch()
    return Processes(fabric)
