"""AVIF: the header through Pillow, 8 bits through Pillow, 10 and 12 bits through imagecodecs (both are libavif)."""

import logging
import struct
from pathlib import Path

from PIL import AvifImagePlugin, ExifTags

from pie_desktop.imaging.cicp import cicp_profile
from pie_desktop.imaging.decoders.bmff import PrimaryItem, read_primary_item
from pie_desktop.imaging.decoders.exif import valid_orientation
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, scaled_to_16, without_alpha

_log = logging.getLogger(__name__)


def read_avif_header(path: Path) -> Header:
    """Header of the first picture; Pillow tells the turning of the container as EXIF's orientation."""
    with AvifImagePlugin.AvifImageFile(path) as image:
        width, height = image.size
        check_size(path, width, height)
        orientation = valid_orientation(image.getexif().get(ExifTags.Base.Orientation))
        icc, mode, name = image.info.get("icc_profile"), image.mode, None
    item = _primary_item(path)
    if not icc and item.cicp is not None:
        icc, name = cicp_profile(*item.cicp) or (None, None)
    return Header(path, "avif", width, height, orientation, 8 if item.bits <= 8 else 16, icc or None, mode, name)


def read_avif16(header: Header) -> StoredPixels:
    """uint16 samples of a picture with 10 or 12 bits."""
    import imagecodecs

    array = imagecodecs.avif_decode(header.path.read_bytes(), index=0)
    base, space = without_alpha(scaled_to_16(array, _primary_item(header.path).bits))
    return StoredPixels(base, space)


def _primary_item(path: Path) -> PrimaryItem:
    try:
        return read_primary_item(path.read_bytes())
    except (ValueError, KeyError, IndexError, struct.error) as error:
        # An image sequence need not have any; libavif knows more than these few properties.
        _log.debug("Properties of %s: %s", path, error)
        return PrimaryItem(8, None)
