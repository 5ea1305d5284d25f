"""Throughput of an export of 24-megapixel JPEGs, in full size and for screens, against the codecs alone."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

import numpy as np
from measurement import Measurement
from photographs import camera_jpegs, small_images
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.bundles import default_bundle
from pie_desktop.export import job as export
from pie_desktop.export.job import ExportProgress, ExportSettings, plan_export, run_export
from pie_desktop.export.pool import WorkerPool
from pie_desktop.export.worker import ExportTask, Outcome, export_photo, serve
from pie_desktop.imaging.decode import PROXY_SIDE, load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels

PHOTOS = 24
ROUNDS = 4  # of each, in turn; the best one counts, as the least disturbed: single ones differ by a fifth
WORKERS = 2
SCREEN = EncodeOptions(long_side=2048)
LEAST_SHARE = 0.75


def measure() -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="pie-export-") as name:
        folder = Path(name)
        photos = camera_jpegs(folder / "in", 4)
        photos = [linked(photo, index) for index in range(PHOTOS // 4) for photo in photos]
        ask = _model()
        ways: dict[str, Callable[[Path], Rate]] = {
            "export": lambda out: export_photos(photos, out, fixed_transform),
            "model": lambda out: export_photos(photos, out, ask),
            "codecs": lambda out: codecs_alone(photos, out, recode),
            "pillow": lambda out: codecs_alone(photos, out, _recode_with_pillow),
            "screen": lambda out: export_photos(photos, out, ask, SCREEN),
            "screen codecs": lambda out: codecs_alone(photos, out, _recode_for_screens),
        }
        results: dict[str, list[Rate]] = {way: [] for way in ways}
        for number in range(ROUNDS):
            for way, run in ways.items():
                out = folder / f"{way}{number}"
                results[way].append(run(out))
                shutil.rmtree(out)
    speed = {way: max(rate.photos for rate in rates) for way, rates in results.items()}
    effort = {way: min(rate.seconds for rate in rates) for way, rates in results.items()}

    def row(name: str, way: str, against: str, note: str, least: float = 0.0) -> list[Measurement]:
        """By the clock, and in processor time, which other programs disturb less."""
        share = effort[against] / effort[way]
        return [
            Measurement(
                name=name,
                budget=f">= {least:.0%} of decode + encode alone" if least else "",
                measured=speed[way],
                unit="photos/s",
                ratio=speed[way] / speed[against],
                note=f"throughput against {note} ({speed[against]:.2f} photos/s)",
                met=speed[way] >= least * speed[against] if least else None,
            ),
            Measurement(
                name=f"processor time per photo: {name}",
                budget="",
                measured=effort[way],
                unit="s",
                ratio=share,
                note=f"workers and main process; {note} ({effort[against]:.3f} s) against it",
            ),
        ]

    alone = "the same codecs and workers alone"
    model = "with the shipped model asked about each photo"
    return [
        *row(f"export of 24 MP JPEGs to JPEG, {WORKERS} workers", "export", "codecs", alone, LEAST_SHARE),
        *row(f"the same {model}, on the same cores", "model", "codecs", alone, LEAST_SHARE),
        row("the same without the model", "export", "pillow", "Pillow and numpy decoding and encoding alone")[0],
        *row(f"export at {SCREEN.long_side} px, {model}", "screen", "screen codecs", "codecs and OpenCV's area means"),
    ]


def linked(photo: Path, index: int) -> Path:
    link = photo.with_name(f"{photo.stem}_{index}.jpg")
    link.hardlink_to(photo)  # a link of the other kind would be the same photo
    return link


@dataclass(frozen=True)
class Rate:
    """Photos per second, and seconds of processor time per photo."""

    photos: float
    seconds: float


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


def export_photos(
    photos: list[Path],
    folder: Path,
    transform_for: Callable[[np.ndarray], Transform],
    encode: EncodeOptions = EncodeOptions(),
    edit: Edit = Edit(),
) -> Rate:
    settings = ExportSettings(folder, encode, edit=edit)
    clock = _Clock()

    def progress(step: ExportProgress) -> None:
        clock.tick(step.done)

    started = time.process_time()
    with mock.patch.object(export, "WorkerPool", lambda count: WorkerPool(count, _export_timed)):
        report = run_export(plan_export(photos, settings), settings, transform_for, progress, workers=WORKERS)
    assert report.count("written") == len(photos), report.summary
    own = (time.process_time() - started) / len(photos)
    return Rate(clock.rate, own + _median_seconds(item.message for item in report.items))


def _median_seconds(messages: Iterable[str | None]) -> float:
    """Of the workers' processor times, which come as the remarks of the photos; the median leaves out their start."""
    return float(np.median([float(message or "nan") for message in messages]))


def _timed(work: Callable[..., Outcome]) -> Callable[..., Outcome]:
    def timed(task: ExportTask, lut_for: Callable[[np.ndarray], np.ndarray]) -> Outcome:
        started = time.process_time()
        outcome = work(task, lut_for)
        return replace(outcome, warning=str(time.process_time() - started))

    return timed


def _export_timed(connection: Connection) -> None:
    serve(connection, _timed(export_photo))


def fixed_transform(proxy: np.ndarray) -> Transform:
    """Fixed, so that the pixels are measured and no network."""
    return Transform(identity_lut() ** np.float32(0.9), identity_lut() ** np.array([0.8, 1.0, 1.2], np.float32))


def _model() -> Callable[[np.ndarray], Transform]:
    import torch

    torch.set_num_threads(1)
    inference = Inference(default_bundle(), "cpu")
    before = [resize_long_side(image, PROXY_SIDE) for image in small_images(3, 512)]
    after = [apply_lut(image, identity_lut() ** np.array([0.7, 0.9, 1.1], np.float32)) for image in before]
    preference = inference.encode([ReferencePixels(*pair) for pair in zip(after, before, strict=True)])
    return lambda proxy: Transform(*inference.luts(proxy, preference))


def codecs_alone(photos: list[Path], folder: Path, body: Callable[[Connection], None]) -> Rate:
    folder.mkdir()
    pool = WorkerPool(WORKERS, body)
    tasks = [
        ExportTask(index, photo, folder / photo.name, False, EncodeOptions()) for index, photo in enumerate(photos)
    ]
    clock = _Clock()
    done = 0
    warnings: list[str | None] = []
    while done < len(photos):
        while tasks and pool.idle:
            pool.submit(tasks.pop())
        outcomes = pool.wait(1.0)
        assert all(isinstance(outcome, Outcome) and outcome.problem is None for outcome in outcomes), outcomes
        done += len(outcomes)
        warnings += [outcome.warning for outcome in outcomes if isinstance(outcome, Outcome)]
        clock.tick(done)
    pool.close()
    return Rate(clock.rate, _median_seconds(warnings))


def recode(connection: Connection) -> None:
    """Decode and encode with the codecs of the export, metadata included."""

    def one(task: ExportTask, _: object) -> Outcome:
        save_photo(load_photo(task.source), task.target, task.encode, source=task.source)
        return Outcome(task.index)

    serve(connection, _timed(one))


def _recode_for_screens(connection: Connection) -> None:
    """The same with the plainest way to make a photo smaller."""

    def recode(task: ExportTask, _: object) -> Outcome:
        image = resize_long_side(load_photo(task.source), SCREEN.long_side or 0)
        save_photo(image, task.target, task.encode, source=task.source)
        return Outcome(task.index)

    serve(connection, _timed(recode))


def _recode_with_pillow(connection: Connection) -> None:
    """The plain way to get pixels from a file and back with Pillow and numpy."""

    def recode(task: ExportTask, _: object) -> Outcome:
        with Image.open(task.source) as opened:
            image = np.asarray(opened.convert("RGB"))
        Image.fromarray(image).save(task.target, quality=task.encode.quality, subsampling=0)
        return Outcome(task.index)

    serve(connection, _timed(recode))


def main() -> None:
    for row in measure():
        print(row)


if __name__ == "__main__":
    main()
