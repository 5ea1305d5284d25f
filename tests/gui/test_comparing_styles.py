"""Several styles of one photo on the canvas: chosen, named, zoomed together, and one of them taken."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import AMOUNT, Edit
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.errors import StyleError
from pie_desktop.ui.canvas.panes import View, best_columns, panes_of
from pie_desktop.ui.compare.bar import ComparisonBar
from pie_desktop.ui.compare.choices import EDIT, ORIGINAL, Choice, first_choices, without_colors
from pie_desktop.ui.compare.comparison import StyleComparison
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.styles.card import StyleCard
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def window(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> MainWindow:
    qtbot.waitUntil(lambda: len(window.edit_page.styles.gallery.cards) > 3)
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.canvas.setFocus()
    return window


def cards(window: MainWindow) -> list[StyleCard]:
    return list(window.edit_page.styles.gallery.cards.values())


def style_choices(window: MainWindow, *numbers: int) -> list[Choice]:
    """The styles of some cards; the first card is that of neutral."""
    return [Choice("style", cards(window)[number].style_id) for number in numbers]


def wait_compared(window: MainWindow, qtbot: QtBot) -> StyleComparison:
    """Until every rendering that is compared is drawn, exactly and as large as its pane."""
    comparison, canvas = window.edit_page.comparison, window.canvas

    def drawn() -> bool:
        def is_drawn(number: int, choice: Choice) -> bool:
            renderer = canvas.renderings[number].renderer
            session = window.session
            known = session.in_styles.known(choice.style_id) if choice.kind == "style" else session.enhancement
            base = renderer.base
            return (
                known is not None
                and base is not None
                and base.request.luts is known.transform
                and base.exact_for == renderer.edit
                and (not canvas.viewport.fitted or base.request.whole == canvas.viewport.zoomed())
            )

        return comparison.on and all(is_drawn(*entry) for entry in enumerate(comparison.choices))

    qtbot.waitUntil(drawn)
    return comparison


def pictures(window: MainWindow) -> list[np.ndarray]:
    """What each rendering shows, in its order."""
    shown = []
    for rendering in window.canvas.renderings:
        renderer = rendering.renderer
        base = renderer.base
        assert base is not None
        shown.append(base.original if rendering.original else base.pixels(renderer.edit, base.request.zone).copy())
    return shown


def steps_of(window: MainWindow) -> int:
    history = window.session.keeper.history
    assert history is not None
    return len(history.copy.steps)


def middle_of(window: MainWindow, number: int) -> QPoint:
    return window.canvas.panes()[number].center()


def test_a_key_compares_the_edit_with_styles_and_esc_leaves(qtbot: QtBot, window: MainWindow) -> None:
    view = window.canvas.view
    QTest.keyClick(window.canvas, Qt.Key.Key_N)
    comparison = wait_compared(window, qtbot)
    assert comparison.choices == [EDIT, *style_choices(window, 1, 2, 3)]
    names = [rendering.name for rendering in window.canvas.renderings]
    assert names == ["Current edit", *(card.name.name for card in cards(window)[1:4])]
    assert "Comparing Current edit" in window.canvas.accessible_value()
    assert window.commands["compare_styles"].isChecked()
    bar = window.edit_page.photo_view.findChild(ComparisonBar)
    assert bar is not None and bar.isVisible() and [field.currentText() for field in bar.fields] == names
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not comparison.on and not bar.isVisible() and not window.commands["compare_styles"].isChecked()
    assert window.canvas.view is view and window.canvas.tool is None and len(window.canvas.renderings) == 2
    assert not window.undoing.can_undo


@pytest.mark.parametrize("view", [View.SIDE, View.SPLIT])
def test_every_pane_shows_what_choosing_its_style_would(qtbot: QtBot, window: MainWindow, view: View) -> None:
    current = window.context.current
    current.change(current.edit.with_part(ExposurePart(-0.5)))
    window.canvas.set_view(view)
    comparison = window.edit_page.comparison
    comparison.compare([ORIGINAL, EDIT, *style_choices(window, 1)])
    wait_compared(window, qtbot)
    original, edit, styled = pictures(window)
    assert original.mean() > edit.mean() and not np.array_equal(edit, styled)
    steps = steps_of(window)
    QTest.mouseMove(window.canvas, QPoint(5, 5))
    position = window.canvas.panes()[-1].center() if view is View.SIDE else QPoint(window.canvas.width() - 60, 80)
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=position)
    qtbot.waitUntil(lambda: not comparison.on)
    assert current.style_id == cards(window)[1].style_id
    assert steps_of(window) == steps + 1
    window.undoing.undo()
    assert current.style_id is None and current.edit.part(ExposurePart).exposure == -0.5


def test_clicking_the_original_or_the_edit(qtbot: QtBot, window: MainWindow) -> None:
    current, comparison = window.context.current, window.edit_page.comparison
    edit = current.edit.with_part(ExposurePart(-0.5)).with_part(GeometryPart(quarter_turns=1))
    current.change(edit)
    window.canvas.set_view(View.SIDE)
    comparison.compare([ORIGINAL, EDIT])
    wait_compared(window, qtbot)
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=middle_of(window, 1))
    assert not comparison.on and current.edit == edit
    comparison.compare([ORIGINAL, EDIT])
    wait_compared(window, qtbot)
    original = pictures(window)[0]
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=middle_of(window, 0))
    assert not comparison.on and current.edit == without_colors(edit)
    assert current.edit.value(AMOUNT) == 0 and current.edit.part(GeometryPart).quarter_turns == 1
    comparison.compare([EDIT, ORIGINAL])
    wait_compared(window, qtbot)
    assert np.array_equal(pictures(window)[0], original)


def test_digits_and_arrows_take_a_look(qtbot: QtBot, window: MainWindow) -> None:
    comparison, current = window.edit_page.comparison, window.context.current
    comparison.compare(style_choices(window, 1, 2, 3))
    wait_compared(window, qtbot)
    QTest.keyClick(window.canvas, Qt.Key.Key_4)  # there is none
    assert comparison.on
    QTest.keyClick(window.canvas, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: not comparison.on)
    assert current.style_id == cards(window)[2].style_id
    comparison.compare(style_choices(window, 1, 2, 3))
    window.canvas.mark(None)
    for _ in range(3):
        QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    QTest.keyClick(window.canvas, Qt.Key.Key_Left)
    QTest.keyClick(window.canvas, Qt.Key.Key_Left)
    assert window.canvas.marked == 0 and "is marked" in window.canvas.accessible_value()
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not comparison.on)
    assert current.style_id == cards(window)[1].style_id


def test_zoom_and_place_are_those_of_all(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.set_view(View.SIDE)
    comparison = window.edit_page.comparison
    comparison.compare([EDIT, *style_choices(window, 1, 2)])
    wait_compared(window, qtbot)
    canvas = window.canvas
    canvas.zoom_to(2.0, QPointF(middle_of(window, 1)))
    start = middle_of(window, 2)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, start + QPoint(-30, -20))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(-30, -20))
    assert comparison.on  # a drag takes nothing

    def zones() -> list[object]:
        details = [rendering.renderer.detail for rendering in canvas.renderings]
        return [detail.request.zone for detail in details if detail is not None and detail.request.zoom == 2.0]

    qtbot.waitUntil(lambda: len(zones()) == 3 and len(set(zones())) == 1)


def test_the_lines_of_a_wipe_of_four(qtbot: QtBot, window: MainWindow) -> None:
    canvas = window.canvas
    canvas.set_view(View.SPLIT)
    window.edit_page.comparison.compare([ORIGINAL, *style_choices(window, 1, 2, 3)])
    wait_compared(window, qtbot)
    lines = [strip.left() for strip in canvas._strips()]
    assert len(lines) == 4 and sorted(lines) == lines
    start = QPoint(lines[2], canvas.height() // 2)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, QPoint(2, start.y()))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(2, start.y()))
    moved = [strip.left() for strip in canvas._strips()]
    assert moved[2] == moved[1] == lines[1] and moved[3] == lines[3]
    image = canvas.grab().toImage()
    renderings = pictures(window)
    place = canvas._strips()[3].center()
    left, top = canvas.viewport.offset()
    color = image.pixelColor(place.x(), place.y())
    expected = renderings[3][place.y() - top, place.x() - left]
    assert [color.red(), color.green(), color.blue()] == [int(value) for value in expected]


def test_marks_in_the_gallery_decide_what_is_compared(qtbot: QtBot, window: MainWindow) -> None:
    comparison = window.edit_page.comparison
    for number in (3, 1):
        QTest.mouseClick(cards(window)[number], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert window.context.current.style_id is None  # a mark chooses nothing
    assert cards(window)[3].property("marked") and "Marked" in cards(window)[1].accessibleDescription()
    assert not cards(window)[2].property("marked")
    window.edit_page.styles.gallery.show_card(None)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    menu = window.edit_page.styles.context_menu(str(cards(window)[1].style_id))
    next(action for action in menu.actions() if action.text() == "Compare styles").trigger()
    wait_compared(window, qtbot)
    assert comparison.choices == style_choices(window, 3, 1, 0)
    assert window.canvas.renderings[2].name == "Neutral"
    QTest.mouseClick(cards(window)[3], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert comparison.compared.styles == [cards(window)[1].style_id, None]


def test_a_field_of_the_bar_chooses_another_look(qtbot: QtBot, window: MainWindow) -> None:
    comparison = window.edit_page.comparison
    comparison.compare([EDIT, *style_choices(window, 1)])
    bar = window.edit_page.photo_view.findChild(ComparisonBar)
    assert bar is not None

    def choose(field: int, text: str) -> None:
        row = bar.fields[field].findText(text)
        bar.fields[field].setCurrentIndex(row)
        bar.fields[field].activated.emit(row)

    choose(2, "Original")
    assert comparison.choices == [EDIT, *style_choices(window, 1), ORIGINAL]
    choose(0, "Original")
    assert comparison.choices == [ORIGINAL, *style_choices(window, 1), EDIT]
    choose(2, "Nothing")
    assert comparison.choices == [ORIGINAL, *style_choices(window, 1)]
    wait_compared(window, qtbot)
    assert window.canvas.hasFocus()
    bar.fields[0].setFocus()
    QTest.keyClick(bar.fields[0], Qt.Key.Key_Escape)
    assert not comparison.on


def test_the_next_photo_is_compared_in_the_same_styles(qtbot: QtBot, window: MainWindow, photo_folder: Path) -> None:
    wide, tall, grey = (
        np.zeros((200, 3000, 3), np.uint8),
        np.zeros((900, 300, 3), np.uint8),
        np.zeros((400, 600), np.uint8),
    )
    for name, image in (("wide", wide), ("tall", tall), ("grey", grey)):
        image[:] = np.linspace(40, 200, image.shape[1], dtype=np.uint8).reshape((1, -1) + (1,) * (image.ndim - 2))
        Image.fromarray(image).save(photo_folder / f"{name}.png")
    comparison = window.edit_page.comparison
    window.canvas.set_view(View.SIDE)
    comparison.compare([EDIT, *style_choices(window, 1, 2, 3)])
    wait_compared(window, qtbot)
    columns = {}
    for name in ("wide", "tall", "grey"):
        window.edit_page.open_photo(photo_folder / f"{name}.png")
        wait_shown(window, photo_folder / f"{name}.png", qtbot)
        wait_compared(window, qtbot)
        columns[name] = len({pane.left() for pane in window.canvas.panes()})
        assert not np.array_equal(*pictures(window)[:2])
    assert columns == {"wide": 1, "tall": 4, "grey": 2}


def test_a_style_that_is_deleted_leaves_the_comparison(qtbot: QtBot, window: MainWindow) -> None:
    controller, comparison = window.edit_page.styles.controller, window.edit_page.comparison
    with qtbot.waitSignal(controller.created):
        controller.duplicate(str(cards(window)[1].style_id))
    own = next(style for style in controller.styles if not style.builtin)
    qtbot.waitUntil(lambda: not controller.lane.open_jobs)
    window.canvas.setFocus()
    comparison.compared.toggle(own.id)
    comparison.compare([EDIT, Choice("style", own.id), *style_choices(window, 2)])
    wait_compared(window, qtbot)
    window.context.library.delete(own.id)  # by another window
    controller.refresh()
    qtbot.waitUntil(lambda: len(comparison.choices) == 2)
    assert comparison.choices == [EDIT, *style_choices(window, 1)] and comparison.compared.styles == []
    wait_compared(window, qtbot)


def test_a_style_that_cannot_be_used_says_so_in_its_pane(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_arguments: object) -> None:
        raise StyleError("It is damaged.")

    monkeypatch.setattr(window.context.engine, "preference", damaged)
    comparison = window.edit_page.comparison
    comparison.compare([EDIT, *style_choices(window, 1)])
    qtbot.waitUntil(lambda: window.canvas.renderings[1].name.endswith(": It is damaged."))
    assert comparison.on and window.canvas.renderings[1].renderer.base is None
    window.canvas.grab()


def test_other_tools_and_the_single_view_end_it(qtbot: QtBot, window: MainWindow) -> None:
    comparison = window.edit_page.comparison
    comparison.compare([EDIT, *style_choices(window, 1)])
    window.commands["crop"].trigger()
    assert not comparison.on and window.edit_page.cropping.on
    window.commands["crop"].trigger()
    comparison.compare([EDIT, *style_choices(window, 1)])
    window.commands["view_single"].trigger()
    assert not comparison.on and window.canvas.view is View.SINGLE
    comparison.compare([EDIT, *style_choices(window, 1)])
    assert window.canvas.view is View.SIDE
    comparison.leave()
    assert window.canvas.view is View.SINGLE


@pytest.mark.parametrize(
    "marked, current, expected",
    [
        ([], None, [EDIT, Choice("style", "a"), Choice("style", "b"), Choice("style", "c")]),
        ([], "b", [EDIT, Choice("style", "a"), Choice("style", "c"), Choice("style", "d")]),
        (["c"], None, [EDIT, Choice("style", "c")]),
        (["b"], "b", [EDIT, Choice("style", "a"), Choice("style", "c"), Choice("style", "d")]),
        (["c", None], "c", [Choice("style", "c"), Choice("style", None)]),
    ],
)
def test_what_a_comparison_begins_with(
    marked: Sequence[str | None], current: str | None, expected: Sequence[Choice]
) -> None:
    assert first_choices(marked, [current], ["a", "b", "c", "d"]) == expected


def test_panes_fill_the_canvas_and_are_alike() -> None:
    for count in (2, 3, 4):
        for columns in range(1, count + 1):
            panes = panes_of(count, columns, 1001, 701)
            assert len({(pane.width(), pane.height()) for pane in panes}) == 1
            assert not any(one.intersects(other) for one in panes for other in panes if one is not other)
            assert max(pane.right() for pane in panes) == 1000 and max(pane.bottom() for pane in panes) <= 700
    assert best_columns(4, 1000, 700, (6000, 4000)) == 2
    assert best_columns(4, 1000, 700, (600, 4000)) == 4
    assert best_columns(4, 1000, 700, (9000, 400)) == 1
    assert without_colors(Edit().with_part(ExposurePart(1.0))).value(AMOUNT) == 0
