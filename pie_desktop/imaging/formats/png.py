"""PNG: 8 bits read through Pillow, 16 bits through OpenCV, which also writes; and text in PNG files."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.imaging.formats.format import Coding, Density, Depth, FileExtras, FileFormat, Writing, lossless_density
from pie_desktop.imaging.formats.parts.pillow import header_of, pixels_of
from pie_desktop.imaging.stored import Header, StoredPixels, composite_on_white, damaged

if TYPE_CHECKING:
    from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33  # signature (8 bytes) and IHDR (25)
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")
_MAX_EXIF = 1 << 24
_LEVEL = 3  # those beyond take two to four times as long for 3 to 5 % smaller photographs


def read_header(path: Path) -> Header:
    """Header through Pillow, and what Pillow does not report, see `_scan`."""
    from PIL import PngImagePlugin

    with PngImagePlugin.PngImageFile(path) as image:
        bit_depth, exif, cicp = _scan(path)
        return header_of(path, FORMAT.name, image, exif, bit_depth, cicp)  # cICP first: PNG, third edition, 4.3


def _scan(path: Path) -> "tuple[int, Image.Exif, tuple[int, int] | None]":
    """Bit depth, EXIF and cICP: Pillow reports 16-bit RGB as RGB, and decodes all pixels in search of EXIF."""
    from PIL import Image

    exif, cicp = Image.Exif(), None
    with path.open("rb") as file:
        bit_depth = 16 if file.read(25)[24] == 16 else 8
        file.seek(len(_SIGNATURE))
        while len(chunk := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", chunk)
            if kind == b"eXIf" and length < _MAX_EXIF:
                exif.load(file.read(length))
                file.seek(4, 1)
                continue
            if kind == b"cICP" and length == 4:
                primaries, transfer = file.read(4)[:2]
                cicp = (primaries, transfer)
                file.seek(4, 1)
                continue
            if kind == b"IEND":
                break
            file.seek(length + 4, 1)
    return bit_depth, exif, cicp


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """uint8 or uint16 samples, `gray` or `rgb`, transparency on white."""
    from PIL import PngImagePlugin

    if header.bit_depth == 16:
        return _read_16(header)
    with PngImagePlugin.PngImageFile(header.path) as image:
        return pixels_of(image, min_side)


def _read_16(header: Header) -> StoredPixels:
    """uint16 samples; of an animation the image that plain viewers show."""
    import cv2

    data = _still(header.path.read_bytes())
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise damaged(header.path)
    if array.ndim == 2:
        return StoredPixels(array, "gray")
    rgb = np.ascontiguousarray(array[..., 2::-1])
    if array.shape[2] == 4:
        rgb = composite_on_white(rgb, array[..., 3])
    return StoredPixels(rgb, "rgb")


def _still(data: bytes) -> bytes:
    """A PNG without the chunks of an animation: OpenCV composes its frames, and loses 16-bit colours in that."""
    if data.find(b"acTL", 0, 1 << 16) < 0:
        return data
    parts, at = [data[: len(_SIGNATURE)]], len(_SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind not in _ANIMATION:
            parts.append(data[at:end])
        at = end
    return b"".join(parts)


def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The file with an iTXt chunk (UTF-8, PNG 1.2, 11.3.4.5) behind the header for each text that is not empty."""
    chunks = b"".join(_text_chunk(keyword, text) for keyword, text in texts.items() if text)
    return png[:_HEADER_END] + chunks + png[_HEADER_END:]


def _text_chunk(keyword: str, text: str) -> bytes:
    # Keyword, not compressed, no language, no translated keyword.
    return _chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8"))


def _chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def _encode(samples: np.ndarray, coding: Coding, extras: FileExtras) -> bytes:
    import cv2

    bgr = cv2.cvtColor(samples, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, _LEVEL])
    if not done:
        raise MemoryError("the PNG encoder failed")
    # OpenCV writes 16 bits, which Pillow does not, but no profile: put it behind the header.
    chunks = _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(extras.icc))
    if extras.dots_per_inch is not None:
        dots = [round(number / 0.0254) for number in extras.dots_per_inch]
        chunks += _chunk(b"pHYs", struct.pack(">IIB", *dots, 1))
    return b"".join((data[:_HEADER_END].tobytes(), chunks, data[_HEADER_END:].tobytes()))


def _density(coding: Coding, source_bits: int) -> Density:
    return lossless_density(coding.bits, source_bits)


FORMAT = FileFormat(
    name="png",
    title="PNG",
    suffixes=(".png",),
    read_header=read_header,
    read_pixels=read_pixels,
    magic=(_SIGNATURE,),
    preload=("cv2", "PIL.PngImagePlugin"),
    writing=Writing(
        place=1,
        suffix=".png",
        depths=(Depth("png", None), Depth("png8"), Depth("png16", 16)),
        encode=_encode,
        density=_density,
    ),
)
