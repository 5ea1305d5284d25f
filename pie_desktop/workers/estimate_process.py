"""What a run will be like, asked of the training core: a child process of half a minute, whose lines are read."""

from dataclasses import dataclass, fields
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from pie_desktop import json_files
from pie_desktop.model.fine_tuning import FINE_TUNING
from pie_desktop.workers.training_process import training_command, training_environment

MAX_LINE = 1024 * 1024
END_MS = 5000  # that a killed process has to end


@dataclass(frozen=True)
class EstimateOptions:
    """What `python -m training estimate` is asked; as `TrainingOptions`, but that `pairs` are all folders of edits."""

    pairs: tuple[Path, ...]
    init: Path
    models: Path
    originals: Path | None = None
    minutes: float | None = None
    references: int = FINE_TUNING.references
    device: str = "auto"

    def arguments(self) -> list[str]:
        """The command line after the program's name."""
        arguments = ["estimate"]
        for folder in self.pairs:
            arguments += ["--pairs", str(folder)]
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if value is not None:
                arguments += [f"--{field.name}", f"{value:g}" if isinstance(value, float) else str(value)]
        return [*arguments, "--events", "-"]


class EstimateProcess(QObject):
    """One estimate at a time; it ends with the editor.

    Signals:
        reported: one dict per event.
        finished: once per start, after the last event.
    """

    reported = Signal(object)
    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._output = b""

    @property
    def running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self, options: EstimateOptions) -> None:
        """Raises RuntimeError while another one runs."""
        if self.running:
            raise RuntimeError("an estimate is in progress")
        self._output = b""
        environment = QProcessEnvironment()
        for name, value in training_environment().items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        program, *first = training_command()
        self._process.start(program, [*first, *options.arguments()])

    def kill(self) -> None:
        """End it at once; nothing is lost."""
        if self.running:
            self._process.kill()

    def kill_and_wait(self) -> None:
        """As `kill`, and return when it has ended."""
        self.kill()
        self._process.waitForFinished(END_MS)

    def _read(self) -> None:
        *lines, self._output = (self._output + self._process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            try:
                event = json_files.parse(line, max_bytes=MAX_LINE, finite=False)
            except json_files.DamagedJsonError:
                continue
            if isinstance(event, dict) and isinstance(event.get("event"), str):
                self.reported.emit(event)

    def _on_finished(self) -> None:
        self._read()
        self.finished.emit()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.reported.emit({"event": "error", "message": f"No estimate: {self._process.errorString()}."})
            self.finished.emit()
