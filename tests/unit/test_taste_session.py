"""Sessions of the taste finder: picks that outlive the program, and the style that comes of them."""

import json
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.kept_picks import picks_path
from pie_desktop.engine.taste import TasteSession, varied
from pie_desktop.errors import StyleError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.choices import Answer
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import PlainModel
from tests.unit.helpers.tiny_bundles import tiny_bundle

Pairs = list[tuple[Path, Path]]


@pytest.fixture
def library() -> StyleLibrary:
    return StyleLibrary()


@pytest.fixture
def engine(library: StyleLibrary) -> Engine:
    return Engine(library, Path("plain"), open_model=PlainModel)


def session(engine: Engine, photos: list[Path]) -> TasteSession:
    made = TasteSession(engine, None, picks_path(None))
    made.open(photos)
    return made


def pick_brighter(asking: TasteSession, picks: int) -> None:
    for _ in range(picks):
        asked = asking.ask(120)
        brighter = asked.first.mean() > asked.second.mean()
        asking.answer(asked.question, Answer.FIRST if brighter else Answer.SECOND)


def test_picks_become_a_style_and_go_on_another_day(
    engine: Engine, library: StyleLibrary, photo_folder_of_crops: Path
) -> None:
    photos = sorted(photo_folder_of_crops.glob("*.jpg"))
    first = session(engine, photos)
    assert not first.state().can_save
    with pytest.raises(StyleError, match="no style in these picks yet"):
        first.save(library, "Too soon")
    pick_brighter(first, 11)
    assert first.state().can_save and "11 picks" in first.state().text
    style = first.save(library, "My taste")
    assert style.pair_count == len(style.references) == 16
    proxies = [(load_proxy(r.before), load_proxy(r.after)) for r in style.references if r.before is not None]
    assert np.mean([after.mean() - before.mean() for before, after in proxies]) > 10

    later = session(Engine(library, Path("plain"), open_model=PlainModel), [])
    assert later.state().picks == 11
    np.testing.assert_allclose(later.finder.belief.mean, first.finder.belief.mean, atol=1e-3)
    assert later.undo() and later.state().picks == 10
    assert session(engine, []).state().picks == 10
    later.forget()
    assert session(engine, photos).state().picks == 0
    assert first.save(library, "My taste").name == "My taste 2"


def test_the_style_is_one_like_any_other(
    library: StyleLibrary, photo_folder_of_crops: Path, sample_images: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """The real network learns it: what it makes of another photo is brighter, as the picks were."""
    bundle = tiny_bundle(tmp_path / "m.piemodel", np.stack([image[:200, :200] for image in sample_images.values()]))
    engine = Engine(library, bundle, "cpu")
    asking = session(engine, sorted(photo_folder_of_crops.glob("*.jpg"))[:6])
    pick_brighter(asking, 8)
    style = asking.save(library, "Bright")
    proxy = np.ascontiguousarray(sample_images["chelsea"][100:250, 100:250])
    transform = engine.transform(proxy, engine.preference(style))
    neutral, mine = (apply_lut(proxy, np.clip(lut, 0, 1)).mean() for lut in (transform.neutral, transform.preferred))
    assert mine > neutral + 4


def test_a_style_is_refined_from_where_it_is(engine: Engine, library: StyleLibrary, sample_pairs: Pairs) -> None:
    style = library.create("Warm", [EditPair(*pair) for pair in sample_pairs]).style
    photos = [before for _, before in sample_pairs]
    refining = TasteSession(engine, style, picks_path(style.id))
    refining.open(photos)
    preferred = engine.transform(load_proxy(photos[0]), engine.preference(style)).preferred
    assert any(np.array_equal(photo.base, preferred) for photo in refining.finder.photos)
    pick_brighter(refining, 6)
    assert TasteSession(engine, None, picks_path(None))._place != refining._place
    assert refining.save(library, "Warm, refined").name == "Warm, refined"
    assert len(library.get(style.id).references) == len(sample_pairs)  # the style itself is as it was


def test_all_the_same_and_contradictions_are_told(engine: Engine, photo_folder_of_crops: Path) -> None:
    asking = session(engine, sorted(photo_folder_of_crops.glob("*.jpg")))
    for _ in range(6):
        asking.answer(asking.ask(60).question, Answer.SAME)
    state = asking.state()
    assert state.doubtful and not state.can_save and "all “same”" in state.text
    asking.forget()
    question = asking.ask(60).question
    for number in range(12):
        asking.answer(question, Answer.FIRST if number % 2 else Answer.SECOND)
    state = asking.state()
    assert state.doubtful and not state.can_save and "contradict each other" in state.text


def test_gone_photos_and_damaged_picks_do_not_stop_it(engine: Engine, photo_folder: Path, tmp_path: Path) -> None:
    photos = sorted(photo_folder.glob("*.jpg"))
    pick_brighter(session(engine, photos), 8)
    photos[0].unlink()
    left = session(engine, photos)
    assert 0 < left.state().picks < 8
    place = picks_path(None)
    document = json.loads(place.read_text())
    for change in ({"photo": 99}, {"first": [float("nan")] * 6}, {"first": [1.0]}, {"answer": "maybe"}):
        damaged = json.loads(json.dumps(document))
        damaged["picks"][0] |= change
        place.write_text(json.dumps(damaged))
        assert session(engine, photos[1:]).state().picks == 0
        assert list(place.parent.glob("*.damaged-*"))
    place.write_text(json.dumps(document | {"bundle": "another"}))
    assert session(engine, photos[1:]).state().picks == 0
    place.write_text(json.dumps(document | {"format": 99}))
    with pytest.raises(StyleError, match="newer version"):
        session(engine, photos[1:])
    place.unlink()
    notes = tmp_path / "notes.jpg"
    notes.write_text("no photo")
    with pytest.raises(StyleError, match="no photos to ask about"):
        session(engine, [notes])


def test_photos_that_differ_are_asked_about(photo_folder_of_crops: Path) -> None:
    proxies = {path: load_proxy(path) for path in sorted(photo_folder_of_crops.glob("*.jpg"))}
    twins = {path.with_suffix(f".{number}"): proxy for path, proxy in proxies.items() for number in range(3)}
    chosen = varied(twins, 8)
    assert len({path.stem for path in chosen}) == len(chosen) == 8
