"""The edit of a photo in the window: slide, undo, come back to it."""

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.edit.edit import AMOUNT, COLOR_STRENGTH, TONE_STRENGTH, Edit
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.doubles.models import PlainModel
from tests.gui.opening import open_photo, wait_shown


def shown_result(window: MainWindow) -> np.ndarray:
    return window.canvas.renderer.base.exact


def select_style(window: MainWindow, number: int, qtbot: QtBot) -> str:
    style = window.context.library.list()[number]
    window.edit_page.styles.select_style(style.id)
    qtbot.waitUntil(lambda: window.context.current.style_id == style.id)
    return style.id


def test_sliders_change_the_image_at_once_and_exactly_after(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    select_style(window, 0, qtbot)
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    adjust, renderer = window.edit_page.adjust, window.canvas.renderer
    track = adjust.strength.track
    middle = track.height() // 2
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 7, middle))
    assert window.session.edit.style.strength == 1.5
    assert renderer.edit == Edit.styled(None, 1.5, 1.0)
    qtbot.mouseMove(track, QPoint(0, middle))
    assert renderer.edit == Edit.styled(None, 0.0, 1.0)
    layer = renderer.base
    np.testing.assert_array_equal(layer.pixels(renderer.edit, layer.request.zone), layer.known.neutral)
    qtbot.mouseMove(track, QPoint(7 + (track.width() - 14) // 2, middle))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(7 + (track.width() - 14) // 2, middle))
    strength = window.session.edit.style.strength
    assert strength == pytest.approx(0.75, abs=0.01)
    qtbot.waitUntil(lambda: renderer.base.exact_for == Edit.styled(None, strength, 1.0))
    expected = apply_lut(layer.sampled, layer.request.luts.lut(Edit.styled(None, strength, 1.0)))
    np.testing.assert_array_equal(shown_result(window), expected)


def test_tone_and_color_are_set_apart_where_there_is_a_style(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    sliders = window.edit_page.adjust.sliders
    of_preference = sliders.groups()[0][1][:3]
    assert not any(slider.isEnabled() for slider in of_preference) and sliders.amount.isEnabled()
    style = select_style(window, 0, qtbot)
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    assert all(slider.isEnabled() for slider in of_preference)
    tone, color = of_preference[1:]
    tone.track.setFocus()
    qtbot.keyClick(tone.track, Qt.Key.Key_Home)
    color.track.setValue(140)
    expected = Edit.styled(style).with_value(TONE_STRENGTH, 0.0).with_value(COLOR_STRENGTH, 1.4)
    assert window.session.edit == expected
    layer = window.canvas.renderer.base
    qtbot.waitUntil(lambda: layer.exact_for == expected.with_style(None))
    np.testing.assert_array_equal(shown_result(window), apply_lut(layer.sampled, layer.request.luts.lut(expected)))


def test_edit_survives_a_restart(context: AppContext, photo_folder: Path, qtbot: QtBot) -> None:
    photo = photo_folder / "rocket.jpg"
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    open_photo(window, photo, qtbot)
    style = select_style(window, 1, qtbot)
    window.context.current.change(Edit.styled(window.session.edit.style_id, 1.25, 0.5), moving=False)
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    assert context.catalog.get(photo) == Edit.styled(style, 1.25, 0.5)
    window.close()
    context.current.choose_style(None)
    again = MainWindow(context)
    qtbot.addWidget(again)
    again.show()
    open_photo(again, photo, qtbot)
    assert again.session.edit == Edit.styled(style, 1.25, 0.5)
    assert context.current.style_id == style
    assert again.edit_page.adjust.strength.value == 1.25
    assert again.edit_page.adjust.amount.value == 0.5


def test_a_photo_without_edit_opens_in_the_chosen_style(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    first, second, third = (photo_folder / f"{name}.jpg" for name in ("astronaut", "coffee", "rocket"))
    open_photo(window, first, qtbot)
    own = select_style(window, 0, qtbot)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    open_photo(window, second, qtbot)
    chosen = select_style(window, 1, qtbot)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    open_photo(window, first, qtbot)
    assert window.session.edit.style_id == own
    open_photo(window, third, qtbot)
    assert window.session.edit.style_id == chosen
    assert window.context.catalog.get(third) is None, "looking at a photo is no edit"


def test_undo_and_redo(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    style = select_style(window, 0, qtbot)
    window.context.current.change(Edit.styled(window.session.edit.style_id, 0.7, 1.0), moving=False)
    undo, redo = window.commands["undo"], window.commands["redo"]
    undo.trigger()
    assert window.session.edit == Edit.styled(style, 1.0, 1.0)
    undo.trigger()
    assert window.session.edit == Edit.styled(None, 1.0, 1.0)
    assert window.context.current.style_id is None
    assert not undo.isEnabled() and redo.isEnabled()
    redo.trigger()
    redo.trigger()
    assert window.session.edit == Edit.styled(style, 0.7, 1.0)
    wait_shown(window, photo, qtbot)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    assert window.context.catalog.get(photo) == Edit.styled(style, 0.7, 1.0)


def test_a_slider_move_counts_even_if_the_photo_is_left_at_once(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    track = window.edit_page.adjust.amount.track
    qtbot.keyClick(track, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    window.session.open(photo_folder / "rocket.jpg")
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    assert window.context.catalog.get(photo).style.amount == 0.99
    assert window.session.edit.style.amount == 1.0
    assert window.context.catalog.get(photo_folder / "rocket.jpg") is None


def test_an_edit_is_there_again_before_it_is_saved(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    photo, other = photo_folder / "coffee.jpg", photo_folder / "rocket.jpg"
    open_photo(window, photo, qtbot)
    gate = threading.Event()
    window.context.background.submit(lambda job: gate.wait(30))
    window.context.current.change(Edit.styled(window.session.edit.style_id, 1.0, 0.25), moving=False)
    open_photo(window, other, qtbot)
    open_photo(window, photo, qtbot)
    assert window.session.edit.style.amount == 0.25 and window.session.keeper.can_undo
    gate.set()


def test_a_damaged_catalog_is_told(pie_home: Path, qapp: QApplication, qtbot: QtBot) -> None:
    (pie_home / "catalog.sqlite").write_bytes(b"no database at all" * 100)
    told: list[str] = []
    context = AppContext()
    context.notifier.posted.connect(lambda notice: told.append(notice.text))
    qtbot.waitUntil(lambda: any("catalog" in text for text in told))
    context.close()


def test_attribution_follows_the_sliders(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    select_style(window, 0, qtbot)
    bars = window.edit_page.adjust.attribution
    qtbot.waitUntil(lambda: bars.general.share > 0 and bars.preference.share > 0)
    window.context.current.change(Edit.styled(window.session.edit.style_id, 0.0, 1.0), moving=True)
    qtbot.waitUntil(lambda: bars.preference.share == 0)
    assert bars.general.share > 0
    window.context.current.change(Edit.styled(window.session.edit.style_id, 1.0, 0.0), moving=True)
    qtbot.waitUntil(lambda: bars.general.share == 0)


def test_the_expected_difference_is_shown_where_the_model_knows_it(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlainModel, "expected_error", lambda *_: 3.21)
    bars = window.edit_page.adjust.attribution
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    select_style(window, 0, qtbot)
    qtbot.waitUntil(bars.expected_error.isVisible)
    text = bars.expected_error.text().replace("\u00a0", " ")
    assert text == "Expected: about ΔE 3.2 from your own edit"
    window.context.current.change(window.session.edit.with_style(None), moving=False)
    qtbot.waitUntil(lambda: not bars.expected_error.isVisible())


def test_nothing_is_said_of_a_difference_that_the_model_does_not_know(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    select_style(window, 0, qtbot)
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    assert not window.edit_page.adjust.attribution.expected_error.isVisible()


def test_what_an_edit_has_that_is_not_applied_is_told_once(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, context = photo_folder / "rocket.jpg", window.context
    context.catalog.put(photo, Edit.styled(None, 0.5))
    stored = '{"version":1,"parts":{"style":{"strength":0.5},"grain_of_film":{"iso":400},"exposure":{"exposure":9}}}'
    with sqlite3.connect(context.catalog.path) as connection:
        connection.execute("UPDATE edits SET edit = ?", (stored,))
    told: list[str] = []
    monkeypatch.setattr(context.notifier, "warning", told.append)
    open_photo(window, photo, qtbot)
    assert len(told) == 1 and "Exposure 9, outside -5 to 5; “grain_of_film”" in told[0]
    assert window.session.edit.applied == Edit.styled(None, 0.5)
    context.current.change(window.session.edit.with_value(AMOUNT, 0.25))
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    open_photo(window, photo, qtbot)
    kept = context.catalog.get(photo)
    assert kept is not None and kept.value(AMOUNT) == 0.25 and kept.to_json()["parts"]["grain_of_film"] == {"iso": 400}
    assert len(told) == 1


def test_a_newer_edit_opens_without_it_and_is_kept(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, context = photo_folder / "rocket.jpg", window.context
    context.catalog.put(photo, Edit.styled(None, 0.5))
    newer = '{"version": 999, "parts": {}}'
    with sqlite3.connect(context.catalog.path) as connection:
        connection.execute("UPDATE edits SET edit = ?", (newer,))
    told: list[str] = []
    monkeypatch.setattr(context.notifier, "warning", told.append)
    open_photo(window, photo, qtbot)
    assert len(told) == 1 and "newer version" in told[0] and window.session.edit == context.current.unedited()
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    with sqlite3.connect(context.catalog.path) as connection:
        assert connection.execute("SELECT edit FROM edits").fetchone() == (newer,)
    context.current.change(Edit.styled(None, 0.25), moving=False)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert "a copy is kept" in told[1] and context.catalog.get(photo) == Edit.styled(None, 0.25)
    assert len(list(paths.replaced_edits_dir().iterdir())) == 1
