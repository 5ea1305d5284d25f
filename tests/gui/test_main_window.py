"""The window as the user meets it: drop photos, choose a style, slide, undo, come back."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.catalog.edit_state import EditState
from pie_desktop.imaging.decode import load_photo, load_preview, load_proxy
from pie_desktop.imaging.difference import mean_delta_e
from pie_desktop.imaging.lut import apply_lut
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.commands import CommandList
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.raw_files import write_dng


def drop(window: MainWindow, paths: list[Path]) -> bool:
    """Drop files on the middle of the window as a file manager does; returns whether the window takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, place = Qt.DropAction.CopyAction, window.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(place), actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(place), actions, data, buttons, keys))
    return enter.isAccepted()


def open_photo(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    window.open_paths([photo])
    wait_shown(window, photo, qtbot)


def wait_shown(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    """Until the photo is shown in its look, exactly."""
    renderer, session = window.canvas.renderer, window.session

    def shown() -> bool:
        look = session.look
        return (
            session.path == photo
            and look is not None
            and look.style_id == session.state.style_id
            and renderer.base is not None
            and renderer.base.frame.tables is look.transform
            and renderer.base.exact_for == (session.state.strength, session.state.amount)
        )

    qtbot.waitUntil(shown)


def shown_result(window: MainWindow) -> np.ndarray:
    return window.canvas.renderer.base.exact


def select_style(window: MainWindow, number: int, qtbot: QtBot) -> str:
    style = window.context.library.list()[number]
    window.edit_page.styles.select_style(style.id)
    qtbot.waitUntil(lambda: window.context.selected_style == style.id)
    return style.id


def test_dropped_photo_is_opened_and_enhanced(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    before = {path: path.stat().st_mtime_ns for path in photo_folder.rglob("*")}
    photo = photo_folder / "coffee.jpg"
    assert drop(window, [photo])
    wait_shown(window, photo, qtbot)
    frame = window.canvas.renderer.base.frame
    assert frame.source.picture.shape == load_photo(photo).shape
    np.testing.assert_array_equal(
        shown_result(window), apply_lut(window.canvas.renderer.base.sampled, frame.tables.preferred)
    )
    assert window.edit_page.filmstrip.folder == photo_folder
    assert {path: path.stat().st_mtime_ns for path in photo_folder.rglob("*")} == before, "opening writes nothing"


def test_welcome_until_a_photo_is_open(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    assert window.edit_page.welcome.isVisible()
    drop(window, [photo_folder])
    qtbot.waitUntil(lambda: not window.edit_page.welcome.isVisible())
    assert window.canvas.isVisible()


def test_sliders_change_the_picture_at_once_and_exactly_after(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    select_style(window, 0, qtbot)
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    adjust, renderer = window.edit_page.adjust, window.canvas.renderer
    track = adjust.strength.track
    middle = track.height() // 2
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 7, middle))
    assert window.session.state.strength == 1.5
    assert renderer.mix == (1.5, 1.0)
    qtbot.mouseMove(track, QPoint(0, middle))
    assert renderer.mix == (0.0, 1.0)
    layer = renderer.base
    np.testing.assert_array_equal(layer.pixels(renderer.mix, layer.frame.zone), layer.neutral)
    qtbot.mouseMove(track, QPoint(7 + (track.width() - 14) // 2, middle))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(7 + (track.width() - 14) // 2, middle))
    strength = window.session.state.strength
    assert strength == pytest.approx(0.75, abs=0.01)
    qtbot.waitUntil(lambda: renderer.base.exact_for == (strength, 1.0))
    expected = apply_lut(layer.sampled, layer.frame.tables.table(strength, 1.0))
    np.testing.assert_array_equal(shown_result(window), expected)


def test_edit_survives_a_restart(context: AppContext, photo_folder: Path, qtbot: QtBot) -> None:
    photo = photo_folder / "rocket.jpg"
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    open_photo(window, photo, qtbot)
    style = select_style(window, 1, qtbot)
    window.session.set_mix(1.25, 0.5, False)
    qtbot.waitUntil(lambda: not context.background.open_jobs)
    assert context.catalog.get(photo) == EditState(style, 1.25, 0.5)
    window.close()
    context.select_style(None)
    again = MainWindow(context)
    qtbot.addWidget(again)
    again.show()
    open_photo(again, photo, qtbot)
    assert again.session.state == EditState(style, 1.25, 0.5)
    assert context.selected_style == style
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
    assert window.session.state.style_id == own
    open_photo(window, third, qtbot)
    assert window.session.state.style_id == chosen
    assert window.context.catalog.get(third) is None, "looking at a photo is no edit"


def test_undo_and_redo(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    style = select_style(window, 0, qtbot)
    window.session.set_mix(0.7, 1.0, False)
    undo, redo = window.commands["undo"], window.commands["redo"]
    undo.trigger()
    assert window.session.state == EditState(style, 1.0, 1.0)
    undo.trigger()
    assert window.session.state == EditState(None, 1.0, 1.0)
    assert window.context.selected_style is None
    assert not undo.isEnabled() and redo.isEnabled()
    redo.trigger()
    redo.trigger()
    assert window.session.state == EditState(style, 0.7, 1.0)
    wait_shown(window, photo, qtbot)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    assert window.context.catalog.get(photo) == EditState(style, 0.7, 1.0)


def test_a_slider_move_counts_even_if_the_photo_is_left_at_once(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    photo = photo_folder / "coffee.jpg"
    open_photo(window, photo, qtbot)
    track = window.edit_page.adjust.amount.track
    qtbot.keyClick(track, Qt.Key.Key_Left)
    window.session.open(photo_folder / "rocket.jpg")
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    qtbot.waitUntil(lambda: not window.context.background.open_jobs)
    assert window.context.catalog.get(photo).amount == 0.99
    assert window.session.state.amount == 1.0
    assert window.context.catalog.get(photo_folder / "rocket.jpg") is None


def test_an_edit_is_there_again_before_it_is_saved(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    photo, other = photo_folder / "coffee.jpg", photo_folder / "rocket.jpg"
    open_photo(window, photo, qtbot)
    gate = threading.Event()
    window.context.background.submit(lambda job: gate.wait(30))
    window.session.set_mix(1.0, 0.25, False)
    open_photo(window, other, qtbot)
    open_photo(window, photo, qtbot)
    assert window.session.state.amount == 0.25 and window.session.can_undo
    gate.set()


def test_a_damaged_catalog_is_told(pie_home: Path, qapp: QApplication, qtbot: QtBot) -> None:
    (pie_home / "catalog.sqlite").write_bytes(b"no database at all" * 100)
    told: list[str] = []
    context = AppContext()
    context.notifier.posted.connect(lambda notice: told.append(notice.text))
    qtbot.waitUntil(lambda: any("catalog" in text for text in told))
    context.close()


def test_full_resolution_is_read_when_the_zoom_asks_for_it(
    window: MainWindow, photo_folder: Path, sample_pictures: dict[str, np.ndarray], qtbot: QtBot
) -> None:
    photo = photo_folder / "large.jpg"
    Image.fromarray(np.tile(sample_pictures["coffee"], (5, 5, 1))).save(photo, quality=95)
    open_photo(window, photo, qtbot)
    renderer = window.canvas.renderer
    assert renderer.base.frame.source.scale < 1
    window.commands["zoom_actual"].trigger()
    qtbot.waitUntil(lambda: renderer.detail is not None and renderer.detail.frame.source.scale == 1)
    zone = renderer.detail.frame.zone
    assert zone.width < 3000 and zone.height < 2000
    full = load_photo(photo)[zone.top : zone.bottom, zone.left : zone.right]
    np.testing.assert_array_equal(renderer.detail.exact, apply_lut(full, renderer.detail.frame.tables.preferred))


def test_drops_reach_the_window_except_on_the_styles(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    def takes_drops(widget: QWidget | None) -> QWidget | None:
        while widget is not None and not widget.acceptDrops():
            widget = widget.parentWidget()
        return widget

    page = window.edit_page
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    for place in (page.filmstrip, page.canvas, page.adjust):
        centre = place.mapTo(window, place.rect().center())
        assert takes_drops(window.childAt(centre)) is window, place
    centre = page.styles.mapTo(window, page.styles.rect().center())
    assert takes_drops(window.childAt(centre)) is page.styles


def test_stepping_fast_ends_on_the_last_photo(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    names = ["astronaut", "coffee", "chelsea", "rocket"] * 5
    opened: list[Path] = []
    window.session.opened.connect(lambda photo: opened.append(photo.info.path))
    for name in names:
        window.session.open(photo_folder / f"{name}.jpg")
    wait_shown(window, photo_folder / "rocket.jpg", qtbot)
    assert opened == [photo_folder / "rocket.jpg"]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff not a photo"])
def test_unreadable_photo_is_told_and_the_editor_goes_on(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, content: bytes | None
) -> None:
    bad = photo_folder / "bad.jpg"
    if content is not None:
        bad.write_bytes(content)
    with qtbot.waitSignal(window.session.failed) as failed:
        window.edit_page.open_photo(bad)
    assert "bad.jpg" in failed.args[0]
    qtbot.waitUntil(lambda: any(card.notice.text == failed.args[0] for card in window.notifications.cards))
    assert window.canvas.renderer.base is None
    open_photo(window, photo_folder / "coffee.jpg", qtbot)


def test_missing_and_foreign_files_are_told_and_the_rest_is_opened(
    window: MainWindow, photo_folder: Path, qtbot: QtBot
) -> None:
    note = photo_folder / "notes.txt"
    note.write_text("no photo", encoding="utf-8")
    window.open_paths([note, photo_folder / "gone.jpg", photo_folder / "coffee.jpg", photo_folder / "rocket.jpg"])
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    qtbot.waitUntil(lambda: len(window.notifications.cards) == 2)
    texts = [card.notice.text for card in window.notifications.cards]
    assert any("notes.txt" in text for text in texts) and any("gone.jpg" in text for text in texts)


def test_attribution_follows_the_sliders(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    select_style(window, 0, qtbot)
    bars = window.edit_page.adjust.attribution
    qtbot.waitUntil(lambda: bars.general.share > 0 and bars.preference.share > 0)
    window.session.set_mix(0.0, 1.0, True)
    qtbot.waitUntil(lambda: bars.preference.share == 0)
    assert bars.general.share > 0
    window.session.set_mix(1.0, 0.0, True)
    qtbot.waitUntil(lambda: bars.general.share == 0)


@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_Backslash])
def test_hold_a_key_to_compare_wherever_the_focus_is(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, key: Qt.Key
) -> None:
    open_photo(window, photo_folder / "rocket.jpg", qtbot)
    page, handle = window.edit_page, window.windowHandle()
    for focused in (page.filmstrip, page.canvas, page.adjust.amount.track):
        focused.setFocus()
        QTest.keyPress(handle, key)
        assert page.canvas.comparing
        QTest.keyRelease(handle, key)
        assert not page.canvas.comparing
    assert window.session.path == photo_folder / "rocket.jpg", "the filmstrip does not take it for a search"
    page.adjust.amount.number.setFocus()
    QTest.keyPress(handle, key)
    assert not page.canvas.comparing


def test_panels_hide_and_the_layout_is_remembered(context: AppContext, window: MainWindow, qtbot: QtBot) -> None:
    window.canvas.panels_toggled.emit()
    assert not window.commands["filmstrip"].isChecked() and not window.commands["panel"].isChecked()
    assert not window.edit_page.filmstrip.isVisible() and not window.edit_page.right.isVisible()
    window.canvas.set_view(View.SIDE)
    window.close()
    again = MainWindow(context)
    qtbot.addWidget(again)
    again.show()
    assert not again.edit_page.filmstrip.isVisible() and not again.edit_page.right.isVisible()
    assert again.canvas.view is View.SIDE
    again.edit_page.toggle_panels()
    assert again.edit_page.filmstrip.isVisible() and again.edit_page.right.isVisible()


def test_export_tab_begins_with_the_open_folder(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.show_tab("Export")
    plan = window.export_page().view.model
    qtbot.waitUntil(lambda: {planned.source.name for planned in plan.plan} == {p.name for p in photo_folder.iterdir()})
    window.export([photo_folder / "rocket.jpg"])
    qtbot.waitUntil(lambda: [planned.source.name for planned in plan.plan] == ["rocket.jpg"])


def test_command_list_runs_what_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    window.show_commands()
    (dialog,) = window.findChildren(CommandList)
    qtbot.keyClicks(dialog.field, "by side")
    with qtbot.waitSignal(window.canvas.view_changed):
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.canvas.view is View.SIDE


def test_every_command_says_what_it_does_and_keys_are_unique(window: MainWindow) -> None:
    seen: dict[str, str] = {}
    for action in window.commands.available():
        assert action.toolTip()
        for key in action.shortcuts():
            assert key.toString() not in seen, f"{action.text()} and {seen.get(key.toString())} share a key"
            seen[key.toString()] = action.text()


@pytest.mark.parametrize("tab", ["Export", "Train", "Edit"])
def test_tabs(window: MainWindow, tab: str, qtbot: QtBot) -> None:
    window.commands[f"tab_{tab.lower()}"].trigger()
    assert window.pages.currentWidget() is window.page(tab)


def test_tasks_are_shown_and_can_be_stopped(window: MainWindow, qtbot: QtBot) -> None:
    def work(job: object) -> None:
        job.progress(0.5, "Half way")
        while True:
            job.check()

    tasks = window.statusBar().tasks
    job = window.context.export.submit(work, title="Exporting")
    qtbot.waitUntil(tasks.isVisible)
    with qtbot.waitSignal(job.finished):
        tasks.cancel_button.click()
    assert not tasks.isVisible()


def test_notices_are_limited_and_dismissible(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(7):
        window.context.notifier.error(f"Problem {number}.")
    window.context.notifier.error("Problem 6.")
    cards = window.notifications.cards
    qtbot.waitUntil(lambda: [card.notice.text for card in cards] == [f"Problem {number}." for number in (3, 4, 5, 6)])
    assert all(card.height() >= 32 for card in cards)
    cards[-1].closed.emit()
    assert len(window.notifications.cards) == 3


def test_a_raw_photo_shows_its_preview_until_it_is_developed(
    window: MainWindow, tmp_path: Path, sample_pictures: dict[str, np.ndarray], qtbot: QtBot
) -> None:
    picture = sample_pictures["coffee"]
    photo = write_dng(tmp_path / "a.dng", picture, preview=np.ascontiguousarray(picture[..., ::-1]))
    seen: list[tuple[str, np.ndarray]] = []
    window.session.previewed.connect(lambda source: seen.append(("preview", source.picture)))
    window.session.reduced.connect(lambda source: seen.append(("reduced", source.picture)))
    open_photo(window, photo, qtbot)
    qtbot.waitUntil(lambda: len(seen) == 2 and not window.canvas.renderer.needs_full)
    assert [name for name, _ in seen] == ["preview", "reduced"]
    assert (seen[0][1].dtype, seen[1][1].dtype) == (np.uint8, np.uint16)
    source = window.canvas.renderer
    qtbot.waitUntil(lambda: source.base.frame.source.picture is seen[1][1])
    # From the development, of full or of half size, not from the preview.
    assert mean_delta_e(window.session.look.proxy, load_proxy(photo)) < 3
    assert mean_delta_e(window.session.look.proxy, load_preview(photo, 256)) > 10
