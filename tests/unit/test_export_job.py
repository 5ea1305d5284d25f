"""An export with journal and receipt, cancelled and with sources that change."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from pie_desktop import paths
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import PieError
from pie_desktop.export import journal as journals
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.kept import read_export
from pie_desktop.export.staging import Staging
from pie_desktop.export.unfinished import unfinished_exports
from tests.unit.helpers.exports import ALONE, LUT, Model, again, names, part


def test_journal_and_receipts(photo_folder: Path, tmp_path: Path) -> None:
    (photo_folder / "bad.jpg").write_text("no image")
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


def test_what_a_damaged_journal_takes_for_a_file_of_its_own_is_neither_moved_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    staging, mine, target = Staging("x", {tmp_path / "out"}), tmp_path / "mine.png", tmp_path / "out" / "a.png"
    mine.write_bytes(b"mine")
    status = mine.stat()
    assert staging.recover(mine, target, status.st_size, status.st_mtime_ns) == "lost"
    target.write_bytes(b"done")
    status = target.stat()
    assert staging.recover(mine, target, status.st_size, status.st_mtime_ns) == "committed"
    assert mine.read_bytes() == b"mine"


def test_a_receipt_of_another_kind_is_refused_before_anything_is_written(photo_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PieError, match=r"\.json, \.html or \.txt"):
        run_job([part(photo_folder, tmp_path / "out", Model())], Running(receipt=tmp_path / "receipt.pdf"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["notes.txt", "data.json", "page.html"])
def test_a_receipt_replaces_receipts_alone(photo_folder: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("mine" * 1000)
    with pytest.raises(PieError, match="is not a receipt"):
        run_job([part(photo_folder / "rocket.jpg", tmp_path / "out", Model())], Running(workers=0, receipt=file))
    assert file.read_text() == "mine" * 1000 and not (tmp_path / "out").exists()
    file.unlink()
    for _ in range(2):
        report = run_job(
            [part(photo_folder / "rocket.jpg", tmp_path / "out", Model())], Running(workers=0, receipt=file)
        )
        assert report.notice is None
    assert "skipped" in file.read_text()


def test_cancel_does_not_wait_for_the_model(photo_folder: Path, tmp_path: Path) -> None:
    reached, release = threading.Event(), threading.Event()

    def stuck(proxy: np.ndarray) -> Transform:
        reached.set()
        release.wait(60)
        return Transform(LUT, LUT)

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
        return Transform(LUT, LUT)

    report = run_job([part(photo_folder, tmp_path / "out", change_the_second)], ALONE)
    assert report.summary == "3 written, 1 failed"
    assert report.items[1].message == (
        "chelsea.jpg was changed or removed while it was being exported; export it again."
    )
    assert "chelsea.png" not in names(tmp_path / "out")
