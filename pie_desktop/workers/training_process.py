"""The training core as a process of its own: started, watched, asked to pause or stop, and left to itself.

Its events are read from the log in the folder of its run, so that it goes on when the editor is closed, and is found
again.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop import json_files
from pie_desktop.model import run_folder
from pie_desktop.model.fine_tuning import FINE_TUNING
from pie_desktop.workers.training_log import EventFile, last_lines

NICENESS = 3  # enough to come after the editor, not after everything else on the machine
LOOK_MS = 200  # between two looks at the log
_WAIT = 0.05  # seconds between two looks at whether a process has ended, while the editor waits for that
# The last line of a traceback, such as `torch.OutOfMemoryError: CUDA out of memory.`
_EXCEPTION = re.compile(r"[\w.]*(Error|Exception|Exit|Interrupt)\b")
_TERMINAL_EVENTS = ("done", "stopped", "error")
_REFUSED = 2  # exit code after one sentence that says why
MEMORY_RAN_OUT = "The system ended the training process, most likely because memory ran out."


@dataclass(frozen=True)
class TrainingOptions:
    """What `python -m training fit` is asked to do.

    Attributes:
        pairs: folder of the user's own edits, each with its original.
        run: folder of this run, its checkpoints included.
        name: name of the finished model.
        models: folder that the finished model is written to.
        init: the bundle to start from.
        more: more folders of edits.
        originals: folder of the originals when they do not lie with the edits.
        epochs: length of the run in passes over the pairs; None for as long as it gains.
        minutes: the most time for it; None for as much as it takes.
        references: reference images per training sample.
    """

    pairs: Path
    run: Path
    name: str
    models: Path
    init: Path
    more: tuple[Path, ...] = ()
    originals: Path | None = None
    epochs: int | None = None
    minutes: float | None = None
    references: int = FINE_TUNING.references
    encoder_lr: float = FINE_TUNING.encoder_lr
    enhancer_lr: float = FINE_TUNING.enhancer_lr
    gram: float = FINE_TUNING.gram
    tv: float = FINE_TUNING.tv
    seed: int = 0
    device: str = "auto"

    def arguments(self, resume: bool = False, finish: bool = False) -> list[str]:
        """The command line after the program's name.

        Args:
            resume: continue from the last checkpoint in `run`.
            finish: train no further, but make a model of it; with `resume`.
        """
        names = {"run": "out", "more": "pairs"}
        arguments = ["fit"]
        for field in fields(self):
            value = getattr(self, field.name)
            flag = "--" + names.get(field.name, field.name).replace("_", "-")
            for one in value if isinstance(value, tuple) else () if value is None else (value,):
                arguments += [flag, f"{one:g}" if isinstance(one, float) else str(one)]
        return [*arguments, *(["--resume"] if resume else []), *(["--finish"] if finish else [])]

    def to_json(self) -> dict[str, Any]:
        return {key: _plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "TrainingOptions":
        """Raises ValueError where an entry is missing or of another type; unknown entries are ignored."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in stored.items() if key in known}
        return json_files.as_type(cls, values)


@dataclass(frozen=True)
class TrainingOutcome:
    """How a run ended.

    Attributes:
        kind: `done`, with a model where something was gained; `stopped` with a checkpoint; or `failed`.
        message: one sentence; may be empty for `done`.
        last_lines: of the process's output.
    """

    kind: Literal["done", "stopped", "failed"]
    message: str
    last_lines: tuple[str, ...] = ()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def training_command() -> list[str]:
    """Program and first arguments of the training core, in a frozen build the editor's own executable."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "training"]
    # -P: a folder named `training` in the current directory must not be taken for the package.
    return [sys.executable, "-P", "-m", "training"]


class TrainingProcess(QObject):
    """One process of the training core at a time; nothing that it does can freeze or end the editor, nor the reverse.

    Signals:
        reported: one dict per event (docs/decisions/001-training-is-a-child-process.md).
        finished: a TrainingOutcome, exactly once per start or finding, after the last event; not after `leave`.
    """

    reported = Signal(object)
    finished = Signal(object)

    def __init__(self, parent: QObject | None = None, command: Sequence[str] | None = None) -> None:
        super().__init__(parent)
        self._command = list(command or training_command())
        self._child: subprocess.Popen[bytes] | None = None  # None for one that was found
        self._log: EventFile | None = None
        self._last_event: dict[str, Any] | None = None
        self._begun = self._killed = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        return self._log is not None

    def start(
        self, options: TrainingOptions, resume: bool = False, log: EventFile | None = None, finish: bool = False
    ) -> None:
        """Starts a run; `finished` also tells when the process could not be started.

        Args:
            options: what it is to do.
            resume: from the last checkpoint.
            log: of the run, read so far; by default, all that it holds is passed over.
            finish: no training, but a model of the best weights so far.
        """
        self._take(log or EventFile(options.run).at_end())
        try:
            options.run.mkdir(parents=True, exist_ok=True)
            self._child = _started([*self._command, *options.arguments(resume, finish)], options.run)
        except OSError as error:
            self._log = None
            message = f"Training could not be started: {error.strerror or error}."
            self.finished.emit(TrainingOutcome("failed", message))
            return
        _yield_to_the_editor(self._child.pid)
        self._timer.start()

    def find(self, log: EventFile) -> bool:
        """Watches the process that trains in a folder already; False where there is none.

        Args:
            log: of the run, read so far.
        """
        if not run_folder.is_running(log.run):
            return False
        self._take(log)
        self._begun = True
        self._timer.start()
        return True

    def pause(self, wait: bool = True) -> None:
        """Asks it to write a checkpoint and wait, or to go on."""
        if self._log is not None:
            with contextlib.suppress(OSError):
                run_folder.ask(self._log.run, "pause" if wait else "go on")

    def stop(self) -> None:
        """Asks for a checkpoint and the end; `finished` follows. What has not begun yet is ended at once."""
        if self._log is None:
            return
        try:
            heard = self._begun and run_folder.ask(self._log.run, "stop")
        except OSError:  # a full disk takes no request
            heard = False
        if not heard:
            self.kill()

    def kill(self) -> None:
        """Ends the process at once; what came after its last checkpoint is lost."""
        if self._log is None:
            return
        self._killed = True
        if self._child is not None:
            self._child.kill()
        else:
            run_folder.kill(self._log.run)

    def stop_and_wait(self, timeout_ms: int = 20_000) -> None:
        """Stops with a checkpoint and returns when the process has ended, by force after `timeout_ms`."""
        self.stop()
        if not self._ended_within(timeout_ms / 1000):
            self.kill()
            self._ended_within(5.0)
        self._look()

    def leave(self) -> None:
        """Lets the process go on without being watched."""
        self._timer.stop()
        if self._child is not None:
            self._child.returncode = 0  # else Python warns of a process that nobody waits for
        self._child = self._log = None

    def _take(self, log: EventFile) -> None:
        if self.running:
            raise RuntimeError("a training run is in progress")
        self._log, self._child, self._last_event = log, None, None
        self._begun = self._killed = False

    def _ended_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self._alive():
            if time.monotonic() > end:
                return False
            time.sleep(_WAIT)
        return True

    def _alive(self) -> bool:
        if self._log is None:
            return False
        return self._child.poll() is None if self._child is not None else run_folder.is_running(self._log.run)

    def _look(self) -> None:
        """Reads what is new; whether the process lives is asked before that, so that its last events are read."""
        log = self._log
        if log is None:
            return
        alive = self._alive()
        for event in log.read():
            self._begun = True
            self._last_event = event if event["event"] in _TERMINAL_EVENTS else None
            self.reported.emit(event)
        if not alive and self._log is log:
            code = self._child.returncode if self._child is not None else None
            self._timer.stop()
            self._log = self._child = None
            self.finished.emit(self._outcome(code, last_lines(log.run)))

    def _outcome(self, code: int | None, tail: tuple[str, ...]) -> TrainingOutcome:
        last = self._last_event
        if last and last["event"] == "done":
            return TrainingOutcome("done", str(last.get("message", "")))
        if last and last["event"] == "stopped":
            kept = "; its checkpoint is kept" if last.get("checkpoint") else " before it had a checkpoint"
            return TrainingOutcome("stopped", str(last.get("message") or f"Training was stopped{kept}."))
        if self._killed and not self._begun:
            return TrainingOutcome("stopped", "Training was ended before it had begun.")
        if self._killed:
            return TrainingOutcome("stopped", "Training was ended; it can be resumed from what it has kept.", tail)
        if last:
            return TrainingOutcome("failed", str(last.get("message", "Training failed.")), tail)
        return TrainingOutcome("failed", _sentence(code, tail), tail)


def _sentence(code: int | None, tail: tuple[str, ...]) -> str:
    """Why a process ended that did not say so; `code` is its exit code, None where it was found."""
    if tail and _EXCEPTION.match(tail[-1]):
        return f"Training ended unexpectedly ({tail[-1]})."
    if code is None:
        return "Training has ended without a word: the computer or the process was stopped, or memory ran out."
    if code == _REFUSED and tail:
        return tail[-1]
    if os.name == "posix" and code == -signal.SIGKILL:
        return MEMORY_RAN_OUT
    if code < 0 or code > 0xFF:
        known = os.name == "posix" and -code in set(signal.Signals)
        return f"The training process crashed ({signal.Signals(-code).name if known else f'code {code:#x}'})."
    return f"Training ended unexpectedly (exit code {code})."


def _started(command: Sequence[str], run: Path) -> "subprocess.Popen[bytes]":
    """A process that outlives this one and the terminal; what it prints goes to a file of the run. Raises OSError."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    with (run / run_folder.OUTPUT).open("wb") as output:
        return subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=training_environment(), **apart
        )


def _yield_to_the_editor(process: int) -> None:
    """Training takes every core for hours; the editor's own work goes first."""
    with contextlib.suppress(OSError, psutil.Error):
        psutil.Process(process).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else NICENESS)


def training_environment() -> dict[str, str]:
    """What the training core is to find in its environment."""
    environment = dict(os.environ)
    # The child must find the very packages that the editor runs from, installed or in a checkout.
    root = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(part for part in (root, environment.get("PYTHONPATH", "")) if part)
    # One core stays with the editor: OpenMP's threads wait for each other, so one that is held up holds up all.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    environment.setdefault("OMP_NUM_THREADS", str(max(1, cores - 1)))
    return environment | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "PYTHONFAULTHANDLER": "1"}
