"""Small images of photos, loaded in the background and kept in memory."""

from pie_desktop.ui.thumbnails.cache import Thumbnail, ThumbnailCache
from pie_desktop.ui.thumbnails.loader import ThumbnailLoader, modified_time, side_for

__all__ = ["Thumbnail", "ThumbnailCache", "ThumbnailLoader", "modified_time", "side_for"]
