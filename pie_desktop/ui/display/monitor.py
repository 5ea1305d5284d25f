"""The ICC profile that the system has for a monitor. Qt does not tell it, so the window systems are asked.

On macOS nothing is to be done: the window is marked as sRGB and the system converts. So do Wayland compositors, from
which no profile is to be had.
"""

import ctypes
import ctypes.util
import logging
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QScreen

_log = logging.getLogger(__name__)
_MAX_BYTES = 32 * 2**20
_XA_CARDINAL = 6


def monitor_profile(screen: QScreen) -> bytes | None:
    """The profile of a monitor, or None where the system has none or does not tell it. Never raises."""
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
