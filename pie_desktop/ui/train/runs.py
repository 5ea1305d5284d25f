"""Training runs on disk: what was asked for and what was reported, so that they outlive the editor."""

import logging
import re
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pie_desktop import json_files
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.run_folder import is_running
from pie_desktop.ui.train.history import RunHistory
from pie_desktop.workers.training_log import EventFile
from pie_desktop.workers.training_process import TrainingOptions

_log = logging.getLogger(__name__)

OPTIONS_FILE = "run.json"
CHECKPOINTS = ("checkpoint.safetensors", "checkpoint.before.safetensors")


@dataclass
class TrainingRun:
    """One run: its folder, its options, its history, and the log that the history comes from."""

    options: TrainingOptions
    created: datetime
    history: RunHistory = field(default_factory=RunHistory)
    log: EventFile = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.log = EventFile(self.options.run)

    @property
    def folder(self) -> Path:
        return self.options.run

    @property
    def name(self) -> str:
        return self.options.name

    @property
    def can_resume(self) -> bool:
        """Whether the run is not complete and has something to go on from: a checkpoint, or pairs looked at."""
        over = self.history.state == "done" and not self.history.early
        begun = self.history.indexed is not None or any((self.folder / name).exists() for name in CHECKPOINTS)
        return begun and not over

    @property
    def can_finish(self) -> bool:
        """Whether the weights of a run that was ended came nearer to the held-out photos, and can become a model."""
        best, start = self.history.best, self.history.baseline_psnr
        gained = best is not None and start is not None and best.psnr > start
        return self.can_resume and self.history.state != "done" and gained

    def take(self, event: dict[str, Any]) -> None:
        """Takes an event into the history; a malformed one is logged and left out."""
        try:
            self.history.apply(event)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            _log.warning("Malformed training event: %r", event)

    def end(self, event: dict[str, Any]) -> None:
        """Takes how the process ended, which it cannot always say itself, into the history and the log.

        Raises:
            OSError: the disk is full or the folder is gone.
        """
        self.take(event)
        self.log.append(event)


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
        place, size = options.parent, EventFile(options.parent).size
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


def _read_run(folder: Path) -> TrainingRun | None:
    try:
        stored = json_files.read_object(folder / OPTIONS_FILE)
        # The program's folder may have moved, and with it the run.
        options = TrainingOptions.from_json({**stored["options"], "run": folder})
        run = TrainingRun(options, datetime.fromisoformat(stored["created"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("The training run in %s cannot be read: %s", folder, error)
        return None
    for event in run.log.read(last=not is_running(folder)):
        run.take(event)
    return run
