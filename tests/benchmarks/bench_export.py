"""Throughput of an export of 24-megapixel JPEGs, against decoding and encoding the same files alone."""

import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from measurement import Measurement
from photographs import camera_jpegs
from PIL import Image

from pie_desktop.engine.enhance import Transform
from pie_desktop.engine.export import ExportProgress, ExportSettings, plan_export, run_export
from pie_desktop.engine.export_worker import ExportTask, Outcome, serve
from pie_desktop.engine.worker_pool import WorkerPool
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.lut import identity_lut

PHOTOS = 16
WORKERS = 2
LEAST_SHARE = 0.75


def measure() -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="pie-export-") as name:
        folder = Path(name)
        photos = camera_jpegs(folder / "in", 4)
        photos = [_linked(photo, index) for index in range(PHOTOS // 4) for photo in photos]
        export = _export(photos, folder / "out")
        codecs = _alone(photos, folder / "codecs", _recode)
        pillow = _alone(photos, folder / "pillow", _recode_with_pillow)
    return [
        Measurement(
            name=f"export of 24 MP JPEGs to JPEG, {WORKERS} workers",
            budget=f">= {LEAST_SHARE:.0%} of decode + encode alone",
            measured=export,
            unit="photos/s",
            ratio=export / codecs,
            note=f"throughput against the same codecs and workers alone ({codecs:.2f} photos/s)",
            met=export >= LEAST_SHARE * codecs,
        ),
        Measurement(
            name="the same against Pillow's codecs",
            budget="",
            measured=export,
            unit="photos/s",
            ratio=export / pillow,
            note=f"throughput against Pillow and numpy decoding and encoding alone ({pillow:.2f} photos/s)",
        ),
    ]


def _linked(photo: Path, index: int) -> Path:
    link = photo.with_name(f"{photo.stem}_{index}.jpg")
    link.symlink_to(photo)
    return link


class _Clock:
    """Photos per second from the first one done on: the start of the processes is shared by a whole folder."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def tick(self, done: int) -> None:
        while len(self._times) < done:
            self._times.append(time.perf_counter())

    @property
    def rate(self) -> float:
        # The first round of photos is left out, since its workers began at different times.
        times = self._times[WORKERS - 1 :]
        return (len(times) - 1) / (times[-1] - times[0])


def _export(photos: list[Path], folder: Path) -> float:
    settings = ExportSettings(folder)
    clock = _Clock()

    def progress(step: ExportProgress) -> None:
        clock.tick(step.done)

    report = run_export(plan_export(photos, settings), settings, _transform, progress, workers=WORKERS)
    assert report.count("written") == len(photos), report.summary
    return clock.rate


def _transform(proxy: np.ndarray) -> Transform:
    """Fixed, so that no network is measured: it takes a few hundredths of a second per photo in the parent."""
    return Transform(identity_lut() ** np.float32(0.9), identity_lut() ** np.array([0.8, 1.0, 1.2], np.float32))


def _alone(photos: list[Path], folder: Path, body: Callable[[Connection], None]) -> float:
    folder.mkdir()
    pool = WorkerPool(WORKERS, body)
    tasks = [
        ExportTask(index, photo, folder / photo.name, False, EncodeOptions())
        for index, photo in enumerate(photos)
    ]
    clock = _Clock()
    done = 0
    while done < len(photos):
        while tasks and pool.idle:
            pool.submit(tasks.pop())
        outcomes = pool.wait(1.0)
        assert all(isinstance(outcome, Outcome) and outcome.problem is None for outcome in outcomes), outcomes
        done += len(outcomes)
        clock.tick(done)
    pool.close()
    return clock.rate


def _recode(connection: Connection) -> None:
    """Decode and encode with the codecs of the export, metadata included."""

    def recode(task: ExportTask, _: object) -> Outcome:
        save_photo(load_photo(task.source), task.target, task.encode, source=task.source)
        return Outcome(task.index)

    serve(connection, recode)


def _recode_with_pillow(connection: Connection) -> None:
    """The plain way to get pixels from a file and back with Pillow and numpy."""

    def recode(task: ExportTask, _: object) -> Outcome:
        with Image.open(task.source) as image:
            picture = np.asarray(image.convert("RGB"))
        Image.fromarray(picture).save(task.target, quality=task.encode.quality, subsampling=0)
        return Outcome(task.index)

    serve(connection, recode)


def main() -> None:
    for row in measure():
        print(row)


if __name__ == "__main__":
    main()
