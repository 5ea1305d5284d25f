"""What an edit has that this program does not apply: kept, written back unchanged, told once."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pie_desktop.catalog.store import Catalog
from pie_desktop.commands.arguments import read_edit
from pie_desktop.edit.copying import copy_groups, with_change, with_groups
from pie_desktop.edit.edit import AMOUNT, Edit
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.note import edit_note, edit_summary
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.transform import Transform
from pie_desktop.edit.unapplied import unapplied_sentence
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import EditError, NewerEditError
from pie_desktop.export.photo_edits import PhotoEdits, Remembered, unapplied_in
from pie_desktop.export.provenance import settings_digest
from pie_desktop.export.settings import ExportSettings, settings_from_json, settings_to_json
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.styles.store import StyleLibrary

EXPOSURE = next(one for one in all_parameters() if one.name == "exposure" and one.part == "exposure")
STORED: dict[str, Any] = {
    "version": 1,
    "future": {"crop": [0, 0, 1, 0.5]},
    "parts": {
        "style": {"version": 2, "style_id": None, "strength": 1.0, "tone_strength": 1.0, "color_strength": 1.0}
        | {"amount": 0.6},
        "exposure": {"version": 1, "exposure": 9},
        "contrast": {"version": 1, "contrast": 30.0, "pivot": 0.4},
        "saturation": {"version": 7, "saturation": {"red": 3}},
        "curve": {"version": 1, "points": [[0.5, 0.2], [0.1, 0.9]], "curve_darks": 10.0},
        "lens_blur": {"version": 1, "depth": [1, 2, {"far": None}]},
    },
}


@pytest.fixture
def edit() -> Edit:
    return Edit.from_json(json.loads(json.dumps(STORED)))


def parts_of(edit: Edit) -> dict[str, Any]:
    return dict(edit.to_json()["parts"])


def test_all_else_is_applied(edit: Edit) -> None:
    assert edit.value(AMOUNT) == 0.6
    assert edit.part(ContrastPart).contrast == 30
    assert edit.part(CurvePart) == CurvePart(curve_darks=10)
    assert edit.part(ExposurePart) == ExposurePart(), "neither 9 nor the nearest that is allowed"
    assert edit.part(SaturationPart) == SaturationPart()
    plain = Edit.from_json({"version": 1, "parts": {key: STORED["parts"][key] for key in ("style",)}})
    plain = plain.with_part(ContrastPart(30.0)).with_part(CurvePart(curve_darks=10.0))
    assert edit.applied == plain and edit != plain
    transform = Transform(identity_lut(), identity_lut())
    np.testing.assert_array_equal(transform.lut(edit), transform.lut(plain))


def test_it_is_written_back_unchanged(edit: Edit) -> None:
    written = json.loads(edit.to_text())
    assert written["future"] == STORED["future"]
    for key in ("exposure", "saturation", "lens_blur"):
        assert written["parts"][key] == STORED["parts"][key]
    assert written["parts"]["contrast"]["pivot"] == 0.4 and written["parts"]["contrast"]["contrast"] == 30
    assert written["parts"]["curve"]["points"] == STORED["parts"]["curve"]["points"]
    again = Edit.from_text(edit.to_text())
    assert again == edit and hash(again) == hash(edit) and again.to_text() == edit.to_text()


def test_it_stays_until_a_person_changes_that_value(edit: Edit) -> None:
    other = edit.with_value(AMOUNT, 0.3).with_part(ContrastPart(-5.0))
    assert parts_of(other)["exposure"] == {"version": 1, "exposure": 9}
    assert parts_of(other)["contrast"] == {"version": 1, "contrast": -5.0, "pivot": 0.4}
    assert edit.with_value(EXPOSURE, 0.0) == edit, "which is what is applied already"
    changed = edit.with_value(EXPOSURE, 1.0)
    assert parts_of(changed)["exposure"] == {"version": 1, "exposure": 1.0}
    assert parts_of(changed.with_value(EXPOSURE, 0.0)).get("exposure") is None
    saturated = edit.with_part(SaturationPart(vibrance=20))
    assert parts_of(saturated)["saturation"] == SaturationPart(vibrance=20).to_json()
    assert "lens_blur" in parts_of(saturated) and saturated.with_style("other").unapplied == saturated.unapplied


def test_it_is_copied_with_its_group(edit: Edit) -> None:
    pasted = with_groups(Edit().with_value(EXPOSURE, 2.0), edit, ["exposure"])
    assert parts_of(pasted) == {"exposure": {"version": 1, "exposure": 9}}
    plain = with_groups(edit, Edit().with_value(EXPOSURE, 2.0), [group.key for group in copy_groups()])
    assert {one.part for one in plain.unapplied} == {"", "lens_blur"}, "what belongs to no group stays"
    moved = with_change(edit, Edit(), Edit().with_value(EXPOSURE, 1.0))
    assert moved.value(EXPOSURE) == 1.0 and "exposure" not in {one.part for one in moved.unapplied}


def test_it_is_told_in_one_sentence(edit: Edit) -> None:
    sentence = unapplied_sentence(edit.unapplied, "The edit of a.jpg")
    assert sentence.startswith("The edit of a.jpg has values that this version of PIE Desktop does not apply: “future”")
    for words in ("Exposure 9, outside -5 to 5", "Contrast “pivot”, which is not known", "“lens_blur”, which is not"):
        assert words in sentence
    newer = Edit.from_json({"version": 1, "parts": {"saturation": STORED["parts"]["saturation"]}}).unapplied
    assert "a value that" in unapplied_sentence(newer, "It") and newer[0].label.endswith("of a newer version")
    assert sentence.count("1 more") == 1 and sentence.endswith("nothing is lost.")
    (one,) = Edit.from_json({"version": 1, "parts": {"x\n" * 500: {}}}).unapplied
    assert "\n" not in one.label and len(one.label) < 80


@pytest.mark.parametrize(
    "parts",
    [
        {"exposure": {"version": 1, "exposure": "9"}},
        {"exposure": {"version": "1"}},
        {"exposure": 3},
        {"curve": {"version": 1, "points": "line"}},
    ],
)
def test_what_is_damaged_is_still_refused(parts: Any) -> None:
    with pytest.raises(EditError, match="damaged"):
        Edit.from_json({"version": 1, "parts": parts})


def test_an_edit_whose_style_or_form_is_newer_is_set_aside_as_a_whole() -> None:
    for stored in ({"version": 2, "parts": {}}, {"version": 1, "parts": {"style": {"version": 4}}}):
        with pytest.raises(NewerEditError):
            Edit.from_json(stored)


def test_catalog_history_and_journal_keep_it(edit: Edit, tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    catalog, photo = Catalog(tmp_path / "catalog.sqlite"), sample_photos["coffee"]
    catalog.put_history(photo, PhotoHistory.begin(edit, 1.0).push("Amount", edit.with_value(AMOUNT, 0.1), 2.0))
    found = catalog.get(photo)
    assert found is not None and found.unapplied == edit.unapplied and found.value(AMOUNT) == 0.1
    history = catalog.history(photo)
    assert history is not None and history.undo().edit == edit
    catalog.put(photo, edit.with_value(EXPOSURE, 1.0))
    assert not catalog.take_problems(), "nothing had to be set aside"
    settings = ExportSettings(tmp_path, edit=edit)
    assert settings_from_json(settings_to_json(settings)) == settings
    edits = Remembered(PhotoEdits(catalog, StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")).of)
    assert edits(PhotoVersion(photo)).problem is None
    told = unapplied_in(edits.found)
    assert told is not None and told.startswith("The edit of coffee.jpg has values")
    catalog.close()


def test_files_say_what_was_applied(edit: Edit, tmp_path: Path) -> None:
    """Another version that knows more would otherwise take it for a part of what is in the file."""
    assert Edit.from_text(edit_note(edit, None).properties["Edit"]) == edit.applied
    assert "9" not in edit_summary(edit)
    plain, kept = ExportSettings(tmp_path, edit=edit.applied), ExportSettings(tmp_path, edit=edit)
    assert settings_digest(plain) == settings_digest(kept)


def test_a_file_of_the_command_line_is_told_of_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "edit.json"
    file.write_text(json.dumps(STORED))
    edit = read_edit(file)
    assert edit.part(ContrastPart).contrast == 30
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and told[0].startswith("“edit.json” has values that this version")
    file.write_text(edit.applied.to_text())
    read_edit(file)
    assert capsys.readouterr().err == ""
