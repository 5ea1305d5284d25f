"""PNG: 8 bits read through Pillow, 16 bits through OpenCV, which also writes; and text in PNG files."""

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pie_desktop.imaging.formats.format import Coding, Density, Depth, FileExtras, FileFormat, Writing, lossless_density
from pie_desktop.imaging.formats.parts.pillow import orientation_of, pixels_of, says_adobe_rgb
from pie_desktop.imaging.formats.parts.png_chunks import COLORS, SIGNATURE, declared_profile, describe, for_decoder
from pie_desktop.imaging.stored import Header, StoredPixels, composite_on_white, damaged

_HEADER_END = 33  # signature (8 bytes) and IHDR (25)
_MOST_DEFLATED = 1032  # bytes that one byte can stand for: 258 bytes take two bits at best (RFC 1951)
_LEVEL = 3  # those beyond take two to four times as long for 3 to 5 % smaller photographs


def read_header(path: Path) -> Header:
    """Size and mode through Pillow; EXIF and colours by their chunks, in which Pillow has limits."""
    from PIL import Image, PngImagePlugin

    from pie_desktop.imaging.color.cicp import adobe_rgb_profile

    found = describe(path)
    exif = Image.Exif()
    if b"eXIf" in found.chunks:
        exif.load(found.chunks[b"eXIf"])
    icc, name = declared_profile(found.chunks)
    if not found.chunks.keys() & COLORS and says_adobe_rgb(exif):
        icc, name = adobe_rgb_profile(), "Adobe RGB"
    with PngImagePlugin.PngImageFile(io.BytesIO(found.head)) as image:
        (width, height), mode = image.size, image.mode
    bit_depth = 16 if found.bits == 16 else 8
    return Header(path, FORMAT.name, width, height, orientation_of(exif), bit_depth, icc, mode, name)


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """uint8 or uint16 samples, `gray` or `rgb`, transparency on white; of an animation the image of plain viewers."""
    found = describe(header.path)
    if header.path.stat().st_size * _MOST_DEFLATED < header.width * header.height * found.bits // 8:
        raise damaged(header.path)  # before there is memory for pixels that cannot be in it
    # Decoders ignore the transparent shade of grayscale, or compare it in another scale.
    shade = found.chunks.get(b"tRNS") if found.gray else None
    data = for_decoder(header.path.read_bytes(), without=b"" if shade is None else b"tRNS")
    pixels = _read_16(header, data) if found.bits == 16 else _read_8(data, min_side)
    if shade is None or len(shade) != 2:
        return pixels
    top = np.iinfo(pixels.array.dtype).max
    (stored,) = struct.unpack(">H", shade)
    transparent = pixels.array == round(stored % 2**found.bits * top / (2**found.bits - 1))
    return StoredPixels(np.where(transparent, pixels.array.dtype.type(top), pixels.array), pixels.space)


def _read_8(data: bytes, min_side: int | None) -> StoredPixels:
    from PIL import PngImagePlugin

    with PngImagePlugin.PngImageFile(io.BytesIO(data)) as image:
        return pixels_of(image, min_side)


def _read_16(header: Header, data: bytes) -> StoredPixels:
    import cv2

    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise damaged(header.path)
    if array.ndim == 2:
        return StoredPixels(array, "gray")
    rgb = np.ascontiguousarray(array[..., 2::-1])
    if array.shape[2] == 4:
        rgb = composite_on_white(rgb, array[..., 3])
    return StoredPixels(rgb, "rgb")


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
    magic=(SIGNATURE,),
    preload=("cv2", "PIL.PngImagePlugin"),
    writing=Writing(
        place=1,
        suffix=".png",
        depths=(Depth("png", None), Depth("png8"), Depth("png16", 16)),
        encode=_encode,
        density=_density,
    ),
)
