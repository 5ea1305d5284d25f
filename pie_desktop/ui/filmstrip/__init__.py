"""Folder browser: the photos of a folder as a strip or grid of thumbnails."""

from pie_desktop.ui.filmstrip.filmstrip import Filmstrip

__all__ = ["Filmstrip"]
