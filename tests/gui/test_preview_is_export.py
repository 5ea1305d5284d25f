"""The same pixel in the 1:1 view and in the exported file, through the real window with the shipped model."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.mask import RADIAL, Mask
from pie_desktop.edit.part import Part
from pie_desktop.edit.parts.clarity import ClarityPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.parts.grain import GrainPart
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.color.spaces import make_profile
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.raw_files import write_dng

TIMEOUT = 30_000
MOST = 0.5  # dE00, in 8 bits


@pytest.fixture
def context(shipped_context: AppContext) -> AppContext:
    return shipped_context


def large(image: np.ndarray) -> np.ndarray:
    """More than the canvas has, so that it is decoded twice, with grain at full resolution."""
    enlarged = cv2.resize(image, (2101, 1203), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = np.random.default_rng(1).normal(0, 4, (1203, 2101, 1))
    return np.clip(enlarged + grain, 0, 255).astype(np.uint8)


def as_jpeg(path: Path, image: np.ndarray) -> Path:
    Image.fromarray(image).save(path.with_suffix(".jpg"), quality=92)
    return path.with_suffix(".jpg")


def as_wide_jpeg(path: Path, image: np.ndarray) -> Path:
    profile = make_profile("adobe-rgb")
    Image.fromarray(image).save(path.with_suffix(".jpg"), quality=95, subsampling=0, icc_profile=profile)
    return path.with_suffix(".jpg")


def as_deep_tiff(path: Path, image: np.ndarray) -> Path:
    deep = image.astype(np.uint16) * 256 + np.random.default_rng(2).integers(0, 256, image.shape, dtype=np.uint16)
    save_photo(deep, path.with_suffix(".tif"), EncodeOptions("tiff16"))
    return path.with_suffix(".tif")


def as_png(path: Path, image: np.ndarray) -> Path:
    Image.fromarray(image).save(path.with_suffix(".png"), compress_level=1)
    return path.with_suffix(".png")


def as_raw(path: Path, image: np.ndarray) -> Path:
    return write_dng(path.with_suffix(".dng"), np.ascontiguousarray(image[:1202, :2100]))


def shown_part(
    window: MainWindow, photo: Path, qtbot: QtBot, parts: Sequence[Part] = ()
) -> tuple[np.ndarray, tuple[slice, slice]]:
    """What the 1:1 view shows once everything is there, and which part of the picture that is."""
    session, canvas, renderer = window.session, window.canvas, window.canvas.renderer
    # the first decode shows the photo in fit: a zoom chosen before would be that of the photo before
    with qtbot.waitSignals([session.reduced, session.enhanced], timeout=TIMEOUT):
        window.open_paths([photo])
    window.edit_page.styles.select_style(window.context.library.list()[0].id)
    window.edit_page.adjust.strength.track.setValue(120)
    wanted = Edit.styled(None, 1.2, 1.0)
    for one in parts:
        wanted = wanted.with_part(one)
        window.context.current.change(session.edit.with_part(one))
    canvas.set_view(View.SINGLE)
    canvas.actual_size()

    def settled() -> bool:
        detail, enhancement = renderer.detail, session.enhancement
        return (
            detail is not None
            and enhancement is not None
            and bool(enhancement.styles)
            and session._proxy is not None
            and np.array_equal(session._proxy, enhancement.proxy)
            and detail.request.luts is enhancement.transform
            and detail.exact_for == wanted
            and not detail.request.quick
            and detail.request.source.scale == 1
        )

    qtbot.waitUntil(settled, timeout=TIMEOUT)
    assert renderer.detail is not None
    zone = renderer.detail.request.zone
    return renderer.detail.exact.copy(), np.s_[zone.top : zone.bottom, zone.left : zone.right]


def export(window: MainWindow, photo: Path, kind: str, out: Path, qtbot: QtBot) -> Path:
    window.show_tab("Export")
    page = window.pages.export_page()
    page.set_sources([photo])
    page.form.destination.set_path(out)
    page.form.file.set_options(EncodeOptions(kind))  # type: ignore[arg-type]
    qtbot.waitUntil(page.start_button.isEnabled, timeout=TIMEOUT)
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(list(out.glob("photo.*"))) and not page.running, timeout=TIMEOUT)
    (written,) = out.glob("photo.*")
    return written


KINDS: list[tuple[Callable[[Path, np.ndarray], Path], str]] = [
    (as_jpeg, "png"),
    (as_png, "tiff8"),
    (as_wide_jpeg, "png"),
    (as_deep_tiff, "png"),
    (as_raw, "tiff16"),
    (as_jpeg, "jpeg"),
]


def test_same_pixel(window: MainWindow, sample_images: dict[str, np.ndarray], tmp_path: Path, qtbot: QtBot) -> None:
    """One after the other in one window, whose start takes longer than all of them."""
    for number, (write, target) in enumerate(KINDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        photo = write(folder / "photo", large(sample_images[("coffee", "chelsea")[number % 2]]))
        window.show_tab("Edit")
        shown, part = shown_part(window, photo, qtbot)
        original = to_uint8(load_photo(photo)[part])
        assert np.mean(shown != original) > 0.5, "an edit that does nothing proves nothing"
        written = to_uint8(load_photo(export(window, photo, target, folder / "out", qtbot))[part])
        difference = delta_e_2000(written, shown)
        if target == "jpeg":
            # Its own losses, with grain about 0.8 on the mean; the colours as a whole stay.
            assert difference.mean() < 1.2
            assert np.abs(written.mean((0, 1)) - shown.mean((0, 1))).max() < 0.1
        else:
            assert difference.max() <= MOST, (write.__name__, target)


TURNED = GeometryPart(quarter_turns=1, flip_horizontal=1, crop_left=0.1, crop_bottom=0.9)
TILTED = GeometryPart(straighten=3.5, perspective_vertical=-15, crop_right=0.9, quarter_turns=1)
EVERYTHING = (
    ExposurePart(0.4),
    VignettePart(-60.0),
    ClarityPart(texture=30.0, clarity=20.0),
    GrainPart(40.0),
    MasksPart((Mask(RADIAL, 0.4, 0.5, exposure=1.0),)),
)


@pytest.mark.parametrize(("geometry", "more"), [(TURNED, ()), (TILTED, ()), (TILTED, EVERYTHING)])
def test_same_pixel_when_cropped_and_turned(
    geometry: GeometryPart,
    more: tuple[Part, ...],
    window: MainWindow,
    sample_images: dict[str, np.ndarray],
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    photo = as_jpeg(tmp_path / "photo", large(sample_images["coffee"]))
    shown, part = shown_part(window, photo, qtbot, (geometry, *more))
    picture = geometry.placement((2101, 1203)).apply(load_photo(photo))
    assert np.mean(shown != picture[part]) > 0.5, "an edit that does nothing proves nothing"
    written = load_photo(export(window, photo, "png", tmp_path / "out", qtbot))
    assert written.shape == picture.shape
    difference = delta_e_2000(written[part], shown)
    assert difference.mean() < 0.05 and difference.max() <= (3 if more else MOST)
