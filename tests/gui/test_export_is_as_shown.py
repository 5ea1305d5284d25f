"""What the Export page writes of a shoot is what the canvas showed of each photo."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.export.page import ExportPage
from pie_desktop.ui.export.plan_model import EDIT
from pie_desktop.ui.main_window import MainWindow
from tests.gui.export.helpers import column, run_export, wait_for_plan
from tests.gui.opening import open_photo

MOST = 0.5  # dE00, in 8 bits
Shown = tuple[np.ndarray, tuple[slice, slice]]


def shown(window: MainWindow, photo: Path, qtbot: QtBot) -> Shown:
    """What the 1:1 view shows of a photo, and which part of it that is."""
    window.show_tab("Edit")
    open_photo(window, photo, qtbot)
    window.canvas.set_view(View.SINGLE)
    window.canvas.actual_size()
    renderer, session = window.canvas.renderer, window.session

    def settled() -> bool:
        detail, enhancement = renderer.detail, session.enhancement
        return (
            detail is not None
            and enhancement is not None
            and session._proxy is not None
            and np.array_equal(session._proxy, enhancement.proxy)
            and detail.request.luts is enhancement.transform
            and detail.exact_for == session.edit.with_style(None)
            and detail.request.source.scale == 1
        )

    qtbot.waitUntil(settled)
    assert renderer.detail is not None
    zone = renderer.detail.request.zone
    return renderer.detail.exact.copy(), np.s_[zone.top : zone.bottom, zone.left : zone.right]


def choose_style(window: MainWindow, number: int, qtbot: QtBot) -> str:
    style = window.context.library.list()[number].id
    window.edit_page.styles.select_style(style)
    qtbot.waitUntil(lambda: window.context.current.style_id == style)
    return style


def export_page(window: MainWindow, out: Path, qtbot: QtBot) -> ExportPage:
    window.show_tab("Export")
    page = window.pages.export_page()
    page.form.destination.set_path(out)
    page.form.file.set_options(EncodeOptions("png"))
    wait_for_plan(qtbot, page)
    return page


def difference(photo: Path, out: Path, seen: Shown) -> float:
    pixels, part = seen
    return float(delta_e_2000(to_uint8(load_photo(out / f"{photo.stem}.png"))[part], pixels).max())


@pytest.fixture
def photos(photo_folder: Path) -> list[Path]:
    return sorted(photo_folder.iterdir())


def test_own_edits_and_the_style_of_the_folder(
    window: MainWindow, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    own, faded, *others = photos
    open_photo(window, own, qtbot)
    choose_style(window, 0, qtbot)  # and with it the folder's
    window.edit_page.adjust.strength.track.setValue(40)
    open_photo(window, faded, qtbot)
    window.edit_page.adjust.amount.track.setValue(30)
    seen = {photo: shown(window, photo, qtbot) for photo in photos}
    # The photo that is open last has an edit that is nobody else's.
    shown(window, own, qtbot)
    page = export_page(window, tmp_path / "out", qtbot)
    name = window.context.library.list()[0].name
    assert column(page, EDIT) == [
        f"{name} 40 %",
        f"{name} 100 %, Amount 30 %",
        *[f"No edit: {name} 100 %"] * len(others),
    ]
    run_export(qtbot, page)
    for photo in photos:
        assert difference(photo, tmp_path / "out", seen[photo]) <= MOST, photo.name
    assert np.abs(seen[own][0].astype(int) - to_uint8(load_photo(own))[seen[own][1]]).max() > 3


def test_without_any_edit(window: MainWindow, photos: list[Path], tmp_path: Path, qtbot: QtBot) -> None:
    seen = {photo: shown(window, photo, qtbot) for photo in photos[:2]}
    page = export_page(window, tmp_path / "out", qtbot)
    assert column(page, EDIT) == ["No edit: Neutral"] * len(photos)
    run_export(qtbot, page)
    for photo, one in seen.items():
        assert difference(photo, tmp_path / "out", one) <= MOST, photo.name


def test_one_edit_for_all_is_the_exception(
    window: MainWindow, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    first, second = photos[:2]
    open_photo(window, second, qtbot)
    window.edit_page.adjust.amount.track.setValue(10)
    open_photo(window, first, qtbot)
    style = choose_style(window, 1, qtbot)
    window.edit_page.adjust.strength.track.setValue(120)
    qtbot.waitUntil(lambda: window.context.catalog.get(first) == Edit.styled(style, 1.2))
    seen = shown(window, first, qtbot)
    page = export_page(window, tmp_path / "out", qtbot)
    qtbot.mouseClick(page.form.edit_choice.one_for_all, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.form.edit_choice.copy_button, Qt.MouseButton.LeftButton)
    wait_for_plan(qtbot, page)
    name = window.context.library.list()[1].name
    assert column(page, EDIT) == [f"All: {name} 120 %"] * len(photos)
    run_export(qtbot, page)
    assert difference(first, tmp_path / "out", seen) <= MOST
    # The edit of the other photo is as it was; put the one for all on it to see what was written.
    assert window.context.catalog.get(second) == Edit.styled(None, amount=0.1)
    window.show_tab("Edit")
    open_photo(window, second, qtbot)
    window.session.keeper.apply("One", Edit.styled(style, 1.2))
    assert difference(second, tmp_path / "out", shown(window, second, qtbot)) <= MOST


def test_a_photo_is_exported_again_when_its_edit_has_changed(
    window: MainWindow, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    out = tmp_path / "out"
    open_photo(window, photos[0], qtbot)
    page = export_page(window, out, qtbot)
    run_export(qtbot, page)
    window.show_tab("Edit")
    window.edit_page.adjust.amount.track.setValue(50)
    seen = shown(window, photos[0], qtbot)
    window.show_tab("Export")
    page.start()  # plans again
    wait_for_plan(qtbot, page)
    assert [photo.action_name for photo in page.view.model.plan] == ["new name"] + ["skip"] * (len(photos) - 1)
    run_export(qtbot, page)
    written = photos[0].with_stem(f"{photos[0].stem}-1")
    assert difference(written, out, seen) <= MOST
