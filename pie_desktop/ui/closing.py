"""The end of the program: edits are saved, everything else is stopped, and neither may take for ever.

What could not be saved goes to the log and is shown at the next start, for the window is gone by then.
"""

import logging
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.settings import Settings
from pie_desktop.workers.job import Job
from pie_desktop.workers.lane import Lane, threads_left_behind

# An edit is saved in milliseconds; a catalog that another program has locked fails after `catalog.store.BUSY_SECONDS`.
SAVING_SECONDS = 30.0
STOPPING_SECONDS = 10.0  # for all that was cancelled: most looks for that every few milliseconds
_PROBLEMS = "closing.problems"
_log = logging.getLogger(__name__)


def end_lanes(saving: Lane, others: Iterable[Lane]) -> list[str]:
    """Let the jobs of one lane run to their end, cancel those of the others, and join the threads of all.

    Waits `SAVING_SECONDS` and then `STOPPING_SECONDS` at most.

    Returns:
        One sentence for everything that was not saved.
    """
    others = list(others)
    for lane in others:
        for job in lane.open_jobs:
            job.cancel()  # all at once, so that the lanes stop together
    problems: list[str] = []
    for job in saving.open_jobs:
        job.failed.connect(problems.append)
    left = saving.finish(SAVING_SECONDS)
    if left:
        problems.append(_not_saved(left))
    deadline = time.monotonic() + STOPPING_SECONDS
    for lane in others:
        titles = [job.title for job in lane.open_jobs if job.title]
        if not lane.close(max(0.0, deadline - time.monotonic())):
            _log.warning("The lane %s did not stop in time and is left behind: %s", lane.name, titles)
    problems = list(dict.fromkeys(problems))
    for problem in problems:
        _log.error("While closing: %s", problem)
    return problems


def keep_problems(settings: Settings, problems: list[str]) -> None:
    """Note what was not saved, for the next start."""
    if problems:
        settings.set(_PROBLEMS, problems)


def report_problems(settings: Settings, notifier: Notifier) -> None:
    """Show what was not saved when the program ended the last time, once."""
    problems = settings.get(_PROBLEMS)
    if not isinstance(problems, list) or not problems:
        return
    for problem in problems:
        notifier.warning(f"When PIE Desktop was closed the last time: {problem}")
    settings.set(_PROBLEMS, [])


def leave(code: int) -> int:
    """The exit code, unless a thread still hangs: Qt would then crash the process at its end, so it ends here."""
    if threads_left_behind():
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code)
    return code


def _not_saved(jobs: list[Job]) -> str:
    photos = list(dict.fromkeys(job.key.name for job in jobs if isinstance(job.key, Path)))
    if not photos:
        return "Some work in the background had not ended in time."
    names = photos[0] if len(photos) == 1 else f"{', '.join(photos[:-1])} and {photos[-1]}"
    edits = "edit" if len(photos) == 1 else "edits"
    return f"The last {edits} of {names} could not be saved within {SAVING_SECONDS:g} seconds."
