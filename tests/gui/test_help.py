"""The help: every page can be read, every link leads somewhere, the shortcuts are those that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.ui.actions.keys import KeyMap
from pie_desktop.ui.help import HelpWindow, load_pages
from pie_desktop.ui.settings import Settings


@pytest.fixture
def help_window(qtbot: QtBot, tmp_path: Path) -> Iterator[HelpWindow]:
    window = QMainWindow()
    qtbot.addWidget(window)
    yield HelpWindow(window, KeyMap(Settings(tmp_path / "settings.json")))


def test_every_page_shows_its_text_and_its_links_lead_to_pages(help_window: HelpWindow) -> None:
    names = {page.name for page in load_pages()}
    assert len(names) == 10
    for page in load_pages():
        help_window.show_page(page.name)
        shown = help_window.browser.toPlainText()
        assert shown.startswith(page.title) and "](" not in shown and "**" not in shown
        for target in re.findall(r"\]\((.+?)\.md\)", page.markdown):
            assert target in names


def test_a_link_opens_its_page(help_window: HelpWindow) -> None:
    help_window.browser.anchorClicked.emit(QUrl("4-export.md"))
    assert help_window.browser.toPlainText().startswith("Export")


def test_the_page_of_shortcuts_follows_the_keys(qtbot: QtBot, tmp_path: Path) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    keys = KeyMap(Settings(tmp_path / "settings.json"))
    help_window = HelpWindow(window, keys)
    help_window.show_shortcuts()
    assert "Original while held\n\\, C\n" in help_window.browser.toPlainText()
    keys.set("original", ["Q"])
    assert "Original while held\nQ\n" in help_window.browser.toPlainText()


def test_the_privacy_page_names_the_folder(qtbot: QtBot) -> None:
    privacy = next(page for page in load_pages() if page.name == "7-privacy")
    assert str(paths.home_dir()) in privacy.markdown
