"""The driver of the fuzz: the same seed gives the same inputs, and what goes wrong is found and kept."""

import json
import random
from pathlib import Path

import pytest

from tests.fuzz.__main__ import TARGETS, Fuzz, main
from tests.fuzz.documents import mutate_document
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Corpus, targets


def test_the_same_seed_gives_the_same_input() -> None:
    original = bytes(range(256)) * 8
    inputs = [mutate(original, random.Random(f"1/{number}")) for number in range(40)]
    assert inputs == [mutate(original, random.Random(f"1/{number}")) for number in range(40)]
    assert len(set(inputs)) > 30 and original not in inputs[:1]
    text = json.dumps({"a": [1, {"b": "c"}], "d": None})
    assert mutate_document(text, random.Random(3)) == mutate_document(text, random.Random(3))


def test_the_driver_knows_every_target(tmp_path: Path) -> None:
    assert tuple(targets(Corpus([], tmp_path))) == TARGETS


def test_a_traceback_becomes_a_finding_with_its_file(tmp_path: Path) -> None:
    tried = tmp_path / "tried.png"
    tried.write_bytes(b"content")
    fuzz = Fuzz("1", ["photo"], tmp_path / "out", 0.0)
    fuzz._take("photo", 6, {"kind": "refused", "text": "x is damaged.", "file": ""})
    fuzz._take("photo", 7, {"kind": "IndexError", "text": "Traceback\nIndexError: 7", "file": str(tried)})
    (folder,) = fuzz.findings
    assert (folder / "tried.png").read_bytes() == b"content"
    assert json.loads((folder / "finding.json").read_text(encoding="utf-8"))["number"] == 7


@pytest.mark.slow
def test_five_seconds_of_every_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--minutes", str(5 / 60), "--out", str(tmp_path)]) == 0, list(tmp_path.rglob("finding.json"))
    assert " 0 findings" in capsys.readouterr().out
