"""References that are kept without learning from them: on disk, in the preference, passed on, and taken back."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.style_report import report_on
from pie_desktop.errors import StyleError
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.document import read_document
from pie_desktop.styles.exporting import export_style, export_without_photos
from pie_desktop.styles.importing import import_style
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import OnlyModel, Style
from tests.doubles.models import MeanColorModel
from tests.unit.helpers.tiny_bundles import tiny_bundle


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")


@pytest.fixture
def style(library: StyleLibrary, sample_pairs: list[tuple[Path, Path]]) -> Style:
    return library.create("Warm", [EditPair(*pair) for pair in sample_pairs[:3]]).style


def test_a_muted_reference_is_kept_and_nothing_is_learned_from_it(library: StyleLibrary, style: Style) -> None:
    model = MeanColorModel(Path("plain"))
    engine = Engine(library, Path("plain"), open_model=lambda bundle, device: model)
    before = engine.preference(style).arrays["mean"]
    muted = library.set_muted(style.id, "002", True)
    assert [one.muted for one in muted.references] == [False, True, False]
    assert (len(muted.active), muted.pair_count) == (2, 2)
    assert muted.fingerprint != style.fingerprint
    after = engine.preference(muted).arrays["mean"]
    assert len(model.encoded[-1]) == 2 and not np.allclose(before, after)
    again = library.set_muted(style.id, "002", False)
    assert again == style and again.fingerprint == style.fingerprint


def test_it_survives_a_restart_and_older_versions_read_styles_without(library: StyleLibrary, style: Style) -> None:
    assert read_document(style.folder).format == 1
    library.set_muted(style.id, "001", True)
    assert read_document(style.folder).format == 3
    assert [one.muted for one in StyleLibrary(library.folder).get(style.id).references] == [True, False, False]
    library.set_muted(style.id, "001", False)
    assert read_document(style.folder).format == 1 and "muted" not in (style.folder / "style.json").read_text()


def test_the_last_one_that_counts_cannot_go(library: StyleLibrary, style: Style) -> None:
    library.set_muted(style.id, "001", True)
    library.set_muted(style.id, "002", True)
    with pytest.raises(StyleError, match="at least one reference that is not muted"):
        library.set_muted(style.id, "003", True)
    with pytest.raises(StyleError, match="at least one reference that is not muted"):
        library.remove_reference(style.id, "003")
    with pytest.raises(StyleError, match="at least one reference that is not muted"):
        library.exchange(style.id, ["003"], [])
    assert [one.id for one in library.get(style.id).active] == ["003"]


def test_it_is_passed_on_with_and_without_photos(
    library: StyleLibrary, style: Style, tmp_path: Path, sample_images: dict[str, np.ndarray]
) -> None:
    muted = library.set_muted(style.id, "002", True)
    other = StyleLibrary(tmp_path / "others", builtin=tmp_path / "builtin")
    export_style(muted, tmp_path / "with.piestyle")
    taken = import_style(other, tmp_path / "with.piestyle")
    assert [one.muted for one in taken.references] == [False, True, False]
    assert taken.fingerprint == muted.fingerprint

    photos = np.stack([image[:200, :200] for image in sample_images.values()])
    engine = Engine(library, tiny_bundle(tmp_path / "tiny.piemodel", photos), "cpu")
    preference = engine.preference(muted)
    model = OnlyModel(preference.bundle_id, "Tiny")
    export_without_photos(muted, preference, model, tmp_path / "without.piestyle")
    bare = import_style(other, tmp_path / "without.piestyle")
    assert [one.muted for one in bare.references] == [False, True, False]
    with pytest.raises(StyleError, match="without its photos"):
        other.set_muted(bare.id, "002", False)


def test_the_fits_belong_to_those_that_count(library: StyleLibrary, style: Style) -> None:
    muted = library.set_muted(style.id, "001", True)
    engine = Engine(library, Path("plain"), open_model=lambda bundle, device: _Fits(bundle))
    assert report_on(engine, muted).agreement == {"002": 0.0, "003": 0.5}


def test_damaged_copies_are_left_out_and_told(library: StyleLibrary, style: Style) -> None:
    style.references[0].after.write_bytes(b"damaged")
    engine = Engine(library, Path("plain"), open_model=lambda bundle, device: _Fits(bundle))
    report = report_on(engine, style)
    assert report.seen.damaged == ("001",)
    assert report.agreement == {"002": 0.0, "003": 0.5}
    assert engine.preference(style) and library.preference(style, "plain") is None, "not kept as that of all three"


class _Fits(MeanColorModel):
    """The first reference fits not at all, the next ones the better."""

    def agreement(self, preference: object, progress: object = None, should_cancel: object = None) -> list[float]:
        return [number / 2 for number in range(len(self.encoded[-1]))]
