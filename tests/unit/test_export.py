"""Exporting many photos, in this process and in workers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import BundleError, PieError
from pie_desktop.export import job as export
from pie_desktop.export import pool as worker_pool
from pie_desktop.export import worker as export_worker
from pie_desktop.export.job import ExportProgress, ExportSettings, default_workers, plan_export, run_export
from pie_desktop.export.pool import WorkerPool
from pie_desktop.export.worker import ExportTask, Outcome
from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.isolation import Limits
from pie_desktop.imaging.leftovers import temporary_beside
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut

NEUTRAL = identity_lut() ** np.float32(0.8)
PREFERRED = NEUTRAL * np.array([1.0, 0.95, 0.7], np.float32)


def warm_transform(proxy: np.ndarray) -> Transform:
    assert max(proxy.shape) <= 256
    return Transform(NEUTRAL, PREFERRED)


@pytest.mark.parametrize("workers", [0, 2])
def test_photos_are_written_through_the_table(photo_folder: Path, tmp_path: Path, workers: int) -> None:
    settings = ExportSettings(tmp_path / "new" / "out", EncodeOptions("png"), edit=Edit.styled(None, 0.5, 0.9))
    seen: list[ExportProgress] = []
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, seen.append, workers=workers)
    assert report.count("written") == 4 and report.summary == "4 written"
    lut = Transform(NEUTRAL, PREFERRED).lut(Edit.styled(None, 0.5, 0.9))
    for item in report.items:
        np.testing.assert_array_equal(load_photo(item.target), apply_lut(load_photo(item.source), lut))
        assert item.general is not None and item.preference is not None
        proxy = load_proxy(item.source)
        neutral = apply_lut(proxy, Transform(NEUTRAL, PREFERRED).lut(Edit.styled(None, 0, 0.9)))
        assert item.general == pytest.approx(mean_delta_e(proxy, neutral), rel=0.05)
        assert item.preference == pytest.approx(mean_delta_e(neutral, apply_lut(proxy, lut)), rel=0.05)
    done = [step.done for step in seen]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 4
    assert seen[-1].fraction == 1 and seen[-1].remaining == 0
    assert {step.current for step in seen} == {path.name for path in photo_folder.iterdir()}
    assert sorted(path.suffix for path in settings.destination.iterdir()) == [".png"] * 4


def test_report_as_json(photo_folder: Path, tmp_path: Path) -> None:
    settings = ExportSettings(tmp_path / "out")
    run_export(plan_export([photo_folder / "coffee.jpg"], settings), settings, warm_transform, workers=0)
    (photo_folder / "bad.jpg").write_text("no image")
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, workers=0)
    data = json.loads(report.to_json())
    assert (data["written"], data["skipped"], data["failed"], data["cancelled"]) == (3, 1, 1, 0)
    assert [Path(item["source"]).name for item in data["items"]] == [
        "astronaut.jpg",
        "bad.jpg",
        "chelsea.jpg",
        "coffee.jpg",
        "rocket.jpg",
    ]
    assert data["items"][1]["message"].startswith("bad.jpg is not an image; open a photo")
    assert data["items"][1]["general"] is None and data["items"][0]["preference"] > 0
    assert data["items"][3]["message"] == "coffee.jpg has been exported before, as coffee.jpg, and was skipped."


@pytest.mark.parametrize("workers", [0, 2])
def test_one_bad_photo_does_not_stop_the_rest(photo_folder: Path, tmp_path: Path, workers: int) -> None:
    whole = (photo_folder / "coffee.jpg").read_bytes()
    # Its reduced image is read by the model; what is missing only shows at full size or not at all.
    (photo_folder / "coffee.jpg").write_bytes(whole[: len(whole) // 2])
    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, workers=workers)
    assert report.summary == "3 written, 1 failed"
    assert "coffee.jpg is damaged" in (report.items[2].message or "")
    assert not (tmp_path / "out" / "coffee.jpg").exists()


def test_a_failing_transform_is_that_photos_problem(photo_folder: Path, tmp_path: Path) -> None:
    answers = iter([BundleError("The model is damaged."), ValueError("odd")])

    def transform_for(proxy: np.ndarray) -> Transform:
        error = next(answers, None)
        if error is not None:
            raise error
        return warm_transform(proxy)

    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, transform_for, workers=0)
    assert [item.status for item in report.items] == ["failed", "failed", "written", "written"]
    assert report.items[0].message == "The model is damaged."
    assert report.items[1].message == "chelsea.jpg could not be enhanced (odd)."


@pytest.mark.parametrize("workers", [0, 2])
def test_cancel_leaves_nothing_half_written(photo_folder: Path, tmp_path: Path, workers: int) -> None:
    big = np.random.default_rng(0).integers(0, 256, (1000, 1500, 3), dtype=np.uint8)
    for index in range(6):
        Image.fromarray(big).save(photo_folder / f"big{index}.jpg")
    settings = ExportSettings(tmp_path / "out", EncodeOptions("png"))
    asked: list[float] = []

    def should_cancel() -> bool:
        if asked or len(report_steps) > 6:
            asked.append(time.monotonic())
        return bool(asked)

    report_steps: list[ExportProgress] = []
    plan = plan_export([photo_folder], settings)
    report = run_export(plan, settings, warm_transform, report_steps.append, should_cancel, workers)
    assert report.cancelled and report.count("failed") == 0
    assert len(report.items) == len(plan)
    written = {item.target.name for item in report.items if item.status == "written"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == written
    for name in written:
        load_photo(tmp_path / "out" / name)


def test_destination_that_cannot_be_made(photo_folder: Path, tmp_path: Path) -> None:
    settings = ExportSettings(tmp_path / "out")
    plan = plan_export([photo_folder], settings)
    (tmp_path / "out").touch()
    with pytest.raises(PieError, match="could not be made"):
        run_export(plan, settings, warm_transform)


def test_a_file_that_appears_after_planning_is_kept(photo_folder: Path, tmp_path: Path) -> None:
    settings = ExportSettings(tmp_path / "out")
    plan = plan_export([photo_folder / "coffee.jpg"], settings)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "coffee.jpg").write_text("precious")
    report = run_export(plan, settings, warm_transform)
    assert report.items[0].status == "failed" and "exists already" in (report.items[0].message or "")
    assert (tmp_path / "out" / "coffee.jpg").read_text() == "precious"


def crash_on_chelsea(connection: Connection) -> None:
    """A worker whose decoder is killed by one photo, in the middle of writing."""

    def work(task: ExportTask, lut_for: Callable[[np.ndarray], np.ndarray]) -> Outcome:
        if task.source.name == "chelsea.jpg":
            temporary_beside(task.target).write_text("half")
            os._exit(139)
        return export_worker.export_photo(task, lut_for)

    export_worker.serve(connection, work)


def hang_on_chelsea(connection: Connection) -> None:
    def work(task: ExportTask, lut_for: Callable[[np.ndarray], np.ndarray]) -> Outcome:
        while task.source.name == "chelsea.jpg":
            pass
        return export_worker.export_photo(task, lut_for)

    export_worker.serve(connection, work)


def devour_on_chelsea(connection: Connection) -> None:
    export_worker.LIMITS = Limits(memory=300_000_000)
    plain = export_worker.edited_photo

    def hungry(source: Path, *others: Any) -> np.ndarray:
        if source.name == "chelsea.jpg":
            np.ones(600_000_000, np.uint8)
        return plain(source, *others)

    export_worker.edited_photo = hungry
    export_worker.serve(connection)


def report_kernels(connection: Connection) -> None:
    def work(task: ExportTask, lut_for: Callable[[np.ndarray], np.ndarray]) -> Outcome:
        ready = [kind.name for kind in compiled.KINDS if compiled.kernels_for(kind) is not None]
        return Outcome(task.index, warning=" ".join(ready))

    export_worker.serve(connection, work)


def test_workers_use_the_compiled_loops_from_the_first_photo_on(tmp_path: Path) -> None:
    pool = WorkerPool(1, report_kernels)
    try:
        pool.submit(ExportTask(0, tmp_path / "a.jpg", tmp_path / "b.jpg", False, EncodeOptions()))
        news: list[object] = []
        while not news:
            news += pool.wait(5.0)
    finally:
        pool.close()
    assert news == [Outcome(0, warning="uint8 uint16 float32")]


def killed_on_chelsea(connection: Connection) -> None:
    """The system ends the worker at one photo, as often as a file beside the photos says."""

    def work(task: ExportTask, lut_for: Callable[[np.ndarray], np.ndarray]) -> Outcome:
        left = task.source.with_name("kills")
        if task.source.name == "chelsea.jpg" and (times := len(left.read_text())):
            left.write_text("x" * (times - 1))
            os.kill(os.getpid(), signal.SIGKILL)
        return export_worker.export_photo(task, lut_for)

    export_worker.serve(connection, work)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_that_the_system_ends_is_not_the_photos_fault(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    (photo_folder / "kills").write_text("x" * times)
    monkeypatch.setattr(export, "WorkerPool", lambda count: WorkerPool(count, killed_on_chelsea))
    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, workers=1)
    statuses = {item.source.name: item.status for item in report.items}
    assert statuses.pop("chelsea.jpg") == ("written" if times == 1 else "failed")
    assert set(statuses.values()) == {"written"}
    if times == 2:
        (message,) = [item.message for item in report.items if item.status == "failed"]
        assert message and "the system ended its process twice" in message and "damaged" not in message


def die_at_once(connection: Connection) -> None:
    os._exit(1)


def test_a_crashed_worker_costs_one_photo(photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "WorkerPool", lambda count: WorkerPool(count, crash_on_chelsea))
    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, workers=1)
    assert [item.status for item in report.items] == ["written", "failed", "written", "written"]
    assert (report.items[1].message or "").startswith("chelsea.jpg crashed the photo reader")
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.parametrize("body", [hang_on_chelsea, devour_on_chelsea])
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is watched, not limited")
def test_time_and_memory_of_a_worker_are_limited(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: Callable[[Connection], None]
) -> None:
    monkeypatch.setattr(worker_pool, "LIMITS", Limits(seconds=1.5))
    monkeypatch.setattr(export, "WorkerPool", lambda count: WorkerPool(count, body))
    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, workers=1)
    assert [item.status for item in report.items] == ["written", "failed", "written", "written"]
    message = report.items[1].message or ""
    assert message.startswith("chelsea.jpg") and ("could not be read within" in message or "memory" in message)


def test_without_workers_the_work_is_done_here(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "WorkerPool", lambda count: WorkerPool(count, die_at_once))
    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, warm_transform, workers=2)
    assert report.summary == "4 written"


def test_number_of_workers() -> None:
    assert default_workers(1) == default_workers(2) == 0
    assert 1 <= default_workers(3) <= 3
    assert 1 <= default_workers(10_000) <= 8


def test_workers_import_neither_torch_nor_qt() -> None:
    code = "import sys, pie_desktop.export.worker; print([m for m in ('torch', 'PySide6') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
