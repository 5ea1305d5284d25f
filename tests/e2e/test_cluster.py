"""An export on a Dask cluster of real processes, one of which is killed in the middle."""

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop import paths
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.parts.grain import GrainPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import PieError
from pie_desktop.export import cluster
from pie_desktop.export import journal as journals
from pie_desktop.export.job import ExportSettings, Running, plan_export, run_job
from pie_desktop.export.report import ExportProgress
from pie_desktop.export.settings import ExportPart
from pie_desktop.export.unfinished import unfinished_exports
from pie_desktop.export.worker import ExportTask, Outcome
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut

distributed = pytest.importorskip("distributed")
LUT = identity_lut() ** np.float32(0.8)


@dataclass
class Cluster:
    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]


@pytest.fixture(scope="module")
def cluster_of_two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers on loopback, each a process of its own; none of them is started again."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = ["distributed.cli.dask_scheduler", *common, "--host", "127.0.0.1", "--port", "0"]
    worker = ["distributed.cli.dask_worker", *common, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny"]
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).resolve().parents[2]), OMP_NUM_THREADS="1")
    processes = []
    try:
        for command in (scheduler, worker, worker):
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=folder,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        with distributed.Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield Cluster(json.loads(file.read_text())["address"], processes[0], processes[1:])
    finally:
        for process in processes:
            process.kill()
            process.wait()


def plain(proxy: np.ndarray) -> Transform:
    return Transform(LUT, LUT)


def part(sources: Path, out: Path, model: Callable[[np.ndarray], Transform] = plain, edit: Edit = Edit()) -> ExportPart:
    settings = ExportSettings(out, EncodeOptions("png"), edit=edit)
    return ExportPart(settings, tuple(plan_export([sources], settings)), model)


def sensitive(proxy: np.ndarray) -> Transform:
    """Another LUT for every other proxy."""
    lut = identity_lut() ** np.float32(1 + proxy.astype(np.float64).sum() % 1000 / 2000)
    return Transform(lut, lut)


def test_photos_are_those_of_an_export_on_this_machine(
    cluster_of_two: Cluster, sample_images: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """JPEGs that a decoder reduces by itself where only a small image is wanted."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, image in sample_images.items():
        large = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        Image.fromarray(large).save(folder / f"{name}.jpg", quality=92)
    written = []
    for name, running in (("here", Running(workers=1)), ("there", Running(scheduler=cluster_of_two.address))):
        edit = Edit().with_part(VignettePart(-50.0)).with_part(GrainPart(50.0))
        edit = edit.with_part(GeometryPart(straighten=3, crop_left=0.1, quarter_turns=1))
        report = run_job([part(folder, tmp_path / name, sensitive, edit)], running)
        assert report.summary == f"{len(sample_images)} written"
        written.append([item.target.read_bytes() for item in report.items])
    assert written[0] == written[1]


def test_a_photo_without_a_lut_is_told(cluster_of_two: Cluster, photo_folder: Path, tmp_path: Path) -> None:
    def refusing(proxy: np.ndarray) -> Transform:
        raise PieError("The model has gone.")

    report = run_job([part(photo_folder, tmp_path / "out", refusing)], Running(scheduler=cluster_of_two.address))
    assert report.summary == "4 failed" and {item.message for item in report.items} == {"The model has gone."}


def test_a_folder_that_the_workers_do_not_see(
    cluster_of_two: Cluster, photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    check = cluster._sees
    monkeypatch.setattr(cluster, "_sees", lambda mark, token: check(mark + "-elsewhere", token))
    monkeypatch.setattr(cluster._sees, "__module__", "__main__")  # sent by value
    with pytest.raises(PieError, match=f"The folder {out} is not visible to the worker tcp://127"):
        run_job([part(photo_folder, out)], Running(scheduler=cluster_of_two.address))
    assert list(out.iterdir()) == []


def test_a_worker_is_killed_and_every_photo_arrives_once(
    cluster_of_two: Cluster, photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_one(progress: ExportProgress) -> None:
        if progress.item is not None and not killed:
            killed.append(progress.done)
            cluster_of_two.workers[0].send_signal(signal.SIGKILL)

    out = tmp_path / "out"
    running = Running(scheduler=cluster_of_two.address, progress=kill_one)
    report = run_job([part(photo_folder_of_crops, out)], running)
    assert cluster_of_two.workers[0].wait() == -signal.SIGKILL and killed[0] < 24
    assert report.summary == "24 written"
    assert sorted(path.name for path in out.iterdir()) == [f"{number:02d}.png" for number in range(24)]
    for item in report.items[::6]:
        np.testing.assert_array_equal(load_photo(item.target), apply_lut(load_photo(item.source), LUT))
    (place,) = paths.exports_dir().iterdir()
    ended = Counter(record["index"] for record in journals.records(place) if record["event"] == "ended")
    assert ended == dict.fromkeys(range(24), 1)


def test_a_photo_that_is_gone_is_told_and_the_rest_goes_on(
    cluster_of_two: Cluster, photo_folder: Path, tmp_path: Path
) -> None:
    planned = part(photo_folder, tmp_path / "out")
    (photo_folder / "chelsea.jpg").unlink()
    report = run_job([planned], Running(scheduler=cluster_of_two.address))
    assert report.summary == "3 written, 1 failed"
    assert "chelsea.jpg" in (report.items[1].message or "")


def test_a_scheduler_that_is_lost_costs_the_photos_that_are_left(
    cluster_of_two: Cluster, photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    """The last test of this cluster."""

    def kill(progress: ExportProgress) -> None:
        if progress.item is not None:
            cluster_of_two.scheduler.kill()

    running = Running(scheduler=cluster_of_two.address, progress=kill)
    report = run_job([part(photo_folder_of_crops, tmp_path / "out")], running)
    assert report.count("written") >= 1 and report.count("failed") >= 1
    assert report.count("written") + report.count("failed") == 24
    assert [item.message for item in report.items if item.status == "failed" and "was lost" not in item.message] == []
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted(item.target.name for item in report.items if item.status == "written")
    (kept,) = unfinished_exports(paths.exports_dir(), interrupted_only=False)
    assert kept.left == report.count("failed")


def test_a_photo_whose_worker_was_lost_with_the_answer_is_waited_for(tmp_path: Path) -> None:
    """As `distributed` tells it: done, then lost, and done once more by another worker."""
    task = ExportTask(3, tmp_path / "a.jpg", tmp_path / "a.png", False, EncodeOptions())

    class Answer:
        key, status = "key", "lost"

        def add_done_callback(self, told: Callable[["Answer"], None]) -> None:
            told(self)

        def result(self, timeout: float) -> Outcome:
            return Outcome(3, staged=task.target)

    answer = Answer()
    pool = object.__new__(cluster.ClusterPool)  # not connected
    pool._done, pool._running, pool._decoded, pool._asking = queue.SimpleQueue(), {"key": (answer, task)}, {}, {}
    assert pool._news(answer) == [] and pool.running() == [task]
    assert pool._done.get_nowait() is answer
    answer.status = "finished"
    (outcome,) = pool._news(answer)
    assert isinstance(outcome, Outcome) and outcome.staged == task.target and not pool.running()


@pytest.mark.parametrize("error", [OSError("in TCPConnector: refused"), TimeoutError(), asyncio.CancelledError()])
def test_a_result_that_cannot_be_fetched_is_a_scheduler_lost(tmp_path: Path, error: BaseException) -> None:
    class Finished:
        key, status = "key", "finished"

        def result(self, timeout: float) -> Outcome:
            raise error

    pool = object.__new__(cluster.ClusterPool)  # not connected
    pool._scheduler = "tcp://gone:8786"
    task = ExportTask(3, tmp_path / "a.jpg", tmp_path / "a.png", False, EncodeOptions())
    pool._running, pool._decoded, pool._asking = {"key": (Finished(), task)}, {}, {}
    (outcome,) = pool._news(Finished())
    assert isinstance(outcome, Outcome)
    assert outcome.index == 3 and not pool.running()
    assert outcome.problem == "a.jpg was not exported, because the scheduler tcp://gone:8786 was lost."


def test_a_scheduler_that_is_not_there(photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(PieError, match=r"The scheduler tcp://127\.0\.0\.1:9 cannot be reached"):
        run_job([part(photo_folder, tmp_path / "out")], Running(scheduler="tcp://127.0.0.1:9"))
    assert list(paths.exports_dir().iterdir()) == []  # nothing to go on with


def test_what_is_no_address(photo_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PieError, match="“host” is not a scheduler address; write it like tcp://host:8786"):
        run_job([part(photo_folder, tmp_path / "out")], Running(scheduler="host"))


def test_without_the_extra(photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PieError, match=r"pip install 'pie-desktop\[cluster\]'"):
        run_job([part(photo_folder, tmp_path / "out")], Running(scheduler="tcp://127.0.0.1:8786"))
