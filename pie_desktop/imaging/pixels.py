"""Decoding of pixels as they are stored: no orientation, no colour conversion yet."""

import numpy as np

from pie_desktop.imaging.formats import avif, heif, jpeg, jxl, png, psd, raw, tiff
from pie_desktop.imaging.header import Header, open_pillow
from pie_desktop.imaging.stored import StoredPixels, composite_on_white

__all__ = ["StoredPixels", "read_pixels"]

_TRANSPARENT_MODES = {"RGBA", "LA", "PA", "La", "RGBa"}
_READERS = {"heic": heif.read_heif, "jxl": jxl.read_jxl, "psd": psd.read_psd}


def read_pixels(header: Header, min_side: int | None = None) -> StoredPixels:
    """Samples of the first image in the file; transparency is composited on white, as Lightroom does.

    Args:
        header: of the file to read.
        min_side: a JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, a RAW photo at 1/2 (much faster), as long as its
            long side keeps at least this many pixels; None for full size.

    Raises:
        Exception: of any kind when the file is damaged; callers wrap this in `stored.guarded`.
    """
    if header.format == "raw":
        return raw.read_raw(header, min_side)
    if header.format in _READERS:
        return _READERS[header.format](header)
    if header.format == "jpeg" and header.mode in ("RGB", "L"):
        return jpeg.read_jpeg(header, min_side)
    if header.format == "png" and header.bit_depth == 16:
        return png.read_png16(header)
    if header.format == "avif" and header.bit_depth == 16:
        return avif.read_avif16(header)
    if header.format == "tiff" and not header.mode:
        return tiff.read_tiff(header.path)
    try:
        return _read_with_pillow(header, min_side)
    except Exception:
        if header.format != "tiff":
            raise
        return tiff.read_tiff(header.path)  # knows more compressions


def _read_with_pillow(header: Header, min_side: int | None) -> StoredPixels:
    with open_pillow(header.path, header.format) as image:
        if min_side is not None:
            side = min(1.0, min_side / max(image.size))
            image.draft(None, (max(1, int(image.width * side)), max(1, int(image.height * side))))
        image.load()
        oriented = header.format == "tiff"  # Pillow turns TIFFs, and only these, by itself.
        if image.mode == "CMYK":
            return StoredPixels(np.asarray(image), "cmyk", oriented)
        if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
            rgba = np.asarray(image.convert("RGBA"))
            rgb = rgba[..., :3] if (rgba[..., 3] == 255).all() else composite_on_white(rgba[..., :3], rgba[..., 3])
            return StoredPixels(np.ascontiguousarray(rgb), "rgb", oriented)
        if image.mode in ("L", "1"):
            return StoredPixels(np.asarray(image.convert("L")), "gray", oriented)
        return StoredPixels(np.asarray(image if image.mode == "RGB" else image.convert("RGB")), "rgb", oriented)
