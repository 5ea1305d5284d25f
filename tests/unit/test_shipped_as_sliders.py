"""What the shipped model does to real photographs, as sliders."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.edit.approximation import as_adjustments, auto_approximation
from pie_desktop.edit.edit import Edit
from pie_desktop.engine.engine import Engine
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.samples import SAMPLE_NAMES, sample_image
from pie_desktop.styles.store import StyleLibrary


@pytest.fixture
def engine(pie_home: Path) -> Iterator[Engine]:
    yield Engine(StyleLibrary(), device="cpu")


def proxies() -> list[np.ndarray]:
    return [np.ascontiguousarray(resize_long_side(sample_image(name), 256)) for name in SAMPLE_NAMES]


def test_auto_comes_near_to_the_neutral_enhancement(engine: Engine) -> None:
    found = [auto_approximation(proxy, engine.transform(proxy, None), Edit()) for proxy in proxies()]
    assert max(one.remaining for one in found) < 1
    assert all(one.remaining <= one.before for one in found)


def test_a_built_in_style_comes_near_with_few_sliders(engine: Engine) -> None:
    library = StyleLibrary()
    style = library.find("Warm evening")
    preference = engine.preference(style, None, None)
    for proxy in proxies()[:2]:
        found = as_adjustments(proxy, engine.transform(proxy, preference), Edit.styled(style.id))
        assert found.remaining < 1.2 < found.before
        assert len(found.sliders()) <= 26


def test_auto_comes_near_on_photos_of_people_and_places(engine: Engine, shared_data: Path) -> None:
    photos = sorted((shared_data / "photos" / "val").rglob("*.jpg"))[::9]
    left = []
    for photo in photos:
        proxy = load_proxy(photo)
        left.append(auto_approximation(proxy, engine.transform(proxy, None), Edit()).remaining)
    assert np.mean(left) < 0.5 and max(left) < 1.5, left
