"""Neighbours of a style on a photo: what they differ in, what a choice says, and the style that learns from it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.kept_picks import picks_path, read_picks
from pie_desktop.engine.variations import StyleVariations, restore_picks
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.choices import Answer
from pie_desktop.model.taste import TasteFinder, TastePhoto, with_weights
from pie_desktop.model.things import THINGS
from pie_desktop.model.variations import FARTHEST, NEAREST, OF_TONE, PAIRS, moved, picks_of, variations
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from tests.doubles.models import PlainModel

BASIS = PlainModel(Path("m")).basis().astype(np.float64)


@pytest.fixture
def asked(sample_images: dict[str, np.ndarray]) -> TastePhoto:
    return TastePhoto(sample_images["coffee"][::4, ::4], identity_lut() ** np.float32(0.9), BASIS)


@pytest.fixture
def finder(asked: TastePhoto) -> TasteFinder:
    return TasteFinder([asked])


def test_neighbours_differ_visibly_in_one_thing_each(finder: TasteFinder) -> None:
    shown = variations(finder, None)
    assert 4 <= len(shown) <= 2 * PAIRS and len({one.word for one in shown}) == len(shown)
    words = {thing.id: (thing.more, thing.less) for thing in THINGS}
    for more, less in zip(shown[::2], shown[1::2], strict=True):
        assert (more.word, less.word) == words[more.question.thing]
        np.testing.assert_array_equal(more.weights, -less.weights)
        size = float(np.sqrt(more.weights @ finder.photos[0].gram @ more.weights))
        assert NEAREST - 1e-6 <= size <= FARTHEST + 1e-6


def test_what_the_references_leave_open_comes_first(finder: TasteFinder) -> None:
    """Where they are sure of all but one thing, it is that; where nothing is open any more, it is anything."""
    for name in ("warmth", "brightness"):
        direction = finder.directions[[thing.id for thing in THINGS].index(name)]
        doubt = 1e-6 * np.eye(len(BASIS)) + 4 * np.outer(direction, direction)
        assert variations(finder, doubt)[0].question.thing == name


def test_what_was_picked_is_not_asked_again_at_once(finder: TasteFinder) -> None:
    first = variations(finder, None)
    for _ in range(4):
        for pick in picks_of(first[:2], None):
            finder.answer(pick.question, pick.answer)
    assert variations(finder, None)[0].question.thing != first[0].question.thing


def test_black_and_white_is_offered_no_colour(finder: TasteFinder) -> None:
    shown = variations(finder, None, tone_alone=True)
    assert shown and {one.question.thing for one in shown} <= OF_TONE


@pytest.mark.parametrize("side", [0, 1])
def test_a_choice_moves_the_belief_that_way(finder: TasteFinder, side: int) -> None:
    chosen = variations(finder, None)[side]
    for pick in picks_of([], chosen):
        finder.answer(pick.question, pick.answer)
    gram = finder.photos[0].gram
    way = (finder.belief.mean @ gram @ chosen.weights) / (chosen.weights @ gram @ chosen.weights)
    assert 0.25 < way < 1.5


def test_as_it_is_moves_nothing_and_makes_surer(finder: TasteFinder) -> None:
    shown, unsure = variations(finder, None), finder.unsure
    picks = picks_of(shown, None)
    assert {pick.answer for pick in picks} == {Answer.SAME} and len(picks) == len(shown) // 2
    for pick in picks:
        finder.answer(pick.question, pick.answer)
    assert finder.moved < 0.3 and finder.unsure < unsure


def test_picks_say_the_same_about_a_style_that_has_moved(finder: TasteFinder) -> None:
    """What they say of weights `w` before, they say of `w - by` after."""
    chosen, by = variations(finder, None)[0], np.linspace(-1, 1, len(BASIS))
    picks = picks_of([], chosen)
    weights = np.linspace(0.5, 1, len(BASIS))
    for before, after in zip(picks, moved(picks, by), strict=True):
        one, other = finder._observation(before), finder._observation(after)
        assert one.direction @ weights - one.offset == pytest.approx(other.direction @ (weights - by) - other.offset)


# ---- a style that learns


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")


@pytest.fixture
def engine(library: StyleLibrary) -> Engine:
    return Engine(library, Path("m"), "cpu", PlainModel)


@pytest.fixture
def style(library: StyleLibrary, sample_pairs: list[tuple[Path, Path]]) -> Style:
    return library.create("Evening", [EditPair(*pair) for pair in sample_pairs[:2]]).style


def session(engine: Engine, style: Style, photo: Path) -> StyleVariations:
    return StyleVariations(engine, style, photo, Edit.styled(style.id, 0.3))


def test_the_pictures_are_the_open_photo_in_the_style_at_full_strength(
    engine: Engine, style: Style, photo_folder: Path
) -> None:
    shown = session(engine, style, photo_folder / "rocket.jpg").show(200)
    assert max(shown.as_it_is.shape) == 200 and 4 <= len(shown.images) == len(shown.variations) <= 6
    for image in shown.images:
        assert 1.0 < mean_delta_e(shown.as_it_is, image) < 15.0
    with Image.open(photo_folder / "rocket.jpg") as opened:
        small = np.array(opened.resize((shown.as_it_is.shape[1], shown.as_it_is.shape[0])))
    assert shown.as_it_is[..., 0].mean() - shown.as_it_is[..., 2].mean() > small[..., 0].mean() - small[..., 2].mean()


def test_a_choice_is_learned_and_kept_and_can_be_taken_back(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    photo = photo_folder / "rocket.jpg"
    asking = session(engine, style, photo)
    shown = asking.show(200)
    hand, picks = asking.choose(shown.variations[0])
    assert hand.photo == photo and hand.before.shape == hand.after.shape
    report = library.add_by_hand(style.id, [hand])
    kept = asking.learned(report.style, picks)
    assert len(kept.picks) == 2 and kept.photos == [photo]
    place = picks_path(f"{style.id}-variations")
    assert read_picks(place, "m", style.fingerprint, len(BASIS)) is None, "not about the style as it was"
    assert read_picks(place, "m", report.style.fingerprint, len(BASIS)) is not None
    # Another day, and another photo: what was picked counts still.
    again = session(engine, report.style, photo_folder / "coffee.jpg")
    again.show(200)
    assert again._finder is not None and len(again._finder.picks) == 2 and len(again._finder.photos) == 2
    # Taken back.
    restored = library.exchange(style.id, report.added_ids, report.replaced_ids)
    restore_picks(style.id, asking.before)
    assert restored.fingerprint == style.fingerprint
    assert session(engine, restored, photo).show(200).variations[0].word == shown.variations[0].word


def test_keeping_the_style_changes_nothing_but_what_is_shown_next(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    asking = session(engine, style, photo_folder / "rocket.jpg")
    first = asking.show(200)
    asking.keep()
    assert library.get(style.id) == style
    again = session(engine, style, photo_folder / "rocket.jpg")
    np.testing.assert_array_equal(again.show(200).as_it_is, first.as_it_is)
    assert again._finder is not None and len(again._finder.picks) == len(first.variations) // 2


def test_black_and_white_stays_so(
    library: StyleLibrary, photo_folder: Path, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gray(PlainModel):
        def luts(self, proxy: np.ndarray, preference: object) -> tuple[np.ndarray, np.ndarray]:
            gray = identity_lut().mean(axis=-1, keepdims=True).repeat(3, axis=-1)
            return identity_lut(), gray

    shown = session(Engine(library, Path("m"), "cpu", Gray), style, photo_folder / "rocket.jpg").show(120)
    assert shown.images and {one.question.thing for one in shown.variations} <= OF_TONE
    for image in shown.images:
        assert np.ptp(image, axis=-1).max() == 0


def test_weights_are_added_to_what_the_style_does() -> None:
    lut = identity_lut()
    np.testing.assert_allclose(with_weights(lut, BASIS, np.zeros(len(BASIS))), lut, atol=1e-6)
