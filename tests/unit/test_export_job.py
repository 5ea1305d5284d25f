"""An export with journal and receipt: interruptions at every stage, and what goes wrong around it."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pie_desktop import paths
from pie_desktop.engine import journal as journals
from pie_desktop.engine.enhance import Transform
from pie_desktop.engine.export import ExportSettings, plan_export
from pie_desktop.engine.export_job import Running, run_job
from pie_desktop.engine.export_parts import ExportPart
from pie_desktop.engine.export_report import ExportProgress
from pie_desktop.engine.export_run import ExportRun
from pie_desktop.engine.journal import Journal
from pie_desktop.engine.staging import Staging
from pie_desktop.engine.unfinished import KeptExport, dismiss, read_export, unfinished_exports
from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut import apply_lut, identity_lut

TABLE = identity_lut() ** np.float32(0.8)
ALONE = Running(workers=0)


class Killed(BaseException):
    """The process ends here: nothing catches it, nothing is tidied up."""


class Model:
    """Stands for the model; counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, proxy: np.ndarray) -> Transform:
        self.asked += 1
        return Transform(TABLE, TABLE)


def part(sources: Path, out: Path, model: Callable[[np.ndarray], Transform], **settings: Any) -> ExportPart:
    chosen = ExportSettings(out, EncodeOptions("png"), **settings)
    return ExportPart(chosen, tuple(plan_export([sources], chosen)), model)


def again(kept: KeptExport, model: Callable[[np.ndarray], Transform]) -> list[ExportPart]:
    return [ExportPart(one.settings, tuple(one.photos), model) for one in kept.parts]


def the_unfinished() -> KeptExport:
    (kept,) = unfinished_exports(paths.exports_dir())
    return kept


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_journal_and_receipts(photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("no picture")
    out, wanted = tmp_path / "out", tmp_path / "receipt.txt"
    report = run_job([part(photo_folder, out, Model(), name="x/{name}")], Running(workers=0, receipt=wanted))
    assert report.summary == "4 written, 1 failed" and report.notice is None
    assert [path.name for path in out.iterdir()] == ["x"] and len(names(out)) == 4
    assert report.receipt is not None and report.receipt.parent.parent == paths.exports_dir()
    document = json.loads(report.receipt.with_suffix(".json").read_text())
    assert document["parts"][0]["settings"]["encode"]["format"] == "png"
    photos = document["parts"][0]["photos"]
    assert [photo["status"] for photo in photos] == ["written", "failed", "written", "written", "written"]
    assert photos[1]["target"] is None and "bad.jpg is not an image" in photos[1]["message"]
    assert len(photos[0]["source_sha256"]) == 64 and Path(photos[0]["target"]).is_file()
    html = report.receipt.read_text()
    assert "4 written, 1 failed" in html and "coffee.jpg" in html
    assert "bad.jpg is not an image" in wanted.read_text()
    assert unfinished_exports(paths.exports_dir()) == []  # ended, although with a problem
    assert journals.is_closed(report.receipt.parent)
    assert read_export(report.receipt.parent).how == "finished"


def test_a_name_that_was_only_reserved_is_no_obstacle(tmp_path: Path) -> None:
    """Where there are no hard links, a power cut may leave an empty file of the name."""
    staging, target = Staging("x", {tmp_path}), tmp_path / "a.png"
    staged = staging.place(0, target, tmp_path)
    staged.write_bytes(b"photo")
    target.touch()
    status = staged.stat()
    assert staging.recover(staged, target, status.st_size, status.st_mtime_ns) == "staged"
    staging.commit(staged, target, tmp_path, overwrite=False)
    assert target.read_bytes() == b"photo"
    target.write_bytes(b"mine")
    staged.write_bytes(b"photo")
    status = staged.stat()
    assert staging.recover(staged, target, status.st_size, status.st_mtime_ns) == "staged"
    assert target.read_bytes() == b"mine"


def test_a_receipt_of_another_kind_is_refused_before_anything_is_written(photo_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PieError, match=r"\.json, \.html or \.txt"):
        run_job([part(photo_folder, tmp_path / "out", Model())], Running(receipt=tmp_path / "receipt.pdf"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["notes.txt", "data.json", "page.html"])
def test_a_receipt_replaces_receipts_alone(photo_folder: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("mine" * 1000)
    with pytest.raises(PieError, match="is no receipt"):
        run_job([part(photo_folder / "rocket.jpg", tmp_path / "out", Model())], Running(workers=0, receipt=file))
    assert file.read_text() == "mine" * 1000 and not (tmp_path / "out").exists()
    file.unlink()
    for _ in range(2):
        report = run_job(
            [part(photo_folder / "rocket.jpg", tmp_path / "out", Model())], Running(workers=0, receipt=file)
        )
        assert report.notice is None
    assert "skipped" in file.read_text()


def test_an_export_goes_on_from_another_working_directory(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = photo_folder / "rocket.jpg"
    whole = bad.read_bytes()
    plan = part(photo_folder, Path("out"), Model())
    bad.write_bytes(whole[: len(whole) // 3])
    assert run_job([plan], ALONE).count("failed") == 1
    bad.write_bytes(whole)
    (kept,) = unfinished_exports(paths.exports_dir(), interrupted_only=False)
    monkeypatch.chdir(photo_folder)
    assert kept.destination == tmp_path / "out"
    assert run_job(again(kept, Model()), ALONE, kept).summary == "4 written"
    assert len(names(tmp_path / "out")) == 4 and not (photo_folder / "out").exists()


def kill_at(monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: int, before: bool) -> None:
    """From the `after`-th call of a method on the process is dead, right before or right behind it."""
    original = getattr(owner, method)
    calls: list[int] = []

    def deadly(self: object, *args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == after and before:
            raise Killed
        answer = original(self, *args, **kwargs)
        if len(calls) == after:
            raise Killed
        return answer

    monkeypatch.setattr(owner, method, deadly)
    monkeypatch.setattr(Staging, "clear", lambda *_: None)


@pytest.mark.parametrize(
    ("owner", "method", "before", "made_again"),
    [
        (Journal, "begun", False, True),
        (Journal, "ready", True, True),  # complete, but nobody knows
        (Journal, "ready", False, False),  # complete under its temporary name
        (ExportRun, "_commit", False, False),  # named, but not noted
        (Journal, "ended", False, False),
    ],
)
def test_killed_at_any_stage_it_goes_on(
    photo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    method: str,
    before: bool,
    made_again: bool,
) -> None:
    out, model = tmp_path / "out", Model()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, owner, method, 2, before)
        run_job([part(photo_folder, out, model)], ALONE)
    kept = the_unfinished()
    assert not journals.is_closed(kept.folder)
    first = {path.name: path.stat() for path in out.glob("*.png")}
    assert kept.how is None and len(first) in (1, 2)
    later = Model()
    report = run_job(again(kept, later), ALONE, kept)
    assert report.summary == "4 written"
    assert later.asked == (3 if made_again else 2)  # the first photo is done, the second perhaps
    assert names(out) == ["astronaut.png", "chelsea.png", "coffee.png", "rocket.png"]
    for name, status in first.items():  # not touched again
        now = (out / name).stat()
        assert (now.st_ino, now.st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    for item in report.items:
        np.testing.assert_array_equal(load_photo(item.target), apply_lut(load_photo(item.source), TABLE))
    assert unfinished_exports(paths.exports_dir()) == []
    ended = [record["index"] for record in journals.records(kept.folder) if record["event"] == "ended"]
    assert sorted(ended) == [0, 1, 2, 3]


def test_a_line_cut_off_by_a_power_cut(photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, Journal, "ended", 2, False)
        run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    kept = the_unfinished()
    journal = kept.folder / journals.JOURNAL
    journal.write_bytes(journal.read_bytes()[:-10])
    kept = the_unfinished()
    model = Model()
    assert run_job(again(kept, model), ALONE, kept).summary == "4 written"
    assert model.asked == 2
    assert read_export(kept.folder).how == "finished"


def test_what_was_written_before_and_changed_since_is_told(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, Journal, "ended", 2, False)
        run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    (photo_folder / "astronaut.jpg").write_bytes((photo_folder / "coffee.jpg").read_bytes())
    (tmp_path / "out" / "chelsea.png").unlink()
    kept = the_unfinished()
    report = run_job(again(kept, Model()), ALONE, kept)
    assert "astronaut.jpg was changed after it was exported" in (report.items[0].message or "")
    assert "not in its place any more" in (report.items[1].message or "")
    assert not (tmp_path / "out" / "chelsea.png").exists()  # taken away on purpose, for all we know


def test_an_interrupted_export_can_be_dismissed(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, Journal, "ready", 2, False)
        run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    assert len(names(tmp_path / "out")) == 2  # the second under its temporary name
    dismiss(the_unfinished())
    assert names(tmp_path / "out") == ["astronaut.png"]
    assert unfinished_exports(paths.exports_dir()) == []
    assert len(unfinished_exports(paths.exports_dir(), interrupted_only=False)) == 1


def test_a_running_export_is_not_offered_and_not_run_twice(photo_folder: Path, tmp_path: Path) -> None:
    seen: list[object] = []

    def look(progress: ExportProgress) -> None:
        (place,) = paths.exports_dir().iterdir()
        seen.append(unfinished_exports(paths.exports_dir()))
        with pytest.raises(PieError, match="is running"):
            run_job([], ALONE, read_export(place))

    run_job([part(photo_folder, tmp_path / "out", Model())], Running(workers=0, progress=look))
    assert seen and not any(seen)


def test_cancel_does_not_wait_for_the_model(photo_folder: Path, tmp_path: Path) -> None:
    reached, release = threading.Event(), threading.Event()

    def stuck(proxy: np.ndarray) -> Transform:
        reached.set()
        release.wait(60)
        return Transform(TABLE, TABLE)

    running = Running(workers=0, should_cancel=reached.is_set)
    report = run_job([part(photo_folder, tmp_path / "out", stuck)], running)
    assert not release.is_set() and report.summary == "4 cancelled"
    release.set()
    assert names(tmp_path / "out") == []
    (kept,) = unfinished_exports(paths.exports_dir(), interrupted_only=False)
    assert run_job(again(kept, Model()), ALONE, kept).summary == "4 written"


def test_a_source_that_changes_meanwhile(photo_folder: Path, tmp_path: Path) -> None:
    asked: list[int] = []

    def change_the_second(proxy: np.ndarray) -> Transform:
        asked.append(1)
        if len(asked) == 2:
            with (photo_folder / "chelsea.jpg").open("ab") as file:
                file.write(b"more")
        return Transform(TABLE, TABLE)

    report = run_job([part(photo_folder, tmp_path / "out", change_the_second)], ALONE)
    assert report.summary == "3 written, 1 failed"
    assert report.items[1].message == (
        "chelsea.jpg was changed or removed while it was being exported; export it again."
    )
    assert "chelsea.png" not in names(tmp_path / "out")


def test_a_destination_that_vanishes(photo_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked: list[int] = []

    def disconnect(proxy: np.ndarray) -> Transform:
        asked.append(1)
        if len(asked) == 2:
            out.rename(tmp_path / "elsewhere")
        return Transform(TABLE, TABLE)

    report = run_job([part(photo_folder, out, disconnect)], ALONE)
    assert report.summary == "1 written, 3 failed"
    assert {item.message for item in report.items[1:]} == {
        f"The folder {out} is not there any more; was its drive or network folder disconnected?"
    }
    assert not out.exists()  # not made again on the disk below
    (kept,) = unfinished_exports(paths.exports_dir(), interrupted_only=False)
    with pytest.raises(PieError, match="not there any more"):
        run_job(again(kept, Model()), ALONE, kept)
    (tmp_path / "elsewhere").rename(out)
    assert run_job(again(kept, Model()), ALONE, kept).summary == "4 written"
    assert len(names(out)) == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with 700 KB; needs the rights to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_disk_that_gets_full(photo_folder: Path, small_disk: Path, workers: int) -> None:
    report = run_job([part(photo_folder, small_disk, Model())], Running(workers=workers))
    assert report.count("failed") >= 1 and report.count("written") >= 1
    for item in report.items:
        if item.status == "failed":
            assert item.message == (
                f"{item.target.name} could not be written because the disk of {small_disk} is full; free some space."
            )
        else:
            load_photo(item.target)
    assert names(small_disk) == sorted(item.target.name for item in report.items if item.status == "written")


def test_a_disk_that_becomes_read_only(photo_folder: Path, small_disk: Path) -> None:
    asked: list[int] = []

    def protect(proxy: np.ndarray) -> Transform:
        asked.append(1)
        if len(asked) == 2:
            subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        return Transform(TABLE, TABLE)

    report = run_job([part(photo_folder, small_disk, protect)], ALONE)
    assert report.summary == "1 written, 3 failed"
    assert all("write-protected" in (item.message or "") for item in report.items[1:])


def test_a_full_disk_without_mounting(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full_for_chelsea(path: Path, data: bytes) -> int:
        if len(data) == size:
            raise OSError(28, os.strerror(28))
        return write(path, data)

    run_job([part(photo_folder / "chelsea.jpg", tmp_path / "first", Model())], ALONE)
    size = (tmp_path / "first" / "chelsea.png").stat().st_size
    monkeypatch.setattr(Path, "write_bytes", full_for_chelsea)
    report = run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    assert [item.status for item in report.items] == ["written", "failed", "written", "written"]
    assert report.items[1].message == (
        f"chelsea.png could not be written because the disk of {tmp_path / 'out'} is full; free some space."
    )


def test_without_a_journal_the_export_goes_on(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Journal, records: list, flush: bool = True) -> None:
        raise OSError(28, os.strerror(28))

    seen: list[int] = []

    def fill_the_disk(progress: ExportProgress) -> None:
        if progress.done == 1 and not seen:
            seen.append(1)
            monkeypatch.setattr(Journal, "_append", full)

    report = run_job(
        [part(photo_folder, tmp_path / "out", Model())], Running(workers=0, progress=fill_the_disk)
    )
    assert report.summary == "4 written"
    assert "could not be written any more" in (report.notice or "")


def test_nothing_is_written_where_no_journal_can_be(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(photo_folder / "coffee.jpg"))
    with pytest.raises(PieError, match="journal of the export could not be written"):
        run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_made_after_planning_does_not_lead_out(photo_folder: Path, tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    planned = part(photo_folder / "coffee.jpg", out, Model(), name="sub/{name}")
    out.mkdir()
    (out / "sub").symlink_to(elsewhere)
    report = run_job([planned], ALONE)
    assert report.items[0].status == "failed" and "leads out of the destination" in (report.items[0].message or "")
    assert list(elsewhere.iterdir()) == []
