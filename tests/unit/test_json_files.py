"""The one reader of our own JSON: what is too large, too deep or no number is one kind of error."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pie_desktop import json_files
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.json_files import DamagedJsonError, as_type, parse, read_object, to_text

BRACKETS = "[" * 100_000 + "]" * 100_000
HOSTILE = {
    "nested": BRACKETS,
    "nested in a value": '{"a": ' + "[" * 40 + "]" * 40 + "}",
    "infinity": '{"a": Infinity}',
    "not a number": '{"a": [1, NaN]}',
    "float beyond floats": '{"a": 1e999}',
    "integer of 5,000 digits": '{"a": ' + "9" * 5000 + "}",
    "integer beyond 64 bits": '{"a": 18446744073709551616}',
    "cut off": '{"a": 1',
    "no text": b"\xff\xfe\x00",
    "empty": "",
    "list": "[1, 2]",
    "number": "3",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_cannot_be_used_is_one_kind_of_error(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "document.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DamagedJsonError) as caught:
        read_object(file)
    assert str(caught.value).startswith(("it is ", "a number in it "))


def test_a_file_is_read_no_further_than_it_may_be(tmp_path: Path) -> None:
    file = tmp_path / "document.json"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)  # a terabyte of holes
    with pytest.raises(DamagedJsonError, match="larger than"):
        read_object(file, max_bytes=1000)


def test_ordinary_documents_are_read_as_they_are() -> None:
    value = {"a": [1, -2.5, None, True, {"b": "ä “x”"}], "time": 1_763_000_000_000_000_000}
    assert parse(json.dumps(value)) == parse(to_text(value)) == value


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse('{"a": 1}'.encode("utf-8-sig")) == {"a": 1}


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert parse("[" + ",".join(["[]"] * 1000) + "]") == [[]] * 1000


def test_numbers_that_are_not_finite_are_written_as_null_and_may_be_read_as_none() -> None:
    assert parse(to_text({"a": math.inf, "b": [math.nan, 1.5]})) == {"a": None, "b": [None, 1.5]}
    assert parse('{"a": -Infinity, "b": 1e999}', finite=False) == {"a": None, "b": None}


def test_a_damaged_file_is_set_aside_under_a_name_that_nothing_looks_for(tmp_path: Path) -> None:
    file = tmp_path / "mine.piepreset"
    file.write_text("{", encoding="utf-8")
    place = json_files.set_aside(file)
    assert place is not None and place.read_text(encoding="utf-8") == "{" and not file.exists()
    assert not list(tmp_path.glob("*.piepreset"))
    assert json_files.set_aside(tmp_path / "gone.json") is None


@dataclass(frozen=True)
class _Inner:
    path: Path
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Outer:
    inner: _Inner
    share: float | None = None


def test_a_dataclass_is_made_of_what_has_its_types() -> None:
    made = as_type(_Outer, {"inner": {"path": "a/b", "numbers": [1, 2]}})
    assert made == _Outer(_Inner(Path("a/b"), [1, 2]))
    assert as_type(_Outer, {"inner": made.inner, "share": 1}).inner == made.inner


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"inner": {"path": "a", "numbers": ["one"]}}, "inner.numbers.0: "),
        ({"inner": {}}, "inner.path: "),
        ([], "its values: "),
        (None, "its values: "),
    ],
)
def test_the_first_field_of_another_type_is_named(value: object, reason: str) -> None:
    with pytest.raises(DamagedJsonError) as caught:
        as_type(_Outer, value)
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


def test_a_text_with_half_a_character_that_its_owner_refuses_is_damage() -> None:
    with pytest.raises(DamagedJsonError, match="half a character"):
        as_type(EncodeOptions, {"format": "\ud800"})
