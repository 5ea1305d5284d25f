"""Training runs on disk: what was asked for and what was reported, so that they outlive the editor."""

import logging
import math
import re
import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pie_desktop import json_files
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.workers.training_process import MAX_LINE, TrainingOptions

_log = logging.getLogger(__name__)

OPTIONS_FILE = "run.json"
EVENTS_FILE = "events.jsonl"
STEP_INTERVAL = 0.5  # seconds between the steps that are kept: they come faster than a curve needs them
KEPT_STEPS = 2000  # about as many are kept of a run of a day


@dataclass
class TrainingRun:
    """One run: its folder, its options and its history.

    `record` appends to `events.jsonl`, a line per event; a line cut off by a crash is skipped when reading.
    """

    options: TrainingOptions
    created: datetime
    history: RunHistory = field(default_factory=RunHistory)
    _started: float = field(default_factory=time.monotonic, repr=False)
    _last_written: float = field(default=-math.inf, repr=False)

    @property
    def folder(self) -> Path:
        return self.options.run

    @property
    def name(self) -> str:
        return self.options.name

    @property
    def can_resume(self) -> bool:
        """Whether the run has a checkpoint to go on from and is not complete."""
        checkpoint = self.history.checkpoint
        return self.history.state != "done" and checkpoint is not None and (self.folder / checkpoint).exists()

    def record(self, event: dict[str, Any]) -> None:
        """Takes an event into the history and into the file; a malformed event is logged and left out.

        Raises:
            OSError: the disk is full or the folder is gone.
        """
        try:
            self.history.apply(event)
        except (KeyError, TypeError, ValueError, AttributeError):
            _log.warning("Malformed training event: %r", event)
            return
        if event["event"] == "step":
            now = time.monotonic()
            whole = now - self._started + (self.history.eta or 0.0)
            if now - self._last_written < max(STEP_INTERVAL, whole / KEPT_STEPS):
                return
            self._last_written = now
        with (self.folder / EVENTS_FILE).open("a", encoding="utf-8") as file:
            file.write(json_files.to_text(event, indent=None))


def create_run(options: TrainingOptions) -> TrainingRun:
    """Makes the folder of a new run and notes its options there.

    Raises:
        OSError: the folder cannot be made or written.
    """
    options.run.mkdir(parents=True)
    run = TrainingRun(options, datetime.now().astimezone())
    stored = {"format": 1, "created": run.created.isoformat(), "options": options.to_json()}
    with atomic_write(options.run / OPTIONS_FILE) as temporary:
        temporary.write_text(json_files.to_text(stored), encoding="utf-8")
    return run


def list_runs(folder: Path, known: dict[Path, tuple[int, TrainingRun]] | None = None) -> list[TrainingRun]:
    """All runs below `folder`, newest first; a folder that is no run is passed over.

    Args:
        folder: parent of the runs' folders.
        known: runs that were read before, by folder, with the size of their events then; those that have not grown
            are not read again. Brought up to date.
    """
    known = {} if known is None else known
    runs = []
    for options in folder.glob(f"*/{OPTIONS_FILE}"):
        place, size = options.parent, _events_size(options.parent)
        if place not in known or known[place][0] != size:
            run = _read_run(place)
            if run is None:
                continue
            known[place] = (size, run)
        runs.append(known[place][1])
    return sorted(runs, key=lambda run: run.created, reverse=True)


def delete_run(run: TrainingRun) -> None:
    """Removes the run's folder, checkpoints included; the model that it made stays.

    Raises:
        OSError: something in it cannot be removed.
    """
    shutil.rmtree(run.folder)


def new_run_folder(parent: Path, name: str) -> Path:
    """A folder name not in use, made from the time and the run's name."""
    slug = re.sub(r"[^\w-]+", "-", name).strip("-")[:40] or "run"
    base = parent / f"{datetime.now():%Y%m%d-%H%M%S}-{slug}"
    folder, number = base, 2
    while folder.exists():
        folder, number = base.with_name(f"{base.name}-{number}"), number + 1
    return folder


def _events_size(folder: Path) -> int:
    try:
        return (folder / EVENTS_FILE).stat().st_size
    except OSError:
        return 0


def _read_run(folder: Path) -> TrainingRun | None:
    try:
        stored = json_files.read_object(folder / OPTIONS_FILE)
        # The program's folder may have moved, and with it the run.
        options = TrainingOptions.from_json({**stored["options"], "run": folder})
        run = TrainingRun(options, datetime.fromisoformat(stored["created"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("The training run in %s cannot be read: %s", folder, error)
        return None
    try:
        lines = (folder / EVENTS_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        try:
            run.history.apply(json_files.parse_object(line, max_bytes=MAX_LINE, finite=False))
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("A damaged line in %s was skipped", folder / EVENTS_FILE)
    return run
