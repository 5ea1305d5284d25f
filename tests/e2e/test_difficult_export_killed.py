"""All difficult files exported in one run, and again with `kill -9` at ten random moments: the same, byte for byte."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pie_desktop.export import journal as journals

KILLS = 10
SEED = os.environ.get("PIE_DESKTOP_TEST_SEED", "1")
_OF_ONE_RUN = ("export", "begun", "ended", "notice", "summary")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),  # a minute and a half on an idle machine
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL"),
]


@pytest.fixture(scope="module")
def assets(shared_data: Path) -> Path:
    return shared_data / "assets"


def test_killed_at_ten_random_moments_it_ends_as_if_nothing_had_happened(assets: Path, tmp_path: Path) -> None:
    whole = _Export(assets, tmp_path / "whole")
    whole.start().wait()
    killed = _Export(assets, tmp_path / "killed")
    rng = random.Random(SEED)
    count = len(whole.receipt()["parts"][0]["photos"])
    resume: tuple[str, ...] = ()
    for done in sorted(rng.sample(range(1, count * 9 // 10), KILLS)):
        killed.kill(killed.start(*resume), done, rng.random())
        resume = ("--resume",)
    killed.start(*resume).wait()
    assert killed.compared() == whole.compared()
    assert killed.files() == whole.files()


class _Export:
    """The export of a folder, with a home of its own; whatever is compared says nothing of where it went."""

    def __init__(self, photos: Path, place: Path) -> None:
        place.mkdir()
        self._photos, self._home, self._out = photos, place / "home", place / "out"
        self._receipt = place / "receipt.json"

    def start(self, *options: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "pie_desktop", "export", str(self._photos), str(self._out), "--recursive"]
        command += ["--name", "{seq:04d}/{name}", "--receipt", str(self._receipt), *options]
        return subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "PIE_DESKTOP_HOME": str(self._home)},
        )  # fmt: skip

    def kill(self, process: "subprocess.Popen[bytes]", done: int, later: float) -> None:
        """Kill it with its children, some seconds after so many photos were done."""
        tick = threading.Event()
        try:
            while process.poll() is None and self._done() < done:
                tick.wait(0.05)
            tick.wait(later)
            assert process.poll() is None, "it was over before it could be killed"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _done(self) -> int:
        journal = next(self._home.rglob(journals.JOURNAL), None)
        return journal.read_bytes().count(b'"event": "ended"') if journal is not None else 0

    def receipt(self) -> Any:
        return json.loads(self._receipt.read_text(encoding="utf-8"))

    def compared(self) -> dict[str, Any]:
        """The receipt without what is of one run: its number, its times, and what it did itself."""
        text = self._receipt.read_text(encoding="utf-8").replace(str(self._out), "OUT")
        return {key: value for key, value in json.loads(text).items() if key not in _OF_ONE_RUN}

    def files(self) -> dict[str, bytes]:
        return dict(self._contents())

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self._out.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self._out)), path.read_bytes()
