"""Data sets of people with photos of their own, as Masked Style Modeling has them, and experts who are held out."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from training.benchmark.cases import Draws
from training.cli import app
from training.data.fivek import find_dataset
from training.data.inspection import inspect
from training.data.prepared import PreparedSource, open_prepared
from training.data.preparing import prepare
from training.fit.material import _finished
from training.fit.validation import style_validation
from training.study.config import PopulationConfig, Scale
from training.study.evaluate import expert_cases
from training.study.population import prepare_material

SIDE = 48
GAINS = {"100015017_N04": 1.2, "201195391_N04": 0.8, "CDSA": 1.1, "300000001_N07": 0.9, "ExpertA": 1.3, "ExpertC": 0.7}
FLICKR = {"100015017_N04": "train", "201195391_N04": "train", "CDSA": "train", "300000001_N07": "valid"}


@pytest.fixture
def msm(tmp_path: Path, photo_folder_of_crops: Path) -> Path:
    """The folders of Masked Style Modeling: people who train, one who validates, two experts who are tested with."""
    photos = [np.asarray(Image.open(path)) for path in sorted(photo_folder_of_crops.glob("*.jpg"))]
    root = tmp_path / "data"

    def save(folder: str, who: str, numbers: range, name: str) -> None:
        for number in numbers:
            photo = photos[number]
            for part, image in ((f"{who}_input", photo), (who, np.clip(photo * GAINS[who], 0, 255).astype(np.uint8))):
                path = root / folder / part / name.format(number)
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(image).save(path, quality=95)

    for place, (who, folder) in enumerate(FLICKR.items()):
        # people's files have the same names, and are other photos
        save(folder, who, range(3 * place, 3 * place + 3 + place), "{}.jpg")
    save("valid_ref", "300000001_N07", range(20, 22), "{}.jpg")
    for expert in ("ExpertA", "ExpertC"):
        save("test", expert, range(4), "a450{}.jpg")
        save("test_ref", expert, range(4, 10), "a460{}.jpg")
    return root


def _cache(root: Path, out: Path) -> Path:
    found = inspect(find_dataset(root), SIDE)
    prepare(found.dataset, found.whole, out, SIDE)
    return out


def test_everybody_has_photos_of_their_own(msm: Path) -> None:
    dataset = find_dataset(msm)
    assert not dataset.warnings and not dataset.inputs
    assert list(dataset.styles) == ["expert A", "expert C", "100015017_N04", "201195391_N04", "300000001_N07", "CDSA"]
    assert {name: len(photos) for name, photos in dataset.own.items()} == {
        **dict(zip(FLICKR, (3, 4, 5, 8), strict=True)),
        **{"expert A": 10, "expert C": 10},
    }
    splits = {name: {dataset.splits[number] for number in photos} for name, photos in dataset.styles.items()}
    assert splits["CDSA"] == {"train"} and splits["300000001_N07"] == {"validation"}
    assert splits["expert A"] == {"test", "reference"}
    number = "expert C/a4501"
    assert dataset.own["expert C"][number].parent.name == "ExpertC_input"
    assert dataset.styles["expert C"][number].parent.name == "ExpertC"


def test_a_test_photo_is_not_shown_as_a_reference(msm: Path) -> None:
    shown = msm / "test_ref" / "ExpertA" / "a4501.jpg"
    shown.write_bytes((msm / "test" / "ExpertA" / "a4501.jpg").read_bytes())
    with pytest.raises(PieError, match="expert A/a4501 lies both in"):
        find_dataset(msm)


def test_unedited_photos_named_after_one_expert_are_those_of_all(msm: Path) -> None:
    """As downloads have it that keep `ExpertA_input` alone; somebody who lost his own is told and left out."""
    for folder in ("test", "test_ref"):
        for path in (msm / folder / "ExpertC_input").iterdir():
            path.unlink()
    for path in (msm / "train" / "CDSA_input").iterdir():
        path.unlink()
    dataset = find_dataset(msm)
    assert set(dataset.own) == {"100015017_N04", "201195391_N04", "300000001_N07"}
    assert sorted(dataset.inputs) == sorted(dataset.styles["expert C"]) == sorted(dataset.styles["expert A"])
    assert "CDSA" not in dataset.styles and "The folder CDSA is ignored" in dataset.warnings[0]


def test_styles_within_a_named_collection(tmp_path: Path, photo_folder_of_crops: Path) -> None:
    """`Adobe5K/train/raw` and `Preset/train/3`: each preset is a style."""
    for folder in ("Adobe5K/train/raw", "Adobe5K/train/c", "Preset/train/Preset 1", "Preset/train/Preset 2"):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (80, 60)).save(tmp_path / folder / f"a000{number}.jpg")
    dataset = find_dataset(tmp_path)
    assert list(dataset.styles) == ["expert C", "Preset 1", "Preset 2"] and not dataset.own and not dataset.warnings


def test_groups_show_each_user_only_what_is_theirs(msm: Path, tmp_path: Path) -> None:
    data = open_prepared(_cache(msm, tmp_path / "cache"))
    source = PreparedSource(data, 24, users=6, shots=3, seed=4)
    assert [data.styles[style] for style in source.people] == ["100015017_N04", "201195391_N04", "CDSA"]
    assert source.fewest == 3
    group = source.group(2)
    for user, place in enumerate(source.styles_of(2)):
        name = data.styles[source.people[place]]
        expected = np.clip(group.input[user].numpy() * GAINS[name], 0, 1)
        assert np.abs(group.target[user].numpy() - expected).mean() < 0.02
    assert any("CDSA/" in source.describe(number) for number in range(4))


def test_people_validate_and_finish(msm: Path, tmp_path: Path) -> None:
    data = open_prepared(_cache(msm, tmp_path / "cache"))
    (group, roles), *_ = style_validation(data, 24, references=5).cases
    assert roles.reference.shape == (1, 4) and roles.query.shape == (1, 4), "half of the eight of the one who validates"
    assert np.allclose(group.target.numpy(), np.clip(group.input.numpy() * 0.9, 0, 1), atol=0.05)
    assert _finished(data.only(["CDSA", "201195391_N04"]), "train", 32).shape == (9, 32, 32, 3)


def test_experts_are_tested_with_their_own_references(msm: Path, tmp_path: Path) -> None:
    cases = expert_cases(_cache(msm, tmp_path / "cache"), Draws(most=5, queries=3, count=2))
    assert [case.name for case in cases] == ["expert A", "expert A", "expert C", "expert C"]
    tested = {photo.tobytes() for case in cases for photo, _ in case.queries}
    assert all(len(case.references) == 5 and len(case.queries) == 3 for case in cases)
    assert not tested & {photo.tobytes() for case in cases for photo, _ in case.references}
    assert cases[0].queries[0][1].mean() > cases[2].queries[0][1].mean()


def test_a_held_out_expert_does_not_train(msm: Path, tmp_path: Path) -> None:
    cache = _cache(msm, tmp_path / "cache")
    population = PopulationConfig(kind="prepared", folder=cache, hold_out=("CDSA",))
    scale = Scale.model_validate(
        {"name": "tiny", "population": population, "budget": {"samples": 1}, "evaluation": {"photos": msm}, "side": 24}
    )
    material = prepare_material(scale, tmp_path, "cpu")  # type: ignore[arg-type]
    assert material.population.size == 2
    with pytest.raises(PieError, match="has no style expert D"):
        open_prepared(cache).without(["expert D"])


def test_explain_says_what_trains_and_what_is_tested_with(msm: Path) -> None:
    done = CliRunner().invoke(app, ["prepare", "--dataset", str(msm), "--explain", "--hold-out", "CDSA"])
    assert done.exit_code == 0, done.output
    lines = {line.split("  ")[0]: line.split() for line in done.output.splitlines()}
    assert lines["100015017_N04"][1:] == ["train/100015017_N04_input", "3", "-", "-", "-", "trains"]
    assert lines["300000001_N07"][-5:] == ["-", "8", "-", "-", "validates"]
    assert " ".join(lines["expert A"]).endswith("- - 4 6 is tested with as somebody new")
    assert " ".join(lines["CDSA"]).endswith("5 - - - held out: tested with, does not train")
    unknown = CliRunner().invoke(app, ["prepare", "--dataset", str(msm), "--explain", "--hold-out", "expert D"])
    assert isinstance(unknown.exception, PieError) and "has no style expert D" in str(unknown.exception)


def test_a_cache_needs_a_folder(msm: Path) -> None:
    done = CliRunner().invoke(app, ["prepare", "--dataset", str(msm)])
    assert isinstance(done.exception, PieError) and "--out" in str(done.exception)


@pytest.mark.parametrize("ranges", [[[0, 3]], [[5, 2]] * 6, [[0, 10**9]] * 6, "x", [[0, -1]] * 6])
def test_ranges_of_a_damaged_index_are_told(msm: Path, tmp_path: Path, ranges: object) -> None:
    index = _cache(msm, tmp_path / "cache") / "index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | {"ranges": ranges}))
    with pytest.raises(PieError, match="is damaged"):
        open_prepared(tmp_path / "cache")
