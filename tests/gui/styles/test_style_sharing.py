"""Styles are passed on and taken in: by dialog, drop, double-click and the file menu."""

from pathlib import Path

import pytest
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from pie_desktop.app import DoubleClicks
from pie_desktop.styles.exporting import export_style
from pie_desktop.styles.store import Style, StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from tests.gui.styles.helpers import Pairs, drop, own_styles


@pytest.fixture
def shared(style: Style, tmp_path: Path) -> Path:
    export_style(style, target := tmp_path / "given.piestyle")
    return target


def test_a_style_is_exported_and_dropped_again(
    qtbot: QtBot, context: AppContext, panel: StylePanel, style: Style, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = panel.context_menu(style.id)
    next(action for action in menu.actions() if action.text() == "Export style…").trigger()
    dialog = panel.sharing.dialog
    assert dialog is not None and dialog.isVisible() and dialog.with_photos.isChecked()
    target = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    dialog.write.click()
    qtbot.waitUntil(lambda: "was written" in dialog.answer.text())
    dialog.write.click()  # without its suffix, the system has asked about another file
    qtbot.waitUntil(lambda: "exists already" in dialog.answer.text())
    dialog.close()
    with qtbot.waitSignal(panel.style_selected):
        drop(panel, [target.with_suffix(".piestyle")], panel.gallery.cards[style.id])
    assert [one.name for one in own_styles(panel)] == [f"{style.name} 2", style.name]
    taken = own_styles(panel)[0]
    assert taken.fingerprint == style.fingerprint
    assert context.current.style_id == taken.id
    assert len(context.library.get(style.id).references) == len(style.references)  # nothing was added to it


def test_photos_and_styles_are_told_apart_in_one_drop(
    qtbot: QtBot, panel: StylePanel, shared: Path, sample_pairs: Pairs
) -> None:
    drop(panel, [shared, sample_pairs[0][0]])
    qtbot.waitUntil(lambda: len(own_styles(panel)) == 3 and not panel.controller.lane.open_jobs)
    assert sorted(len(one.references) for one in own_styles(panel)) == [1, 4, 4]


def test_photos_of_others_are_not_looked_for_here(
    qtbot: QtBot, panel: StylePanel, shared: Path, notices: list[Notice]
) -> None:
    with qtbot.waitSignal(panel.style_selected):
        drop(panel, [shared])
    panel.open_details(own_styles(panel)[0].id)
    panel.details.rows[0].reveal_requested.emit()
    qtbot.waitUntil(lambda: any("not on this computer" in notice.text for notice in notices))


def test_a_damaged_file_is_one_sentence(qtbot: QtBot, panel: StylePanel, notices: list[Notice], tmp_path: Path) -> None:
    (tmp_path / "<b>evil.piestyle").write_text("no style")
    drop(panel, [tmp_path / "<b>evil.piestyle"])
    qtbot.waitUntil(lambda: any("cannot be used as a style" in notice.text for notice in notices))
    assert not own_styles(panel) and not panel.gallery.making.rows


def test_a_double_click_and_the_menu_take_styles_in(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, sample_pairs: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = StyleLibrary(tmp_path / "elsewhere")
    from pie_desktop.imaging.pairs.find import EditPair

    export_style(library.create("Given", [EditPair(*sample_pairs[0])]).style, tmp_path / "given.piestyle")
    clicks = DoubleClicks(QApplication.instance(), window)
    QApplication.sendEvent(QApplication.instance(), QFileOpenEvent(str(tmp_path / "given.piestyle")))
    panel = window.edit_page.styles
    qtbot.waitUntil(lambda: [one.name for one in own_styles(panel)] == ["Given"])
    clicks.deleteLater()
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "given.piestyle")], ""))
    window.commands["import_style"].trigger()
    qtbot.waitUntil(lambda: len(own_styles(panel)) == 2 and not panel.controller.lane.open_jobs)
