"""A tool on the photo: asked first, one at a time, and put away without losing what it was doing."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.canvas.tools.tool import CanvasTool, PictureView
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo

LEFT = Qt.MouseButton.LeftButton


class Recorder(CanvasTool):
    """Takes what lies in the right half of the picture, and the key M."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.places: list[tuple[float, float]] = []

    def press(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> bool:
        if view.place(position)[0] < 0.5:
            return False
        self.said.append("press")
        self.places.append(view.place(position))
        return True

    def drag(self, position: QPointF, view: PictureView, modifiers: Qt.KeyboardModifier) -> None:
        self.said.append("drag")
        self.places.append(view.place(position))

    def release(self, position: QPointF, view: PictureView) -> None:
        self.said.append("release")

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        return view.place(position)[0] > 0.5

    def cursor(self, position: QPointF, view: PictureView) -> Qt.CursorShape | None:
        return Qt.CursorShape.CrossCursor if view.place(position)[0] > 0.5 else None

    def wants(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_P

    def key(self, event: QKeyEvent) -> bool:
        self.said.append(event.text())
        return self.wants(event)

    def draw(self, painter: QPainter, view: PictureView) -> None:
        painter.fillRect(view.rect, QColor("red"))


@pytest.fixture
def canvas(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Canvas:
    image = np.random.default_rng(1).integers(0, 256, (600, 900, 3), dtype=np.uint8)
    save_photo(image, tmp_path / "photo.png", EncodeOptions("png"))
    open_photo(window, tmp_path / "photo.png", qtbot)
    window.canvas.set_view(View.SINGLE)
    return window.canvas


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    return canvas.picture_view().position(x, y).toPoint()


def test_a_tool_is_asked_first_and_leaves_the_rest(canvas: Canvas) -> None:
    tool = Recorder()
    canvas.set_tool(tool)
    QTest.mousePress(canvas, LEFT, pos=at(canvas, 0.75, 0.5))
    QTest.mouseMove(canvas, at(canvas, 0.9, 0.25))
    QTest.mouseRelease(canvas, LEFT, pos=at(canvas, 0.9, 0.25))
    assert tool.said == ["press", "drag", "release"]
    np.testing.assert_allclose(tool.places, [(0.75, 0.5), (0.9, 0.25)], atol=0.01)
    QTest.mouseDClick(canvas, LEFT, pos=at(canvas, 0.75, 0.5))
    assert canvas.viewport.fitted, "the tool took the double click"
    QTest.mouseDClick(canvas, LEFT, pos=at(canvas, 0.25, 0.5))
    assert not canvas.viewport.fitted
    tool.said.clear()
    centre = canvas.viewport.centre
    QTest.mousePress(canvas, LEFT, pos=at(canvas, 0.4, 0.5))
    QTest.mouseMove(canvas, at(canvas, 0.4, 0.5) + QPoint(-40, 0))
    QTest.mouseRelease(canvas, LEFT, pos=at(canvas, 0.4, 0.5))
    assert tool.said == []
    assert canvas.viewport.centre != centre, "what the tool leaves pans, as ever"


def test_places_at_every_zoom_and_side_by_side(canvas: Canvas) -> None:
    canvas.set_view(View.SIDE)
    canvas.zoom_to(2.0)
    tool = Recorder()
    canvas.set_tool(tool)
    view = canvas.picture_view()
    assert view.pane.left() > canvas.width() / 2 - 10
    assert view.rect.width() == pytest.approx(1800)
    middle = view.pane.center().toPoint()
    QTest.mousePress(canvas, LEFT, pos=middle)
    QTest.mouseRelease(canvas, LEFT, pos=middle)
    np.testing.assert_allclose(tool.places, [(0.5, 0.5)], atol=0.004)
    tool.said.clear()
    QTest.mousePress(canvas, LEFT, pos=middle - QPoint(canvas.width() // 2, 0))
    QTest.mouseRelease(canvas, LEFT, pos=middle)
    assert tool.said == [], "the original beside is not where it works"


def test_keys_go_to_the_tool_before_actions_of_the_same_key(canvas: Canvas, window: MainWindow) -> None:
    tool = Recorder()
    canvas.setFocus()
    canvas.set_tool(tool)
    QTest.keyClick(canvas, Qt.Key.Key_P)
    assert tool.said == ["p"], "P is a flag otherwise"


def test_one_tool_at_a_time_and_its_drag_is_not_lost(canvas: Canvas, qtbot: QtBot) -> None:
    first, second = Recorder(), Recorder()
    canvas.set_tool(first)
    QTest.mousePress(canvas, LEFT, pos=at(canvas, 0.75, 0.5))
    with qtbot.waitSignals([first.put_away, canvas.tool_changed]):
        canvas.set_tool(second)
    assert first.said == ["press", "release"]
    assert canvas.tool is second
    QTest.mouseMove(canvas, at(canvas, 0.8, 0.5))
    QTest.mouseRelease(canvas, LEFT, pos=at(canvas, 0.8, 0.5))
    assert second.said == []
    canvas.set_tool(None)
    first.changed.emit()
    assert canvas.tool is None


def test_a_tool_draws_over_the_picture_and_not_over_the_original(canvas: Canvas) -> None:
    canvas.set_tool(Recorder())
    place = at(canvas, 0.5, 0.5)
    assert canvas.grab().toImage().pixelColor(place) == QColor("red")
    canvas.set_comparing(True)
    assert canvas.grab().toImage().pixelColor(place) != QColor("red")
    canvas.set_comparing(False)
    canvas.set_tool(None)
    assert canvas.grab().toImage().pixelColor(place) != QColor("red")
