"""The parent's side of a process that tries inputs: hands them over, and watches time and memory."""

import contextlib
import json
import re
import selectors
import subprocess
import sys
import time
from pathlib import Path

import psutil

HANG_SECONDS = 10.0  # of work
PATIENCE = 180.0  # seconds by the clock, for a process that waits: the machine may be busy
MEMORY = 2_000_000_000  # bytes that no process may have in its memory at any time, those that decode included
RENEWED = 1_500_000_000  # bytes after which another process takes over: libraries keep some of each input
OURS = ("crash", "hang", "memory")
"""Kinds of findings after which another process takes the place of this one."""


class Worker:
    """A process that tries one input after the other; another one takes its place when it ends.

    Attributes:
        tried: folder with the input as it was before it was tried.
        facts: where in its folder the changed file lies, and where that folder was.
    """

    def __init__(self, seed: str, folder: Path) -> None:
        self._seed, self._folder = seed, folder
        self._process: subprocess.Popen[str] | None = None
        self.tried = folder
        self.facts: dict[str, str] = {}
        self._family: list[psutil.Process] = []
        self._looked = 0.0
        self._peak = 0

    def attempt(self, target: str, what: int | Path) -> dict[str, str]:
        """How the input went: `kind` is empty, `refused` or `contained` where all is well.

        Args:
            target: name of a target.
            what: number of an input of the seed, or the folder of a finding.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            how = "make" if isinstance(what, int) else "again"
            process.stdin.write(f"{how} {target} {what}\n")
            process.stdin.flush()
            answer = self._wait(process)
        except (BrokenPipeError, psutil.NoSuchProcess):
            answer = {"kind": "crash", "text": f"exit {process.poll()}"}
        home = Path((self._folder / "place").read_text(encoding="utf-8"))
        self.tried, facts = home / "tried", home / "facts.json"
        self.facts = json.loads(facts.read_text(encoding="utf-8")) if facts.exists() else {}
        if answer["kind"] in OURS:
            self._kill()
        elif self._peak > RENEWED:
            self.close()
        return answer

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
            self._kill()

    def _wait(self, process: "subprocess.Popen[str]") -> dict[str, str]:
        assert process.stdout is not None
        watched = psutil.Process(process.pid)
        begun, work_before = time.monotonic(), _work(watched)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                answered = bool(selector.select(0.1))
                self._peak = self._most_memory(watched)
                if self._peak > MEMORY:
                    return {"kind": "memory", "text": f"a process had {self._peak:,} bytes in memory"}
                if answered:
                    line = process.stdout.readline()
                    answer: dict[str, str] = json.loads(line) if line else {}
                    return answer or {"kind": "crash", "text": f"exit {process.wait()}"}
                if _work(watched) - work_before > HANG_SECONDS or time.monotonic() - begun > PATIENCE:
                    return {"kind": "hang", "text": f"more than {HANG_SECONDS:.0f} seconds"}

    def _most_memory(self, process: psutil.Process) -> int:
        """The most that the process, or one that decodes for it, had in memory so far."""
        if time.monotonic() - self._looked > 1 or not all(one.is_running() for one in self._family):
            self._family, self._looked = [process, *process.children(recursive=True)], time.monotonic()
        return max(map(_most_memory, self._family))

    def _start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.fuzz.worker", self._seed, str(self._folder)]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._looked = 0.0
        self._process = process = subprocess.Popen(command, text=True, **streams)  # type: ignore[call-overload]
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the process of the fuzz did not start; run `python -m tests.fuzz.worker 1 /tmp`")
        return process

    def _kill(self) -> None:
        """End the process and those that it started, which would wait for it otherwise."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        process.kill()
        process.wait()


def _work(process: psutil.Process) -> float:
    """Processor seconds of the process itself; the decoder's are limited by the decoder's parent."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _most_memory(process: psutil.Process) -> int:
    """The most that a process had in memory so far; what it has now where the system does not tell the former."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        return int(found[1]) * 1024 if (found := re.search(r"VmHWM:\s*(\d+) kB", status)) else 0
    except (OSError, UnicodeDecodeError):
        try:
            return int(process.memory_info().rss)
        except psutil.Error:
            return 0
