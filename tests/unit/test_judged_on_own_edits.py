"""`evaluate` and `report` on one's own edits: in several folders, never on what trained, as a person decided."""

import json
from pathlib import Path

import pytest

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.decisions import Decision, Decisions
from pie_desktop.imaging.pairs.find import pairs_in_folder
from pie_desktop.model.bundle import load_bundle, save_bundle
from pie_desktop.model.report import read_report
from tests.own_edits import base_model, edits_folder
from training.benchmark.cli import evaluate
from training.benchmark.people import trained_digests
from training.benchmark.report_cli import report
from training.data.pairs import digests_of, trained_on

pytestmark = pytest.mark.usefixtures("one_thread")
EDITS, TRAINED = 10, 8


@pytest.fixture
def edits(photo_folder_of_crops: Path, tmp_path: Path) -> Path:
    return edits_folder(tmp_path / "edits", photo_folder_of_crops, EDITS)


@pytest.fixture
def others(photo_folder_of_crops: Path, tmp_path: Path) -> Path:
    """Edits of three more photos."""
    folder = edits_folder(tmp_path / "others", photo_folder_of_crops, EDITS + 3)
    for path in sorted(folder.glob("*.jpg"))[:EDITS]:
        path.unlink()
    return folder


@pytest.fixture
def tuned(edits: Path, tmp_path: Path) -> Path:
    """A model whose card says that the first of the edits trained it."""
    network, _ = load_bundle(base_model(tmp_path / "base.piemodel"))
    pairs = [guess for guess in pairs_in_folder(edits, None) if guess.before is not None][:TRAINED]
    card = {"steps": 1, "data": {"trained_on": trained_on(digests_of(guess) for guess in pairs)}}
    save_bundle(tmp_path / "tuned.piemodel", network, "Tuned", "2026-01-01T00:00:00Z", card)
    return tmp_path / "tuned.piemodel"


def judged(tmp_path: Path, model: Path, *folders: Path, **options: object) -> tuple[set[int], set[int]]:
    """How many photos were compared, and with how many references."""
    chosen = {"pairs": list(folders)} if folders else {}
    file = tmp_path / "rows.json"
    evaluate(**chosen, **{"refs": "3", **options}, model=model, photos=20, draws=1, device="cpu", output=file)
    rows = json.loads(file.read_text())["rows"]
    return {row["n"] for row in rows}, {row["refs"] for row in rows}


def copied(edits: Path, folder: Path, count: int = EDITS) -> Path:
    """The first of the edits under other names."""
    (folder / "originals").mkdir(parents=True)
    for number, path in enumerate(sorted(edits.glob("*.jpg"))[:count]):
        (folder / f"copy {number}.jpg").write_bytes(path.read_bytes())
        (folder / "originals" / f"copy {number}.jpg").write_bytes((edits / "originals" / path.name).read_bytes())
    return folder


def test_photos_that_trained_are_never_compared_whatever_they_are_called(
    tuned: Path, edits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(tmp_path, tuned, copied(edits, tmp_path / "renamed")) == ({EDITS - TRAINED}, {3})
    assert "8 of 10 pairs are not compared, since the model was trained on them." in capsys.readouterr().err


def test_pairs_come_from_several_folders_as_those_that_train(
    tuned: Path, edits: Path, others: Path, tmp_path: Path
) -> None:
    assert judged(tmp_path, tuned, edits, others)[0] == {EDITS - TRAINED + 3}
    # what a person left out does not train, and judges nothing
    Decisions.of_program().decide({sorted(others.glob("*.jpg"))[0]: Decision(False)})
    assert judged(tmp_path, tuned, edits, others)[0] == {EDITS - TRAINED + 2}


def test_what_trained_the_models_of_a_mean_is_known_too() -> None:
    card = {
        "data": {"trained_on": ["a"]},
        "continued_from": {"data": {"trained_on": ["b"]}, "continued_from": "an id"},
        "mean_with": [{"data": {"trained_on": ["c", 4]}, "continued_from": {"data": {"trained_on": ["d"]}}}],
    }
    assert trained_digests(card) == {"a", "b", "c", "d"}


def test_references_and_queries_come_from_two_folders(tuned: Path, edits: Path, others: Path, tmp_path: Path) -> None:
    with pytest.raises(PieError, match="--references and --queries"):
        evaluate([edits], references=[edits], model=tuned)
    assert judged(tmp_path, tuned, references=[edits], compared=[others], refs="5") == ({3}, {5})


def test_a_model_that_saw_everything_cannot_be_tested_on_it(tuned: Path, edits: Path, tmp_path: Path) -> None:
    only = copied(edits, tmp_path / "only", TRAINED)
    with pytest.raises(PieError, match=r"trained on all pairs in .*only; name a folder with other photos"):
        judged(tmp_path, tuned, only)


def test_a_report_is_made_anew_on_edits_in_several_folders(
    tuned: Path, edits: Path, others: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(tuned, pairs=[edits, others], references=20, device="cpu")
    found = read_report(tuned)
    assert found is not None and found.references == TRAINED
    compared = [*sorted(edits.glob("*.jpg"))[TRAINED:], *sorted(others.glob("*.jpg"))]
    assert sorted(photo.name for photo in found.photos) == sorted(path.name for path in compared)
    assert capsys.readouterr().out
    with pytest.raises(PieError, match=r"too few edits in .*edits and .*only that did not train"):
        only = copied(edits, edits.parent / "only", TRAINED)
        for path in sorted(edits.glob("*.jpg"))[TRAINED:]:
            path.unlink()
        report(tuned, pairs=[edits, only], references=20, device="cpu")
