"""Statistics of a data set: known edits give known numbers, from files and from a cache alike."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from training.cli import app
from training.data.fivek import find_dataset
from training.data.inspection import inspect
from training.data.preparing import prepare
from training.data.statistics import PersonStatistics, dataset_statistics


def brighter(image: np.ndarray) -> np.ndarray:
    return image + 0.1


def flatter(image: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * (image - 0.5)


def grey(image: np.ndarray) -> np.ndarray:
    return np.repeat(image @ np.array([[0.2126], [0.7152], [0.0722]]), 3, axis=-1)


EDITS = {"expertA": brighter, "expertB": flatter, "expertC": grey, "expertD": lambda image: image}


@pytest.fixture
def dataset(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """Ten photos without clipping, in four versions; D leaves all of them alone."""
    root = tmp_path / "experts"
    crops = [p[y : y + 200, x : x + 300] for p in sample_images.values() for y in (0, 90) for x in (0, 80)][:10]
    for number, crop in enumerate(crops):
        image = 0.2 + 0.5 * crop / 255
        for folder, edit in {"input": lambda image: image, **EDITS}.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            pixels = np.round(255 * edit(image)).astype(np.uint8)
            Image.fromarray(pixels).save(root / folder / f"photo-{number}.png")
    return root


def check(people: list[PersonStatistics]) -> None:
    a, b, c, d = people
    assert [person.name for person in people] == ["expert A", "expert B", "expert C", "expert D"]
    assert a.luma == pytest.approx(10, abs=0.3) and a.contrast == pytest.approx(0, abs=0.2) and a.left_alone == 0
    assert b.contrast < -1 and abs(b.luma) < 8 and b.chroma < -1
    assert c.luma == pytest.approx(0, abs=0.3) and c.chroma < -3 and c.contrast == pytest.approx(0, abs=0.3)
    assert (d.luma, d.contrast, d.chroma, d.de00, d.left_alone) == (0, 0, 0, 0, 1)
    assert a.photos == a.looked_at == 10 and a.de00 > 5


def test_known_edits_give_known_numbers_from_files_and_from_a_cache(dataset: Path, tmp_path: Path) -> None:
    people = dataset_statistics(dataset)
    check(people)
    assert people[0].smallest == people[0].median == people[0].largest == (300, 200)
    found = inspect(find_dataset(dataset), 128)
    prepare(found.dataset, found.whole, tmp_path / "cache", 128)
    cached = dataset_statistics(tmp_path / "cache")
    check(cached)
    assert cached[0].median == (128, 128) and cached[0].de00 == pytest.approx(people[0].de00, abs=0.1)


def test_some_photos_stand_for_many_and_sizes_are_those_of_the_files(dataset: Path) -> None:
    for path in dataset.rglob("photo-0.png"):
        with Image.open(path) as image:
            image.crop((0, 0, 150, 200)).save(path)
    for photos, looked_at in ((3, 3), (4, 4), (9, 5)):  # every fourth, third, second
        person = dataset_statistics(dataset, photos)[0]
        assert (person.photos, person.looked_at) == (10, looked_at)
    assert person.smallest == (150, 200) and person.largest == (300, 200)


def test_the_command_prints_a_table_and_writes_the_numbers(dataset: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["statistics", str(dataset), "--json", str(tmp_path / "new" / "people.json")], catch_exceptions=False
    )
    assert result.exit_code == 0 and "expert D" in result.output and "100%" in result.output
    written = json.loads((tmp_path / "new" / "people.json").read_text())
    assert [person["name"] for person in written["people"]] == ["expert A", "expert B", "expert C", "expert D"]
    assert written["people"][0]["luma"] == pytest.approx(10, abs=0.3)


def test_versions_of_another_shape_and_folders_without_a_data_set_are_one_sentence(
    dataset: Path, tmp_path: Path
) -> None:
    path = dataset / "expertB" / "photo-0.png"
    with Image.open(path) as image:
        image.crop((0, 0, 100, 200)).save(path)
    with pytest.raises(PieError, match=r"photo-0\.png and .*photo-0\.png differ in shape"):
        dataset_statistics(dataset)
    (tmp_path / "empty").mkdir()
    with pytest.raises(PieError, match="No unedited photos"):
        dataset_statistics(tmp_path / "empty")
