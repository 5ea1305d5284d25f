"""Export of a look from the window: what is asked, what is written, what is told."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.lut.apply import read_cube
from pie_desktop.ui.export.look_dialog import LookDialog
from pie_desktop.ui.main_window import MainWindow


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    window.activateWindow()
    return window


def opened(window: MainWindow) -> LookDialog:
    assert window.look_export.dialog is not None and window.look_export.dialog.isVisible()
    return window.look_export.dialog


def test_a_style_on_average(window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    style = window.context.library.list()[0]
    panel = window.edit_page.styles
    qtbot.waitUntil(lambda: style.id in panel.gallery.cards)
    menu = panel.context_menu(style.id)
    qtbot.waitUntil(lambda: panel.current_id() == style.id)
    next(action for action in menu.actions() if action.text() == "Export look of style…").trigger()
    dialog = opened(window)
    assert dialog.subject.count() == 1 and style.name in dialog.subject.currentText()
    assert "averages what the style does" in dialog.hint.text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "look.cube"), ""))
    dialog.write.click()
    assert not dialog.write.isEnabled()
    qtbot.waitUntil(dialog.write.isEnabled)
    assert f"{tmp_path / 'look.cube'} was written." in dialog.answer.text()
    assert "own rendering: dE00 mean 0.0" in dialog.answer.text()
    assert read_cube(tmp_path / "look.cube").shape[0] == 33


def test_the_open_photo_and_every_format(window: MainWindow, photo_folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    window.open_paths([photo_folder / "coffee.jpg"])
    qtbot.waitUntil(lambda: window.session.enhancement is not None)
    window.commands["export_look"].trigger()
    dialog = opened(window)
    dialog.subject.setCurrentIndex(1)
    assert dialog.subject.currentText() == "Neutral, for coffee.jpg"
    for index, name in enumerate(["a.cube", "b.cube", "a.clf", "a.png", "a"]):
        dialog.format.setCurrentIndex(index)
        assert dialog.size_box.isEnabled() == (dialog.kind != "hald")
        dialog.start(tmp_path / name, overwrite=False)
        qtbot.waitUntil(dialog.write.isEnabled)
        assert "was written" in dialog.answer.text() and (tmp_path / name).exists()
        assert "to each" not in dialog.answer.text()


def test_what_exists_is_kept(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "look.cube").write_text("precious")
    window.commands["export_look"].trigger()
    dialog = opened(window)
    dialog.start(tmp_path / "look.cube", overwrite=False)
    qtbot.waitUntil(dialog.write.isEnabled)
    assert "exists" in dialog.answer.text() and dialog.answer.property("role") == "error"
    assert (tmp_path / "look.cube").read_text() == "precious"
    dialog.start(tmp_path / "look.cube", overwrite=True)
    dialog.close()  # what has begun may end or not; the window can be closed at any time
