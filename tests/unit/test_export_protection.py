"""What an export is protected from: photos that crash their decoder, errors that nobody expected, work that hangs."""

import ctypes
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.edit.transform import Transform
from pie_desktop.errors import Cancelled
from pie_desktop.export import job as export
from pie_desktop.export import photo_luts
from pie_desktop.export import worker as export_worker
from pie_desktop.export.job import ExportSettings, plan_export, run_export
from pie_desktop.export.photo_luts import AbandonableThread
from pie_desktop.export.pool import WorkerPool
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.formats import registry
from pie_desktop.imaging.isolation import Limits, child
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.metadata import copying
from pie_desktop.imaging.warm_up import warm_up

WARM = identity_lut() * np.array([1.0, 0.95, 0.7], np.float32)


@pytest.fixture(autouse=True)
def _isolation_ends() -> Iterator[None]:
    yield
    isolation.stop()


def transform_for(proxy: np.ndarray) -> Transform:
    return Transform(identity_lut(), WARM)


def crash_on_chelsea(connection: Connection, limits: Limits) -> None:
    """A decoding process that reads every photo, and dies when one of them is exported."""
    plain = export_worker.edited_photo

    def edited(source: Path, *others: object) -> np.ndarray:
        if source.name == "chelsea.jpg":
            ctypes.string_at(0)
        return plain(source, *others)  # type: ignore[arg-type]

    export_worker.edited_photo = edited
    child.serve(connection, limits)


def odd_on_chelsea(connection: Connection) -> None:
    plain = export_worker.edited_photo

    def edited(source: Path, *others: object) -> np.ndarray:
        if source.name == "chelsea.jpg":
            raise ZeroDivisionError("odd")
        return plain(source, *others)  # type: ignore[arg-type]

    export_worker.edited_photo = edited
    export_worker.serve(connection)


def test_one_photo_is_read_in_a_decoding_process_alone(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_up()  # as in that process
    expected = apply_lut(load_photo(photo_folder / "coffee.jpg"), WARM)

    def here(*_: object) -> None:
        raise AssertionError(f"read in the program's own process, {os.getpid()}")

    monkeypatch.setattr(registry, "_read_header", here)
    monkeypatch.setattr(copying, "open_image", here)
    isolation.start(processes=1)
    settings = ExportSettings(tmp_path / "out", EncodeOptions("png"))
    (item,) = run_export(plan_export([photo_folder / "coffee.jpg"], settings), settings, transform_for).items
    assert (item.status, item.message) == ("written", None)
    assert item.preference is not None and item.preference > 0
    monkeypatch.undo()
    np.testing.assert_array_equal(load_photo(item.target), expected)


def test_a_photo_that_crashes_its_export_costs_itself_alone(photo_folder: Path, tmp_path: Path) -> None:
    isolation.start(processes=1, body=crash_on_chelsea)
    settings = ExportSettings(tmp_path / "out")
    photos = [photo_folder / "chelsea.jpg", photo_folder / "coffee.jpg"]
    crashed, written = run_export(plan_export(photos, settings), settings, transform_for).items
    assert (crashed.status, written.status) == ("failed", "written")
    assert (crashed.message or "").startswith("chelsea.jpg crashed the photo reader")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["coffee.jpg"]


def test_an_unexpected_error_of_a_worker_is_logged(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(export, "WorkerPool", lambda count: WorkerPool(count, odd_on_chelsea))
    settings = ExportSettings(tmp_path / "out")
    report = run_export(plan_export([photo_folder], settings), settings, transform_for, workers=1)
    assert report.summary == "3 written, 1 failed"
    assert report.items[1].message == "chelsea.jpg could not be exported (odd)."
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    text = record.getMessage()
    assert str(photo_folder / "chelsea.jpg") in text and "Traceback" in text
    assert 'raise ZeroDivisionError("odd")' in text and "in edited" in text


def test_work_that_ends_just_after_the_time_out_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()

    class Late(Future):
        """Its work ends between the time-out of a look at it and the next look."""

        def result(self, timeout: float | None = None) -> object:
            try:
                return super().result(timeout)
            except TimeoutError:
                looked.set()
                super().result(10)
                raise

    def should_cancel() -> bool:
        looked.set()
        return False

    monkeypatch.setattr(photo_luts, "Future", Late)
    thread = AbandonableThread()
    assert thread.run(lambda: looked.wait(10), should_cancel) is True
    thread.close()


@pytest.mark.parametrize("error", [TimeoutError("of the work"), ValueError("of the work")])
def test_errors_of_the_work_come_through(error: Exception) -> None:
    def work() -> None:
        raise error

    thread = AbandonableThread()
    with pytest.raises(type(error), match="of the work"):
        thread.run(work, lambda: False)
    thread.close()


def test_work_that_hangs_is_not_waited_for() -> None:
    end = threading.Event()
    thread = AbandonableThread()
    with pytest.raises(Cancelled):
        thread.run(lambda: end.wait(30), lambda: True)
    end.set()
    thread.close()
