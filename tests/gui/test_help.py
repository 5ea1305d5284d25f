"""The help: every page can be read, every link leads somewhere, the shortcuts are those that exist."""

import re

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.ui.help import HelpWindow, load_pages, shortcut_rows


def _window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    menu = window.menuBar().addMenu("&File")
    menu.addAction("&Open photos…").setShortcut("Ctrl+O")
    menu.addAction("No keys")
    window.addAction("Before | after").setShortcut("\\")
    window.actions()[-1].setParent(window)
    qtbot.addWidget(window)
    return window


def test_every_page_shows_its_text_and_its_links_lead_to_pages(qtbot: QtBot) -> None:
    help_window = HelpWindow(_window(qtbot))
    names = {page.name for page in load_pages()}
    assert len(names) == 8
    for page in load_pages():
        help_window.show_page(page.name)
        shown = help_window.browser.toPlainText()
        assert shown.startswith(page.title) and "](" not in shown and "**" not in shown
        for target in re.findall(r"\]\((.+?)\.md\)", page.markdown):
            assert target in names


def test_a_link_opens_its_page(qtbot: QtBot) -> None:
    help_window = HelpWindow(_window(qtbot))
    help_window.browser.anchorClicked.emit(QUrl("4-export.md"))
    assert help_window.browser.toPlainText().startswith("Export")


def test_the_shortcut_sheet_lists_actions_with_keys(qtbot: QtBot) -> None:
    window = _window(qtbot)
    assert shortcut_rows(window) == [("File", "Open photos", "Ctrl+O"), ("", "Before | after", "\\")]
    help_window = HelpWindow(window)
    help_window.show_shortcuts()
    text = help_window.browser.toPlainText()
    assert "Ctrl+O" in text and "Before | after\n\\\n" in text


def test_the_privacy_page_names_the_folder(qtbot: QtBot) -> None:
    privacy = next(page for page in load_pages() if page.name == "7-privacy")
    assert str(paths.home_dir()) in privacy.markdown
