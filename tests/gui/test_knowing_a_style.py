"""References large and beside the photo, why a photo looks as it does, what muting does: in the window, by events."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import STRENGTH, Edit
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.interface import ModelOpener
from pie_desktop.styles.style import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from tests.doubles.models import MeanColorModel
from tests.gui.opening import open_photo, wait_shown

Key, Left = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def open_model() -> ModelOpener:
    """A model whose results follow the references that count."""
    return MeanColorModel


@pytest.fixture
def style(context: AppContext, sample_pairs: list[tuple[Path, Path]], tmp_path: Path) -> Style:
    """Three pairs and an edit alone; there before the window is."""
    alone = tmp_path / "alone" / "somewhere else.jpg"
    alone.parent.mkdir()
    shutil.copy(sample_pairs[3][0], alone)
    edits = [*(EditPair(*pair) for pair in sample_pairs[:3]), EditPair(alone)]
    return context.library.create("Warm", edits).style


@pytest.fixture
def window(style: Style, window: MainWindow) -> MainWindow:  # a window that reads the styles after this one was made
    return window


@pytest.fixture
def notices(context: AppContext) -> list[Notice]:
    told: list[Notice] = []
    context.notifier.posted.connect(told.append)
    return told


def open_styled(window: MainWindow, style: Style, photo: Path, qtbot: QtBot) -> None:
    controller = window.edit_page.styles.controller
    qtbot.waitUntil(lambda: controller.style(style.id) is not None)
    open_photo(window, photo, qtbot)
    window.edit_page.styles.select_style(style.id)
    qtbot.waitUntil(lambda: window.session.edit.style_id == style.id)
    wait_shown(window, photo, qtbot)


def press(window: MainWindow, key: Qt.Key, qtbot: QtBot) -> None:
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, key)


def test_a_click_shows_a_reference_large_arrows_lead_on_and_escape_leaves(
    window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot
) -> None:
    page = window.edit_page
    open_styled(window, style, photo_folder / "chelsea.jpg", qtbot)
    page.styles.open_details(style.id)
    row = page.styles.details.rows[0]
    qtbot.waitUntil(row.isVisible)
    qtbot.mouseClick(row, Left, pos=row.after.geometry().center())
    viewer = page.reference
    qtbot.waitUntil(lambda: len(viewer.pictures.labels) == 3)
    assert page.centre.currentWidget() is viewer and viewer.isVisible()
    assert viewer.pictures.labels[:2] == ["Original", "Your edit"]
    assert viewer.pictures.labels[2].startswith("Warm: ΔE ") and "from your edit" in viewer.pictures.labels[2]
    assert "1 of 4" in viewer.place.text() and not viewer.previous.isEnabled()
    places = viewer.pictures.places()
    assert all(viewer.pictures.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one in places for other in places if one is not other)

    qtbot.mouseClick(viewer.pictures, Left, pos=places[1].center())
    assert viewer.pictures.labels == ["Your edit"], "alone, and larger"
    assert viewer.pictures.places()[0].width() > places[1].width()
    qtbot.keyClick(viewer, Key.Key_2)
    assert len(viewer.pictures.labels) == 3

    opened = window.session.path
    for _ in range(3):
        qtbot.keyClick(viewer, Key.Key_Right)
    qtbot.waitUntil(lambda: viewer.pictures.labels == ["Your edit"])
    assert "edit only" in viewer.state.full_text and "original is not known" in viewer.state.full_text
    assert window.session.path == opened, "the arrows are those of the references here"
    assert viewer.title.full_text == "somewhere else.jpg" and not viewer.next.isEnabled()
    qtbot.keyClick(viewer, Key.Key_Home)
    assert viewer.reference is not None and viewer.reference.id == style.references[0].id

    qtbot.keyClick(viewer, Key.Key_Escape)
    assert page.centre.currentWidget() is page.photo_view
    assert page.styles.details.rows[0].hasFocus()


def test_a_damaged_copy_and_a_deleted_style_are_told(
    window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot
) -> None:
    page = window.edit_page
    qtbot.waitUntil(lambda: page.styles.controller.style(style.id) is not None)
    style.references[1].after.write_bytes(b"damaged")
    page.show_reference(style.id, style.references[1].id)
    qtbot.waitUntil(lambda: "cannot be read" in page.reference.pictures.message)
    qtbot.keyClick(page.reference, Key.Key_Left)
    qtbot.waitUntil(lambda: len(page.reference.pictures.labels) == 3)
    page.styles.controller.delete(style.id)
    qtbot.waitUntil(lambda: page.centre.currentWidget() is not page.reference)


def test_muting_changes_the_photo_at_once_and_says_by_how_much(
    window: MainWindow, style: Style, photo_folder: Path, notices: list[Notice], qtbot: QtBot
) -> None:
    page, photo = window.edit_page, photo_folder / "chelsea.jpg"
    open_styled(window, style, photo, qtbot)
    before = window.session.enhancement
    assert before is not None
    page.styles.open_details(style.id)
    row = page.styles.details.rows[0]
    row.setFocus()
    qtbot.keyClick(row, Key.Key_M)
    qtbot.waitUntil(lambda: any("is muted" in notice.text for notice in notices))
    said = next(notice for notice in notices if "is muted" in notice.text)
    assert "astronaut_edit.jpg” is muted in “Warm”. This photo changes by ΔE " in said.text
    assert float(said.text.split("ΔE ")[1].split(" ")[0]) > 0
    muted = window.session.enhancement
    assert muted is not None and not np.array_equal(muted.transform.preferred, before.transform.preferred)
    assert said.action_text == "Undo" and said.action is not None
    said.action()
    qtbot.waitUntil(lambda: not any(one.muted for one in window.context.library.get(style.id).references))

    def is_back() -> bool:
        shown = window.session.enhancement
        return shown is not None and np.allclose(shown.transform.preferred, before.transform.preferred)

    qtbot.waitUntil(is_back)


def test_muting_without_a_photo_is_told_alone(
    window: MainWindow, style: Style, notices: list[Notice], qtbot: QtBot
) -> None:
    controller = window.edit_page.styles.controller
    qtbot.waitUntil(lambda: controller.style(style.id) is not None)
    controller.set_muted(style.id, style.references[0].id, True)
    qtbot.waitUntil(lambda: any(notice.text.endswith("is muted in “Warm”.") for notice in notices))


def test_the_reference_that_counts_most_is_beside_the_photo_and_zooms_with_it(
    window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot
) -> None:
    photo, pane, canvas = photo_folder / "chelsea.jpg", window.edit_page.photo_view.reference, window.canvas
    open_styled(window, style, photo, qtbot)
    assert not pane.isVisible()
    press(window, Key.Key_V, qtbot)
    qtbot.waitUntil(lambda: "counts" in pane.label)
    second = Path(style.references[1].source).stem
    assert pane.isVisible() and pane.label.startswith(second) and window.commands["reference_beside"].isChecked()
    assert pane.viewport.fitted

    canvas.actual_size()
    canvas.zoom_to(4.0)
    canvas.pan(300, 200)
    assert not pane.viewport.fitted
    assert pane.viewport.zoom / pane.viewport.fit_zoom() == pytest.approx(4.0 / canvas.viewport.fit_zoom(), rel=0.01)
    assert pane.viewport.centre == pytest.approx(canvas.viewport.centre, abs=0.02)

    zoom, at = canvas.viewport.zoom, QPointF(pane.rect().center())
    wheel = QWheelEvent(
        at, pane.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane, wheel)
    assert canvas.viewport.zoom > zoom
    qtbot.mouseDClick(pane, Left)
    assert canvas.viewport.fitted and pane.viewport.fitted

    window.edit_page.styles.select_style(None)
    qtbot.waitUntil(lambda: "no style" in pane.message)
    press(window, Key.Key_V, qtbot)
    assert not pane.isVisible() and window.context.settings.get("canvas.reference") is False


def test_why_says_it_in_words_and_follows_photo_and_strength(
    window: MainWindow, style: Style, photo_folder: Path, qtbot: QtBot
) -> None:
    open_styled(window, style, photo_folder / "chelsea.jpg", qtbot)
    press(window, Key.Key_I, qtbot)
    dialog = window.edit_page.explaining.dialog
    assert dialog is not None
    view = dialog.view
    qtbot.waitUntil(lambda: view.own.text().startswith("Warm: ") and bool(view.others.text()))
    assert view.general.text().startswith("General enhancement: darkens")
    first, second = view.references[0], view.references[1]
    assert first[1].full_text == Path(style.references[1].source).name and first[2].text() == "50 %"
    assert second[2].text() == "20 %"
    assert "what many people do" in view.others.text().casefold()
    assert not view.tones.isVisible()
    qtbot.mouseClick(view.fold, Left)
    assert view.tones.isVisible() and view.wheel.isVisible()

    full = view.numbers.text()
    window.context.current.change(Edit.styled(style.id).with_value(STRENGTH, 0.0))
    qtbot.waitUntil(lambda: "yours ΔE 0.0" in view.numbers.text())
    assert "yours ΔE 0.0" not in full and "hardly anything" in view.own.text()
    window.edit_page.styles.select_style(None)
    qtbot.waitUntil(lambda: "No style is chosen" in view.own.text())
    assert not view.references[0][0].isVisible()
    open_photo(window, photo_folder / "rocket.jpg", qtbot)
    qtbot.waitUntil(lambda: view.general.text().startswith("General"))
    dialog.close()
