"""`kill -9` in the middle of an export, and what `--resume` makes of it."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from pie_desktop import paths
from pie_desktop.cli import main
from pie_desktop.export import journal as journals
from pie_desktop.export.unfinished import unfinished_exports
from pie_desktop.imaging.decode import load_photo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL")


def _ended(place: Path) -> list[int]:
    return [record["index"] for record in journals.records(place) if record["event"] == "ended"]


def _kill_after(command: list[str], photos: int) -> None:
    """Start the program and kill it, and nothing else, once so many photos are done."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        tick = threading.Event()
        while process.poll() is None:
            journal = next(paths.exports_dir().glob(f"*/{journals.JOURNAL}"), None)
            if journal is not None and journal.read_bytes().count(b'"event": "ended"') >= photos:
                process.send_signal(signal.SIGKILL)
                break
            tick.wait(0.05)
        assert process.wait() == -signal.SIGKILL, "it was over before it could be killed"


def test_killed_and_resumed_each_photo_is_written_once(
    photo_folder_of_crops: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["export", str(photo_folder_of_crops), str(out), "--format", "png", "--name", "{seq:03d}/x"]
    arguments += ["--workers", "1"]
    _kill_after([sys.executable, "-m", "pie_desktop", *arguments], photos=3)
    (kept,) = unfinished_exports(paths.exports_dir())
    before = {path: path.stat() for path in out.rglob("*.png") if ".pie-" not in str(path)}
    assert 3 <= len(before) < 24

    capfd.readouterr()
    with pytest.raises(SystemExit):
        main(["export", "--resume", "--dry-run", "--json"])
    missing = {photo["target"] for photo in json.loads(capfd.readouterr().out)["photos"]}
    assert len(missing) == kept.left
    assert {path: path.stat() for path in before} == before  # only looked at

    with pytest.raises(SystemExit) as ended:
        main(["export", "--resume", "--json", "--receipt", str(tmp_path / "receipt.json")])
    assert not ended.value.code
    report = json.loads(capfd.readouterr().out)
    assert report["written"] == 24
    # Nothing is left out, nothing is half written, nothing else is there.
    files = [path for path in out.rglob("*") if path.is_file()]
    assert sorted(files) == [out / f"{number:03d}" / "x.png" for number in range(1, 25)]
    for path in files:
        load_photo(path)
    # Nothing was done twice: neither in the files nor in the journal.
    for path, status in before.items():
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    counts = Counter(_ended(kept.folder))
    assert counts == dict.fromkeys(range(24), 1)
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    for photo in receipt["parts"][0]["photos"]:
        assert photo["status"] == "written"
        assert hashlib.sha256(Path(photo["source"]).read_bytes()).hexdigest() == photo["source_sha256"]
    assert unfinished_exports(paths.exports_dir(), interrupted_only=False) == []


def test_nothing_to_resume(capfd: pytest.CaptureFixture[str], photo_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", "--resume"])
    assert ended.value.code == 2
    assert capfd.readouterr().err.strip() == "There is no unfinished export; give photos and a folder to start one."
    with pytest.raises(SystemExit) as ended:  # the same line in a script starts the export where there is none yet
        main(["export", str(photo_folder / "coffee.jpg"), str(tmp_path / "out"), "--resume"])
    assert not ended.value.code
    assert (tmp_path / "out" / "coffee.jpg").is_file()


def test_a_damaged_photo_does_not_keep_new_ones_from_being_exported(photo_folder: Path, tmp_path: Path) -> None:
    out, bad = tmp_path / "out", tmp_path / "bad.png"
    Image.open(photo_folder / "rocket.jpg").save(bad)
    whole = bad.read_bytes()
    bad.write_bytes(whole[: len(whole) // 2])  # its header says nothing of that: it fails only once it is read
    for number, new in enumerate(("coffee.jpg", "rocket.jpg"), 1):
        with pytest.raises(SystemExit) as ended:
            main(["export", str(bad), str(photo_folder / new), str(out), "--resume"])
        assert ended.value.code == 1
        assert len(list(out.iterdir())) == number
    bad.write_bytes(whole)
    with pytest.raises(SystemExit) as ended:  # by itself it tries again what failed
        main(["export", "--resume", str(out)])
    assert not ended.value.code
    assert (out / "bad.jpg").is_file()
