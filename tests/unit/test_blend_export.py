"""Blends outside of the window: the engine, exports with their journal and receipt, looks, and a style made of one."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop import paths
from pie_desktop.catalog.store import Catalog
from pie_desktop.commands.arguments import chosen_styles
from pie_desktop.edit.edit import MIX, Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.blending import Blended, remaining
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.saved_blend import save_blend
from pie_desktop.errors import PieError, StyleError
from pie_desktop.export.by_edit import parts_by_edit
from pie_desktop.export.job import ExportSettings, plan_export, run_job
from pie_desktop.export.looks import average_look
from pie_desktop.export.photo_edits import PhotoEdits, one_for_all
from pie_desktop.export.settings import ExportPart
from pie_desktop.export.unfinished import continued, unfinished_exports
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.metadata.reading import read_edit_note
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.document import ModelDocument, read_document, write_document
from pie_desktop.styles.exporting import export_style
from pie_desktop.styles.importing import import_style
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from tests.doubles.models import ApartModel
from tests.doubles.tinted import tinted_styles
from tests.unit.helpers.exports import ALONE, Killed, kill_at


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")


@pytest.fixture
def engine(library: StyleLibrary) -> Engine:
    return Engine(library, Path("m"), "cpu", ApartModel)


@pytest.fixture
def styles(library: StyleLibrary, sample_images: dict[str, np.ndarray], tmp_path: Path) -> dict[str, Style]:
    return tinted_styles(library, sample_images, tmp_path)


@pytest.fixture
def blend(styles: Mapping[str, Style]) -> Edit:
    return Edit.styled(styles["Evening"].id, 0.8).with_blend(styles["Street"].id, 0.4)


@pytest.fixture
def proxy(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return sample_images["rocket"][::2, ::2]


def test_the_engine_answers_for_both_styles(
    engine: Engine, styles: Mapping[str, Style], blend: Edit, proxy: np.ndarray
) -> None:
    preference = engine.preference_of(blend.style)
    transform = engine.transform(proxy, preference)
    first, second = (engine.transform(proxy, engine.preference(styles[name])) for name in ("Evening", "Street"))
    np.testing.assert_array_equal(transform.preferred, first.preferred)
    assert transform.blended is not None
    np.testing.assert_array_equal(transform.blended.preferred, second.preferred)
    assert first.expected_error is not None and second.expected_error is not None
    expected = 0.6 * first.expected_error + 0.4 * second.expected_error
    assert transform.expected_error_of(blend.style) == pytest.approx(expected)
    assert preference is not None
    assert engine.expected_error(proxy, preference, 0.4) == pytest.approx(expected)
    assert engine.preference_of(Edit().style) is None


def test_a_style_of_another_model_says_so_in_a_blend(
    engine: Engine, library: StyleLibrary, styles: Mapping[str, Style], blend: Edit
) -> None:
    """As it does alone: nothing is shown that is not meant."""
    copy = library.duplicate(styles["Street"].id)
    document = read_document(copy.folder)
    document.only_model = ModelDocument(id="other", name="Other")
    write_document(copy.folder, document)
    with pytest.raises(StyleError, match="works only with the model “Other”"):
        engine.preference_of(blend.with_blend(copy.id).style)


def test_what_is_left_of_a_blend(library: StyleLibrary, styles: Mapping[str, Style], blend: Edit) -> None:
    assert remaining(library, blend) == blend
    library.delete(styles["Evening"].id)
    assert remaining(library, blend) == Edit.styled(styles["Street"].id, 0.8)
    library.delete(styles["Street"].id)
    assert remaining(library, blend) == blend, "as it is, for whoever says what is the matter"
    library.undelete(styles["Street"].id)
    library.undelete(styles["Evening"].id)
    assert remaining(library, blend) == blend


def parts(engine: Engine, folder: Path, out: Path, edit: Edit) -> list[ExportPart]:
    settings = ExportSettings(out, EncodeOptions("png"), edit=edit, style="Evening + Street")
    plan = plan_export([folder], settings)
    edit_of = one_for_all(edit, "Evening + Street")
    return parts_by_edit(engine, [(settings, plan)], edit_of, lambda *_: None, lambda: False)


def test_an_export_is_what_was_seen_and_says_so(
    engine: Engine, photo_folder: Path, blend: Edit, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made = parts(engine, photo_folder, out, blend)
    report = run_job(made, ALONE)
    assert report.receipt is not None and report.count("written") == 4
    for item in report.items:
        with Image.open(item.source) as image:
            photo = np.array(image)
        lut = engine.transform(photo, made[0].preference).lut(blend)
        with Image.open(item.target) as image:
            np.testing.assert_allclose(np.array(image).astype(int), apply_lut(photo, lut), atol=1)
    assert "Evening + Street" in report.receipt.read_text() and "Mix 40 %" in report.receipt.read_text()
    note = read_edit_note(out / "coffee.png")
    assert note["Style"] == "Evening + Street" and Edit.from_text(note["Edit"]) == blend
    document = json.loads(report.receipt.with_suffix(".json").read_text())
    (part,) = document["parts"]
    assert part["preference"].count("+") == 1
    errors = [photo["expected_error"] for photo in part["photos"]]
    assert errors == [item.expected_error for item in report.items] and None not in errors


def test_an_interrupted_export_goes_on_with_both_preferences(
    engine: Engine,
    library: StyleLibrary,
    styles: Mapping[str, Style],
    photo_folder: Path,
    blend: Edit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = parts(engine, photo_folder, tmp_path / "out", blend)
    from pie_desktop.export.journal import Journal

    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, Journal, "ended", 2, before=True)
        run_job(made, ALONE)
    for style in styles.values():
        library.delete(style.id)  # what was kept is enough
    (kept,) = unfinished_exports(paths.exports_dir())
    again = continued(kept, engine)
    (preference,) = (one.preference for one in again)
    assert isinstance(preference, Blended) and isinstance(made[0].preference, Blended)
    assert preference.key == made[0].preference.key
    report = run_job(again, ALONE, kept)
    assert report.count("written") == 4


def test_a_photo_of_which_one_style_is_gone_is_exported_as_it_is_shown(
    library: StyleLibrary, styles: Mapping[str, Style], photo_folder: Path, blend: Edit, tmp_path: Path
) -> None:
    catalog, photo = Catalog(tmp_path / "catalog.sqlite"), photo_folder / "coffee.jpg"
    catalog.put(photo, blend)
    whole = PhotoEdits(catalog, library).of(PhotoVersion(photo))
    assert whole.edit == blend and whole.style == "Evening + Street" and whole.problem is None
    assert whole.description == "Evening + Street 80 %, Mix 40 %"
    library.delete(styles["Evening"].id)
    left = PhotoEdits(catalog, library).of(PhotoVersion(photo))
    assert left.edit == remaining(library, blend) and left.style == "Street" and left.problem is None
    assert "one was deleted" in left.whose and catalog.get(photo) == blend
    library.delete(styles["Street"].id)
    none = PhotoEdits(catalog, library).of(PhotoVersion(photo))
    assert none.problem is not None and "deleted" in none.problem


def test_a_look_is_that_of_the_blend(engine: Engine, styles: Mapping[str, Style], blend: Edit) -> None:
    both = [styles["Evening"], styles["Street"]]
    look = average_look(engine, both, engine.preference_of(blend.style), blend)
    assert look.title == "Evening + Street, 40 %"
    one, other = (
        average_look(engine, both, engine.preference_of(blend.style), blend.with_value(MIX, mix)).lut for mix in (0, 1)
    )
    np.testing.assert_allclose(look.lut, 0.6 * one + 0.4 * other, atol=1e-5)


def test_a_blend_saved_is_a_style_like_any_other(
    engine: Engine, library: StyleLibrary, styles: Mapping[str, Style], blend: Edit, tmp_path: Path
) -> None:
    style = save_blend(engine, library, blend.style, "Dusk")
    assert style.name == "Dusk" and style.pair_count == 2, "the originals of both, each once"
    assert {Path(one.source).name for one in style.references} == {"coffee.png", "chelsea.png"}
    full = Edit().with_part(blend.plain.with_value(MIX, 0.4).style)
    for reference in style.references:
        with Image.open(reference.before) as before, Image.open(reference.after) as after:
            unedited, edited = np.array(before), np.array(after).astype(int)
        lut = engine.transform(unedited, engine.preference_of(full.style)).lut(full)
        assert np.abs(edited - apply_lut(unedited, lut)).mean() < 4, "as it was rendered, but for JPEG"
    for one in styles.values():
        library.delete(one.id)
    other = Engine(library, Path("other"), "cpu", ApartModel)
    assert other.preference(library.get(style.id)).bundle_id == "other", "another model learns it anew"
    export_style(style, tmp_path / "dusk.piestyle")
    assert import_style(library, tmp_path / "dusk.piestyle").pair_count == 2


def test_a_blend_of_edits_alone_is_learned_from_the_photos_of_the_folder(
    engine: Engine, library: StyleLibrary, sample_pairs: list[tuple[Path, Path]], photo_folder: Path
) -> None:
    one, other = (library.create(f"{n}", [EditPair(sample_pairs[n][0], None)]).style for n in (0, 1))
    blend = Edit.styled(one.id).with_blend(other.id)
    with pytest.raises(StyleError, match="open a folder"):
        save_blend(engine, library, blend.style, "Dusk")
    assert len(library.list()) == 2
    broken = photo_folder / "broken.jpg"
    broken.write_bytes(b"no photo")
    style = save_blend(engine, library, blend.style, "Dusk", [broken, *sorted(photo_folder.glob("[a-z]*.jpg"))])
    assert style.pair_count == len(style.references) >= 3


def test_the_options_of_the_command_line(library: StyleLibrary, styles: Mapping[str, Style]) -> None:
    assert chosen_styles(library, None) == []
    assert [one.name for one in chosen_styles(library, "Evening", "Street", 0.4)] == ["Evening", "Street"]
    for wrong, problem in (
        (("Evening", "Evening", None), "blended with itself"),
        ((None, "Street", None), "--style"),
        (("Evening", None, 0.4), "--blend"),
        (("Evening", "Nobody's", None), "Nobody's"),
    ):
        with pytest.raises(PieError, match=problem):
            chosen_styles(library, *wrong)


def test_a_transform_without_a_blend_is_what_it_was() -> None:
    lut = np.zeros((2, 2, 2, 3), np.float32)
    assert Transform(lut, lut).blended is None and Transform(lut, lut).second is None
