"""AVIF: 8 bits read through Pillow, 10 and 12 bits through imagecodecs, which also writes (both are libavif).

Neither binding writes profile and metadata of files with 10 bits, so the file is made anew around the coded image
(ISO/IEC 23008-12, HEIF; ISO/IEC 14496-12, boxes): one item for the image, one each for EXIF and XMP that describe it.
"""

import logging
import struct
from pathlib import Path

import numpy as np

from pie_desktop.imaging.formats.format import Coding, Density, Depth, FileExtras, FileFormat, Writing, lossy_density
from pie_desktop.imaging.formats.parts.boxes import PrimaryItem, box, children, read_primary_item, without_sequence
from pie_desktop.imaging.formats.parts.depth import without_alpha
from pie_desktop.imaging.formats.parts.pillow import pixels_of, valid_orientation
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, to_10_bits

_log = logging.getLogger(__name__)
# 24 MP take 17 s at this speed of libaom and 37 s at the next better one, for 1 % smaller files.
_SPEED = 8
_MATRIX_BT601 = 6
_SHARE = 0.45  # of a JPEG that looks the same
_IMAGE, _EXIF, _XMP = 1, 2, 3

_Item = tuple[int, bytes, bytes, bytes]  # id, type, names, data


def read_header(path: Path) -> Header:
    """Header of the first image; Pillow reports the container's rotation as EXIF's orientation."""
    from PIL import AvifImagePlugin, ExifTags

    from pie_desktop.imaging.color.cicp import cicp_profile

    with AvifImagePlugin.AvifImageFile(path) as image:
        width, height = image.size
        check_size(path, width, height)
        orientation = valid_orientation(image.getexif().get(ExifTags.Base.Orientation))
        icc, mode, name = image.info.get("icc_profile"), image.mode, None
    item = _primary_item(path)
    if not icc and item.cicp is not None:
        icc, name = cicp_profile(*item.cicp) or (None, None)
    return Header(path, FORMAT.name, width, height, orientation, 8 if item.bits <= 8 else 16, icc or None, mode, name)


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """uint8 samples, uint16 of an image with 10 or 12 bits."""
    if header.bit_depth == 8:
        from PIL import AvifImagePlugin

        with AvifImagePlugin.AvifImageFile(header.path) as image:
            return pixels_of(image, min_side)
    import imagecodecs

    # Asked for one image of an animation, imagecodecs crashes; without an index it decodes all of them.
    array = imagecodecs.avif_decode(without_sequence(header.path.read_bytes()), index=0)
    base, space = without_alpha(array, _primary_item(header.path).bits)
    return StoredPixels(base, space)


def _primary_item(path: Path) -> PrimaryItem:
    try:
        return read_primary_item(path.read_bytes())
    except (ValueError, KeyError, IndexError, struct.error) as error:
        # An image sequence need not have any; libavif knows more than these few properties.
        _log.debug("Properties of %s: %s", path, error)
        return PrimaryItem(8, None)


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
    top = dict(children(encoded))
    meta = dict(children(top[b"meta"], 4))
    properties = dict(children(dict(children(meta[b"iprp"]))[b"ipco"]))
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
    container = box(b"ipco", b"".join(box(name, payload) for name, payload in stored))
    links = struct.pack(">IIHB", 0, 1, _IMAGE, len(associations)) + associations
    head = box(b"ftyp", top[b"ftyp"])
    fixed = [
        box(b"hdlr", meta[b"hdlr"]),
        box(b"pitm", meta[b"pitm"]),
        box(b"iinf", struct.pack(">IH", 0, len(items)) + b"".join(_item_entry(item) for item in items)),
        box(b"iprp", container + box(b"ipma", links)),
    ]
    if len(items) > 1:
        references = (box(b"cdsc", struct.pack(">HHH", item[0], 1, _IMAGE)) for item in items[1:])
        fixed.append(box(b"iref", bytes(4) + b"".join(references)))
    sizes = [len(item[3]) for item in items]
    meta_size = 12 + sum(map(len, fixed)) + len(_locations(items, [0] * len(items)))
    start = len(head) + meta_size + 8
    offsets = [start + sum(sizes[:index]) for index in range(len(items))]
    content = bytes(4) + b"".join(fixed) + _locations(items, offsets)
    return head + box(b"meta", content) + box(b"mdat", b"".join(item[3] for item in items))


def _item_entry(item: _Item) -> bytes:
    return box(b"infe", struct.pack(">IHH4s", 0x02000000, item[0], 0, item[1]) + item[2])


def _locations(items: list[_Item], offsets: list[int]) -> bytes:
    entries = b"".join(
        struct.pack(">HHHII", item[0], 0, 1, offset, len(item[3])) for item, offset in zip(items, offsets, strict=True)
    )
    return box(b"iloc", struct.pack(">IBBH", 0, 0x44, 0, len(items)) + entries)


def _image(iloc: bytes, encoded: bytes) -> bytes:
    version, sizes, count, _, _, extents, offset, length = struct.unpack_from(">IHHHHHII", iloc)
    if version != 0 or sizes != 0x4400 or count != 1 or extents != 1:
        raise ValueError("an AVIF of more than one piece")
    return encoded[offset : offset + length]


def _encode(samples: np.ndarray, coding: Coding, extras: FileExtras) -> bytes:
    import imagecodecs

    encoded = imagecodecs.avif_encode(
        to_10_bits(samples) if coding.bits == 10 else samples,
        level=coding.quality,
        speed=_SPEED,
        bitspersample=coding.bits,
        pixelformat=coding.chroma.replace(":", ""),
        primaries=extras.cicp[0],
        transfer=extras.cicp[1],
        matrix=_MATRIX_BT601,
        numthreads=1,  # the processes of an export are the parallelism
    )
    return with_profile_and_metadata(bytes(encoded), extras.icc, extras.exif, extras.xmp)


def _density(coding: Coding, source_bits: int) -> Density:
    return lossy_density(coding.quality, _SHARE)


FORMAT = FileFormat(
    name="avif",
    title="AVIF",
    suffixes=(".avif",),
    read_header=read_header,
    read_pixels=read_pixels,
    brands=(b"avif", b"avis"),
    preload=("PIL.AvifImagePlugin",),
    writing=Writing(
        place=5,
        suffix=".avif",
        depths=(Depth("avif"), Depth("avif10", 10)),
        encode=_encode,
        density=_density,
        lossy=True,
        choice="subsampling",
        max_side=32_768,
        takes_metadata=True,
    ),
)
