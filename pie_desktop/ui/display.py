"""The colours of the monitor: its ICC profile, read from the window system, and the LUT that it becomes.

Qt does not give out the profile, so the window systems are asked. On macOS nothing is to be done: the window is marked
as sRGB and the system converts. Wayland compositors do the same, and have no profile to give.
"""

import ctypes
import ctypes.util
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from pie_desktop.imaging.color.output import display_lut
from pie_desktop.imaging.color.working import is_srgb, profile_name
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.ui.settings import Settings

_log = logging.getLogger(__name__)
_MAX_BYTES = 32 * 2**20
_XA_CARDINAL = 6


def monitor_profile(screen: QScreen) -> bytes | None:
    """The profile of a monitor, or None where the system has none or does not give it out. Never raises."""
    try:
        if sys.platform == "win32":
            return _windows_profile(screen.name())
        if QGuiApplication.platformName() == "xcb":
            return _x11_profile(QGuiApplication.screens().index(screen))
    except Exception:  # foreign functions; a monitor without its profile is no reason to fail
        _log.warning("The profile of the monitor could not be read.", exc_info=True)
    return None


def _x11_profile(number: int) -> bytes | None:
    """Property of the root window: ICC Profiles in X Specification 0.4. The first monitor's has no number."""
    library = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    pointer, integer = ctypes.c_void_p, ctypes.c_ulong
    library.XOpenDisplay.restype = pointer
    library.XDefaultRootWindow.restype = library.XInternAtom.restype = integer
    display = library.XOpenDisplay(None)
    if not display:
        return None
    try:
        name = b"_ICC_PROFILE" if number == 0 else f"_ICC_PROFILE_{number}".encode()
        atom = library.XInternAtom(pointer(display), name, True)
        if not atom:
            return None
        kind, size, left = integer(), integer(), integer()
        width, data = ctypes.c_int(), ctypes.POINTER(ctypes.c_ubyte)()
        root = library.XDefaultRootWindow(pointer(display))
        failed = library.XGetWindowProperty(
            pointer(display),
            integer(root),
            integer(atom),
            ctypes.c_long(0),
            ctypes.c_long(_MAX_BYTES // 4),
            False,
            integer(_XA_CARDINAL),
            *(ctypes.byref(value) for value in (kind, width, size, left, data)),
        )
        if failed or not data:
            return None
        try:
            usable = kind.value == _XA_CARDINAL and width.value == 8 and not left.value
            return ctypes.string_at(data, size.value) or None if usable else None
        finally:
            library.XFree(data)
    finally:
        library.XCloseDisplay(pointer(display))


def _windows_profile(name: str) -> bytes | None:
    """The file that the colour management of Windows has for the device context of a monitor."""
    gdi = ctypes.WinDLL("gdi32")  # type: ignore[attr-defined, unused-ignore]
    gdi.CreateDCW.restype = ctypes.c_void_p
    context = gdi.CreateDCW(ctypes.c_wchar_p(name), None, None, None)
    if not context:
        return None
    try:
        size = ctypes.c_uint32(1024)
        path = ctypes.create_unicode_buffer(size.value)
        if not gdi.GetICMProfileW(ctypes.c_void_p(context), ctypes.byref(size), path):
            return None
        file = Path(path.value)
        return file.read_bytes() if file.stat().st_size <= _MAX_BYTES else None
    finally:
        gdi.DeleteDC(ctypes.c_void_p(context))


SETTING = "display.profile"  # one of these two, or the path of an ICC profile
MONITOR = "monitor"
NO_PROFILE = "off"


class DisplayColors(QObject):
    """The LUT for the monitor at hand; widgets that show photos apply it last.

    Attributes:
        lut: float32 (S, S, S, 3) for `imaging.lut.apply_lut`, or None where colours go out as they are.
        name: description of the profile, or empty.

    Signals:
        changed: `lut` is another one.
    """

    changed = Signal()

    def __init__(
        self,
        settings: Settings,
        read_profile: Callable[[QScreen], bytes | None] = monitor_profile,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._read_profile = read_profile
        self._window: QWidget | None = None
        self._screen: QScreen | None = None
        self.lut: np.ndarray | None = None
        self.name = ""

    @property
    def on(self) -> bool:
        """Whether a profile is applied if there is one."""
        return self.profile != NO_PROFILE

    @property
    def profile(self) -> str:
        """`MONITOR`, `NO_PROFILE`, or the path of a profile."""
        return self._settings.text(SETTING, MONITOR)

    def set_on(self, on: bool) -> None:
        """Apply the profile of the monitor from now on, or none."""
        self.set_profile(MONITOR if on else NO_PROFILE)

    def set_profile(self, profile: str) -> None:
        """Apply another profile from now on; see `profile`."""
        self._settings.set(SETTING, profile)
        self.update()

    @staticmethod
    def can_use(path: Path) -> bool:
        """Whether a file is a profile through which photos can be shown."""
        try:
            icc = path.read_bytes()
        except OSError:
            return False
        return is_srgb(icc) or display_lut(icc) is not None

    def follow(self, window: QWidget) -> None:
        """Take the monitor that a shown window is on, and those that it moves to."""
        handle = window.windowHandle()
        if handle is None or self._window is window:
            return
        self._window = window
        handle.screenChanged.connect(self._on_screen)
        self._on_screen(window.screen())

    def update(self) -> None:
        """Read the profile again."""
        icc = self._profile()
        lut = display_lut(icc) if icc is not None else None
        self.name = profile_name(icc) or "" if lut is not None else ""
        if lut is not self.lut:
            self.lut = lut
            self.changed.emit()

    def apply(self, image: np.ndarray) -> np.ndarray:
        """An image in the colours of the monitor, same dtype; the very same array where there is nothing to do."""
        return image if self.lut is None else apply_lut(image, self.lut)

    def _on_screen(self, screen: QScreen) -> None:
        self._screen = screen
        self.update()

    def _profile(self) -> bytes | None:
        kept = self.profile
        if not self.on or self._screen is None:
            return None
        if kept != MONITOR:
            try:
                return Path(kept).read_bytes()
            except OSError as error:
                _log.warning("The profile %s cannot be read: %s", kept, error)
        return self._read_profile(self._screen)
