"""The whole job in the window with the shipped model: photos dropped, edits dropped, slid, exported."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.gui.dragging import drop

TIMEOUT = 30_000


@pytest.fixture
def context(shipped_context: AppContext) -> AppContext:
    return shipped_context


def test_from_edits_to_an_exported_folder(
    window: MainWindow, photo_folder: Path, sample_pairs: list[tuple[Path, Path]], tmp_path: Path, qtbot: QtBot
) -> None:
    session, renderer = window.session, window.canvas.renderer
    photo = photo_folder / "coffee.jpg"
    assert drop(window, [photo])
    qtbot.waitUntil(lambda: session.path == photo and renderer.enhanced, timeout=TIMEOUT)

    assert drop(window.edit_page.styles, [path for pair in sample_pairs for path in pair])
    qtbot.waitUntil(lambda: session.enhancement is not None and bool(session.enhancement.styles), timeout=TIMEOUT)
    style = window.context.library.get(session.enhancement.styles[0])
    assert not style.builtin
    assert [reference.before is not None for reference in style.references] == [True] * len(sample_pairs)

    # nobody waits for the pause that ends a move before going to the export
    window.edit_page.adjust.strength._settle.setInterval(60_000)
    window.edit_page.adjust.strength.track.setValue(80)
    qtbot.waitUntil(lambda: session.edit.style.strength == 0.8)
    # the 1:1 view after the move: what was rendered before is only mixed anew until the move has ended
    window.canvas.set_view(View.SINGLE)
    window.canvas.actual_size()
    wanted = session.enhancement.transform
    qtbot.waitUntil(
        lambda: (
            renderer.detail is not None
            and renderer.detail.request.luts is wanted
            and renderer.detail.exact_for == Edit.styled(None, 0.8, 1.0)
        ),
        timeout=TIMEOUT,
    )
    detail = renderer.detail
    shown, zone = detail.exact.copy(), detail.request.zone

    edit, original = load_photo(sample_pairs[1][0]), load_photo(photo)
    assert sample_pairs[1][1] == photo
    part = np.s_[zone.top : zone.bottom, zone.left : zone.right]
    towards, before = mean_delta_e(shown, edit[part]), mean_delta_e(original[part], edit[part])
    assert towards < 0.6 * before, f"it must come closer to the user's own edit: {before:.1f} to {towards:.1f} dE00"

    window.show_tab("Export")
    page, out = window.pages.export_page(), tmp_path / "out"
    page.form.destination.set_path(out)
    page.form.file.set_options(EncodeOptions("png"))
    qtbot.waitUntil(page.start_button.isEnabled, timeout=TIMEOUT)
    assert page.view.model.count("write") == 4
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    assert page.running
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    assert not window.notifications.cards, [card.notice for card in window.notifications.cards]
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{path.stem}.png" for path in photo_folder.iterdir())
    np.testing.assert_array_equal(load_photo(out / "coffee.png")[part], shown, "the export is what was on the screen")
