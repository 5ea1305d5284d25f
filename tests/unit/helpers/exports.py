"""Exports with a journal, and their sudden ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pie_desktop import paths
from pie_desktop.edit.transform import Transform
from pie_desktop.export.job import ExportSettings, Running, plan_export, run_job
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.settings import ExportPart
from pie_desktop.export.staging import Staging
from pie_desktop.export.unfinished import unfinished_exports
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import identity_lut

LUT = identity_lut() ** np.float32(0.8)
ALONE = Running(workers=0)


class Killed(BaseException):
    """The process ends here: nothing catches it, nothing is tidied up."""


class Model:
    """Stands for the model; counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, proxy: np.ndarray) -> Transform:
        self.asked += 1
        return Transform(LUT, LUT)


def part(sources: Path, out: Path, model: Callable[[np.ndarray], Transform], **settings: Any) -> ExportPart:
    chosen = ExportSettings(out, EncodeOptions("png"), **settings)
    return ExportPart(chosen, tuple(plan_export([sources], chosen)), model)


def again(kept: KeptExport, model: Callable[[np.ndarray], Transform]) -> list[ExportPart]:
    return [ExportPart(one.settings, tuple(one.photos), model) for one in kept.parts]


def the_unfinished() -> KeptExport:
    (kept,) = unfinished_exports(paths.exports_dir())
    return kept


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def run_killed(
    monkeypatch: pytest.MonkeyPatch, one: ExportPart, owner: type, method: str, before: bool = False
) -> None:
    """Run an export whose process dies at its second photo; see `kill_at`."""
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, owner, method, 2, before)
        run_job([one], ALONE)


def kill_at(monkeypatch: pytest.MonkeyPatch, owner: type, method: str, after: int, before: bool) -> None:
    """From the `after`-th call of a method on the process is dead, right before or right behind it."""
    original = getattr(owner, method)
    calls: list[int] = []

    def deadly(self: object, *args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == after and before:
            raise Killed
        answer = original(self, *args, **kwargs)
        if len(calls) == after:
            raise Killed
        return answer

    monkeypatch.setattr(owner, method, deadly)
    monkeypatch.setattr(Staging, "clear", lambda *_: None)
