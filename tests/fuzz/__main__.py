"""The driver of the fuzz: `make fuzz`, or `python -m tests.fuzz --minutes 10 --seed 1 --only photo --jobs 2`.

It hands inputs to processes, watches their time and memory, and keeps a reproducer of each finding in `build/fuzz`:
the file, and `finding.json` with target, seed, number and traceback. Exit code 1 says that there are findings.
"""

import argparse
import json
import os
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

TARGETS = ("photo", "export", "lut", "edit", "settings", "preset", "style", "catalog", "journal", "bundle")
HANG_SECONDS = 10.0  # of work; by the clock six times as much, since the machine may be busy
MEMORY = 2_000_000_000
_REFUSALS = ("", "refused", "contained")


class Worker:
    """A process that tries one input after the other; another one takes its place when it ends."""

    def __init__(self, seed: str, folder: Path) -> None:
        self._seed, self._folder = seed, folder
        self._process: subprocess.Popen[str] | None = None

    def attempt(self, target: str, what: str) -> dict[str, str]:
        """How the input went: `kind` is empty or `refused` where all is well; `file` is the copy that was tried."""
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        watched = psutil.Process(process.pid)
        begun, work_before = time.monotonic(), _work(watched)
        answer: dict[str, str] = {}
        try:
            process.stdin.write(f"{target} {what}\n")
            process.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                while not answer:
                    if selector.select(0.1):
                        line = process.stdout.readline()
                        answer = json.loads(line) if line else {"kind": "crash", "text": f"exit {process.wait()}"}
                    elif _work(watched) - work_before > HANG_SECONDS or time.monotonic() - begun > 6 * HANG_SECONDS:
                        answer = {"kind": "hang", "text": f"more than {HANG_SECONDS:.0f} seconds"}
                    elif watched.memory_info().rss > MEMORY:
                        answer = {"kind": "memory", "text": f"more than {MEMORY:,} bytes"}
        except (BrokenPipeError, psutil.NoSuchProcess):
            answer = {"kind": "crash", "text": f"exit {process.poll()}"}
        home = Path((self._folder / "place").read_text(encoding="utf-8"))
        answer["file"] = str(next(home.glob("tried*"), ""))
        if answer["kind"] in ("crash", "hang", "memory"):
            self._kill()
        for tried in home.glob("tried*") if answer["kind"] in ("", "refused") else ():
            tried.unlink()
        return answer

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(30)
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.fuzz.worker", self._seed, str(self._folder)]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = process = subprocess.Popen(command, text=True, **streams)  # type: ignore[call-overload]
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the process of the fuzz did not start; run `python -m tests.fuzz.worker 1 /tmp`")
        return process

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Fuzz:
    """One run: what was tried, and what was found."""

    def __init__(self, seed: str, names: list[str], out: Path, deadline: float) -> None:
        self.tried: Counter[str] = Counter()
        self.contained = 0
        self.findings: list[Path] = []
        self._seed, self._names, self._out, self._deadline = seed, names, out, deadline
        self._next: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Try inputs of all targets by turns until the time is over; in as many threads as there are jobs."""
        with tempfile.TemporaryDirectory() as folder:
            worker = Worker(self._seed, Path(folder))
            turn = 0
            while time.monotonic() < self._deadline:
                name = self._names[turn % len(self._names)]
                turn += 1
                with self._lock:
                    number, self._next[name] = self._next[name], self._next[name] + 1
                answer = worker.attempt(name, str(number))
                with self._lock:
                    self._take(name, number, answer)
            worker.close()

    def _take(self, name: str, number: int, answer: dict[str, str]) -> None:
        self.tried[name] += 1
        self.contained += answer["kind"] == "contained"
        if answer["kind"] in ("", "refused"):
            return
        where = re.findall(r'File ".*?/((?:pie_desktop|training)/\S+)", line (\d+)', answer["text"])
        signature = f"{name} {answer['kind']} {where[-1:]}"
        self._seen[signature] += 1
        if self._seen[signature] > 2:  # two reproducers of one kind are enough
            return
        folder = self._out / f"{name}-{answer['kind']}-{self._seed}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if answer["file"]:
            shutil.copy(answer["file"], folder)
        facts = {"target": name, "seed": self._seed, "number": number, "kind": answer["kind"], "text": answer["text"]}
        (folder / "finding.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
        if answer["kind"] != "contained":
            self.findings.append(folder)
            print(f"FOUND {folder}: {answer['text'].strip().splitlines()[-1][:200]}", flush=True)


def _work(process: psutil.Process) -> float:
    """Processor seconds of the process itself; the decoder's are limited by the decoder's parent."""
    times = process.cpu_times()
    return float(times.user + times.system)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long; 10 unless given")
    parser.add_argument("--seed", default="1", help="another seed gives other inputs, the same seed the same ones")
    parser.add_argument("--only", action="append", choices=TARGETS, help="a target; may be given several times")
    parser.add_argument("--jobs", type=int, default=1, help="processes at the same time")
    parser.add_argument("--number", type=int, help="try one input of the seed again, of the target in --only")
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"), help="folder for the reproducers")
    chosen = parser.parse_args(arguments)
    names = chosen.only or list(TARGETS)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if chosen.number is not None:
        with tempfile.TemporaryDirectory() as folder:
            worker = Worker(chosen.seed, Path(folder))
            answer = worker.attempt(names[0], str(chosen.number))
            worker.close()
        print(answer["kind"] or "well", answer["text"])
        return int(answer["kind"] not in _REFUSALS)
    fuzz = Fuzz(chosen.seed, names, chosen.out, time.monotonic() + 60 * chosen.minutes)
    threads = [threading.Thread(target=fuzz.run) for _ in range(chosen.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        print(f"{name:10} {fuzz.tried[name]:7,} inputs")
    print(f"{sum(fuzz.tried.values()):,} inputs, {len(fuzz.findings)} findings")
    print(f"{fuzz.contained} inputs ended the decoding process, and were refused with a sentence")
    return int(bool(fuzz.findings))


if __name__ == "__main__":
    sys.exit(main())
