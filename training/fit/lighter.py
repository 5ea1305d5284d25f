"""When memory runs out, or the GPU fails: a run goes on from its last checkpoint with less, and says so."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from pie_desktop.errors import PieError
from pie_desktop.model.runtime import device_failure
from training.fit.config import FitConfig, override
from training.running.checkpoint import has_checkpoint
from training.running.events import Event

Attempt = Callable[
    [FitConfig, bool, str | None], Iterator[Event]
]  # configuration, resume, and what to tell at its start


def with_less(config: FitConfig, resume: bool, run: Path, device: torch.device, attempt: Attempt) -> Iterator[Event]:
    """The events of a run that is attempted with fewer photos at a time, and then on the CPU, where memory runs out.

    Args:
        config, resume: of the first attempt.
        run: its folder.
        device: that it computes on.
        attempt: trains and reports.

    Raises:
        PieError: memory ran out on the CPU with the fewest photos at a time, or as `attempt`.
    """
    remark = None
    while True:
        try:
            yield from attempt(config, resume, remark)
            return
        except (RuntimeError, MemoryError) as error:
            failure = memory_failure(error)
            if failure is None:
                raise
            less = lighter(config, device, failure)
            if less is None:
                raise PieError(
                    "Memory ran out, even with the fewest photos at a time; close other programs and continue the run"
                    " from its checkpoint."
                ) from error
        # The error is gone here, and with it the frames that hold on to memory.
        config, remark = less
        device = device if config.device != "cpu" else torch.device("cpu")
        resume = has_checkpoint(run)
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def memory_failure(error: BaseException) -> str | None:
    """What went wrong with memory or GPU: `ran out of memory` or another failure; None for any other error."""
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error):
        return "ran out of memory"
    return device_failure(error) if isinstance(error, RuntimeError) else None


def lighter(config: FitConfig, device: torch.device, failure: str) -> tuple[FitConfig, str] | None:
    """The next configuration to try after a failure, and a sentence that says so; None where there is none.

    Args:
        config: with which it failed.
        device: on which.
        failure: of `memory_failure`.
    """
    where = "The computer" if device.type == "cpu" else "The GPU"
    if failure == "ran out of memory" and config.data.users > 1:
        fewer = config.data.users // 2
        return (
            override(config, {"data": {"users": fewer}}),
            f"{where} ran out of memory; training goes on with fewer photos at a time.",
        )
    if device.type != "cpu":
        return override(config, {"run": {"device": "cpu"}}), f"{where} {failure}; training goes on on the CPU, slower."
    return None
