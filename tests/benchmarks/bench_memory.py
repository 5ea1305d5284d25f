"""Memory of an export: how much a worker needs, and whether it stays flat over many photos."""

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from measurement import Measurement
from photographs import HEIGHT, WIDTH, camera_jpegs, small_images

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.export.job import ExportProgress, ExportSettings, plan_export, run_export
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import identity_lut

LARGE = 80  # photos of 24 MP
SMALL = 1000  # photos of 0.4 to 1.5 MP, mixed
BINS = 10  # of the curve
WORKERS = 2
BUDGET_GB = 0.6
FLAT = 1.05  # the last quarter's peak may be this much above the second quarter's; the first one warms up
_SAMPLE_SECONDS = 0.02


class _Sampler:
    """Watches the resident memory of every worker process while an export runs, photo by photo."""

    def __init__(self, photos: int) -> None:
        self.peaks = np.zeros(photos + 1)
        self._done = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, progress: ExportProgress) -> None:
        self._done = progress.done

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            largest = max((_resident_bytes(child.pid) for child in multiprocessing.active_children()), default=0)
            self.peaks[self._done] = max(self.peaks[self._done], largest)


def _resident_bytes(pid: int | None) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0  # it has just ended
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure() -> list[Measurement]:
    if not sys.platform.startswith("linux"):
        return []
    quarters = [float(part.max()) for part in np.array_split(worker_peaks(LARGE, copies_of_large), 4)]
    peak, growth = max(quarters), quarters[3] / quarters[1]
    curve = [float(part.max()) for part in np.array_split(worker_peaks(SMALL, _small), BINS)]
    image = WIDTH * HEIGHT * 3
    return [
        Measurement(
            name="memory of an export worker, 24 MP",
            budget=f"<= {BUDGET_GB} GB",
            measured=peak / 1e9,
            unit="GB",
            ratio=peak / image,
            note=f"largest resident size of {WORKERS} workers, against one decoded photo ({image / 1e6:.0f} MB)",
            met=peak <= BUDGET_GB * 1e9,
        ),
        Measurement(
            name="growth of that memory",
            budget="flat",
            measured=(quarters[3] - quarters[1]) / 1e6,
            unit="MB",
            ratio=growth,
            note=f"{LARGE} photos: the last quarter's peak against the second quarter's",
            met=growth <= FLAT,
        ),
        Measurement(
            name=f"memory of an export worker over {SMALL:,} photos",
            budget="flat",
            measured=(curve[-1] - curve[1]) / 1e6,
            unit="MB",
            ratio=curve[-1] / curve[1],
            note="peak of the last tenth against the second; by tenths in MB: "
            + " ".join(f"{value / 1e6:.0f}" for value in curve),
            met=curve[-1] <= FLAT * curve[1],
        ),
    ]


def worker_peaks(photos: int, make: Callable[[Path, int], None], edit: Edit = Edit()) -> np.ndarray:
    """Largest resident size of a worker, in bytes, after each number of photos done."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "photos"
        make(folder, photos)
        settings = ExportSettings(Path(scratch) / "out", EncodeOptions("jpeg"), edit=edit)
        plan = plan_export([folder], settings)
        brighter = identity_lut(17) ** np.float32(0.9)
        transform = Transform(brighter, brighter)
        with _Sampler(photos) as sampler:
            report = run_export(plan, settings, lambda proxy: transform, sampler.progress, workers=WORKERS)
        assert all(item.status == "written" for item in report.items), "an export that fails says nothing about memory"
    return sampler.peaks


def copies_of_large(folder: Path, count: int) -> None:
    originals = camera_jpegs(folder, 4)
    for index in range(len(originals), count):
        shutil.copy(originals[index % len(originals)], folder / f"photo_{index:03d}.jpg")


def _small(folder: Path, count: int) -> None:
    folder.mkdir()
    for index, image in enumerate(small_images(40, 1500)):
        scale = 1 - index % 4 * 0.15
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        encoded = cv2.imencode(".jpg", cv2.resize(image, size, interpolation=cv2.INTER_AREA))[1].tobytes()
        for copy in range(index, count, 40):
            (folder / f"photo_{copy:04d}.jpg").write_bytes(encoded)
