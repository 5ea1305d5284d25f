"""Auto and the dialog that shows an edit as adjustments: what they set, in one step, for the photos that are meant."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop import json_files
from pie_desktop.edit.approximation import OFF, auto_parts, with_auto
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.ui.adjust.approximation import ApproximationDialog
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from tests.gui.opening import open_photo, wait_shown

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opened(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.edit_page.right.show_page("Adjust")
    window.activateWindow()
    return window


def steps(window: MainWindow) -> list[str]:
    history = window.session.keeper.history
    assert history is not None
    return [one.name for one in history.copy.steps]


def test_auto_sets_sliders_in_the_place_of_the_model_in_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    renderer = opened.canvas.renderer
    before, shown = len(steps(opened)), renderer.base.exact.copy()
    own = Edit().with_part(SaturationPart(saturation=10.0))
    opened.context.current.change(own)
    enhancement = opened.session.enhancement
    QTest.keyClick(opened.windowHandle(), Qt.Key.Key_U, CONTROL)
    qtbot.waitUntil(lambda: steps(opened)[-1] == "Auto")
    assert len(steps(opened)) == before + 2
    assert opened.session.edit == with_auto(own, auto_parts(enhancement.proxy, enhancement.transform))
    assert opened.session.edit.style == OFF
    opened.context.current.change(opened.session.edit.with_part(SaturationPart()))
    wait_shown(opened, opened.session.path, qtbot)
    assert mean_delta_e(renderer.base.exact, shown) < 1.5
    opened.commands["undo"].trigger()
    opened.commands["undo"].trigger()
    assert opened.session.edit == own


def test_auto_is_found_for_each_selected_photo_by_itself(opened: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    strip, context = opened.edit_page.filmstrip, opened.context
    qtbot.waitUntil(lambda: len(strip.listed) > 1)
    strip.selection.select_also(strip.listed)
    done: list[tuple[str, int]] = []
    opened.session.several.done.connect(lambda name, photos: done.append((name, photos)))
    opened.commands["auto"].trigger()
    qtbot.waitUntil(lambda: bool(done))
    assert done == [("Auto", len(strip.listed))]
    edits = {photo: context.catalog.get(photo) for photo in strip.listed if photo != opened.session.path}
    assert all(edit is not None and edit.style == OFF for edit in edits.values())
    assert len({edit.to_text() for edit in (*edits.values(), opened.session.edit)}) > 1


def dialog(window: MainWindow, qtbot: QtBot) -> ApproximationDialog:
    window.commands["as_adjustments"].trigger()
    (found,) = window.findChildren(ApproximationDialog)
    qtbot.waitUntil(lambda: found.comparison is not None)
    return found


def test_the_dialog_says_how_near_the_sliders_are_and_takes_them(opened: MainWindow, qtbot: QtBot) -> None:
    before = steps(opened)
    shown = dialog(opened, qtbot)
    found = shown.comparison.approximation
    assert found.said in shown.said.text() and f"ΔE\u00a0{found.remaining:.1f}" in shown.said.text()
    assert mean_delta_e(shown.comparison.edited, shown.comparison.approximate) < 2
    assert steps(opened) == before
    assert shown.width() <= 1280 and shown.height() <= 800
    shown.use_button.click()
    assert opened.session.edit == found.edit
    assert steps(opened) == [*before, "As adjustments"]
    opened.commands["undo"].trigger()
    assert opened.session.edit == Edit()


def test_the_sliders_are_copied_as_an_edit_that_a_file_can_hold(opened: MainWindow, qtbot: QtBot) -> None:
    shown = dialog(opened, qtbot)
    shown.copy_button.click()
    text = QApplication.clipboard().text()
    assert Edit.from_json(json_files.parse(text, max_bytes=10**6)) == shown.comparison.approximation.edit
    shown.reject()
    assert opened.session.edit == Edit()


def test_closing_the_dialog_ends_the_work(opened: MainWindow, qtbot: QtBot) -> None:
    opened.commands["as_adjustments"].trigger()
    (found,) = opened.findChildren(ApproximationDialog)
    found.reject()
    qtbot.waitUntil(lambda: not opened.findChildren(ApproximationDialog))
    assert opened.session.edit == Edit()


def test_a_style_that_is_chosen_after_auto_is_offered_in_the_place_of_the_sliders(
    opened: MainWindow, qtbot: QtBot
) -> None:
    heard: list[Notice] = []
    opened.context.notifier.posted.connect(heard.append)
    opened.context.current.choose_style(None)
    opened.commands["auto"].trigger()
    qtbot.waitUntil(lambda: steps(opened)[-1] == "Auto")
    auto = opened.session.edit
    assert not heard
    opened.context.current.choose_style(None)
    qtbot.waitUntil(lambda: bool(heard))
    (notice,) = heard
    assert "Amount is at 0 %" in notice.text and opened.session.edit == auto
    assert notice.action is not None
    notice.action()
    assert opened.session.edit == Edit() and steps(opened)[-1] == notice.action_text
    opened.commands["undo"].trigger()
    assert opened.session.edit == auto
