"""How large files become, measured on sixteen photographs: the right order of magnitude, not the last digit."""

import numpy as np

from pie_desktop.imaging.formats.format import Density

_JPEG_QUALITY = (1, 50, 70, 80, 89, 90, 92, 95, 98, 100)
_JPEG_BYTES = (0.02, 0.135, 0.183, 0.247, 0.326, 0.429, 0.448, 0.584, 0.742, 1.041)
_TRUE_16 = 4.6
# What is compressed without loss depends less on the detail.
_LOSSY_DETAIL, _LOSSLESS_DETAIL = 0.8, 0.5


def lossy_density(quality: int, share: float = 1.0) -> Density:
    """Of a lossy format whose files take a share of what a JPEG of the same quality takes (1 to 100)."""
    return Density(float(np.interp(quality, _JPEG_QUALITY, _JPEG_BYTES)) * share, _LOSSY_DETAIL)


def lossless_density(bits: int, source_bits: int, with_8: float = 1.74, with_16: float = 3.3) -> Density:
    """Of a format without loss.

    Args:
        bits: per sample of the file.
        source_bits: of the photo: true 16 bits can hardly be compressed.
        with_8, with_16: bytes per pixel of files with 8 and with 16 bits of photos that had 8; those of PNG by default.
    """
    if bits <= 8:
        return Density(with_8, _LOSSLESS_DETAIL)
    return Density(_TRUE_16 if source_bits > 8 else with_16, _LOSSLESS_DETAIL)
