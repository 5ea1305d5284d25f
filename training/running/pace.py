"""The pace of a run: how fast it is, how long it will take, and what memory it has."""

import time

import psutil
import torch

from training.running.events import Event

LEAST = 1e-9


class Pace:
    """Measures by a clock that nobody sets, from when it is made.

    Args:
        step: steps done until then.
        done: how much of the run is over by then, 0 to 1.
    """

    def __init__(self, step: int, done: float) -> None:
        self._step, self._done = step, done
        self._begun = time.monotonic()
        self._waited = 0.0

    def without(self, seconds: float) -> None:
        """Do not count so many seconds, in which the run waited."""
        self._waited += seconds

    def at(self, step: int, done: float, earliest_end: int | None, device: torch.device) -> Event:
        """For the event of a step.

        Args:
            step: steps done.
            done: how much of the run is over.
            earliest_end: step at which it ends if nothing is gained any more; None where that does not count.
            device: that the network is on.

        Returns:
            `rate` in steps per second; `eta`, seconds that are left at most, and `eta_least`, at least; `memory` in
            bytes.
        """
        passed = max(time.monotonic() - self._begun - self._waited, LEAST)
        rate = max(step - self._step, 0) / passed
        eta = least = passed * (1 - done) / max(done - self._done, LEAST)
        if earliest_end is not None:
            least = min(eta, max(earliest_end - step, 0) / max(rate, LEAST))
        return {"rate": rate, "eta": eta, "eta_least": least, "fraction": done, "memory": memory_of(device)}


def memory_of(device: torch.device) -> int:
    """Bytes that torch holds of a GPU, or that this process takes."""
    if device.type == "cuda":
        return int(torch.cuda.memory_reserved(device))
    return int(psutil.Process().memory_info().rss)
