"""Filtering and sorting a folder."""

from datetime import datetime
from pathlib import Path

import pytest

from pie_desktop.catalog.culling import PhotoFacts, PhotoFilter, SortKey, arrange
from pie_desktop.imaging.metadata.marks import Mark

A, B, C = (Path(f"{name}.jpg") for name in "abc")
FACTS = {
    A: PhotoFacts(Mark(1, "reject", "Red"), None, "", False, True, datetime(2026, 1, 3), "Nikon Z6"),
    B: PhotoFacts(Mark(5, "pick"), "1", "Warm evening", True, False, datetime(2026, 1, 1), "Canon R6", 7.5, True),
    C: PhotoFacts(Mark(3, "", "Blue"), "2", "Cool", True, True, None, "", 2.5),
}


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        (PhotoFilter(), [A, B, C]),
        (PhotoFilter(stars=3), [B, C]),
        (PhotoFilter(flags=frozenset({"pick", ""})), [B, C]),
        (PhotoFilter(labels=frozenset({"Red", ""})), [A, B]),
        (PhotoFilter(edited=False), [A]),
        (PhotoFilter(exported=True), [A, C]),
        (PhotoFilter(unsure=True), [B]),
        (PhotoFilter(camera="Nikon Z6"), [A]),
        (PhotoFilter(style="Cool"), [C]),
        (PhotoFilter(text="EVENING warm"), [B]),
        (PhotoFilter(text="b.jp canon"), [B]),
        (PhotoFilter(text="blue", stars=4), []),
    ],
)
def test_a_filter_shows(chosen: PhotoFilter, shown: list[Path]) -> None:
    assert arrange([A, B, C], FACTS, chosen) == shown


@pytest.mark.parametrize(
    ("key", "descending", "order"),
    [
        ("name", True, [C, B, A]),
        ("date", False, [B, A, C]),
        ("date", True, [A, B, C]),
        ("rating", False, [B, C, A]),
        ("flag", False, [B, C, A]),
        ("label", False, [C, A, B]),
        ("camera", False, [B, A, C]),
        ("style", False, [C, B, A]),
        ("edited", False, [B, C, A]),
        ("exported", False, [A, C, B]),
        ("warning", False, [B, C, A]),
    ],
)
def test_photos_are_sorted_and_the_unknown_stand_at_the_end(key: SortKey, descending: bool, order: list[Path]) -> None:
    assert arrange([A, B, C], FACTS, PhotoFilter(), key, descending) == order


def test_a_photo_of_which_nothing_is_known_has_the_defaults() -> None:
    assert arrange([A, Path("new.jpg")], FACTS, PhotoFilter(edited=False)) == [A, Path("new.jpg")]
