"""Mutations of JSON documents: values of other kinds, missing and unknown keys, senseless numbers, endless depth."""

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.fuzz.mutations import mutate

_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 3, 255, 2**31, 2**63, -(2**63), 10**400, 0.5, -0.0, 1e308, 5e-324, float("inf"),
    float("-inf"), float("nan"), "", " ", "x", "x" * 5000, "\0", "\ud800", "\u202e", "é\n\x1b[31m", "0", "-1", "1e999",
    "../../x", "/", "/dev/zero", "CON", "2026-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "<img src='/etc/passwd'>", "{date}", "{", [], {}, [[]], [None], {"": None}, [0] * 3000, {"version": 10**9},
)  # fmt: skip


def mutate_document(text: str, rng: random.Random) -> bytes:
    """A JSON document with one to four other values; one in five is changed as bytes instead, or as well."""
    if rng.random() < 0.1:
        return mutate(_encoded(text), rng)
    document = json.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        document = _change(document, rng)
    changed = _encoded(json.dumps(document, ensure_ascii=rng.random() < 0.5))
    if rng.random() < 0.05:
        depth = rng.choice((40, 900, 100_000))
        changed = changed.replace(b"null", b"[" * depth + b"]" * depth, 1)
    return mutate(changed, rng) if rng.random() < 0.1 else changed


def mutate_lines(text: str, rng: random.Random) -> bytes:
    """A document for each line: lines changed, taken out, doubled or in another order."""
    lines = [_encoded(line) for line in text.splitlines()]
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(lines))
        how = rng.randrange(6)
        if how == 0 and len(lines) > 1:
            del lines[at]
        elif how == 1:
            lines.insert(rng.randrange(len(lines) + 1), lines[at])
        elif how == 2:
            rng.shuffle(lines)
        else:
            try:
                lines[at] = mutate_document(lines[at].decode(), rng).replace(b"\n", b" ")
            except (ValueError, RecursionError):  # changed to something else than a document before
                continue
    whole = b"\n".join(lines) + b"\n"
    return mutate(whole, rng) if rng.random() < 0.1 else whole


def _change(document: Any, rng: random.Random) -> Any:
    places = list(_places(document))
    if not places:
        return rng.choice(_VALUES)
    parent, key = rng.choice(places)
    how = rng.random()
    if how < 0.15:
        del parent[key]
    elif how < 0.25 and isinstance(parent, dict):
        parent[rng.choice(("", "extra", "__class__", "version", "name", str(key) + "2"))] = rng.choice(_VALUES)
    elif how < 0.35:
        other, name = rng.choice(places)
        parent[key] = _copy(other[name])
    elif how < 0.45 and isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
        factor = rng.choice((-1, 2, 1000, 10**18, 0.001))
        try:
            parent[key] = factor * parent[key]
        except OverflowError:  # an integer beyond all floating-point numbers, times a thousandth
            parent[key] = parent[key] // 1000
    elif how < 0.55 and isinstance(parent[key], str):
        changed = mutate(_encoded(parent[key]) or b"x", rng).decode("utf-8", "replace")
        parent[key] = changed
    else:
        parent[key] = _copy(rng.choice(_VALUES))
    return document


def _encoded(text: str) -> bytes:
    """Halves of surrogate pairs as the bytes that they would be, which no UTF-8 has."""
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """All (container, key) of a document, the container's own ones first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(inner)[:200]:
        yield value, key
        yield from _places(one)


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value
