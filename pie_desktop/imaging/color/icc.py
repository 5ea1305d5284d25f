"""Reading of ICC profiles as far as exact 16-bit conversion needs it: matrix and gray profiles."""

import struct
from dataclasses import dataclass

import numpy as np

CURVE_POINTS = 65536
# Linear sRGB to the profile connection space, XYZ adapted to D50 (IEC 61966-2-1 through Bradford, as in ICC profiles).
SRGB_TO_PCS = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)


@dataclass(frozen=True)
class MatrixProfile:
    """A profile that is tone curves and a matrix.

    Attributes:
        curves: float32 (65536, 3): linear light of evenly spaced encoded values, per channel.
        matrix: (3, 3): linear device RGB to linear sRGB (values outside [0, 1] are outside its gamut).
    """

    curves: np.ndarray
    matrix: np.ndarray


def parse_matrix_profile(profile: bytes) -> MatrixProfile | None:
    """The curves and matrix of an RGB or gray display profile, or None where it is of another kind.

    After ICC.1:2022, 8.3.3 (three-component matrix-based) and 8.3.4 (monochrome) profiles. A profile with A2B tables
    is of another kind, since these have precedence.

    Raises:
        ValueError, struct.error: the profile is damaged.
    """
    tags = _tags(profile)
    if profile[20:24] != b"XYZ " or b"A2B0" in tags or b"A2B1" in tags:
        return None
    if profile[16:20] == b"GRAY" and b"kTRC" in tags:
        curve = _curve(tags[b"kTRC"])
        return MatrixProfile(np.stack([curve] * 3, axis=1), np.eye(3))
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    if profile[16:20] != b"RGB " or not all(name in tags for name in names):
        return None
    columns = [_xyz(tags[name]) for name in names[:3]]
    curves = np.stack([_curve(tags[name]) for name in names[3:]], axis=1)
    return MatrixProfile(curves, np.linalg.inv(SRGB_TO_PCS) @ np.stack(columns, axis=1))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    if len(profile) < 132 or profile[36:40] != b"acsp":
        raise ValueError("not an ICC profile")
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 200:
        raise ValueError("an ICC profile with too many tags")
    entries = [struct.unpack_from(">4sII", profile, 132 + 12 * index) for index in range(count)]
    return {name: profile[offset : offset + size] for name, offset, size in entries}


def _xyz(tag: bytes) -> np.ndarray:
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curve(tag: bytes) -> np.ndarray:
    x = np.linspace(0, 1, CURVE_POINTS)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return x.astype(np.float32)
        values = np.frombuffer(tag, dtype=">u2", count=count, offset=12)
        if count == 1:
            return (x ** (values[0] / 256)).astype(np.float32)
        return np.interp(x, np.linspace(0, 1, count), values / 65535).astype(np.float32)
    if tag[:4] == b"para":
        return _parametric(tag, x).astype(np.float32)
    raise ValueError("an ICC curve of an unknown type")


def _parametric(tag: bytes, x: np.ndarray) -> np.ndarray:
    """ICC.1:2022, table 68: function types 0 to 4."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    counts = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
    if kind not in counts:
        raise ValueError("an ICC curve of an unknown type")
    parameters = [value / 65536 for value in struct.unpack_from(f">{counts[kind]}i", tag, 12)]
    g, a, b, c, d, e, f = parameters + [0.0] * (7 - len(parameters))
    if kind == 0:
        return x**g
    power = np.maximum(a * x + b, 0) ** g
    if kind in (1, 2):
        return np.where(a * x + b >= 0, power + c, c)
    return np.where(x >= d, power + e, c * x + f)
