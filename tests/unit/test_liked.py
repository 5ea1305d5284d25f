"""How many liked photos are enough."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.liked import FEWEST, STILL, Enough, LikedPhotos
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import MeanColorModel


def photos_of(folder: Path, colors: list[int]) -> list[Path]:
    """One colour each, with a ramp in it."""
    folder.mkdir()
    ramp = np.linspace(0, 30, 40, dtype=np.uint8)[None, :, None] * np.ones((30, 1, 3), np.uint8)
    for number, color in enumerate(colors):
        Image.fromarray(ramp + np.uint8(color)).save(folder / f"{number:03d}.png")
    return sorted(folder.iterdir())


@pytest.fixture
def asked(tmp_path: Path) -> LikedPhotos:
    return LikedPhotos(Engine(StyleLibrary(), Path("mean"), open_model=MeanColorModel))


def test_alike_photos_are_enough_and_scattered_ones_are_not(asked: LikedPhotos, tmp_path: Path) -> None:
    """The model's results follow the mean colour of the edits, so that the law of the mean is exact."""
    others = photos_of(tmp_path / "others", [100, 140])
    alike = asked.enough(photos_of(tmp_path / "alike", [100] * 8), others)
    assert alike.change == pytest.approx(0, abs=0.05) and "which is enough" in alike.text
    scatter = np.random.default_rng(1).integers(0, 225, 48).tolist()
    few = asked.enough(photos_of(tmp_path / "few", scatter[:8]), others)
    assert few.change is not None and few.change > STILL
    assert few.enough_from is not None and few.enough_from > 8
    assert "Twice as many" in few.text and "stop helping" in few.text


def test_the_expected_change_falls_with_the_root_of_their_number(asked: LikedPhotos, tmp_path: Path) -> None:
    others = photos_of(tmp_path / "others", [100, 140])
    changes = {}
    for count in (8, 32):
        drawn = [
            asked.enough(
                photos_of(tmp_path / f"{count} {seed}", np.random.default_rng(seed).integers(0, 225, count).tolist()),
                others,
            ).change
            for seed in range(8)
        ]
        changes[count] = float(np.mean([one for one in drawn if one is not None]))
    assert 1.3 < changes[8] / changes[32] < 3.2, changes


def test_what_cannot_be_told_is_not_told(asked: LikedPhotos, tmp_path: Path) -> None:
    few = asked.enough(photos_of(tmp_path / "few", [10] * (FEWEST - 1)), [])
    assert few.change is None and few.enough_from is None and str(FEWEST) in few.text
    broken = tmp_path / "broken.jpg"
    broken.write_text("no photo")
    assert asked.enough([broken] * 9, []).change is None
    assert "1,000 or more" in Enough(50, 9.0).text
