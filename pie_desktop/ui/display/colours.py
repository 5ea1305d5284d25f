"""Which table turns sRGB into the colours of the monitor that the window is on."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from pie_desktop.imaging.colour import profile_name
from pie_desktop.imaging.display import display_table
from pie_desktop.imaging.lut import apply_lut
from pie_desktop.ui.display.monitor import monitor_profile
from pie_desktop.ui.settings import Settings

_log = logging.getLogger(__name__)
SETTING = "display.profile"  # "monitor" (default), "off", or the path of an ICC profile


class DisplayColours(QObject):
    """The table for the monitor at hand; widgets that show photos apply it last.

    Attributes:
        table: float32 (S, S, S, 3) for `imaging.lut.apply_lut`, or None where colours go out as they are.
        name: description of the profile, or empty.

    Signals:
        changed: `table` is another one.
    """

    changed = Signal()

    def __init__(self, settings: Settings, read_profile: Callable[[QScreen], bytes | None] = monitor_profile) -> None:
        super().__init__()
        self._settings = settings
        self._read_profile = read_profile
        self._window: QWidget | None = None
        self._screen: QScreen | None = None
        self.table: np.ndarray | None = None
        self.name = ""

    @property
    def on(self) -> bool:
        """Whether a profile is applied if there is one."""
        return self._settings.get(SETTING) != "off"

    def set_on(self, on: bool) -> None:
        """Apply the profile of the monitor from now on, or none."""
        self._settings.set(SETTING, "monitor" if on else "off")
        self.update()

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
        table = display_table(icc) if icc is not None else None
        self.name = profile_name(icc) or "" if table is not None else ""
        if table is not self.table:
            self.table = table
            self.changed.emit()

    def apply(self, picture: np.ndarray) -> np.ndarray:
        """A picture in the colours of the monitor, same dtype; the very same array where there is nothing to do."""
        return picture if self.table is None else apply_lut(picture, self.table)

    def _on_screen(self, screen: QScreen) -> None:
        self._screen = screen
        self.update()

    def _profile(self) -> bytes | None:
        kept = self._settings.get(SETTING, "monitor")
        if not self.on or self._screen is None:
            return None
        if isinstance(kept, str) and kept != "monitor":
            try:
                return Path(kept).read_bytes()
            except OSError as error:
                _log.warning("The profile %s cannot be read: %s", kept, error)
        return self._read_profile(self._screen)
