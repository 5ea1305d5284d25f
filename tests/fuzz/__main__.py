"""The driver of the fuzz: `make fuzz`, or `python -m tests.fuzz --minutes 10 --seed 1 --only photo --jobs 2`.

It hands inputs to processes, watches their time and memory, and keeps a reproducer of each finding in `build/fuzz`: the
input, and `finding.json` with target, seed, number and traceback. `--replay` tries kept ones again. Exit code 1 says
that there are findings.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.process import Worker

EVERY = {
    "photo": 1, "export": 1, "sidecar": 2, "resume": 2, "reference": 3, "style": 2, "preference": 4, "history": 2,
    "shared": 2, "blend": 2, "bundle": 4, "model": 4, "lut": 2, "edit": 2, "settings": 2, "preset": 2, "picks": 2,
    "catalog": 2, "pages": 50,
}  # fmt: skip
"""The targets, and in which rounds each has its turn: some take a hundred times as long as others."""

REPRODUCERS = 2  # of one kind
_WELL = ("", "refused", "contained")


class Fuzz:
    """One run: what was tried, and what was found."""

    def __init__(self, seed: str, names: list[str], out: Path, deadline: float) -> None:
        self.tried: Counter[str] = Counter()
        self.contained = 0
        self.findings: list[Path] = []
        self._seed, self._names, self._out, self._deadline = seed, names, out, deadline
        self._round = 0
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Try inputs of all targets by turns until the time is over, at least one of each; in several threads."""
        with tempfile.TemporaryDirectory() as folder:
            worker = Worker(self._seed, Path(folder))
            for number in iter(self._next_round, None):
                for name in self._names:
                    if number % EVERY[name] == 0 or self._names == [name]:
                        self.take(name, number, worker.attempt(name, number), worker)
            worker.close()

    def _next_round(self) -> int | None:
        with self._lock:
            number, self._round = self._round, self._round + 1
        return number if number == 0 or time.monotonic() < self._deadline else None

    def take(self, name: str, number: int, answer: dict[str, str], worker: Worker) -> None:
        """Count an answer; keep the input where it is a finding, or ended the process that decodes."""
        with self._lock:
            self.tried[name] += 1
            self.contained += answer["kind"] == "contained"
            if answer["kind"] in ("", "refused"):
                return
            where = re.findall(r'File ".*?/((?:pie_desktop|training)/\S+)", line (\d+)', answer["text"])
            signature = f"{name} {answer['kind']} {where[-1:]}"
            self._seen[signature] += 1
            if self._seen[signature] > REPRODUCERS:
                return
            folder = self._out / f"{name}-{answer['kind']}-{self._seed}-{number}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            if worker.tried.is_dir():
                shutil.copytree(worker.tried, folder / "input")
            facts = {"target": name, "seed": self._seed, "number": number, **worker.facts, **answer}
            (folder / "finding.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
            if answer["kind"] != "contained":
                self.findings.append(folder)
                print(f"FOUND {folder}: {_last_line(answer)}", flush=True)


def replay(place: Path) -> int:
    """Try a kept reproducer, or all in a folder, again; how many are findings still."""
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker("again", Path(folder))
        for file in sorted(place.rglob("finding.json")):
            answer = worker.attempt(json.loads(file.read_text(encoding="utf-8"))["target"], file.parent.absolute())
            found += answer["kind"] not in _WELL
            print(f"{answer['kind'] or 'well':16} {file.parent}: {_last_line(answer)}", flush=True)
        worker.close()
    return found


def _last_line(answer: dict[str, str]) -> str:
    return (answer["text"].strip().splitlines() or [""])[-1][:300]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long; 10 unless given")
    parser.add_argument("--seed", default="1", help="another seed gives other inputs, the same seed the same ones")
    parser.add_argument("--only", action="append", choices=tuple(EVERY), help="a target; may be given several times")
    parser.add_argument("--jobs", type=int, default=1, help="processes at the same time")
    parser.add_argument("--number", type=int, help="try one input of the seed again, of the target in --only")
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="try a kept reproducer again, or all in a folder")
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"), help="folder for the reproducers")
    chosen = parser.parse_args(arguments)
    names = chosen.only or list(EVERY)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("NUMBA_CACHE_DIR", str(chosen.out.parent.absolute() / "compiled"))  # once for all processes
    if chosen.replay is not None:
        return int(replay(chosen.replay) > 0)
    if chosen.number is not None:
        with tempfile.TemporaryDirectory() as folder:
            worker = Worker(chosen.seed, Path(folder))
            answer = worker.attempt(names[0], chosen.number)
            worker.close()
        print(answer["kind"] or "well", answer["text"])
        return int(answer["kind"] not in _WELL)
    fuzz = Fuzz(chosen.seed, names, chosen.out, time.monotonic() + 60 * chosen.minutes)
    with ThreadPoolExecutor(chosen.jobs) as pool:
        for run in [pool.submit(fuzz.run) for _ in range(chosen.jobs)]:
            run.result()  # raises where the fuzz itself does not work
    for name in names:
        print(f"{name:10} {fuzz.tried[name]:7,} inputs")
    print(f"{sum(fuzz.tried.values()):,} inputs, {len(fuzz.findings)} findings")
    print(f"{fuzz.contained} inputs ended the decoding process, and were refused with a sentence")
    return int(bool(fuzz.findings))


if __name__ == "__main__":
    sys.exit(main())
