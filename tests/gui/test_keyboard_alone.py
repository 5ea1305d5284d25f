"""Work by keyboard alone: a folder is opened, culled, styled, compared and exported, with the focus always visible."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.side_panel import TABS as SIDE_TABS
from tests.gui.opening import open_photo

PHOTOS = int(os.environ.get("PIE_DESKTOP_TEST_PHOTOS", "60"))
CULLED = 6
NO, CTRL, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PATIENCE = 240_000


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Small photos, each of another colour."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    ramp = np.linspace(20, 220, 96, dtype=np.uint8)
    for number in range(PHOTOS):
        pixels = np.empty((64, 96, 3), np.uint8)
        pixels[...] = ramp[None, :, None]
        pixels[..., number % 3] //= 2
        pixels[:4, :4] = number % 256
        Image.fromarray(pixels).save(folder / f"shot{number:04d}.jpg")
    return folder


class Keys:
    """A person who has no mouse."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self._window = window
        self._qtbot = qtbot

    def press(self, key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NO) -> None:
        """To whatever has the focus."""
        target = QApplication.focusWidget() or self._window
        QTest.keyClick(target, key, modifiers)

    def type(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert isinstance(target, QLineEdit), f"{target} takes no text"
        QTest.keyClicks(target, text)

    def until_focus(self, wanted: QWidget, key: Qt.Key = Qt.Key.Key_Tab, most: int = 120) -> None:
        """Press Tab until something has the focus."""
        for _ in range(most):
            if QApplication.focusWidget() is wanted:
                return
            self.press(key)
        raise AssertionError(f"Tab does not reach {wanted}")


@pytest.fixture
def keys(window: MainWindow, qtbot: QtBot) -> Iterator[Keys]:
    window.activateWindow()
    window.setFocus()
    yield Keys(window, qtbot)


def test_a_shoot_by_keyboard_alone(
    window: MainWindow, keys: Keys, shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    # The dialog of the system has its own keys.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_kwargs: str(shoot))
    page, session = window.edit_page, window.session
    strip = page.filmstrip
    keys.press("o", CTRL | SHIFT)
    qtbot.waitUntil(lambda: len(strip.model.paths) == PHOTOS, timeout=PATIENCE)
    qtbot.waitUntil(lambda: session.path == strip.model.paths[0] and session.photo is not None)

    keys.press("g")
    qtbot.waitUntil(lambda: page.panes.grid and strip.view.hasFocus())
    for number in range(CULLED):
        keys.press("x" if number % 2 else "p")
        keys.press(Qt.Key.Key_Right)
    culled = ["pick", "reject"] * (CULLED // 2)
    qtbot.waitUntil(lambda: [strip.index.of(path).mark.flag for path in strip.model.paths[:CULLED]] == culled)
    keys.press("4")
    qtbot.waitUntil(lambda: strip.index.of(strip.model.paths[CULLED]).mark.stars == 4)
    keys.press("e")
    assert not page.panes.grid and page.canvas.view is View.SINGLE, "E leads to the photo"
    keys.press("g")
    assert page.panes.grid and strip.view.hasFocus()
    keys.press("e")
    assert not page.panes.grid, "also where the loupe is the view already"

    keys.until_focus(strip.view, Qt.Key.Key_F6)
    keys.press("a", CTRL)
    assert len(strip.selected_paths()) == PHOTOS
    for _ in range(6):
        if page.styles.isAncestorOf(QApplication.focusWidget()):
            break
        keys.press(Qt.Key.Key_F6)
    assert page.styles.isAncestorOf(QApplication.focusWidget())
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.edit.style_id is not None)
    chosen = session.edit.style_id
    qtbot.waitUntil(lambda: not window.context.background.open_jobs, timeout=PATIENCE)
    edits = [window.context.catalog.get(path) for path in strip.model.paths]
    assert {edit.style_id if edit is not None else None for edit in edits} == {chosen}

    keys.press("y")
    assert page.canvas.view is View.SIDE
    keys.press("e")
    assert page.canvas.view is View.SINGLE

    keys.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    export = window.pages.export_page()
    assert window.pages.currentWidget() is export
    field = export.form.destination.findChild(QLineEdit)
    keys.until_focus(field)
    keys.press("a", CTRL)
    keys.type(str(tmp_path / "out"))
    keys.press(Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: len(export.view.model.plan) == PHOTOS and export.start_button.isEnabled(), timeout=PATIENCE)
    keys.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: export.running)
    qtbot.waitUntil(lambda: not export.running, timeout=PATIENCE)
    assert len(list((tmp_path / "out").iterdir())) == PHOTOS


def test_the_focus_is_visible_everywhere(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> None:
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.resize(1280, 800)
    hidden = []
    for tab in ("Edit", "Export"):
        window.show_tab(tab)
        page = window.pages.currentWidget()
        for shown in SIDE_TABS if tab == "Edit" else ("",):
            if shown:
                window.edit_page.right.show_page(shown)
            if tab == "Export":  # whose page looks another way until it knows what will be written
                qtbot.waitUntil(window.pages.export_page().start_button.isEnabled, timeout=PATIENCE)
            QApplication.processEvents()
            hidden += [f"{tab} {shown}: {name_of(one)}" for one in focusable(page) if not shows_focus(window, one)]
    assert not hidden, "\n".join(hidden)


def focusable(page: QWidget) -> list[QWidget]:
    """What Tab reaches."""
    return [
        one
        for one in page.findChildren(QWidget)
        if one.isVisible()
        and one.isEnabled()
        and one.focusProxy() is None
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not one.visibleRegion().isEmpty()
    ]


def name_of(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName() or widget.toolTip()}"


def shows_focus(window: MainWindow, widget: QWidget) -> bool:
    """Whether it looks another way, or what is around it does, once it has the focus."""

    def look() -> QImage:
        QApplication.processEvents()
        place = widget.rect().translated(widget.mapTo(window, QPoint())).adjusted(-3, -3, 3, 3)
        return window.grab(place).toImage()

    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if isinstance(above, QScrollArea):
        above.ensureWidgetVisible(widget)  # as Tab does
    window.setFocus()
    before = look()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return look() != before
