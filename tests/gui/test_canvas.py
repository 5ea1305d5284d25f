"""The canvas shows the right pixels: mixed while a slider moves, exact after, original where it is compared."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT, COLOR_STRENGTH, STRENGTH, TONE_STRENGTH, Edit
from pie_desktop.edit.part import Parameter
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.layer import Source
from pie_desktop.ui.canvas.navigator import Navigator
from pie_desktop.ui.canvas.panes import SIDE_GAP, View
from pie_desktop.ui.context import AppContext
from tests.doubles.models import any_preference

MakeTransform = Callable[[np.ndarray, object], object]


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return sample_images["coffee"]  # 400 x 600


def warm_transform(context: AppContext, image: np.ndarray) -> Transform:
    """Of a photo in some style."""
    context.engine.load()
    return context.engine.transform(image, any_preference(context.engine.bundle_id))


@pytest.fixture
def transform(context: AppContext, image: np.ndarray) -> object:
    return warm_transform(context, image)


@pytest.fixture
def canvas(context: AppContext, image: np.ndarray, transform: object, qtbot: QtBot) -> Iterator[Canvas]:
    """A canvas of 600 x 500 that shows the photo enhanced, pixel for pixel at fit."""
    made = Canvas(context)
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    qtbot.waitExposed(made)
    made.set_view(View.SINGLE)
    made.set_photo(600, 400)
    with qtbot.waitSignal(made.renderer.shown):
        made.renderer.set_reduced(Source(image, 1.0))
        made.renderer.set_luts(transform)
    yield made


def grabbed(widget: QWidget) -> np.ndarray:
    """The widget as it is on the screen, uint8 RGB."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def photo_area(canvas: Canvas) -> np.ndarray:
    """The photo's pixels without the captions at the bottom."""
    return grabbed(canvas)[50:400]


def test_shows_the_exact_lut_at_full_strength(canvas: Canvas, image: np.ndarray, transform: object) -> None:
    expected = apply_lut(image, transform.preferred)
    np.testing.assert_array_equal(photo_area(canvas), expected[:350])


def test_surround_is_neutral_grey(canvas: Canvas) -> None:
    assert len(set(grabbed(canvas)[10, 300].tolist())) == 1


def test_moving_slider_mixes_and_release_is_exact(
    canvas: Canvas, image: np.ndarray, transform: object, qtbot: QtBot
) -> None:
    expected = apply_lut(image, transform.lut(Edit.styled(None, 0.6, 0.8)))[:350]
    canvas.renderer.set_edit(Edit.styled(None, 0.6, 0.8), moving=True)
    moving = photo_area(canvas)
    assert np.abs(moving.astype(int) - expected).max() <= 2, "mixing and the LUT agree but for rounding"
    with qtbot.waitSignal(canvas.renderer.shown):
        canvas.renderer.set_edit(Edit.styled(None, 0.6, 0.8))
    np.testing.assert_array_equal(photo_area(canvas), expected)


@pytest.mark.parametrize(("mix", "lut"), [((0.0, 1.0), "neutral"), ((1.0, 1.0), "preferred")])
def test_ends_of_the_strength_slider(
    canvas: Canvas, image: np.ndarray, transform: object, mix: tuple[float, float], lut: str
) -> None:
    canvas.renderer.set_edit(Edit.styled(None, 0.5, 0.5), moving=True)
    canvas.renderer.set_edit(Edit.styled(None, *mix), moving=True)
    np.testing.assert_array_equal(photo_area(canvas), apply_lut(image, getattr(transform, lut))[:350])


@pytest.mark.parametrize("amount", [1.0, 0.8])
@pytest.mark.parametrize("moving", [STRENGTH, TONE_STRENGTH, COLOR_STRENGTH, AMOUNT], ids=lambda one: one.name)
def test_whatever_slider_moves_is_mixed(
    canvas: Canvas, image: np.ndarray, transform: Transform, moving: Parameter, amount: float
) -> None:
    edit = Edit.styled(None, 1.1, amount).with_value(TONE_STRENGTH, 1.2)
    rendered: list[Edit] = []
    lut_of = canvas.renderer.base._render
    canvas.renderer.base._render = lambda one, part: rendered.append(one) or lut_of(one, part)
    for value in np.linspace(moving.low, moving.high, 31):
        now = edit.with_value(moving, float(value))
        canvas.renderer.set_edit(now, moving=True)
        expected = apply_lut(image, transform.lut(now))[:350].astype(int)
        # Where tone and colour differ, colours at the ends of the range are paled, which is no weighted sum.
        wrong = np.abs(photo_area(canvas) - expected).max(-1)
        assert (wrong > 5).mean() < 0.01 and wrong.max() <= 12
        assert now.style.tone != now.style.color or wrong.max() <= 2
    assert len(rendered) <= 6, "LUTs only where the slider's way bends"


def test_amount_zero_is_the_original(canvas: Canvas, image: np.ndarray) -> None:
    canvas.renderer.set_edit(Edit.styled(None, 1.0, 0.0), moving=True)
    np.testing.assert_array_equal(photo_area(canvas), image[:350])


def test_split_shows_original_left_and_result_right(canvas: Canvas, image: np.ndarray, transform: object) -> None:
    canvas.set_view(View.SPLIT)
    canvas.set_handle(0.25)
    shown, result = photo_area(canvas), apply_lut(image, transform.preferred)
    # 20 px around the line belong to the handle.
    np.testing.assert_array_equal(shown[:, :130], image[:350, :130])
    np.testing.assert_array_equal(shown[:, 170:], result[:350, 170:])


def test_split_line_follows_mouse_and_keys(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_view(View.SPLIT)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(301, 200))
    qtbot.mouseMove(canvas, QPoint(150, 220))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 220))
    assert canvas.handle == pytest.approx(0.25, abs=0.01)
    canvas.move_handle(1)
    assert canvas.handle == pytest.approx(0.27, abs=0.01)


def test_side_by_side_is_linked(canvas: Canvas, image: np.ndarray, transform: object, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.renderer.shown):
        canvas.set_view(View.SIDE)
    with qtbot.waitSignal(canvas.renderer.shown):
        canvas.zoom_to(1.0, QPointF(100, 250))
    shown, visible = grabbed(canvas), canvas.viewport.visible()
    top = canvas.viewport.offset()[1]
    part = image[:350, visible.left : visible.right]
    width = (600 - SIDE_GAP) // 2
    np.testing.assert_array_equal(shown[top : top + 350, :width], part)
    right = shown[top : top + 350, 600 - width :]
    np.testing.assert_array_equal(right, apply_lut(image, transform.preferred)[:350, visible.left : visible.right])


def test_compared_with_the_original(canvas: Canvas, image: np.ndarray) -> None:
    canvas.set_comparing(True)
    np.testing.assert_array_equal(photo_area(canvas), image[:350])
    canvas.set_comparing(False)
    assert not np.array_equal(photo_area(canvas), image[:350])


def test_hold_to_compare_by_mouse(canvas: Canvas, qtbot: QtBot) -> None:
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.waitUntil(lambda: canvas.comparing)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert not canvas.comparing


def test_a_slow_drag_pans_and_does_not_compare(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.zoom_to(2.0)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    for step in range(1, 7):
        qtbot.mouseMove(canvas, QPoint(300 - step, 250))
    assert not canvas._hold.isActive() and not canvas.comparing
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(294, 250))


def test_wheel_zooms_at_the_cursor_and_double_click_toggles(canvas: Canvas, qtbot: QtBot) -> None:
    place = QPointF(450, 300)
    before = canvas.viewport.to_photo(place.x(), place.y())
    wheel = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, wheel)
    assert canvas.viewport.zoom == pytest.approx(1.25**4)
    assert canvas.viewport.to_photo(place.x(), place.y()) == pytest.approx(before, abs=1)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert canvas.viewport.fitted
    canvas.zoom_to(3.0)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert canvas.viewport.fitted


def test_dragging_pans_when_zoomed(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.zoom_to(2.0)
    before = canvas.viewport.offset()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    qtbot.mouseMove(canvas, QPoint(260, 240))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(260, 240))
    after = canvas.viewport.offset()
    assert (after[0] - before[0], after[1] - before[1]) == (-40, -10)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert canvas.viewport.offset()[0] > after[0]


def test_up_and_down_step_through_photos(canvas: Canvas, qtbot: QtBot) -> None:
    steps: list[int] = []
    canvas.step_requested.connect(steps.append)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    assert steps == [1, -1]


def test_space_is_a_tap_unless_something_is_dragged_with_it(canvas: Canvas, qtbot: QtBot) -> None:
    taps: list[None] = []
    canvas.space_tapped.connect(lambda: taps.append(None))
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert not taps, "it is not known yet"
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert len(taps) == 1
    canvas.zoom_to(2.0)
    before = canvas.viewport.offset()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    qtbot.mouseMove(canvas, QPoint(260, 240))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(260, 240))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert len(taps) == 1 and canvas.viewport.offset() != before


def test_at_one_to_one_only_the_visible_part_is_computed(context: AppContext, qtbot: QtBot) -> None:
    rng = np.random.default_rng(5)
    full = rng.integers(0, 256, (2000, 3000, 3), np.uint8)
    transform = warm_transform(context, full)
    canvas = Canvas(context)
    qtbot.addWidget(canvas)
    canvas.resize(600, 500)
    canvas.show()
    canvas.set_view(View.SINGLE)
    canvas.set_photo(3000, 2000)
    with qtbot.waitSignal(canvas.renderer.shown):
        canvas.renderer.set_reduced(Source(full[::4, ::4].copy(), 0.25))
        canvas.renderer.set_luts(transform)
    canvas.actual_size()
    assert canvas.renderer.needs_full
    canvas.renderer.set_full(Source(full, 1.0))
    qtbot.waitUntil(lambda: canvas.renderer.detail is not None and canvas.renderer.detail.request.source.scale == 1.0)
    assert not canvas.renderer.needs_full
    detail = canvas.renderer.detail
    assert detail.original.shape[0] <= 1.5 * 500 + 2 and detail.original.shape[1] <= 1.5 * 600 + 2
    visible = canvas.viewport.visible()
    expected = apply_lut(full, transform.preferred)[visible.top : visible.bottom, visible.left : visible.right]
    np.testing.assert_array_equal(grabbed(canvas)[:440], expected[:440])


def test_the_latest_of_fifty_looks_is_shown(canvas: Canvas, image: np.ndarray, qtbot: QtBot) -> None:
    """Submit many looks; none but the last may ever reach the screen after it was asked for."""
    looks = []
    for number in range(50):
        identity = np.stack(np.meshgrid(*[np.linspace(0, 1, 9, dtype=np.float32)] * 3, indexing="ij"), -1)
        lut = (identity * (1 - number / 100)).astype(np.float32)
        looks.append(Transform(lut, lut))
    seen: list[object] = []
    canvas.renderer.changed.connect(lambda: seen.append(canvas.renderer.base.request.luts))
    before = canvas.renderer.base.request.luts
    with qtbot.waitSignal(canvas.renderer.shown):
        for look in looks:
            canvas.renderer.set_luts(look)
    assert canvas.renderer.base.request.luts is looks[-1]
    assert all(luts is before or luts is looks[-1] for luts in seen)
    np.testing.assert_array_equal(photo_area(canvas), apply_lut(image, looks[-1].lut(Edit()))[:350])


def test_sixteen_bit_photos_are_shown_like_their_export(
    context: AppContext, canvas: Canvas, image: np.ndarray, transform: object, qtbot: QtBot
) -> None:
    deep = image.astype(np.uint16) * 257
    canvas.set_photo(600, 400)
    with qtbot.waitSignal(canvas.renderer.shown):
        canvas.renderer.set_reduced(Source(deep, 1.0))
        canvas.renderer.set_luts(transform)
    expected = apply_lut(deep, transform.preferred)[:350] / 257
    assert np.abs(photo_area(canvas) - expected).max() <= 0.51


def test_message_instead_of_a_photo(canvas: Canvas, tmp_path: Path) -> None:
    canvas.set_message("a.jpg cannot be read.")
    assert canvas.renderer.base is None
    shown = grabbed(canvas)
    assert shown.std() > 0, "the sentence is drawn"


def test_black_and_white_beyond_its_own_strength_stays_gray_while_a_slider_moves(
    canvas: Canvas, image: np.ndarray, transform: Transform, qtbot: QtBot
) -> None:
    gray = np.repeat(transform.preferred.mean(-1, keepdims=True), 3, axis=-1)
    with qtbot.waitSignal(canvas.renderer.shown):
        canvas.renderer.set_luts(Transform(transform.neutral, gray))
    canvas.renderer.set_edit(Edit.styled(None, 1.5), moving=True)
    assert np.ptp(photo_area(canvas).astype(int), axis=-1).max() <= 1


def test_the_navigator_is_there_while_a_part_is_shown_and_goes_where_it_is_clicked(
    canvas: Canvas, qtbot: QtBot
) -> None:
    navigator = Navigator(canvas)
    assert not navigator.isVisible()
    canvas.zoom_to(3.0)
    assert navigator.isVisible()
    frame = navigator.frame()
    assert frame.width() / navigator.width() == pytest.approx(600 / 1800, abs=0.02)
    qtbot.mouseClick(navigator, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert canvas.viewport.visible().left == 0 and canvas.viewport.visible().top == 0
    qtbot.mousePress(navigator, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    qtbot.mouseMove(navigator, navigator.rect().center())
    qtbot.mouseRelease(navigator, Qt.MouseButton.LeftButton, pos=navigator.rect().center())
    assert canvas.viewport.to_photo(300, 250) == pytest.approx((300, 200), abs=8)
    canvas.fit()
    assert not navigator.isVisible()
