"""What the tests of the command line share."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

HELD_OUT = "chelsea"


class Outcome(NamedTuple):
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


def one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1


def child(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True, text=True, timeout=110, check=False, env={**os.environ, **environment},
    )  # fmt: skip
