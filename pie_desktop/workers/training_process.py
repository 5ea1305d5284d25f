"""The training core as a child process: started, watched, stopped, its events read from its output."""

import contextlib
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from pie_desktop import json_files
from pie_desktop.model.fine_tuning import FINE_TUNING

TAIL_LINES = 40
MAX_LINE = 1024 * 1024
NICENESS = 3  # enough to come after the editor, not after everything else on the machine
# The last line of a traceback, such as `torch.OutOfMemoryError: CUDA out of memory.`
_EXCEPTION = re.compile(r"[\w.]*(Error|Exception|Exit|Interrupt)\b")
_TERMINAL_EVENTS = ("done", "stopped", "error")


@dataclass(frozen=True)
class TrainingOptions:
    """What `python -m training fit` is asked to do.

    Attributes:
        pairs: folder of the user's own edits, each with its original.
        run: folder of this run, its checkpoints included.
        name: name of the finished model.
        models: folder that the finished model is written to.
        init: the bundle to start from.
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
    originals: Path | None = None
    epochs: int | None = None
    minutes: float | None = None
    references: int = FINE_TUNING.references
    encoder_lr: float = FINE_TUNING.encoder_lr
    enhancer_lr: float = FINE_TUNING.enhancer_lr
    gram: float = FINE_TUNING.gram
    tv: float = FINE_TUNING.tv
    device: str = "auto"

    def arguments(self, resume: bool = False) -> list[str]:
        """The command line after the program's name; `resume` continues from the last checkpoint in `run`."""
        arguments = ["fit"]
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                flag = {"run": "out"}.get(field.name, field.name.replace("_", "-"))
                arguments += [f"--{flag}", f"{value:g}" if isinstance(value, float) else str(value)]
        return [*arguments, *(["--resume"] if resume else []), "--events", "-"]

    def to_json(self) -> dict[str, Any]:
        return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}

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
        last_lines: of the child's output.
    """

    kind: Literal["done", "stopped", "failed"]
    message: str
    last_lines: tuple[str, ...] = ()


def training_command() -> list[str]:
    """Program and first arguments of the training core, in a frozen build the editor's own executable."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "training"]
    # -P: a folder named `training` in the current directory must not be taken for the package.
    return [sys.executable, "-P", "-m", "training"]


class TrainingProcess(QObject):
    """Runs the training core as a child process, so that nothing it does can freeze or end the editor.

    Signals:
        reported: one dict per event (docs/decisions/001-training-is-a-child-process.md).
        finished: a TrainingOutcome, exactly once per start, after the last event.
    """

    reported = Signal(object)
    finished = Signal(object)

    def __init__(self, parent: QObject | None = None, command: Sequence[str] | None = None) -> None:
        super().__init__(parent)
        self._command = list(command or training_command())
        self._process = QProcess(self)
        self._process.setProcessEnvironment(_environment())
        self._process.readyReadStandardOutput.connect(self._read_output)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.started.connect(self._yield_to_the_editor)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._output = b""
        self._errors = b""
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._last_event: dict[str, Any] | None = None
        self._killed = False

    @property
    def running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self, options: TrainingOptions, resume: bool = False) -> None:
        """Starts a run; `finished` also tells when the process could not be started."""
        if self.running:
            raise RuntimeError("a training run is in progress")
        self._output = self._errors = b""
        self._tail.clear()
        self._last_event = None
        self._killed = False
        self._process.start(self._command[0], [*self._command[1:], *options.arguments(resume)])

    def stop(self) -> None:
        """Asks for a checkpoint and the end; `finished` follows."""
        if self.running:
            self._process.write(b"stop\n")

    def kill(self) -> None:
        """Ends the process at once; what came after its last checkpoint is lost."""
        if self.running:
            self._killed = True
            self._process.kill()

    def stop_and_wait(self, timeout_ms: int = 20_000) -> None:
        """Stops with a checkpoint and returns when the process has ended, by force after `timeout_ms`."""
        self.stop()
        if self.running and not self._process.waitForFinished(timeout_ms):
            self.kill()
            self._process.waitForFinished(5_000)

    def _yield_to_the_editor(self) -> None:
        """Training takes every core for hours; the editor's own work goes first."""
        if os.name == "posix":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.processId(), NICENESS)

    def _read_output(self) -> None:
        *lines, self._output = (self._output + self._process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            self._take_line(line)

    def _read_errors(self) -> None:
        # Progress bars return to the start of the line: only what was last written there is worth keeping.
        *lines, self._errors = (self._errors + self._process.readAllStandardError().data()).split(b"\n")
        self._tail.extend(_text(line) for line in lines if line.strip())

    def _take_line(self, line: bytes) -> None:
        try:
            event = json_files.parse(line, max_bytes=MAX_LINE, finite=False)
        except json_files.DamagedJsonError:
            event = None
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            if event["event"] in _TERMINAL_EVENTS:
                self._last_event = event
            self.reported.emit(event)
        elif line.strip():
            self._tail.append(_text(line))

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_output()
        self._read_errors()
        self._take_line(self._output)
        if self._errors.strip():
            self._tail.append(_text(self._errors))
        self._output = self._errors = b""
        self.finished.emit(self._outcome(code, status))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            message = f"Training could not be started: {self._process.errorString()}"
            self.finished.emit(TrainingOutcome("failed", message, tuple(self._tail)))

    def _outcome(self, code: int, status: QProcess.ExitStatus) -> TrainingOutcome:
        last, tail = self._last_event, tuple(self._tail)
        if last and last["event"] == "done":
            return TrainingOutcome("done", str(last.get("message", "")))
        if last and last["event"] == "stopped":
            return TrainingOutcome("stopped", "Training was stopped; its checkpoint is kept.")
        if self._killed:
            return TrainingOutcome("stopped", "Training was ended; it can be resumed from its last checkpoint.", tail)
        if last:
            return TrainingOutcome("failed", str(last.get("message", "Training failed.")), tail)
        if status == QProcess.ExitStatus.CrashExit:
            return TrainingOutcome("failed", _crash_sentence(code), tail)
        reason = tail[-1] if tail and _EXCEPTION.match(tail[-1]) else f"exit code {code}"
        return TrainingOutcome("failed", f"Training ended unexpectedly ({reason}).", tail)


def _crash_sentence(code: int) -> str:
    if os.name == "posix" and code == signal.SIGKILL:
        return "The system ended the training process, most likely because memory ran out."
    name = signal.Signals(code).name if os.name == "posix" and code in set(signal.Signals) else f"code {code:#x}"
    return f"The training process crashed ({name})."


def _text(line: bytes) -> str:
    return line.rstrip().split(b"\r")[-1].decode("utf-8", errors="replace")


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    # The child must find the very packages that the editor runs from, installed or in a checkout.
    root = str(Path(__file__).resolve().parents[2])
    known = environment.value("PYTHONPATH", "")
    environment.insert("PYTHONPATH", os.pathsep.join(part for part in (root, known) if part))
    if not environment.contains("OMP_NUM_THREADS"):
        # One core stays with the editor: OpenMP's threads wait for each other, so one that is held up holds up all.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        environment.insert("OMP_NUM_THREADS", str(max(1, cores - 1)))
    environment.insert("PYTHONUNBUFFERED", "1")
    environment.insert("PYTHONUTF8", "1")
    environment.insert("PYTHONFAULTHANDLER", "1")
    return environment
