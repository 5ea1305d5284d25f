"""The profile of the monitor: what is shown goes through it, what is exported does not."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.color.output import display_lut
from pie_desktop.imaging.color.spaces import make_profile, srgb_profile
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.display import SETTING, DisplayColors
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.settings import Settings


@pytest.mark.parametrize("color", ["display-p3", "adobe-rgb", "rec2020"])
def test_the_table_shows_what_littlecms_would(sample_images: dict[str, np.ndarray], color: str) -> None:
    image, icc = sample_images["coffee"], make_profile(color)
    lut = display_lut(icc)
    assert lut is not None
    expected = imagecodecs.cms_transform(
        image, srgb_profile(), icc, colorspace="rgb", outcolorspace="rgb", intent=1, flags=0x2000
    )
    shown = apply_lut(image, lut).astype(int)
    assert np.abs(shown - expected).max() <= 3  # in the dark, where the curves differ most
    assert np.abs(shown - expected).mean() < 0.3
    assert np.abs(shown - image).mean() > 1


@pytest.mark.parametrize("icc", [srgb_profile(), b"", b"no profile", make_profile("rec2020")[:300]])
def test_no_table_for_srgb_and_for_what_is_no_profile(icc: bytes) -> None:
    assert display_lut(icc) is None


def test_the_canvas_is_shown_through_the_profile_and_the_edit_stays(
    context: AppContext, photo_folder: Path, qtbot: QtBot
) -> None:
    icc = make_profile("rec2020")
    context.display._read_profile = lambda screen: icc
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    window.open_paths([photo_folder / "coffee.jpg"])
    renderer = window.canvas.renderer

    def shown() -> bool:
        layer = renderer.base
        return layer is not None and layer.request.luts is not None and layer.request.display is context.display.lut

    qtbot.waitUntil(shown)
    layer, lut = renderer.base, context.display.lut
    assert lut is not None and context.display.name == "Rec. 2020"
    luts = layer.request.luts
    np.testing.assert_array_equal(layer.original, apply_lut(layer.sampled, lut))
    np.testing.assert_array_equal(layer.known.preferred, apply_lut(apply_lut(layer.sampled, luts.preferred), lut))
    window.commands["monitor_colors"].trigger()
    qtbot.waitUntil(lambda: shown() and context.display.lut is None)
    np.testing.assert_array_equal(renderer.base.original, renderer.base.sampled)
    assert context.settings.get(SETTING) == "off"
    window.close()


def test_a_profile_may_be_given_by_hand(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "monitor.icc").write_bytes(make_profile("display-p3"))
    settings = Settings(tmp_path / "settings.json")
    settings.set(SETTING, str(tmp_path / "monitor.icc"))
    display = DisplayColors(settings, lambda screen: None)
    display._on_screen(None)  # type: ignore[arg-type]
    assert display.lut is None, "no monitor yet"
    with qtbot.waitSignal(display.changed):
        display._on_screen(QGuiApplication.primaryScreen())
    assert display.name == "Display P3"
    image = np.full((4, 4, 3), (255, 0, 0), np.uint8)
    assert display.apply(image)[0, 0].tolist() == pytest.approx([234, 51, 35], abs=2)


X11_SCRIPT = """
import sys
from PySide6.QtGui import QGuiApplication
from pie_desktop.ui.display import monitor_profile
app = QGuiApplication([])
profile = monitor_profile(app.primaryScreen())
sys.stdout.buffer.write(profile or b"")
"""


@pytest.mark.skipif(sys.platform != "linux" or not os.environ.get("DISPLAY"), reason="needs an X server")
def test_x11_tells_its_profile() -> None:
    """Set as colord and argyll do: a property of the root window."""
    icc = make_profile("display-p3")
    library = ctypes.CDLL("libX11.so.6")
    library.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(library.XOpenDisplay(None))
    library.XDefaultRootWindow.restype = library.XInternAtom.restype = ctypes.c_ulong
    root = ctypes.c_ulong(library.XDefaultRootWindow(display))
    atom = ctypes.c_ulong(library.XInternAtom(display, b"_ICC_PROFILE", False))
    library.XChangeProperty(display, root, atom, ctypes.c_ulong(6), 8, 0, icc, len(icc))
    library.XSync(display, False)
    environment = os.environ | {"QT_QPA_PLATFORM": "xcb"}
    try:
        told = subprocess.run([sys.executable, "-c", X11_SCRIPT], env=environment, capture_output=True, check=True)
        assert told.stdout == icc
    finally:
        library.XDeleteProperty(display, root, atom)
        library.XCloseDisplay(display)
