"""AVIF: the header through Pillow, 8 bits through Pillow, 10 and 12 bits through imagecodecs (both are libavif).

Colour profile and metadata for AVIF files: libavif's Python bindings for 10 bits write neither.

The file is written anew around the coded image (ISO/IEC 23008-12, HEIF; ISO/IEC 14496-12, boxes): one item for
the image, one each for EXIF and XMP that describe it.
"""

import logging
import struct
from collections.abc import Iterator
from pathlib import Path

from PIL import AvifImagePlugin, ExifTags

from pie_desktop.imaging.color.cicp import cicp_profile
from pie_desktop.imaging.formats.bmff import PrimaryItem, read_primary_item
from pie_desktop.imaging.formats.exif import valid_orientation
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, scaled_to_16, without_alpha

_log = logging.getLogger(__name__)


def read_avif_header(path: Path) -> Header:
    """Header of the first image; Pillow tells the turning of the container as EXIF's orientation."""
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
    """uint16 samples of an image with 10 or 12 bits."""
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


_IMAGE, _EXIF, _XMP = 1, 2, 3


def with_profile_and_metadata(encoded: bytes, icc: bytes, exif: bytes | None, xmp: bytes | None) -> bytes:
    """An AVIF file of a single image with a profile and metadata, which it must not have yet.

    Args:
        encoded: an AVIF file.
        icc: ICC profile.
        exif: a TIFF structure, or None.
        xmp: an XMP packet, or None.

    Raises:
        ValueError, struct.error: not such a file.
    """
    top = {kind: encoded[start:end] for kind, start, end in _boxes(encoded, 0, len(encoded))}
    meta = _children(top[b"meta"], 4)
    properties = _children(_children(meta[b"iprp"], 0)[b"ipco"], 0)
    if set(properties) != {b"ispe", b"pixi", b"av1C", b"colr"}:
        raise ValueError(f"an AVIF with the properties {sorted(properties)}")
    items = [(_IMAGE, b"av01", b"Color\0", _image(meta[b"iloc"], encoded))]
    if exif is not None:
        items.append((_EXIF, b"Exif", b"Exif\0", bytes(4) + exif))  # offset of the TIFF structure: 0
    if xmp is not None:
        items.append((_XMP, b"mime", b"XMP\0application/rdf+xml\0", xmp))
    # The profile comes first, so that readers that take one `colr` alone take this; 0x80 marks what a reader must know.
    stored = [(name, properties[name]) for name in (b"ispe", b"pixi", b"av1C")]
    stored += [(b"colr", b"prof" + icc), (b"colr", properties[b"colr"])]
    associations = bytes([1, 2, 0x80 | 3, 4, 5])
    container = _box(b"ipco", b"".join(_box(name, payload) for name, payload in stored))
    links = struct.pack(">IIHB", 0, 1, _IMAGE, len(associations)) + associations
    head = _box(b"ftyp", top[b"ftyp"])
    fixed = [
        _box(b"hdlr", meta[b"hdlr"]),
        _box(b"pitm", meta[b"pitm"]),
        _box(b"iinf", struct.pack(">IH", 0, len(items)) + b"".join(_item_entry(item) for item in items)),
        _box(b"iprp", container + _box(b"ipma", links)),
    ]
    if len(items) > 1:
        references = (_box(b"cdsc", struct.pack(">HHH", item[0], 1, _IMAGE)) for item in items[1:])
        fixed.append(_box(b"iref", bytes(4) + b"".join(references)))
    sizes = [len(item[3]) for item in items]
    meta_size = 12 + sum(map(len, fixed)) + len(_locations(items, [0] * len(items)))
    start = len(head) + meta_size + 8
    offsets = [start + sum(sizes[:index]) for index in range(len(items))]
    content = bytes(4) + b"".join(fixed) + _locations(items, offsets)
    return head + _box(b"meta", content) + _box(b"mdat", b"".join(item[3] for item in items))


Item = tuple[int, bytes, bytes, bytes]  # id, type, names, data


def _item_entry(item: Item) -> bytes:
    return _box(b"infe", struct.pack(">IHH4s", 0x02000000, item[0], 0, item[1]) + item[2])


def _locations(items: list[Item], offsets: list[int]) -> bytes:
    entries = b"".join(
        struct.pack(">HHHII", item[0], 0, 1, offset, len(item[3])) for item, offset in zip(items, offsets, strict=True)
    )
    return _box(b"iloc", struct.pack(">IBBH", 0, 0x44, 0, len(items)) + entries)


def _image(iloc: bytes, encoded: bytes) -> bytes:
    version, sizes, count, _, _, extents, offset, length = struct.unpack_from(">IHHHHHII", iloc)
    if version != 0 or sizes != 0x4400 or count != 1 or extents != 1:
        raise ValueError("an AVIF of more than one piece")
    return encoded[offset : offset + length]


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", len(payload) + 8, kind) + payload


def _children(payload: bytes, start: int) -> dict[bytes, bytes]:
    return {kind: payload[begin:end] for kind, begin, end in _boxes(payload, start, len(payload))}


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where the payload begins and ends."""
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8:
            raise ValueError("an AVIF with large or open boxes")
        yield kind, start + 8, start + size
        start += size
