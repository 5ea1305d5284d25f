"""The driver of the fuzz: the same seed gives the same inputs, and what goes wrong is found and kept."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fuzz.__main__ import EVERY, Fuzz, main
from tests.fuzz.black import black_without_reason, is_black, is_lit
from tests.fuzz.documents import mutate_document, mutate_lines
from tests.fuzz.mutations import mutate
from tests.fuzz.process import Worker
from tests.fuzz.targets import taken_again, targets


def test_the_same_seed_gives_the_same_input() -> None:
    original = bytes(range(256)) * 8
    inputs = [mutate(original, random.Random(f"1/{number}")) for number in range(40)]
    assert inputs == [mutate(original, random.Random(f"1/{number}")) for number in range(40)]
    assert len(set(inputs)) > 30 and original not in inputs[:1]
    text = json.dumps({"a": [1, {"b": "c"}], "d": None})
    assert mutate_document(text, random.Random(3)) == mutate_document(text, random.Random(3))


@pytest.mark.parametrize("text", ['{"a": "\\ud800"}', "[" * 5000 + "]" * 5000])
def test_halves_of_letters_and_endless_depth_are_mutated_like_all_else(text: str) -> None:
    for number in range(60):
        assert mutate_lines(f"{text}\n{{}}\n", random.Random(number))
    for number in range(60):
        assert mutate_document('{"a": "\\ud800", "b": ["\\udfff"]}', random.Random(number)) is not None


def test_the_driver_knows_every_target() -> None:
    assert tuple(targets()) == tuple(EVERY)


def test_a_traceback_becomes_a_finding_with_its_input(tmp_path: Path) -> None:
    worker = Worker("1", tmp_path)
    worker.tried = tmp_path / "tried"
    worker.tried.mkdir()
    (worker.tried / "photo.png").write_bytes(b"content")
    worker.facts = {"place": "/tmp/then/input", "path": "photo.png"}
    fuzz = Fuzz("1", ["photo"], tmp_path / "out", 0.0)
    fuzz.take("photo", 6, {"kind": "refused", "text": "x is damaged."}, worker)
    fuzz.take("photo", 7, {"kind": "IndexError", "text": "Traceback\nIndexError: 7"}, worker)
    (folder,) = fuzz.findings
    assert (folder / "input" / "photo.png").read_bytes() == b"content"
    facts = json.loads((folder / "finding.json").read_text(encoding="utf-8"))
    assert facts["number"] == 7 and facts["path"] == "photo.png"


def test_a_kept_input_names_the_folder_that_it_is_tried_in(tmp_path: Path) -> None:
    kept, place = tmp_path / "kept", tmp_path / "now"
    (kept / "exports").mkdir(parents=True)
    (kept / "exports" / "journal.jsonl").write_text('{"source": "/tmp/then/a.jpg"}')
    taken_again(kept, place, "/tmp/then")
    assert json.loads((place / "exports" / "journal.jsonl").read_text()) == {"source": f"{place}/a.jpg"}


def test_black_is_a_fault_unless_the_file_says_so(tmp_path: Path) -> None:
    pixels = np.full((8, 8, 3), 120, np.uint8)
    sound, damaged, black = tmp_path / "sound.png", tmp_path / "damaged.png", tmp_path / "black.png"
    for path, value in ((sound, 120), (damaged, 120), (black, 0)):
        Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(path)
    shown = np.zeros_like(pixels)
    assert black_without_reason(damaged, shown, sound)  # whoever else reads it sees a picture
    assert not black_without_reason(black, shown, sound)
    assert not black_without_reason(damaged, shown, black)
    assert not black_without_reason(damaged, pixels, sound)


@pytest.mark.slow
def test_five_seconds_of_every_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--minutes", str(5 / 60), "--out", str(tmp_path)]) == 0, list(tmp_path.rglob("finding.json"))
    assert " 0 findings" in capsys.readouterr().out


def test_a_few_bright_values_do_not_have_to_survive_an_export() -> None:
    speckled = np.zeros((20, 20, 3), np.uint8)
    speckled[0, 0] = 255
    assert not is_black(speckled) and not is_lit(speckled)
    speckled[:2] = 255
    assert is_lit(speckled)
