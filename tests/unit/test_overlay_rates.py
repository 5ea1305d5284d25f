"""How much of what is drawn over edits is found, and how rarely an ordinary edit is taken for it.

`pytest -s` prints the rates, which docs/decisions/030-one-check-of-pairs.md reports.
"""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.pairs.overlay import find_overlay
from tests.doubles.drawings import DRAWINGS, ORDINARY, Edit, saved, toned

LEAST = {
    "opaque text": 0.9,
    "text at 60 % opacity": 0.6,
    "tiled marks": 0.85,
    "logos": 0.95,
    "frames": 0.95,
    "bars": 0.95,
}
MOST_MISTAKEN = 0.01  # of all ordinary edits


def rate(photos: list[np.ndarray], edit: Edit) -> float:
    """Share of edited photos over which something was found."""
    found = 0
    for number, photo in enumerate(photos):
        generator = np.random.default_rng(number)
        found += find_overlay(saved(edit(photo, generator), generator), photo) is not None
    return found / len(photos)


def drawn_over(drawing: Edit) -> Edit:
    return lambda photo, generator: drawing(toned(photo, generator), generator)


def test_opaque_text_on_any_part_of_a_photo(sample_images: dict[str, np.ndarray]) -> None:
    photos = [photo for photo in sample_images.values() for _ in range(10)]
    assert rate(photos, drawn_over(DRAWINGS["opaque text"])) >= LEAST["opaque text"]


@pytest.fixture(scope="module")
def photographs(shared_data: Path) -> list[np.ndarray]:
    return [load_photo(file, max_side=512) for file in sorted((shared_data / "photos" / "val").glob("*.jpg"))[:40]]


@pytest.mark.parametrize("name", DRAWINGS)
def test_share_of_drawings_that_are_found(photographs: list[np.ndarray], name: str) -> None:
    found = rate(photographs, drawn_over(DRAWINGS[name]))
    print(f"{name}: {found:.0%} found")
    assert found >= LEAST[name]


def test_share_of_ordinary_edits_that_are_mistaken(photographs: list[np.ndarray]) -> None:
    mistaken = {name: rate(photographs, edit) for name, edit in ORDINARY.items()}
    print({name: f"{share:.0%}" for name, share in mistaken.items()})
    assert np.mean(list(mistaken.values())) <= MOST_MISTAKEN
