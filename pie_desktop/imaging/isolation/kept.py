"""What a task of a decoding process leaves to the next one, when that is about the same file.

A decoded photo then need not be decoded again, nor travel to the other process and back.
"""

from pathlib import Path
from typing import Any

_in_child = False
_kept: tuple[Path, Any] | None = None


def begin() -> None:
    """Called by a decoding process. In others nothing is kept: nobody would know for how long."""
    global _in_child
    _in_child = True


def keep(path: Path, value: Any) -> None:
    """Leave a value to the next task, if that has the same `path`; it counts as memory of that task."""
    global _kept
    if _in_child:
        _kept = path, value


def take(path: Path) -> Any:
    """What the task before has left, None where that is nothing; it is then no longer kept."""
    global _kept
    forget_others(path)
    kept, _kept = _kept, None
    return None if kept is None else kept[1]


def forget_others(path: Path) -> None:
    """Free what is kept for another file than `path`."""
    global _kept
    if _kept is not None and _kept[0] != path:
        _kept = None
