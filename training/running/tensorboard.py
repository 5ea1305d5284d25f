"""Event files for TensorBoard: the curves of runs, as scalars."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import write_problem
from training.running.event_log import STEP_INTERVAL
from training.running.events import Event

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

HELD_OUT = ("psnr", "de00", "retrieval", "change")  # what an event `validation` may have


def scalars(event: Event) -> Iterator[tuple[str, float]]:
    """What there is to draw of an event, as tags and values; nothing of most."""
    kind = event["event"]
    if kind == "step":
        yield "loss/total", event["loss"]
        yield from ((f"loss/{name}", value) for name, value in event["losses"].items())
        yield from ((f"learning rate/{name}", value) for name, value in event["learning_rates"].items())
        yield "speed/steps per second", event["rate"]
        yield "speed/memory in bytes", event["memory"]
    elif kind == "validation" or (kind == "baseline" and event["step"] == 0):
        found = event if kind == "validation" else event["references"]
        yield from ((f"held out/{name}", found[name]) for name in HELD_OUT if found.get(name) is not None)


class TensorBoard:
    """Writes the events of runs as they come; a disk that takes none costs the curves and the run nothing.

    Steps come faster than a curve needs them: those within half a second of the last one of their run are left out.

    Args:
        folder: of the event files, made if missing. Events with a `system` have a folder of its name in it.
        clock: counts seconds.

    Raises:
        PieError: the package is not installed, or the folder cannot be written.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise PieError("--tensorboard needs a package: pip install 'pie-desktop[tensorboard]'.") from error
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PieError(write_problem(folder, error)) from error
        self._open, self._folder, self._clock = SummaryWriter, folder, clock
        self._writers: dict[str, SummaryWriter] = {}
        self._drawn: dict[str, float] = {}  # when each run's last step was

    def __call__(self, event: Event) -> None:
        found, run = list(scalars(event)), str(event.get("system", ""))
        if not found:
            return
        if event["event"] == "step":
            now = self._clock()
            if now - self._drawn.get(run, -math.inf) < STEP_INTERVAL:
                return
            self._drawn[run] = now
        with contextlib.suppress(OSError):
            writer = self._writer(run, event["step"])
            for tag, value in found:
                writer.add_scalar(tag, value, event["step"])

    def _writer(self, run: str, step: int) -> "SummaryWriter":
        if run not in self._writers:
            # of a run that goes on from a checkpoint, what came after that is no longer true
            self._writers[run] = self._open(str(self._folder / run), purge_step=step)
        return self._writers[run]

    def close(self) -> None:
        """Write what is not written yet."""
        for writer in self._writers.values():
            with contextlib.suppress(OSError):
                writer.close()


@contextlib.contextmanager
def drawn(folder: Path | None) -> Iterator[Callable[[Event], None]]:
    """A sink of events for TensorBoard in a folder, closed at the end; one that does nothing where it is None.

    Raises:
        PieError: as `TensorBoard`.
    """
    if folder is None:
        yield lambda _: None
        return
    board = TensorBoard(folder)
    try:
        yield board
    finally:
        board.close()
