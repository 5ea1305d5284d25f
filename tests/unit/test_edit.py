"""The edit as one value: its parts, JSON of all versions, bounds, and the LUT that it becomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from pie_desktop.edit import part as parts
from pie_desktop.edit.edit import AMOUNT, COLOR_STRENGTH, STRENGTH, TONE_STRENGTH, Edit
from pie_desktop.edit.note import edit_note, edit_summary
from pie_desktop.edit.part import Part, all_parameters, parameter, part_types, register
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.transform import Transform, attribution
from pie_desktop.errors import EditError
from pie_desktop.export.settings import ExportSettings, settings_from_json, settings_to_json
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.lut.mixing import mix_luts

NEUTRAL, PREFERRED = identity_lut() ** np.float32(0.8), identity_lut() ** np.float32(1.4)


@pytest.fixture
def brighten() -> Iterator[type[Part]]:
    """A part as a contributor would add it, for the time of one test."""
    part_types()

    @register
    @dataclass(frozen=True)
    class Brighten(Part):
        KEY: ClassVar[str] = "brighten"
        LABEL: ClassVar[str] = "Light"
        ORDER: ClassVar[int] = 1000  # after every real part
        VERSION: ClassVar[int] = 2
        stops: float = parameter("Exposure", 0.0, -2.0, 2.0, "In stops.")

        @classmethod
        def upgrade(cls, values: dict[str, Any], version: int) -> dict[str, Any]:
            return {"stops": values["factor"] - 1} if version == 1 else values

        def apply(self, colors: np.ndarray) -> np.ndarray:
            return colors * np.float32(2.0**self.stops)

    yield Brighten
    del parts._registered["brighten"]


def test_edits_that_decide_the_same_are_equal() -> None:
    assert Edit.styled(None, 1.0, 1.0) == Edit()
    edit = Edit.styled("warm", 0.5)
    assert edit.with_value(STRENGTH, 1.0).with_style(None) == Edit()
    assert hash(edit) == hash(Edit.styled("warm", 0.5)) and edit != Edit.styled("warm", 0.6)
    assert (edit.style_id, edit.value(STRENGTH), edit.value(AMOUNT)) == ("warm", 0.5, 1.0)


def test_bounds() -> None:
    assert Edit().with_value(STRENGTH, 9).value(STRENGTH) == 1.5
    assert Edit().with_value(AMOUNT, -1).value(AMOUNT) == 0.0
    assert Edit().with_value(AMOUNT, float("nan")).value(AMOUNT) == 1.0
    for values in ((1.6, 1.0), (1.0, -0.1), (float("nan"), 1.0)):
        with pytest.raises(EditError, match="must be between"):
            Edit.styled(None, *values)


def test_json_keeps_everything(brighten: type[Part]) -> None:
    edit = Edit.styled("warm", 1.25, 0.5).with_part(brighten(stops=1.5))  # type: ignore[call-arg]
    assert Edit.from_text(edit.to_text()) == edit
    assert edit.to_json()["parts"]["brighten"] == {"version": 2, "stops": 1.5}
    assert Edit.from_text(Edit().to_text()) == Edit()


def test_older_versions_are_read(brighten: type[Part]) -> None:
    assert Edit.from_json({"style_id": "warm", "strength": 1.3, "amount": 0.6}) == Edit.styled("warm", 1.3, 0.6)
    assert Edit.from_json({}) == Edit()
    old = Edit.from_json({"version": 1, "parts": {"brighten": {"version": 1, "factor": 1.5}}})
    assert old == Edit().with_part(brighten(stops=0.5))  # type: ignore[call-arg]
    assert Edit.from_json({"parts": {"brighten": {"factor": 1.5}}}) == old, "by a hand that left the versions out"
    outside = Edit.from_json({"version": 1, "parts": {"style": {"version": 1, "strength": 7}}})
    assert outside.value(STRENGTH) == 1.0, "what is out of bounds is kept, not applied"
    one_strength = {"version": 1, "style_id": "warm", "strength": 0.7, "amount": 0.9}
    assert Edit.from_json({"version": 1, "parts": {"style": one_strength}}) == Edit.styled("warm", 0.7, 0.9)


def test_the_strengths_of_tone_and_color_are_kept() -> None:
    edit = Edit.styled("warm", 1.2).with_value(TONE_STRENGTH, 0.6).with_value(COLOR_STRENGTH, 1.4)
    assert Edit.from_text(edit.to_text()) == edit
    assert edit.to_json()["parts"]["style"]["version"] == 2, "earlier programs would not show the same"
    assert edit_summary(edit) == "Preference 120 %, Tone 60 %, Colour 140 %, Amount 100 %"
    assert Edit.from_text(edit_note(edit, "Warm").properties["Edit"]) == edit
    assert (TONE_STRENGTH.option, COLOR_STRENGTH.option) == ("tone-strength", "color-strength")


@pytest.mark.parametrize(
    "stored",
    [
        [],
        {"version": 99, "parts": {}},
        {"version": 1},
        {"version": 1, "parts": {"style": 3}},
        {"version": 1, "parts": {"style": {"version": 9}}},
        {"version": 1, "parts": {"style": {"version": 1, "strength": "1"}}},
        {"version": 1, "parts": {"style": {"version": 1, "strength": float("inf")}}},
        {"version": 1, "parts": {"style": {"version": 1, "style_id": 3}}},
    ],
)
def test_damaged_and_newer_edits_are_refused_in_a_sentence(stored: Any) -> None:
    with pytest.raises(EditError, match=r"^The edit .*\.$"):
        Edit.from_json(stored)
    with pytest.raises(EditError):
        Edit.from_text("[" * 100_000)


def test_the_lut_of_an_edit(brighten: type[Part]) -> None:
    transform = Transform(NEUTRAL, PREFERRED)
    styled = Edit.styled("warm", 0.7, 0.4)
    np.testing.assert_array_equal(transform.lut(styled), mix_luts(NEUTRAL, PREFERRED, 0.7, 0.7, 0.4))
    brighter = styled.with_part(brighten(stops=1.0))  # type: ignore[call-arg]
    np.testing.assert_array_equal(transform.lut(brighter), 2 * transform.lut(styled))
    proxy = np.full((8, 8, 3), 90, np.uint8)
    assert attribution(proxy, transform, brighter) == attribution(proxy, transform, styled)
    assert brighter.adjusted and not styled.adjusted


def test_a_part_is_found_everywhere_once_it_is_registered(brighten: type[Part]) -> None:
    (stops,) = brighten.parameters()
    assert part_types()[0] is StylePart and part_types()[-1] is brighten
    assert all_parameters()[-1] == stops and stops.option == "stops"
    edit = Edit.styled("warm").with_value(stops, 1.25)
    assert edit_summary(edit) == "Preference 100 %, Amount 100 %, Exposure +1.25"
    assert Edit.from_text(edit_note(edit, "Warm").properties["Edit"]) == edit
    with pytest.raises(ValueError, match="key of its own"):
        register(type("Other", (Part,), {"KEY": "brighten"}))
    with pytest.raises(ValueError, match="name of its own"):
        register(type("Other", (brighten,), {"KEY": "other"}))


def test_the_edit_of_an_export_is_kept_whole(brighten: type[Part], tmp_path: Any) -> None:
    edit = Edit.styled("warm", 0.8).with_part(brighten(stops=-1.0))  # type: ignore[call-arg]
    settings = ExportSettings(tmp_path, EncodeOptions("png"), edit=edit, style="Warm")
    assert settings_from_json(settings_to_json(settings)) == settings


def test_the_settings_of_older_journals_are_read(tmp_path: Any) -> None:
    stored = settings_to_json(ExportSettings(tmp_path, style="Warm"))
    del stored["edit"]
    stored |= {"strength": 0.8, "amount": 0.5}
    assert settings_from_json(stored).edit == Edit.styled(None, 0.8, 0.5)
