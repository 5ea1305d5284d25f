"""What goes wrong with the disk during an export."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pie_desktop import paths
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import PieError
from pie_desktop.export import journal as journals
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.journal import Journal
from pie_desktop.export.report import ExportProgress
from pie_desktop.export.unfinished import unfinished_exports
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.preference import Preference
from pie_desktop.styles.store import StyleLibrary
from tests.unit.helpers.exports import ALONE, LUT, Model, again, names, part, run_killed, the_unfinished


def test_a_destination_that_vanishes(photo_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked: list[int] = []

    def disconnect(proxy: np.ndarray) -> Transform:
        asked.append(1)
        if len(asked) == 2:
            out.rename(tmp_path / "elsewhere")
        return Transform(LUT, LUT)

    report = run_job([part(photo_folder, out, disconnect)], ALONE)
    assert report.summary == "1 written, 3 failed"
    assert {item.message for item in report.items[1:]} == {
        f"The folder {out} no longer exists; was its drive or network folder disconnected?"
    }
    assert not out.exists()  # not made again on the disk below
    (kept,) = unfinished_exports(paths.exports_dir(), interrupted_only=False)
    with pytest.raises(PieError, match="no longer exists"):
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
        return Transform(LUT, LUT)

    report = run_job([part(photo_folder, small_disk, protect)], ALONE)
    assert report.summary == "1 written, 3 failed"
    assert all("write-protected" in (item.message or "") for item in report.items[1:])


def test_a_full_disk_without_mounting(photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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

    report = run_job([part(photo_folder, tmp_path / "out", Model())], Running(workers=0, progress=fill_the_disk))
    assert report.summary == "4 written"
    assert "can no longer be written" in (report.notice or "")


@pytest.mark.parametrize("workers", [0, 1])
def test_where_no_journal_can_be_the_photos_are_written_all_the_same(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(photo_folder / "coffee.jpg"))
    receipt = tmp_path / "receipt.json"
    plan = part(photo_folder, tmp_path / "out", Model())
    report = run_job([plan], Running(workers=workers, receipt=receipt))
    assert report.summary == "4 written" and len(names(tmp_path / "out")) == 4 and receipt.is_file()
    assert "export's journal could not be written" in (report.notice or "")
    assert "could not have been continued" in (report.notice or "")


def test_an_export_goes_on_with_a_journal_that_cannot_be_written_any_more(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ready")
    kept = the_unfinished()

    def read_only(*_: object) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(journals, "_open", read_only)
    report = run_job(again(kept, Model()), ALONE, kept)
    assert report.summary == "4 written" and len(names(tmp_path / "out")) == 4
    assert "cannot be written" in (report.notice or "")


def test_a_full_disk_of_the_data_folder_costs_no_photo(
    photo_folder: Path, tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(small_disk))
    library = StyleLibrary()
    style = library.create("Look", [EditPair(photo_folder / "coffee.jpg")]).style
    preference = Preference({"vector": np.ones(9000, np.float32)}, "model")
    plan = replace(part(photo_folder, tmp_path / "out", Model()), preference=preference)
    with contextlib.suppress(OSError), (small_disk / "full").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    library.store_preference(style, preference)
    assert library.preference(style, "model") is None  # computed again the next time
    report = run_job([plan], ALONE)
    assert report.summary == "4 written" and len(names(tmp_path / "out")) == 4
    assert "No space left" in (report.notice or "")


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
