"""RGB colour spaces: their published primaries, the curve of sRGB, and ICC profiles made from them.

Primaries are CIE 1931 x and y of red, green and blue, in this order; their white is D65. The curve of sRGB
(IEC 61966-2-1) is mirrored for negative values, which colours beyond its gamut have.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

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


LUMA = (0.2126, 0.7152, 0.0722)
"""Shares of red, green and blue in luma, and in luminance of linear light: ITU-R BT.709, whose primaries sRGB has."""


def srgb_to_linear(encoded: np.ndarray) -> np.ndarray:
    """Encoded values to linear light; 0 and 1 stay."""
    size = np.abs(encoded)
    return np.sign(encoded) * np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear light to encoded values; 0 and 1 stay."""
    size = np.abs(linear)
    return np.sign(linear) * np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)


ColorSpace = Literal["srgb", "display-p3", "adobe-rgb", "rec2020", "source"]

_D50_XYZ = np.array([0.9642, 1.0, 0.8249])  # the white of the profile connection space (ICC.1:2022, 7.2.16)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_COLUMNS = (b"rXYZ", b"gXYZ", b"bXYZ")


@dataclass(frozen=True)
class Space:
    """An RGB space with white D65.

    Attributes:
        name: description in the profile.
        primaries: CIE x and y of red, green and blue.
        curve: encoded to linear: parameters g, a, b, c, d of ICC.1:2022, table 68, type 3 (`(a x + b)^g` from d on,
            `c x` below), or (g,) for a pure power.
        cicp: colour primaries and transfer characteristics of ITU-T H.273, for HEIC and AVIF; 2 is unspecified.
    """

    name: str
    primaries: Primaries
    curve: tuple[float, ...]
    cicp: tuple[int, int]

    @property
    def matrix_from_srgb(self) -> np.ndarray:
        """(3, 3): linear sRGB to linear values of this space."""
        return np.linalg.inv(_to_xyz(self.primaries)) @ _to_xyz(SRGB)


SPACES: dict[str, Space] = {
    "display-p3": Space("Display P3", DISPLAY_P3, _SRGB_CURVE, (12, 13)),
    "adobe-rgb": Space("Adobe RGB (1998) compatible", ADOBE_RGB, (ADOBE_RGB_GAMMA,), (2, 2)),
    "rec2020": Space(
        "Rec. 2020",
        REC2020,
        (1 / 0.45, 1 / 1.09929682680944, 0.09929682680944 / 1.09929682680944, 1 / 4.5, 4.5 * 0.018053968510807),
        (9, 14),
    ),
}


@lru_cache(maxsize=8)
def make_profile(color: str) -> bytes:
    """The ICC profile of a space by name: `srgb`, `display-p3`, `adobe-rgb` or `rec2020`; the same bytes every time."""
    if color == "srgb":
        return srgb_profile()
    space = SPACES[color]
    adaptation = _adaptation()
    columns = (adaptation @ _to_xyz(space.primaries)).T
    primaries = {name: b"XYZ \0\0\0\0" + _fixed(xyz) for name, xyz in zip(_COLUMNS, columns, strict=True)}
    tags = {
        b"desc": _text(space.name),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(_D50_XYZ),
        b"chad": b"sf32\0\0\0\0" + _fixed(adaptation.ravel()),
        **primaries,
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(space.curve)),
    }
    return _assemble(tags)


def _to_xyz(primaries: Primaries) -> np.ndarray:
    """(3, 3): linear RGB to XYZ under D65, white = (1, 1, 1)."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in zip(primaries[::2], primaries[1::2], strict=True)]).T
    return columns * np.linalg.solve(columns, _white())


def _white() -> np.ndarray:
    x, y = D65
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation() -> np.ndarray:
    """Bradford, D65 to D50 (ICC.1:2022, annex E)."""
    gain = (BRADFORD @ _D50_XYZ) / (BRADFORD @ _white())
    return np.linalg.inv(BRADFORD) @ np.diag(gain) @ BRADFORD


def _curve(parameters: tuple[float, ...]) -> bytes:
    kind = 0 if len(parameters) == 1 else 3
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + _fixed(np.array(parameters))


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _fixed(values: np.ndarray) -> bytes:
    return np.round(np.asarray(values) * 65536).astype(">i4").tobytes()


def _assemble(tags: dict[bytes, bytes]) -> bytes:
    """A version 4.3 display profile; equal tags are stored once (ICC.1:2022, 7.3.1)."""
    offset = 132 + 12 * len(tags)
    table, data, places = b"", b"", {}
    for name, content in tags.items():
        if content not in places:
            places[content] = offset + len(data)
            data += content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, places[content], len(content))
    size = offset + len(data)
    date = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)  # fixed, so that the same export gives the same bytes on any day
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x04300000, b"mntr", b"RGB ", b"XYZ ") + date + b"acsp"
    header += bytes(28) + _fixed(_D50_XYZ) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + data


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The ICC profile of the working space (LittleCMS' sRGB IEC 61966-2-1)."""
    from PIL import ImageCms  # not at the top: names of colour spaces are needed without it

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A fixed creation date (ICC.1:2022, 7.2.9), so that the same export gives the same bytes on any day.
    return profile[:24] + struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + profile[36:]
