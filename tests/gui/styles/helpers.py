"""What the tests of the style panel share."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QWidget

from pie_desktop.engine.engine import Engine
from pie_desktop.styles.store import Style, StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import StylePanel
from tests.doubles.models import SlowModel
from tests.gui import dragging

Pairs = list[tuple[Path, Path]]


def own_styles(panel: StylePanel) -> list[Style]:
    return [style for style in panel._context.library.list() if not style.builtin]


def shaded(color: tuple[int, int, int]) -> np.ndarray:
    """An image (90, 120, 3) that shows something: one colour from dark to light."""
    return (np.linspace(0.3, 1, 120)[None, :, None] * np.array(color) * np.ones((90, 1, 1))).astype(np.uint8)


def engine_with(model: SlowModel) -> Engine:
    """An engine around this very model."""
    return Engine(StyleLibrary(), Path("slow"), open_model=lambda bundle, device: model)


def use(panel: StylePanel, context: AppContext, model: SlowModel) -> None:
    context.engine = engine_with(model)
    context.engine_changed.emit()
    panel.select_style(None)


def drop(panel: StylePanel, paths: list[Path], target: QWidget | None = None) -> None:
    """Drop files on `target`, without one on the place for new styles."""
    assert dragging.drop(panel, paths, target or panel.drop_zone)
