"""Styles of hundreds of references: computed in parts, with the results of computing all at once."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.engine.bundles import default_bundle
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import Cancelled
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model import encoding, preference, preparing, residual
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.styles.store import StyleLibrary


def _references(count: int) -> list[ReferencePixels]:
    generator = np.random.default_rng(3)
    references = []
    for number in range(count):
        coarse = generator.integers(0, 256, (6, 9, 3)).astype(np.uint8)
        before = np.kron(coarse, np.ones((16, 16, 1), np.uint8))
        power = np.array([0.7, 0.9, 1.2], np.float32) if number % 4 else np.array([1.5, 0.8, 1.0], np.float32)
        references.append(ReferencePixels(apply_lut(before, identity_lut() ** power), before if number % 5 else None))
    return references


def test_parts_give_what_all_at_once_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    references = _references(12)
    whole = Inference(default_bundle(), "cpu")
    expected = whole.encode(references)
    fits = whole.agreement(expected)
    monkeypatch.setattr(preparing, "PAIRS_AT_ONCE", 5)
    monkeypatch.setattr(encoding, "IMAGES_AT_ONCE", 7)
    monkeypatch.setattr(preference, "_LUTS_AT_ONCE", 3)
    monkeypatch.setattr(residual, "_PAIRS_AT_ONCE", 4)
    parts = Inference(default_bundle(), "cpu")
    found = parts.encode(references)
    for name, array in expected.arrays.items():
        np.testing.assert_allclose(found.arrays[name], array, rtol=1e-4, atol=1e-5, err_msg=name)
    np.testing.assert_allclose(parts.agreement(found), fits, atol=1e-4)
    proxy = references[1].after
    np.testing.assert_allclose(parts.luts(proxy, found)[1], whole.luts(proxy, expected)[1], atol=1e-4)
    assert min(fits) < 0.65 < max(fits)  # some disagree, so that parts of the style were asked, too


def test_reading_references_reports_progress(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    library = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")
    style = library.create("Four", [EditPair(photo, None) for photo in list(sample_photos.values())[:4]]).style
    texts: list[str] = []
    Engine(library, default_bundle(), "cpu").preference(style, lambda fraction, text: texts.append(text))
    assert sum(text.startswith("Reading") for text in texts) == len(style.references) > 1


def test_comparing_references_reports_progress_and_can_be_cancelled() -> None:
    model = Inference(default_bundle(), "cpu")
    learned = model.encode(_references(12))
    model = Inference(default_bundle(), "cpu")  # which has to prepare the preference first
    told: list[float] = []
    model.agreement(learned, told.append)
    assert told == sorted(told)
    assert len(told) > 40
    assert told[0] < 0.2 and 0.9 < told[-1] <= 1
    for when in (1, 5, 30):
        asked: list[int] = []

        def should_cancel(asked: list[int] = asked, when: int = when) -> bool:
            asked.append(1)
            return len(asked) == when

        with pytest.raises(Cancelled):
            Inference(default_bundle(), "cpu").agreement(learned, should_cancel=should_cancel)
        assert len(asked) == when


def test_an_agreement_tells_how_far_learning_and_comparing_are(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    library = StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")
    style = library.create("Four", [EditPair(photo, None) for photo in list(sample_photos.values())[:4]]).style
    told: list[tuple[float, str]] = []
    Engine(library, default_bundle(), "cpu").agreement(style, lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert [text.split()[0] for _, text in (told[0], told[-1])] == ["Reading", "Comparing"]
    assert shares[-1] == 1
