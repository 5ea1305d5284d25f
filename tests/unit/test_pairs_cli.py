"""`python -m training pairs`: the table, what is decided there, and that a run learns from just that."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.decisions import Decisions
from pie_desktop.imaging.pairs.index import PairIndex
from pie_desktop.imaging.pairs.inventory import SIDE
from pie_desktop.model.fine_tuning import SETTINGS
from tests.own_edits import edits_folder
from training import cli
from training.data.pairs import PairBank, find_own_pairs, load_pairs
from training.fit.material import indexing, own_pairs


@pytest.fixture
def edits(photo_folder_of_crops: Path, tmp_path: Path, pie_home: Path) -> Path:
    """Six edits with their originals, and one without."""
    folder = edits_folder(tmp_path / "edits", photo_folder_of_crops, 7)
    sorted((folder / "originals").glob("*.jpg"))[-1].unlink()
    return folder


@pytest.fixture
def training(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line; its exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["training", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def names(edits: Path) -> list[str]:
    return sorted(path.name for path in edits.glob("*.jpg"))


def bank(edits: Path) -> PairBank:
    """What a run would learn from."""
    guesses = find_own_pairs([edits], None, Decisions.of_program(), PairIndex.of_program(SIDE))
    return load_pairs(guesses, SIDE)


def trained(edits: Path) -> set[str]:
    return set(bank(edits).names)


def test_the_table_has_every_edit_and_the_counts(
    edits: Path, training: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, said, _ = training("pairs", edits, "--workers", 1, "--json", tmp_path / "pairs.json")
    assert code == 0 and said.rstrip().endswith("6 of 7 edits train (matched: 6, no original: 1).")
    assert all(Path(name).stem in said for name in names(edits))
    report: dict[str, Any] = json.loads((tmp_path / "pairs.json").read_text())
    assert report["edits"] == 7 and report["used"] == 6 and report["counts"] == {"matched": 6, "unmatched": 1}
    assert {Path(pair["edit"]).name for pair in report["pairs"]} == set(names(edits))


def test_events_say_how_far_it_is(edits: Path, training: Callable[..., tuple[int, str, str]]) -> None:
    code, said, _ = training("pairs", edits, "--workers", 1, "--events", "-")
    events = [json.loads(line) for line in said.splitlines()]
    assert code == 0 and events[0] == {"event": "indexing", "done": 0, "total": 6}
    assert events[-2] == {"event": "indexing", "done": 6, "total": 6} and events[-1]["event"] == "pairs"
    _, said, _ = training("pairs", edits, "--events", "-")
    assert json.loads(said.splitlines()[0]) == {"event": "indexing", "done": 6, "total": 6}  # all is known


def test_what_is_decided_is_what_trains(
    edits: Path, training: Callable[..., tuple[int, str, str]], photo_folder_of_crops: Path
) -> None:
    *used, alone = names(edits)
    original = sorted(photo_folder_of_crops.glob("*.jpg"))[6]
    training("pairs", edits, "--reject", edits / used[0], "--reject", edits / used[1])
    assert trained(edits) == set(used[2:])
    code, said, _ = training("pairs", edits, "--original", edits / alone, original, "--undo", edits / used[1])
    assert code == 0 and "6 of 7 edits train" in said
    assert trained(edits) == {alone, *used[1:]}
    renamed = edits.rename(edits.with_name("renamed"))
    assert used[0] not in trained(renamed) and used[1] in trained(renamed)


def test_a_run_looks_at_pairs_once_and_says_how_far_it_is(edits: Path) -> None:
    from pie_desktop.model.architecture import Architecture
    from training.fit.config import fine_tune_config

    config = fine_tune_config(edits, Architecture())
    events = list(indexing(config, own_pairs(config, None)))
    assert events[0] == {"event": "indexing", "done": 0, "total": 6} and events[-1]["done"] == 6
    assert list(indexing(config, own_pairs(config, None))) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{empty}"], "No photo was found in {empty}; choose a folder with your edits."),
        (["{edits}", "--reject", "{edits}/none.jpg"], "{edits}/none.jpg does not exist; name the file of an edit."),
        (["{edits}", "--json", "{empty}/none/pairs.json"], "{empty}/none/pairs.json cannot be written"),
        (["{empty}/none"], "none"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    edits: Path, training: Callable[..., tuple[int, str, str]], tmp_path: Path, arguments: list[str], said: str
) -> None:
    places = {"edits": edits, "empty": tmp_path / "empty"}
    places["empty"].mkdir()
    code, _, error = training("pairs", *(argument.format(**places) for argument in arguments))
    assert code == 2 and said.format(**places) in error and len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(("option", "value"), [("--encoder-lr", "5"), ("--references", "80"), ("--gram", "-1")])
def test_a_value_out_of_its_range_is_refused_with_the_range(
    edits: Path, training: Callable[..., tuple[int, str, str]], tmp_path: Path, option: str, value: str
) -> None:
    code, _, error = training("fit", "--pairs", edits, "--out", tmp_path / "run", option, value)
    setting = SETTINGS[option.removeprefix("--").replace("-", "_")]
    assert code == 2 and option in error and str(setting.problem(float(value))) in error
    assert not (tmp_path / "run").exists()


def test_too_few_pairs_are_told_with_the_reasons(edits: Path) -> None:
    for name in names(edits)[:4]:
        Image.new("RGB", (96, 96)).save(edits / name)
    with pytest.raises(PieError, match=r"^Only 2 edits with a usable original were found; .*black"):
        trained(edits)


def test_identical_images_and_wrong_matches_are_left_out_and_the_rest_goes_on(
    edits: Path, photo_folder_of_crops: Path
) -> None:
    first, second, *rest, _ = names(edits)
    (edits / first).write_bytes((edits / "originals" / first).read_bytes())
    (edits / second).write_bytes(sorted(photo_folder_of_crops.glob("*.jpg"))[20].read_bytes())
    found = bank(edits)
    assert set(found.names) == set(rest) and len(found.problems) == 2
    assert any("are identical" in problem for problem in found.problems)
    assert any("do not show the same image" in problem for problem in found.problems)


def test_a_folder_of_wrong_matches_is_refused_in_one_sentence(
    photo_folder_of_crops: Path, training: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    photos = sorted(photo_folder_of_crops.glob("*.jpg"))
    wrong = tmp_path / "wrong"
    (wrong / "originals").mkdir(parents=True)
    for number in range(6):
        (wrong / f"{number}.jpg").write_bytes(photos[number].read_bytes())
        (wrong / "originals" / f"{number}.jpg").write_bytes(photos[number + 12].read_bytes())
    code, _, error = training("fit", "--pairs", wrong, "--out", tmp_path / "run", "--device", "cpu")
    assert code == 2 and error.startswith("Of 6 pairs none can be used, and training needs at least 4; for example, ")
    assert "do not show the same image" in error and len(error.strip().splitlines()) == 1
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert events[-1] == {"event": "error", "message": error.strip()}
    assert "start" not in {event["event"] for event in events}
