"""What was made of photos by hand as references of a style: as exported, previewed, and settled."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.engine.bundles import default_bundle
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.teaching import Change, changes, different, learned, make, settled
from pie_desktop.export.job import run_job
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.pairs.alignment import resized
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from pie_desktop.ui.teaching.words import described, overall
from tests.unit.helpers.exports import ALONE, part

PARAMETERS = {one.name: one for one in all_parameters()}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("styles")
    return Engine(StyleLibrary(folder, builtin=folder / "none"), default_bundle(), "cpu")


@pytest.fixture
def style(engine: Engine, sample_pairs: list[tuple[Path, Path]]) -> Style:
    """Of astronaut and coffee."""
    library = engine._library
    return library.create(library.unique_name("Warm"), [EditPair(*pair) for pair in sample_pairs[:2]]).style


def brighter(style: Style | None, stops: float) -> Edit:
    return Edit.styled(style.id if style is not None else None).with_value(PARAMETERS["exposure"], stops)


def test_the_edit_of_the_pair_is_what_an_export_writes_without_what_acts_on_places(
    engine: Engine, style: Style, photo_folder: Path, tmp_path: Path
) -> None:
    photo, preference = photo_folder / "rocket.jpg", engine.preference(style)
    edit = brighter(style, 0.7).with_value(PARAMETERS["saturation"], 40)
    made = make(engine, photo, edit.with_part(VignettePart(vignette=-100)), preference)
    run_job([part(photo, tmp_path / "out", lambda proxy: engine.transform(proxy, preference), edit=edit)], ALONE)
    (written,) = (tmp_path / "out").rglob("*.png")
    np.testing.assert_array_equal(made.hand.after, np.asarray(Image.open(written)))
    np.testing.assert_array_equal(made.hand.before, load_photo(photo))


def test_what_a_style_has_learned_is_taken_off_the_sliders(engine: Engine, style: Style, photo_folder: Path) -> None:
    edit = brighter(style, 0.8)
    before = engine.preference(style)
    made = [make(engine, photo_folder / f"{name}.jpg", edit, before) for name in ("rocket", "chelsea")]
    report = engine._library.add_by_hand(style.id, [one.hand for one in made])
    for one in made:
        transform = engine.transform(one.proxy, engine.preference(report.style))
        now = settled(one, style.id, transform)
        assert now.value(PARAMETERS["exposure"]) <= 0.4
        twice, once = (np.clip(transform.lut(which), 0, 1) for which in (edit, now))
        apart = [_apart(one.proxy, lut, one.hand.after) for lut in (twice, once)]
        assert apart[1] < 2 and apart[1] < 0.5 * apart[0]


def _apart(proxy: np.ndarray, lut: np.ndarray, wanted: np.ndarray) -> float:
    return mean_delta_e(apply_lut(proxy, lut), resized(wanted, proxy))


def test_a_style_that_has_learned_nothing_leaves_the_sliders(engine: Engine, style: Style, photo_folder: Path) -> None:
    preference = engine.preference(style)
    made = make(engine, photo_folder / "rocket.jpg", brighter(style, 0.8), preference)
    assert settled(made, style.id, engine.transform(made.proxy, preference)) == made.edit


def test_a_preview_changes_nothing_and_says_what_the_style_will_do(
    engine: Engine, style: Style, photo_folder: Path
) -> None:
    now, edit = engine.preference(style), brighter(style, 0.8)
    made = [make(engine, photo_folder / f"{name}.jpg", edit, now) for name in ("rocket", "astronaut")]
    then = learned(engine, style, made)
    assert engine._library.get(style.id) == style
    (change,) = changes(engine, [(photo_folder / "chelsea.jpg", Edit.styled(style.id))], now, then, 6)
    report = engine._library.add_by_hand(style.id, [one.hand for one in made])
    assert len(report.style.references) == 3  # that of the astronaut gave way, in the preview, too
    assert len(then.arrays["tokens"]) - 1 == 3
    real = engine.transform(load_proxy(change.photo), engine.preference(report.style))
    assert _apart(load_proxy(change.photo), np.clip(real.preferred, 0, 1), change.then) < 0.7
    assert change.difference > 3 and change.shift[0] > 2
    assert described(change.difference, change.shift).split()[1] == "brighter"


def test_of_many_photos_those_are_compared_that_differ(engine: Engine, style: Style, photo_folder: Path) -> None:
    likeness = np.array([[1, 0.9, 0.2], [0.9, 1, 0.3], [0.2, 0.3, 1]], np.float32)
    assert different(likeness, 2) == [0, 2]
    assert different(likeness, 5) == [0, 2, 1]
    (photo_folder / "broken.jpg").write_bytes(b"no photo")
    photos = [(photo, Edit.styled(style.id)) for photo in sorted(photo_folder.iterdir())]
    preference = engine.preference(style)
    found = changes(engine, photos, preference, preference, 2)
    assert len(found) == 2
    assert overall(found) == "The other photos of this folder become not visibly different (on average ΔE 0.0)."


@pytest.mark.parametrize(
    ("difference", "shift", "words"),
    [
        (0.2, (5, 0, 0), "not visibly different"),
        (1.2, (2, 0, 0), "hardly different"),
        (2.0, (1.5, 0, 0), "slightly brighter"),
        (4.0, (-3.0, 0.5, 2.0), "clearly darker and warmer"),
        (9.0, (-3.0, -4.0, -2.0), "much less colourful and darker"),
        (4.0, (0.1, 0.2, 0.1), "clearly different"),
        (9.0, (0, 0, 0), "very different"),
    ],
)
def test_changes_have_words(difference: float, shift: tuple[float, float, float], words: str) -> None:
    assert described(difference, shift) == words


def test_without_other_photos_nothing_else_changes() -> None:
    found: list[Change] = []
    assert "nothing else changes here" in overall(found)


def test_the_photos_that_were_edited_last_come_first(tmp_path: Path, photo_folder: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    names = ("rocket", "coffee", "chelsea")
    for number, name in enumerate(names, 1):
        catalog.put(photo_folder / f"{name}.jpg", Edit.styled("style", amount=number / 10))
    catalog.put(photo_folder / "rocket.jpg", Edit.styled("style", amount=0.9))
    recent = catalog.recent(2)
    assert [(photo.stem, edit.style.amount) for photo, edit in recent] == [("rocket", 0.9), ("chelsea", 0.3)]
    catalog.close()
