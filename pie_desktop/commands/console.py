"""What the commands print: results on stdout, problems and progress on stderr; and how they are interrupted."""

import contextlib
import json
import logging
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from pie_desktop.errors import printable

_UNESCAPED = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
EXIT_FAILURES = 1
EXIT_PROBLEM = 2
EXIT_INTERRUPTED = 130

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


def say(text: str) -> None:
    """One line of a result; file names may contain commands to the terminal, which are shown escaped."""
    print(printable(text))


def say_problem(text: str) -> None:
    """One problem, one line: file names may contain line breaks, which are shown escaped like all else of the kind."""
    print(printable(text), file=sys.stderr)


def print_json(document: Any) -> None:
    lines = json.dumps(document, indent=2, ensure_ascii=False).split("\n")
    # JSON itself escapes some commands to terminals and lets others through.
    print("\n".join(_UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in lines))


@contextlib.contextmanager
def only_own_lines() -> Iterator[None]:
    """Keeps what libraries have to say about odd photos off stderr, where each problem is told in one line of our own.

    Some of them are written in C and use the file descriptor, which worker processes inherit.
    """
    if sys.stderr is None:  # a program of Windows without a console
        yield
        return
    logging.getLogger().addHandler(logging.NullHandler())  # instead of the handler of last resort
    shown, real = sys.stderr, os.dup(2)
    with (
        warnings.catch_warnings(),
        Path(os.devnull).open("wb") as nowhere,
        open(real, "w", encoding=shown.encoding, errors="backslashreplace", buffering=1) as own,  # noqa: PTH123 - a descriptor
    ):
        warnings.simplefilter("ignore")
        os.dup2(nowhere.fileno(), 2)
        if shown is sys.__stderr__:
            sys.stderr = own
        try:
            yield
        finally:
            own.flush()
            os.dup2(real, 2)
            sys.stderr = shown


@contextlib.contextmanager
def showing_progress() -> Iterator[Progress]:
    """A bar on stderr where that is a terminal, gone when done."""
    if not sys.stderr.isatty():
        yield lambda fraction, text: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda fraction, text: bar.update(task, completed=fraction, description=printable(text))


@contextlib.contextmanager
def interruptible() -> Iterator[ShouldCancel]:
    """Ctrl-C asks the work to end cleanly at the next good moment; a second one ends it at once."""
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    previous = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
