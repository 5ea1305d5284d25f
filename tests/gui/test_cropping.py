"""Crop, horizon, guides and turns by hand: real mouse and keys, one step of the history each, and what is shown."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.imaging.decode import load_photo
from pie_desktop.ui.adjust.geometry_editor import GeometryEditor
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.editor.cropping import Cropping
from pie_desktop.ui.main_window import MainWindow
from tests.gui.opening import open_photo, wait_shown

LEFT = Qt.MouseButton.LeftButton
PHOTO = (600, 400)


@pytest.fixture
def photo(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> Path:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    return photo_folder / "coffee.jpg"


@pytest.fixture
def cropping(window: MainWindow, photo: Path) -> Cropping:
    return window.edit_page.cropping


def part(window: MainWindow) -> GeometryPart:
    return window.context.current.edit.part(GeometryPart)


def steps(window: MainWindow) -> list[str]:
    history = window.session.keeper.history
    assert history is not None
    return [step.name for step in history.copy.steps[1:]]


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.canvas, key, modifiers)


def drag(window: MainWindow, start: QPointF, end: QPointF) -> None:
    canvas = window.canvas
    QTest.mousePress(canvas, LEFT, pos=start.toPoint())
    for share in (0.4, 0.8, 1.0):
        QTest.mouseMove(canvas, (start + (end - start) * share).toPoint())
    QTest.mouseRelease(canvas, LEFT, pos=end.toPoint())


def at(cropping: Cropping, window: MainWindow, x: float, y: float) -> QPointF:
    """The position of a place in the plane of the crop: pixels of the photo from its middle."""
    return cropping.tool.position((x, y), window.canvas.picture_view())


def wait_picture(window: MainWindow, qtbot: QtBot) -> np.ndarray:
    """What the canvas shows at fit, once it is that of the edit."""
    renderer = window.canvas.renderer
    placement = window.context.current.edit.placement(PHOTO)

    def there() -> bool:
        base = renderer.base
        return base is not None and base.request.placement == placement and base.exact_for == renderer.edit

    qtbot.waitUntil(there)
    assert renderer.base is not None
    return renderer.base.original


def test_a_corner_is_pulled_and_taken(cropping: Cropping, window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    window.canvas.set_view(View.SPLIT)
    press(window, Qt.Key.Key_R)
    assert cropping.on and window.canvas.view is View.SINGLE and window.commands["crop"].isChecked()
    drag(window, at(cropping, window, 300, 200), at(cropping, window, 0, 100))
    assert cropping.size is not None and np.allclose(cropping.size, (300, 300), atol=2)
    assert steps(window) == [] and part(window) == GeometryPart(), "nothing is decided yet"
    drag(window, at(cropping, window, -150, -50), at(cropping, window, -50, 0))
    press(window, Qt.Key.Key_Return)
    assert not cropping.on and window.canvas.view is View.SPLIT and window.canvas.tool is None
    assert steps(window) == ["Crop"], "one step"
    assert np.allclose(part(window).crop, (100 / 600, 50 / 400, 400 / 600, 350 / 400), atol=0.01)
    size = window.context.current.edit.placement(PHOTO).size
    assert window.canvas.viewport.photo == size
    shown = wait_picture(window, qtbot)
    assert np.isclose(shown.shape[1] / shown.shape[0], size[0] / size[1], rtol=0.02)
    window.commands["undo"].trigger()
    assert part(window) == GeometryPart() and window.canvas.viewport.photo == PHOTO


def test_escape_leaves_the_crop_as_it_was(cropping: Cropping, window: MainWindow) -> None:
    press(window, Qt.Key.Key_R)
    drag(window, at(cropping, window, -300, 0), at(cropping, window, 0, 0))
    press(window, Qt.Key.Key_Escape)
    assert not cropping.on and steps(window) == [] and part(window) == GeometryPart()


def test_rotated_from_outside(cropping: Cropping, window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_R)
    drag(window, at(cropping, window, 300, 200), at(cropping, window, 100, 100))
    middle = cropping.tool.box
    assert middle is not None
    x, y = middle.middle
    start = at(cropping, window, x + 350, y)
    end = at(cropping, window, x, y) + QPointF(350 * np.cos(0.1), 350 * np.sin(0.1)) * (
        (start - at(cropping, window, x, y)).x() / 350
    )
    drag(window, start, end)
    assert np.isclose(cropping.part.straighten, np.degrees(0.1), atol=0.4), "clockwise, as the mouse went"
    qtbot.mouseDClick(window.canvas, LEFT, pos=at(cropping, window, 0, 0).toPoint())
    assert not cropping.on and np.isclose(part(window).straighten, np.degrees(0.1), atol=0.4)
    assert len(steps(window)) == 1 and "Straighten" in steps(window)[0] and "Crop" in steps(window)[0]


def test_arrows_shapes_and_orientation(cropping: Cropping, window: MainWindow) -> None:
    cropping.set_ratio("1:1")
    assert cropping.on and cropping.size == (400, 400)
    press(window, Qt.Key.Key_Left)
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    press(window, Qt.Key.Key_Up)
    box = cropping.tool.box
    assert box is not None and box.rect == (-211, -200, 189, 200)
    cropping.set_ratio("16:9")
    assert cropping.size is not None and np.isclose(cropping.size[0] / cropping.size[1], 16 / 9, rtol=0.01)
    press(window, Qt.Key.Key_X)
    assert np.isclose(cropping.size[1] / cropping.size[0], 16 / 9, rtol=0.01) and cropping.portrait
    press(window, Qt.Key.Key_R)
    assert not cropping.on and steps(window) == ["Crop"]


def test_a_horizon_is_drawn(cropping: Cropping, window: MainWindow) -> None:
    window.canvas.set_view(View.SINGLE)
    window.commands["draw_horizon"].trigger()
    assert cropping.drawing("horizon") and window.commands["draw_horizon"].isChecked()
    view = window.canvas.picture_view()
    start, end = view.position(0.2, 0.5), view.position(0.8, 0.55)
    drag(window, start, end)
    fallen = np.degrees(np.arctan2(0.05 * 400, 0.6 * 600))
    assert np.isclose(part(window).straighten, -fallen, atol=0.2)
    assert window.canvas.tool is None and len(steps(window)) == 1
    window.commands["draw_horizon"].trigger()
    drag(window, start, start + QPointF(3, 2))
    assert window.canvas.tool is not None, "a line that short is none"
    press(window, Qt.Key.Key_Escape)
    assert window.canvas.tool is None and len(steps(window)) == 1


def test_two_guides_are_drawn(cropping: Cropping, window: MainWindow) -> None:
    window.canvas.set_view(View.SINGLE)
    press(window, Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    view = window.canvas.picture_view()
    drag(window, view.position(0.3, 0.2), view.position(0.27, 0.9))
    assert cropping.drawing("guides") and part(window) == GeometryPart()
    drag(window, view.position(0.7, 0.2), view.position(0.73, 0.9))
    made = part(window)
    assert window.canvas.tool is None and made.perspective_vertical < -5 and abs(made.straighten) < 0.3
    assert len(steps(window)) == 1
    press(window, Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    view = window.canvas.picture_view()
    drag(window, view.position(0.3, 0.2), view.position(0.3, 0.9))
    drag(window, view.position(0.2, 0.5), view.position(0.9, 0.5))
    assert part(window) == made and cropping.drawing("guides"), "one upright and one level say nothing"
    window.commands["crop"].trigger()
    assert cropping.on and not cropping.drawing("guides")


def test_turned_and_mirrored(cropping: Cropping, window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    image = load_photo(photo)
    window.canvas.set_view(View.SINGLE)
    press(window, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    assert window.canvas.viewport.photo == (400, 600)
    window.canvas.actual_size()
    window.canvas.fit()
    wait_picture(window, qtbot)
    window.commands["flip_horizontal"].trigger()
    assert part(window) == GeometryPart(quarter_turns=1, flip_horizontal=1)
    window.canvas.actual_size()
    renderer = window.canvas.renderer
    expected = np.rot90(image, -1)[:, ::-1]
    qtbot.waitUntil(lambda: renderer.detail is None or renderer.detail.request.placement.matrix[1] != 0)
    layer = renderer.detail or renderer.base
    assert layer is not None
    zone = layer.request.zone
    if layer.request.whole.width == 400:
        np.testing.assert_array_equal(layer.sampled, expected[zone.top : zone.bottom, zone.left : zone.right])
    window.commands["reset_crop"].trigger()
    assert part(window) == GeometryPart() and steps(window)[0] == "Turn"


def test_another_photo_takes_the_crop(cropping: Cropping, window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_R)
    drag(window, at(cropping, window, 300, 0), at(cropping, window, 0, 0))
    other = photo.with_name("chelsea.jpg")
    window.edit_page.open_photo(other)
    wait_shown(window, other, qtbot)
    assert not cropping.on and part(window) == GeometryPart()
    window.edit_page.open_photo(photo)
    wait_shown(window, photo, qtbot)
    assert np.isclose(part(window).crop_right, 0.5, atol=0.01), "nothing is lost"
    assert window.canvas.viewport.photo == window.context.current.edit.placement(PHOTO).size


def test_a_slider_while_the_crop_is_chosen(cropping: Cropping, window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_R)
    drag(window, at(cropping, window, 300, 0), at(cropping, window, 100, 0))
    edit = window.context.current.edit
    window.context.current.change(edit.with_part(GeometryPart(straighten=5)))
    assert cropping.on and cropping.part.straighten == 5 and cropping.part.crop_right < 0.9
    press(window, Qt.Key.Key_Return)
    assert part(window).straighten == 5 and np.isclose(part(window).crop_right, 400 / 600, atol=0.02)


def test_the_panel_says_and_does_it(cropping: Cropping, window: MainWindow, qtbot: QtBot) -> None:
    window.edit_page.right.show_page("Adjust")
    group = window.edit_page.adjustments.groups["Geometry"]
    group.set_open(True)
    editor = group.editor
    assert isinstance(editor, GeometryEditor) and editor.pixels.text() == "600 × 400 px"
    names = {slider.track.accessibleName() for slider in group.sliders.all()}  # type: ignore[union-attr]
    assert names == {"Straighten", "Vertical perspective", "Horizontal perspective"}
    editor.shapes.setCurrentIndex(editor.shapes.findData("1:1"))
    editor.shapes.activated.emit(editor.shapes.currentIndex())
    assert cropping.on and editor.pixels.text() == "400 × 400 px"
    editor.shapes.setCurrentIndex(editor.shapes.findData(""))
    editor.shapes.activated.emit(editor.shapes.currentIndex())
    assert editor.own.isVisible()
    for text, size in (("abc", (400, 400)), ("2:1", (566, 283))):
        editor.own.clear()
        qtbot.keyClicks(editor.own, text)
        qtbot.keyClick(editor.own, Qt.Key.Key_Return)
        assert cropping.size is not None and np.allclose(cropping.size, size, atol=1)
    cropping.accept()
    group.reset_button.click()
    assert window.context.current.edit == Edit.styled(window.context.current.edit.style_id)


def test_the_filmstrip_shows_the_crop(cropping: Cropping, window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    cropping.set_ratio("1:1")
    cropping.accept()
    edited = window.edit_page.filmstrip.edited

    def square() -> bool:
        image = edited.image(PhotoVersion(photo))
        return image is not None and image.width() == image.height()

    qtbot.waitUntil(square)


def test_closing_takes_the_crop(cropping: Cropping, window: MainWindow, photo: Path) -> None:
    cropping.set_ratio("1:1")
    window.close()
    kept = window.context.catalog.get(photo)
    assert kept is not None and kept.placement(PHOTO).size == (400, 400)


def test_sliders_and_status_follow(cropping: Cropping, window: MainWindow) -> None:
    window.edit_page.right.show_page("Adjust")
    group = window.edit_page.adjustments.groups["Geometry"]
    group.set_open(True)
    press(window, Qt.Key.Key_R)
    box = cropping.tool.box
    assert box is not None and group.sliders is not None
    cropping.tool.set_box(box.tilted(6.0))
    (straighten,) = (one for one in group.sliders.all() if one.parameter.name == "straighten")
    assert straighten.value == 6.0
    press(window, Qt.Key.Key_Escape)
    assert straighten.value == 0.0
    assert "600 × 400   ·" in window.statusBar().photo.full_text  # type: ignore[attr-defined]
    cropping.set_ratio("1:1")
    cropping.accept()
    assert "600 × 400 → 400 × 400   ·   0.2 MP" in window.statusBar().photo.full_text  # type: ignore[attr-defined]


def test_quick_while_dragged_and_exact_at_rest(cropping: Cropping, window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_R)
    canvas, renderer = window.canvas, window.canvas.renderer
    box = cropping.tool.box
    assert box is not None
    cropping.tool.set_box(box.pulled((1, 1), (100.0, 100.0), None))
    start = at(cropping, window, 250, 0)
    QTest.mousePress(canvas, LEFT, pos=start.toPoint())
    QTest.mouseMove(canvas, (start + QPointF(0, 40)).toPoint())
    assert cropping.part.straighten > 1

    def shown(quick: bool) -> bool:
        base = renderer.base
        return base is not None and base.request.placement == cropping.tool.surround() and base.request.quick == quick

    qtbot.waitUntil(lambda: shown(True))
    assert renderer.base is not None
    rough = renderer.base.original.astype(int)
    QTest.mouseRelease(canvas, LEFT, pos=(start + QPointF(0, 40)).toPoint())
    qtbot.waitUntil(lambda: shown(False))
    apart = np.abs(renderer.base.original.astype(int) - rough)
    assert 0 < apart.mean() < 8, "the same picture, but sharper"
