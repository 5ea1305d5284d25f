"""What the tests of the style panel share."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from pie_desktop.errors import Cancelled, StyleError
from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import StylePanel
from tests.gui import dragging

Pairs = list[tuple[Path, Path]]


def own_styles(panel: StylePanel) -> list[Style]:
    return [style for style in panel._context.library.list() if not style.builtin]


def shaded(color: tuple[int, int, int]) -> np.ndarray:
    """An image (90, 120, 3) that shows something: one colour from dark to light."""
    return (np.linspace(0.3, 1, 120)[None, :, None] * np.array(color) * np.ones((90, 1, 1))).astype(np.uint8)


class SlowEngine:
    """Computes until told to go on, and looks at `should_cancel` all the while."""

    bundle_id = "slow"

    def __init__(self, problem: str = "") -> None:
        self.go_on = threading.Event()
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.problem = problem

    def preference(self, style: Style, progress: Callable[..., None], should_cancel: Callable[[], bool]) -> object:
        self.started.set()
        progress(0.5, "Looking at the references")
        while not self.go_on.wait(0.005):
            if should_cancel():
                self.stopped.set()
                raise Cancelled
        if self.problem:
            raise StyleError(self.problem)
        return object()

    def agreement(self, style: Any) -> list[float]:
        return [0.2, *(0.9 for _ in style.references[1:])]


def use(panel: StylePanel, context: AppContext, engine: SlowEngine) -> None:
    context.engine = engine  # type: ignore[assignment]
    context.engine_changed.emit()
    panel.select_style(None)


def drop(panel: StylePanel, paths: list[Path], target: QWidget | None = None) -> None:
    """Drop files on `target`, without one on the place for new styles."""
    assert dragging.drop(panel, paths, target or panel.drop_zone)
