"""Reading through Pillow: headers, samples, and what EXIF says of how pixels are to be read."""

from typing import TYPE_CHECKING, Any

import numpy as np

from pie_desktop.imaging.stored import Header, StoredPixels, composite_on_white

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

_TRANSPARENT_MODES = {"RGBA", "LA", "PA", "La", "RGBa"}
_ORIENTATION = 0x0112
_ADOBE_RGB = 2  # not in the standard, but written by some cameras
_UNCALIBRATED = 0xFFFF


def header_of(
    path: "Path",
    name: str,
    image: "Image.Image",
    exif: "Image.Exif",
) -> Header:
    """Header of a file that Pillow has opened.

    Args:
        path: the file.
        name: of the format.
        image: Pillow's image by its class, such as `WebPImageFile(path)`, still open. Not by `Image.open`, whose own
            limit on pixels (a global of Pillow) is lower than ours.
        exif: of the file.
    """
    from pie_desktop.imaging.color.cicp import adobe_rgb_profile

    width, height = image.size
    icc, color_name = image.info.get("icc_profile"), None
    if not icc and says_adobe_rgb(exif):
        icc, color_name = adobe_rgb_profile(), "Adobe RGB"
    icc = icc if isinstance(icc, bytes) and icc else None
    return Header(path, name, width, height, orientation_of(exif), 8, icc, image.mode, color_name)


def pixels_of(image: "Image.Image", min_side: int | None, oriented: bool = False) -> StoredPixels:
    """uint8 samples of an image that Pillow has opened; transparency on white.

    Args:
        image: as in `header_of`.
        min_side: a JPEG may be decoded at a reduced size, whose long side keeps that many pixels; None for full size.
        oriented: Pillow applies the orientation of this format by itself.
    """
    if min_side is not None:
        side = min(1.0, min_side / max(image.size))
        image.draft(None, (max(1, int(image.width * side)), max(1, int(image.height * side))))
    image.load()
    if image.mode == "CMYK":
        return StoredPixels(np.asarray(image), "cmyk", oriented)
    if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        rgb = rgba[..., :3] if (rgba[..., 3] == 255).all() else composite_on_white(rgba[..., :3], rgba[..., 3])
        return StoredPixels(np.ascontiguousarray(rgb), "rgb", oriented)
    if image.mode in ("L", "1"):
        return StoredPixels(np.asarray(image.convert("L")), "gray", oriented)
    return StoredPixels(np.asarray(image if image.mode == "RGB" else image.convert("RGB")), "rgb", oriented)


def says_adobe_rgb(exif: "Image.Exif") -> bool:
    """Whether EXIF declares Adobe RGB (DCF 2.0: colour space uncalibrated, interoperability index R03).

    The file that the EXIF was read from must still be open.
    """
    from PIL import ExifTags

    try:
        color_space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
    except Exception:  # Pillow raises nearly anything on damaged EXIF, which is no reason to refuse a photo
        return False
    if color_space == _ADOBE_RGB:
        return True
    return color_space in (None, _UNCALIBRATED) and str(index).strip("\0 ") == "R03"


def orientation_of(exif: "Image.Exif") -> int:
    """The orientation that EXIF declares, 1 where it declares none."""
    return valid_orientation(exif.get(_ORIENTATION))


def valid_orientation(value: Any) -> int:
    """The value of EXIF's orientation tag, 1 where there is none or it makes no sense."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
