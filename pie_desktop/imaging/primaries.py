"""Published RGB primaries: CIE 1931 x and y of red, green and blue, in this order. Their white is D65."""

Primaries = tuple[float, float, float, float, float, float]

D65 = (0.3127, 0.3290)

SRGB: Primaries = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
"""IEC 61966-2-1; those of ITU-R BT.709 too."""

DISPLAY_P3: Primaries = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
"""SMPTE EG 432-1."""

ADOBE_RGB: Primaries = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
"""Adobe RGB (1998) Color Image Encoding, 2005-05."""

ADOBE_RGB_GAMMA = 563 / 256
"""2 51/256, as the specification writes the exponent."""

REC2020: Primaries = (0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
"""ITU-R BT.2020."""

BT601_625: Primaries = (0.64, 0.33, 0.29, 0.60, 0.15, 0.06)
"""ITU-R BT.601, 625 lines."""

BT601_525: Primaries = (0.63, 0.34, 0.31, 0.595, 0.155, 0.07)
"""ITU-R BT.601, 525 lines."""
