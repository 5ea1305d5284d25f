"""What EXIF says of how pixels are to be read."""

from PIL import ExifTags, Image

_ADOBE_RGB = 2  # not in the standard, but written by some cameras
_UNCALIBRATED = 0xFFFF


def says_adobe_rgb(exif: Image.Exif) -> bool:
    """Whether EXIF declares Adobe RGB (DCF 2.0: colour space uncalibrated, interoperability index R03).

    The file that the EXIF was read from must still be open.
    """
    try:
        color_space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
    except Exception:  # Pillow raises nearly anything on damaged EXIF, which is no reason to refuse a photo
        return False
    if color_space == _ADOBE_RGB:
        return True
    return color_space in (None, _UNCALIBRATED) and str(index).strip("\0 ") == "R03"


def valid_orientation(value: object) -> int:
    """The value of EXIF's orientation tag, 1 where there is none or nonsense."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
