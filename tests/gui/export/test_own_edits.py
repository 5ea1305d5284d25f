"""Exporting each photo's own edit."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.decode import load_photo
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.page import ExportPage
from tests.gui.export.helpers import TIMEOUT, actions, run_export


def test_each_photos_own_edit(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path], tmp_path: Path
) -> None:
    context.catalog.put(photos[0], Edit.styled(style_id=None, strength=1.0, amount=0.0))
    plan(photos)
    run_export(qtbot, page)
    out = [load_photo(tmp_path / "out" / photo.name).mean() - load_photo(photo).mean() for photo in photos]
    assert abs(out[0]) < 1 and out[1] > 5 and out[2] > 5


@pytest.mark.parametrize("cancelled", [False, True])
def test_edits_that_are_not_saved_yet_are_waited_for(
    qtbot: QtBot,
    page: ExportPage,
    plan: Callable[..., None],
    context: AppContext,
    photos: list[Path],
    tmp_path: Path,
    cancelled: bool,
) -> None:
    plan(photos[:1])
    go_on = threading.Event()

    def save(_context: object) -> None:
        go_on.wait(60)
        context.catalog.put(photos[0], Edit.styled(amount=0.0))

    context.background.submit(save)
    page.start()
    try:
        qtbot.waitUntil(lambda: page.view.footer.message.text() == "Waiting until your latest edits are saved")
        if cancelled:
            page.cancel()
            qtbot.waitUntil(lambda: not page.running)
    finally:
        go_on.set()
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    written = tmp_path / "out" / photos[0].name
    assert written.exists() != cancelled
    if not cancelled:
        assert abs(load_photo(written).mean() - load_photo(photos[0]).mean()) < 1, "the older edit brightens"


def test_a_style_that_is_gone_fails_only_its_own_photos(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path]
) -> None:
    context.catalog.put(photos[0], Edit.styled(style_id="no-such-style"))
    plan(photos)
    run_export(qtbot, page)
    assert actions(page)[0].startswith("Failed: ") and actions(page)[1:] == ["Written", "Written"]


def test_a_photo_with_an_edit_of_a_newer_version_is_not_exported_without_it(
    qtbot: QtBot, page: ExportPage, plan: Callable[..., None], context: AppContext, photos: list[Path]
) -> None:
    context.catalog.put(photos[0], Edit.styled(None, 0.5))
    with sqlite3.connect(context.catalog.path) as connection:
        connection.execute("UPDATE edits SET edit = ?", ('{"version": 999, "parts": {}}',))
    plan(photos)
    run_export(qtbot, page)
    assert actions(page)[1:] == ["Written", "Written"]
    assert actions(page)[0].startswith("Failed: The edit of photo_0.jpg was made with a newer version")
