"""One photo from the command line: whole processes of `export` and `enhance`, against its decode and encode alone."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measurement import Measurement
from photographs import camera_jpegs

BUDGET_SECONDS = 1.5
REPEATS = 5
# What nobody can do without: an interpreter, the decoder and the encoder.
CODECS = """
import sys
from PIL import Image
Image.open(sys.argv[1]).convert("RGB").save(sys.argv[2], "JPEG", quality=92)
"""


@dataclass(frozen=True)
class Run:
    """One process with all its children: seconds by the clock, and of processor time."""

    seconds: float
    processor: float


def measure() -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="pie-one-") as name:
        folder = Path(name)
        photo, edit = camera_jpegs(folder / "in", 2)
        out = folder / "out"
        program = [sys.executable, "-m", "pie_desktop"]
        ways = {
            "export": [*program, "export", str(photo), str(out)],
            "enhance": [*program, "enhance", str(photo), "--refs", str(edit), "-o", str(out)],
            "codecs": [sys.executable, "-c", CODECS, str(photo), str(folder / "codecs.jpg")],
        }
        runs: dict[str, list[Run]] = {way: [] for way in ways}
        for number in range(REPEATS + 1):  # in turns; the first one fills the file cache and compiles the loops
            for way, command in ways.items():
                shutil.rmtree(out, ignore_errors=True)
                run = _run(command)
                if number:
                    runs[way].append(run)
    seconds = {way: median(run.seconds for run in found) for way, found in runs.items()}
    processor = {way: median(run.processor for run in found) for way, found in runs.items()}
    return [
        Measurement(
            name=f"`{way}` of one 24 MP JPEG, the whole process",
            budget=f"<= {BUDGET_SECONDS:g} s warm on two cores",
            measured=seconds[way],
            unit="s",
            ratio=processor[way] / processor["codecs"],
            note=f"median of {REPEATS}, {processor[way]:.2f} s of processor time on all cores; ratio: against "
            f"a process that decodes and encodes alone ({processor['codecs']:.2f} s, {seconds['codecs']:.2f} s by the "
            "clock)",
            met=seconds[way] <= BUDGET_SECONDS,
        )
        for way in ("export", "enhance")
    ]


def _run(command: list[str]) -> Run:
    # As an installed program has them: modules that are compiled already, after the first run.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, started = _children(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300, env=environment)
    return Run(time.perf_counter() - started, _children() - before)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
