"""The dialog of a style's versions: listed, compared on the open photo, named, and gone back to."""

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.styles.store import Style, StyleLibrary
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from pie_desktop.ui.styles.versions_dialog import VersionsDialog


def opened(qtbot: QtBot, panel: StylePanel, style: Style) -> VersionsDialog:
    panel.gallery.show_card(style.id)
    panel.style_actions.versions.trigger()
    dialog = panel.versions.dialog
    assert dialog is not None
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: bool(dialog.versions))
    return dialog


def change(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    """Take the first reference away."""
    panel.controller.remove_reference(style.id, style.references[0].id)
    qtbot.waitUntil(lambda: len(panel.controller.style(style.id).references) == 3)


def test_versions_are_listed_compared_and_gone_back_to(
    qtbot: QtBot, panel: StylePanel, style: Style, notices: list[Notice], sample_pairs: list[tuple[Path, Path]]
) -> None:
    panel.versions.open_photo = lambda: (sample_pairs[1][1], Edit())
    change(qtbot, panel, style)
    dialog = opened(qtbot, panel, style)
    assert [version.number for version in dialog.versions] == [2, 1]
    assert "1 reference removed" in dialog.list.item(0).text()
    assert "Version 2 (now)" in dialog.list.item(0).text()
    assert not dialog.back.isEnabled()
    qtbot.waitUntil(lambda: not any(picture.is_empty for picture in dialog.pictures))
    assert "differ by ΔE" in dialog.text.text()

    dialog.list.setCurrentRow(1)
    assert [version.number for version in dialog.compared()] == [1, 2]
    assert dialog.back.isEnabled()
    qtbot.mouseClick(dialog.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.controller.style(style.id).references) == 4)
    qtbot.waitUntil(lambda: [version.number for version in dialog.versions] == [3, 2, 1])
    assert "Went back to version 1" in dialog.list.item(0).text()
    dialog.close()
    notice = next(notice for notice in notices if "went back to version 1" in notice.text)
    assert notice.action is not None
    notice.action()
    qtbot.waitUntil(lambda: len(panel.controller.style(style.id).references) == 3)
    assert panel._context.library.versions(style.id)[0].what == "Went back to version 2"


def test_a_version_gets_a_name(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    change(qtbot, panel, style)
    dialog = opened(qtbot, panel, style)
    dialog.list.setCurrentRow(1)
    qtbot.keyClicks(dialog.name, "With the harbour")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "“With the harbour”" in dialog.list.item(1).text())
    assert dialog.isVisible(), "Return in the field ends the name, not the dialog"
    assert panel._context.library.versions(style.id)[1].name == "With the harbour"


def test_without_a_photo_there_is_the_list_alone(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    dialog = opened(qtbot, panel, style)
    assert dialog.text.text() == "Open a photo to see it in the versions."
    assert all(picture.is_empty for picture in dialog.pictures)


def test_a_style_deleted_in_another_window_closes_the_dialog(qtbot: QtBot, panel: StylePanel, style: Style) -> None:
    dialog = opened(qtbot, panel, style)
    StyleLibrary().delete(style.id)
    panel.controller.refresh()
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_a_style_deleted_meanwhile_is_one_sentence(
    qtbot: QtBot, panel: StylePanel, style: Style, notices: list[Notice]
) -> None:
    change(qtbot, panel, style)
    dialog = opened(qtbot, panel, style)
    dialog.list.setCurrentRow(1)
    StyleLibrary().delete(style.id)
    dialog.go_back()
    qtbot.waitUntil(lambda: any("no longer exists" in notice.text for notice in notices))
