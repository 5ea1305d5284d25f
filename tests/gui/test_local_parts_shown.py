"""Local parts on the canvas: at 1:1 what the file has, also enlarged and in a zone; quick and near while they move."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.full_size import edited_photo
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.parts.clarity import ClarityPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.parts.grain import GrainPart
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.noise_reduction import NoiseReductionPart
from pie_desktop.edit.parts.sharpening import SharpeningPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.tones import BINS
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.main_window import MainWindow
from tests.gui.export.helpers import run_export
from tests.gui.opening import open_photo
from tests.gui.test_export_is_as_shown import MOST, difference, export_page, shown


def everything() -> Edit:
    edit = Edit.styled(None)
    for part in (
        ExposurePart(0.4),
        NoiseReductionPart(30.0, 40.0),
        MasksPart((Mask(exposure=-1.0, temperature=20.0), Mask("radial", 0.4, 0.5, 15.0, 0.2, 0.15, exposure=0.8))),
        ClarityPart(30.0, 40.0),
        SharpeningPart(80.0, 1.2, 20.0),
        VignettePart(-40.0),
        GrainPart(40.0, 30.0),
    ):
        edit = edit.with_part(part)
    return edit


@pytest.fixture
def photo(sample_images: dict[str, np.ndarray], tmp_path: Path) -> Path:
    """More than the canvas has, so that 1:1 shows a zone of it; with noise."""
    image = cv2.resize(sample_images["coffee"], (2101, 1203), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    noise = np.random.default_rng(1).normal(0, 4, (1203, 2101, 3))
    save_photo(np.clip(image + noise, 0, 255).astype(np.uint8), tmp_path / "photo.png", EncodeOptions("png"))
    return tmp_path / "photo.png"


def settle(window: MainWindow, qtbot: QtBot) -> None:
    renderer, current = window.canvas.renderer, window.context.current

    def settled() -> bool:
        layer = renderer.base if window.canvas.viewport.fitted else renderer.detail
        return (
            layer is not None
            and layer.exact_for == current.edit.with_style(None)
            and layer.request.whole == window.canvas.viewport.zoomed()
            and (layer.request.source.scale == 1 or window.canvas.viewport.fitted)
        )

    qtbot.waitUntil(settled)


def in_file(window: MainWindow, photo: Path) -> np.ndarray:
    """What is written, made here: (H, W, 3) uint8."""
    enhancement = window.session.enhancement
    assert enhancement is not None
    edit = window.context.current.edit
    return edited_photo(photo, EncodeOptions("png"), compiled(enhancement.transform.exact(edit)), edit=edit)


@pytest.mark.parametrize("geometry", [GeometryPart(), GeometryPart(straighten=5.0, quarter_turns=1.0, crop_left=0.1)])
def test_the_view_at_actual_size_is_the_file(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot, geometry: GeometryPart
) -> None:
    open_photo(window, photo, qtbot)
    window.context.current.change(everything().with_part(geometry))
    seen = shown(window, photo, qtbot)
    assert seen[0].shape[:2] < load_photo(photo).shape[:2], "a part of it"
    page = export_page(window, tmp_path / "out", qtbot)
    run_export(qtbot, page)
    assert difference(photo, tmp_path / "out", seen) <= MOST
    written = load_photo(tmp_path / "out" / "photo.png")
    assert written.shape != load_photo(photo).shape or delta_e_2000(written, load_photo(photo)).mean() > 3


def test_enlarged_pixels_are_those_of_the_file(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    window.canvas.set_view(View.SINGLE)
    window.context.current.change(everything())
    window.canvas.zoom_to(4.0)
    settle(window, qtbot)
    detail = window.canvas.renderer.detail
    assert detail is not None
    zone = detail.request.zone
    rows, columns = (np.arange(low, high) // 4 for low, high in ((zone.top, zone.bottom), (zone.left, zone.right)))
    written = in_file(window, photo)[rows][:, columns]
    assert delta_e_2000(detail.exact, written).max() <= MOST


def test_what_moves_is_shown_at_once_and_nearly_right(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    window.canvas.set_view(View.SINGLE)
    renderer = window.canvas.renderer
    settle(window, qtbot)
    base = renderer.base
    assert base is not None
    edit = Edit().with_part(VignettePart(-60.0)).with_part(MasksPart((Mask(exposure=-1.0),)))
    before = base.exact.copy()
    window.context.current.change(edit, moving=True)
    moving = base.pixels(renderer.edit, base.request.zone).copy()
    window.context.current.change(edit)
    settle(window, qtbot)
    assert renderer.base is not None
    exact = renderer.base.exact
    assert delta_e_2000(moving, exact).mean() < 1
    assert np.percentile(delta_e_2000(moving, exact), 99) < 4
    assert delta_e_2000(before, exact).mean() > 5


def test_fit_is_near_the_reduced_file(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    """But for grain, which is as strong there and has another pattern."""
    open_photo(window, photo, qtbot)
    window.canvas.set_view(View.SINGLE)
    window.context.current.change(everything().with_part(GrainPart()))
    settle(window, qtbot)
    base = window.canvas.renderer.base
    assert base is not None
    height, width = base.exact.shape[:2]
    reduced = cv2.resize(in_file(window, photo), (width, height), interpolation=cv2.INTER_AREA)
    assert delta_e_2000(base.exact, reduced).mean() < 1.5


def test_the_histogram_sees_them(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photo(window, photo, qtbot)
    view = window.edit_page.histogram.view

    def brightness() -> float:
        tones = view.tones
        return float(np.average(np.arange(BINS), weights=tones.after.counts[3])) if tones is not None else 0.0

    qtbot.waitUntil(lambda: brightness() > 0)
    before = brightness()
    window.context.current.change(Edit().with_part(MasksPart((Mask(y=0.5, exposure=-4.0),))))
    qtbot.waitUntil(lambda: brightness() < 0.8 * before)
    settle(window, qtbot)
    base = window.canvas.renderer.base
    assert base is not None
    np.testing.assert_array_equal(base.exact, base.exact_srgb)  # without a profile of the monitor
