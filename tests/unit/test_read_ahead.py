"""Reading ahead: in order, only a little, and each error where its item is used."""

import threading
from contextlib import closing
from contextvars import ContextVar

import pytest

from pie_desktop.imaging.read_ahead import read_ahead


def test_results_come_in_order_and_errors_with_their_item() -> None:
    def read(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number * 10

    found: list[object] = []
    for item, result in read_ahead(range(5), read):
        try:
            found.append((item, result()))
        except ValueError as error:
            found.append((item, str(error)))
    assert found == [(0, 0), (1, 10), (2, "two"), (3, 30), (4, 40)]


def test_no_more_is_read_than_a_little_ahead() -> None:
    begun: list[int] = []
    with closing(read_ahead(range(100), begun.append, threads=2)) as reading:
        for _, result in reading:
            result()
            break
    assert len(begun) <= 3


def test_reading_is_done_in_the_callers_context() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="nobody's")
    variable.set("the caller's")
    (entry,) = read_ahead([1], lambda _: (variable.get(), threading.current_thread()))
    assert entry[1]()[0] == "the caller's" and entry[1]()[1] is not threading.current_thread()


def test_nothing_to_read() -> None:
    assert list(read_ahead([], pytest.fail)) == []
