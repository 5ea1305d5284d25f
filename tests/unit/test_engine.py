"""The engine: preferences remembered and recomputed when due, transforms, attribution."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform, attribution
from pie_desktop.engine import bundles
from pie_desktop.engine import engine as enhance
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.references import read_edits
from pie_desktop.errors import BundleError, Cancelled, StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.preference import Preference
from pie_desktop.styles.store import StyleLibrary
from tests.doubles.models import MeanColorModel


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[MeanColorModel]:
    opened: list[MeanColorModel] = []

    def open_model(bundle: Path, device: str) -> MeanColorModel:
        opened.append(MeanColorModel(bundle, device))
        return opened[-1]

    monkeypatch.setattr(enhance, "open_model", open_model)
    return opened


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")


@pytest.fixture
def edits(sample_pairs: list[tuple[Path, Path]]) -> list[EditPair]:
    return [EditPair(after, before) for after, before in sample_pairs]


def proxy_of(photos: dict[str, Path], name: str) -> np.ndarray:
    with Image.open(photos[name]) as image:
        image.thumbnail((256, 256))
        return np.asarray(image)


def test_nothing_is_loaded_before_it_is_needed(library: StyleLibrary, models: list[MeanColorModel]) -> None:
    engine = Engine(library, Path("/models/first"), device="cuda:0")
    assert (engine.device, engine.bundle_id, engine.notice) == (None, None, None)
    assert models == []
    engine.load()
    assert (engine.device, engine.bundle_id) == ("cuda:0", "first")


def test_preference_is_kept_across_restarts(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]
) -> None:
    style = library.create("Warm", edits).style
    engine = Engine(library, Path("/models/first"))
    told: list[tuple[float, str]] = []
    preference = engine.preference(style, lambda fraction, text: told.append((fraction, text)))
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[-1][0] == 1
    assert engine.preference(style) is preference
    again = Engine(StyleLibrary(library.folder), Path("/models/first")).preference(style)
    np.testing.assert_array_equal(again.arrays["mean"], preference.arrays["mean"])
    assert [len(model.encoded) for model in models] == [1, 0]
    (references,) = models[0].encoded
    assert len(references) == 4
    for reference in references:
        assert reference.before is not None
        assert max(reference.after.shape) <= 256
        assert reference.before.shape == reference.after.shape


def test_preference_is_made_anew_for_other_references_and_models(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]
) -> None:
    style = library.create("Warm", edits[:2]).style
    engine = Engine(library, Path("/models/first"))
    first = engine.preference(style)
    more = library.add(style.id, edits[2:]).style
    assert not np.array_equal(engine.preference(more).arrays["mean"], first.arrays["mean"])
    engine.set_bundle(Path("/models/second"))
    assert engine.bundle_id is None
    assert engine.preference(more).bundle_id == "second"
    engine.set_bundle(Path("/models/first"))
    engine.preference(more)
    assert [len(model.encoded) for model in models] == [2, 1, 0]


def test_a_late_result_of_old_references_is_not_kept(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]
) -> None:
    old = library.create("Warm", edits[:2]).style
    new = library.add(old.id, edits[2:]).style
    preference = Engine(library, Path("/models/first")).preference(old)
    library.store_preference(old, preference)
    assert library.preference(old, "first") is None
    assert library.preference(new, "first") is None


def test_a_damaged_kept_preference_is_computed_again(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]
) -> None:
    style = library.create("Warm", edits).style
    preference = Engine(library, Path("/models/first")).preference(style)
    (kept,) = style.folder.glob("preference.*")
    whole = kept.read_bytes()
    other_number = whole[:-1] + bytes([whole[-1] ^ 1])
    not_finite = whole[:-4] + np.float32(np.nan).tobytes()
    for damage in (b"", b"garbage", whole[:-3], other_number, not_finite, whole.replace(b"mean", b"moan")):
        kept.write_bytes(damage)
        again = Engine(library, Path("/models/first")).preference(style)
        np.testing.assert_array_equal(again.arrays["mean"], preference.arrays["mean"])
        assert len(models[-1].encoded) == 1
        assert library.preference(style, "first") is not None


def test_cancelling_stops_the_reading(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]
) -> None:
    style = library.create("Warm", edits).style
    engine = Engine(library, Path("/models/first"))
    asked: list[int] = []

    def should_cancel() -> bool:
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        engine.preference(style, should_cancel=should_cancel)
    assert len(asked) == 2
    assert models[0].encoded == []
    assert engine.preference(style).bundle_id == "first"


def test_builtin_styles_stay_untouched(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair], tmp_path: Path
) -> None:
    (tmp_path / "builtin").mkdir()
    library.create("Shipped", edits).style.folder.rename(tmp_path / "builtin" / "shipped")
    style = library.find("Shipped")
    before = sorted(style.folder.rglob("*"))
    Engine(library, Path("/models/first")).preference(style)
    assert sorted(style.folder.rglob("*")) == before
    assert library.preference(style, "first") is not None


def test_a_style_without_references(library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]) -> None:
    style = library.create("Warm", edits[:1]).style
    style.references[0].after.write_bytes(b"")
    engine = Engine(library, Path("/models/first"))
    with pytest.raises(StyleError, match="no usable reference"):
        engine.preference(style)
    style.references[0].after.unlink()
    with pytest.raises(StyleError, match="no usable reference"):
        engine.preference(library.get(style.id))


def test_learning_from_edits_is_learning_from_a_style_of_them(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair], tmp_path: Path
) -> None:
    engine = Engine(library, Path("/models/first"))
    problems: list[str] = []
    preference = engine.learn(read_edits([*edits, EditPair(tmp_path / "gone.jpg")], on_problem=problems.append))
    style = library.create("Warm", edits).style
    np.testing.assert_array_equal(preference.arrays["mean"], engine.preference(style).arrays["mean"])
    assert len(problems) == 1
    assert "gone.jpg" in problems[0]
    assert [found.name for found in library.list()] == ["Warm"]


def test_transform(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair], sample_photos: dict[str, Path]
) -> None:
    engine = Engine(library, Path("/models/first"))
    proxy = proxy_of(sample_photos, "coffee")
    neutral = engine.transform(proxy, None)
    assert neutral.preferred is neutral.neutral
    preference = engine.learn(read_edits(edits))
    transform = engine.transform(proxy, preference)
    np.testing.assert_allclose(transform.lut(Edit.styled(None, 0.7, 0.0)), identity_lut(17), atol=1e-6)
    np.testing.assert_allclose(transform.lut(Edit.styled(None, 0.0, 1.0)), transform.neutral, atol=1e-6)
    np.testing.assert_allclose(transform.lut(Edit.styled(None, 1.0, 1.0)), transform.preferred, atol=1e-6)
    engine.set_bundle(Path("/models/second"))
    with pytest.raises(BundleError):
        engine.transform(proxy, preference)


def test_attribution(sample_photos: dict[str, Path]) -> None:
    proxy = proxy_of(sample_photos, "chelsea")
    neutral = identity_lut(17) * 0.8
    preferred = neutral * np.array([1.2, 1.0, 0.7], np.float32)
    transform = Transform(neutral, preferred)
    whole = attribution(proxy, transform, Edit.styled(None, 1.0, 1.0))
    by_hand = apply_lut(proxy, neutral)
    assert whole.general == pytest.approx(mean_delta_e(proxy, by_hand), rel=1e-4)
    assert whole.preference == pytest.approx(mean_delta_e(by_hand, apply_lut(proxy, preferred)), rel=1e-4)

    assert attribution(proxy, transform, Edit.styled(None, 0.0, 1.0)).preference == 0
    assert attribution(proxy, transform, Edit.styled(None, 0.0, 1.0)).general == whole.general
    nothing = attribution(proxy, transform, Edit.styled(None, 1.5, 0.0))
    assert (nothing.general, nothing.preference) == (0, 0)
    more = attribution(proxy, transform, Edit.styled(None, 1.5, 1.0))
    assert more.preference > whole.preference
    assert more.general == whole.general
    half = attribution(proxy, transform, Edit.styled(None, 1.0, 0.5))
    assert 0 < half.general < whole.general
    assert 0 < half.preference < whole.preference


def test_many_threads_load_one_model(
    library: StyleLibrary, models: list[MeanColorModel], edits: list[EditPair]
) -> None:
    style = library.create("Warm", edits[:1]).style
    engine = Engine(library, Path("/models/first"))
    results: list[Preference] = []
    threads = [threading.Thread(target=lambda: results.append(engine.preference(style))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert len(models) == 1


def test_a_choice_made_while_loading_wins(library: StyleLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(library, Path("/models/first"))

    def open_model(bundle: Path, device: str) -> MeanColorModel:
        if bundle.name == "first":
            engine.set_bundle(Path("/models/second"))
        return MeanColorModel(bundle, device)

    monkeypatch.setattr(enhance, "open_model", open_model)
    engine.load()
    assert engine.bundle_id == "second"


def test_the_chosen_bundle_is_the_default(pie_home: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "mine.piemodel"
    chosen.mkdir()
    (pie_home / "settings.json").write_text(f'{{"{bundles.SETTING}": "{chosen.as_posix()}"}}')
    assert bundles.default_bundle() == chosen
    assert bundles.find_bundle(str(chosen)) == chosen


def test_beside_itself_an_engine_loads_nothing(
    pie_home: Path, library: StyleLibrary, models: list[MeanColorModel]
) -> None:
    for engine, used in ((Engine(library), bundles.default_bundle()), (Engine(library, Path("/models/a")), None)):
        other = engine.beside(Path("/models/b"))
        assert engine.beside(used or Path("/models/a")) is engine is not other
        assert engine.beside(Path("/models/b")) is other
