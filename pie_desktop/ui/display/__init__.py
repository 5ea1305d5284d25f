"""Colours as the monitor at hand shows them."""

from pie_desktop.ui.display.colours import DisplayColours

__all__ = ["DisplayColours"]
