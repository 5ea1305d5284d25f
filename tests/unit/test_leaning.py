"""More like this, less like that: which way a photo's look moves, and what cannot be answered."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.leaning import ALIKE, Leaning, lean
from pie_desktop.errors import StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.preference import Preference
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import PlainModel, any_preference

EXPOSURE = next(one for one in all_parameters() if one.name == "exposure")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    library = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")
    return Engine(library, tmp_path / "model", open_model=PlainModel)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.fromarray(data.coffee()[::4, ::4]).save(tmp_path / "coffee.png")
    return tmp_path / "coffee.png"


@pytest.fixture
def preference() -> Preference:
    return any_preference("model", 2)


def looks(engine: Engine, leaning: Leaning, preference: Preference | None) -> dict[str, np.ndarray]:
    """The photo in the style, neutral, as it was judged, and as the style is to make it."""
    proxy = leaning.made.proxy
    transform = engine.transform(proxy, preference)
    found = {"own": transform.preferred, "neutral": transform.neutral}
    images = {name: to_uint8(apply_lut(proxy, np.clip(lut, 0, 1))) for name, lut in found.items()}
    return images | {"shown": leaning.shown.hand.after, "wanted": leaning.made.hand.after, "photo": proxy}


def apart(images: dict[str, np.ndarray], one: str, other: str) -> float:
    return mean_delta_e(images[one], images[other])


def test_without_sliders_more_goes_on_from_neutral_and_less_goes_back(
    engine: Engine, photo: Path, preference: Preference
) -> None:
    more, less = (lean(engine, photo, Edit.styled("x"), preference, answer) for answer in (True, False))
    assert not more.adjusted
    for leaning in (more, less):
        images = looks(engine, leaning, preference)
        assert apart(images, "shown", "own") < ALIKE
        assert apart(images, "wanted", "own") > 1, "an eye can see it"
        assert leaning.moved == pytest.approx(apart(images, "wanted", "own"), rel=0.1)
    farther, nearer = (looks(engine, leaning, preference) for leaning in (more, less))
    assert apart(farther, "wanted", "neutral") > apart(farther, "own", "neutral") + 0.5
    assert apart(nearer, "wanted", "neutral") < apart(nearer, "own", "neutral") - 0.5


def test_with_sliders_more_comes_nearer_to_them_and_less_goes_away(
    engine: Engine, photo: Path, preference: Preference
) -> None:
    edit = Edit.styled("x").with_value(EXPOSURE, 0.7)
    more, less = (lean(engine, photo, edit, preference, answer) for answer in (True, False))
    assert more.adjusted
    assert less.adjusted
    nearer, farther = (looks(engine, leaning, preference) for leaning in (more, less))
    assert apart(nearer, "wanted", "shown") < apart(nearer, "own", "shown") - 0.5
    assert apart(farther, "wanted", "shown") > apart(farther, "own", "shown") + 0.5


def test_without_a_style_the_photo_as_it_is_is_the_other_side(engine: Engine, photo: Path) -> None:
    more = looks(engine, lean(engine, photo, Edit(), None, True), None)
    less = looks(engine, lean(engine, photo, Edit(), None, False), None)
    assert apart(less, "wanted", "photo") < apart(less, "own", "photo") < apart(more, "wanted", "photo")


def test_what_looks_alike_cannot_be_told_apart(engine: Engine, photo: Path, preference: Preference) -> None:
    nothing = Edit.styled("x", strength=0.0)
    assert lean(engine, photo, nothing, preference, True).adjusted, "neutral is shown, and the style is something else"

    class Timid(PlainModel):
        def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
            neutral, _ = super().luts(proxy, preference)
            return neutral, neutral

    library = StyleLibrary(photo.parent / "styles", builtin=photo.parent / "none")
    timid = Engine(library, Path("model"), open_model=Timid)
    with pytest.raises(StyleError, match="nothing to be like"):
        lean(timid, photo, Edit.styled("x"), preference, True)
