"""An export that is interrupted, at every stage, goes on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pie_desktop import paths
from pie_desktop.errors import PieError
from pie_desktop.export import journal as journals
from pie_desktop.export.cleaning import remove_left_overs
from pie_desktop.export.job import Running, run_job
from pie_desktop.export.journal import Journal
from pie_desktop.export.kept import read_export
from pie_desktop.export.report import ExportProgress
from pie_desktop.export.run import ExportRun
from pie_desktop.export.staging import Staging
from pie_desktop.export.unfinished import dismiss, unfinished_exports
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.lut.apply import apply_lut
from tests.unit.helpers.exports import ALONE, LUT, Model, again, names, part, run_killed, the_unfinished


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
    run_killed(monkeypatch, part(photo_folder, out, model), owner, method, before)
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
        np.testing.assert_array_equal(load_photo(item.target), apply_lut(load_photo(item.source), LUT))
    assert unfinished_exports(paths.exports_dir()) == []
    ended = [record["index"] for record in journals.records(kept.folder) if record["event"] == "ended"]
    assert sorted(ended) == [0, 1, 2, 3]


@pytest.mark.parametrize(("owner", "method"), [(Journal, "ready"), (ExportRun, "_commit"), (Journal, "ended")])
def test_the_result_of_a_photo_does_not_depend_on_when_the_export_was_killed(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, method: str
) -> None:
    (photo_folder / "chelsea.xmp").write_text("This is no XMP.")  # a warning for the second photo
    whole = run_job([part(photo_folder, tmp_path / "whole", Model())], ALONE)
    assert whole.items[1].message and whole.items[1].general
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), owner, method)
    kept = the_unfinished()
    report = run_job(again(kept, Model()), ALONE, kept)
    assert [replace(item, target=tmp_path / "whole" / item.target.name) for item in report.items] == list(whole.items)


def test_a_journal_of_an_earlier_version_without_results(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ready")
    kept = the_unfinished()
    journal = kept.folder / journals.JOURNAL
    *before, last = journal.read_text().splitlines(keepends=True)
    old = {key: json.loads(last)[key] for key in ("event", "index", "staged", "size", "modified", "source_state")}
    journal.write_text("".join(before) + json.dumps(old) + "\n")
    kept = the_unfinished()
    report = run_job(again(kept, Model()), ALONE, kept)
    assert report.summary == "4 written" and report.items[1].general is None


def test_a_line_cut_off_by_a_power_cut(photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ended")
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
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ended")
    (photo_folder / "astronaut.jpg").write_bytes((photo_folder / "coffee.jpg").read_bytes())
    (tmp_path / "out" / "chelsea.png").unlink()
    kept = the_unfinished()
    report = run_job(again(kept, Model()), ALONE, kept)
    assert "astronaut.jpg was changed after it was exported" in (report.items[0].message or "")
    assert "no longer there" in (report.items[1].message or "")
    assert not (tmp_path / "out" / "chelsea.png").exists()  # taken away on purpose, for all we know


def test_an_interrupted_export_can_be_dismissed(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ready")
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


HOSTILE_RECORDS = {
    "brackets": "[" * 100_000,
    "a list": "[1]",
    "an unknown photo": (
        '{"event": "ready", "index": 99, "staged": "/x", "size": 1, "modified": 1, "source_state": null}'
    ),
    "a negative index": '{"event": "ended", "index": -1, "status": "written", "source_state": null}',
    "an index that is text": '{"event": "ended", "index": "0", "status": "written", "source_state": null}',
    "a status there is not": '{"event": "ended", "index": 0, "status": "eaten", "source_state": null}',
    "a state that is a list": '{"event": "ended", "index": 0, "status": "written", "source_state": [1]}',
    "infinity": '{"event": "ended", "index": 0, "status": "written", "general": Infinity, "source_state": null}',
    "a path that is a number": '{"event": "photo", "part": 0, "source": 3, "target": "/x", "action": "write"}',
    "a path with a zero byte": '{"event": "photo", "part": 0, "source": "/x\\u0000", "target": "/", "action": "write"}',
    "half a letter in a path": '{"event": "photo", "part": 0, "source": "", "target": "\\ud800", "action": "write"}',
    "settings that are text": '{"event": "part", "settings": "x", "preference": null, "digest": null, "bundle": null}',
    "a version that is a list": '{"event": "export", "version": [1], "time": "2026-01-01T00:00:00"}',
    "too long a line": '{"event": "' + "x" * (2 << 20) + '"}',
}


@pytest.mark.parametrize("line", HOSTILE_RECORDS.values(), ids=HOSTILE_RECORDS.keys())
def test_a_damaged_journal_is_one_sentence_and_no_export_to_go_on_with(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ready")
    kept = the_unfinished()
    with (kept.folder / journals.JOURNAL).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(PieError, match="damaged"):
        read_export(kept.folder)
    assert unfinished_exports(paths.exports_dir()) == []


def test_the_next_start_removes_what_is_half_made_and_keeps_what_is_complete(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ready")
    kept = the_unfinished()
    staging = tmp_path / "out" / f".pie-{kept.folder.name}"
    (staging / "half.png").write_bytes(bytes(1000))
    complete = {ready.staged for ready in kept.ready.values()}
    remove_left_overs()
    assert set(staging.iterdir()) == {file for file in complete if file.exists()} != set()
    model = Model()
    assert run_job(again(kept, model), ALONE, kept).summary == "4 written"
    assert model.asked == 2 and not staging.exists()


def test_an_export_removes_what_dismissed_ones_left(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_killed(monkeypatch, part(photo_folder, tmp_path / "out", Model()), Journal, "ready")
    kept = the_unfinished()
    staging = tmp_path / "out" / f".pie-{kept.folder.name}"
    with monkeypatch.context() as patch:
        patch.setattr(Staging, "clear", lambda *_: None)  # the destination was not connected then
        dismiss(kept)
    assert staging.exists()
    run_job([part(photo_folder, tmp_path / "out", Model())], ALONE)
    assert not staging.exists()
