"""The header of a JPEG XL codestream: ISO/IEC 18181-1, annexes A to D, as far as size and colours need it."""

import contextlib
import struct
from dataclasses import dataclass

from pie_desktop.imaging.formats.parts.boxes import walk

_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_START = 1 << 16  # far more than the header needs
_D65, _CUSTOM, _DCI = 1, 2, 11
_GRAY, _XYB = 1, 2


@dataclass(frozen=True)
class JxlHeader:
    """What is needed to decode and to show.

    Attributes:
        width, height: as stored.
        orientation: 1 to 8, as in EXIF; the decoder applies it.
        bits: per sample; `floating` for floating point.
        gray: one colour channel.
        xyb: the samples are stored in a colour space of JPEG XL's own, and the decoder converts them.
        embedded_icc: the colours are described by a compressed ICC profile, which is not read here.
        white: x, y of the white point, or None for D65.
        primaries: a code point of CICP, or x, y of red, green, blue.
        transfer: a code point of CICP, or None where there is a `gamma`.
        gamma: exponent of encoded to linear, or None.
    """

    width: int
    height: int
    orientation: int = 1
    bits: int = 8
    floating: bool = False
    gray: bool = False
    xyb: bool = False
    embedded_icc: bool = False
    white: tuple[float, float] | None = None
    primaries: int | tuple[float, ...] = 1
    transfer: int | None = 13
    gamma: float | None = None


def read_jxl_header(data: bytes) -> JxlHeader:
    """Read the header of a whole file, with or without container.

    Raises:
        ValueError, struct.error: there is none.
    """
    codestream = data[:_START] if data[:2] == b"\xff\x0a" else _unwrap(data)
    if codestream[:2] != b"\xff\x0a":
        raise ValueError("not a JPEG XL codestream")
    bits = _Bits(codestream[2:_START])
    width, height = _size(bits)
    if bits.flag():  # all default
        return JxlHeader(width, height, xyb=True)
    orientation = 1
    if bits.flag():
        orientation = bits.read(3) + 1
        if bits.flag():
            _size(bits)  # intrinsic size
        if bits.flag():
            _skip_preview(bits)
        if bits.flag():
            _skip_animation(bits)
    floating, depth = _bit_depth(bits)
    bits.read(1)  # whether 16 bits suffice for the decoder
    for _ in range(bits.choose(0, 1, (4, 2), (12, 1))):
        _skip_extra_channel(bits)
    xyb = bits.flag()
    return _color(bits, JxlHeader(width, height, orientation, depth, floating, xyb=xyb))


def _color(bits: "_Bits", header: JxlHeader) -> JxlHeader:
    known = dict(vars(header))
    if bits.flag():  # sRGB
        return header
    known["embedded_icc"] = bits.flag()
    space = bits.enum()
    known["gray"] = space == _GRAY
    if known["embedded_icc"]:
        return JxlHeader(**known)
    if space != _XYB:
        white = bits.enum()
        if white == _CUSTOM:
            known["white"] = bits.point()
        elif white != _D65:
            known["white"] = (0.314, 0.351) if white == _DCI else (1 / 3, 1 / 3)
        if space != _GRAY:
            primaries = bits.enum()
            if primaries == _CUSTOM:
                known["primaries"] = (*bits.point(), *bits.point(), *bits.point())
            else:
                known["primaries"] = {11: 12}.get(primaries, primaries)  # P3
        if bits.flag():
            known["gamma"], known["transfer"] = 1e7 / max(1, bits.read(24)), None
        else:
            known["transfer"] = bits.enum()
    return JxlHeader(**known)


def _unwrap(data: bytes) -> bytes:
    """The beginning of the codestream in a container."""
    parts = b""
    with contextlib.suppress(ValueError, struct.error):  # what is damaged may come after what is needed
        for kind, begin, end in walk(data):
            if kind == b"jxlc":
                return data[begin : min(end, begin + _START)]
            if kind == b"jxlp":
                parts += data[begin + 4 : min(end, begin + _START)]
            if len(parts) >= _START:
                break
    return parts


def _size(bits: "_Bits") -> tuple[int, int]:
    small = bits.flag()
    height = (bits.read(5) + 1) * 8 if small else bits.choose((9, 1), (13, 1), (18, 1), (30, 1))
    ratio = bits.read(3)
    if ratio:
        top, bottom = _RATIOS[ratio]
        return height * top // bottom, height
    width = (bits.read(5) + 1) * 8 if small else bits.choose((9, 1), (13, 1), (18, 1), (30, 1))
    return width, height


def _skip_preview(bits: "_Bits") -> None:
    eighths = bits.flag()
    choices: tuple[int | tuple[int, int], ...] = ((6, 1), (8, 65), (10, 321), (12, 1345))
    if eighths:
        choices = (16, 32, (5, 1), (9, 33))
    bits.choose(*choices)
    if not bits.read(3):
        bits.choose(*choices)


def _skip_animation(bits: "_Bits") -> None:
    bits.choose(100, 1000, (10, 1), (30, 1))
    bits.choose(1, 1001, (8, 1), (10, 1))
    bits.choose(0, (3, 0), (16, 0), (32, 0))
    bits.read(1)


def _bit_depth(bits: "_Bits") -> tuple[bool, int]:
    if bits.flag():
        depth = bits.choose(32, 16, 24, (6, 1))
        bits.read(4)
        return True, depth
    return False, bits.choose(8, 10, 12, (6, 1))


def _skip_extra_channel(bits: "_Bits") -> None:
    if bits.flag():
        return
    kind = bits.enum()
    _bit_depth(bits)
    bits.choose(0, 3, 4, (3, 1))
    for _ in range(bits.choose(0, (4, 0), (5, 16), (10, 48))):
        bits.read(8)
    if kind == 0:  # alpha
        bits.read(1)
    elif kind == 2:  # spot colour
        bits.read(64)
    elif kind == 5:  # colour filter array
        bits.choose(1, (2, 0), (4, 3), (8, 19))


class _Bits:
    """Bits from the least significant one of every byte on; reading beyond the end raises ValueError."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data[:4096], "little")
        self._left = 8 * min(len(data), 4096)

    def read(self, count: int) -> int:
        if count > self._left:
            raise ValueError("the header breaks off")
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        self._left -= count
        return value

    def flag(self) -> bool:
        return bool(self.read(1))

    def choose(self, *choices: int | tuple[int, int]) -> int:
        """U32: two bits select a value or (bits, offset)."""
        choice = choices[self.read(2)]
        return choice if isinstance(choice, int) else self.read(choice[0]) + choice[1]

    def enum(self) -> int:
        return self.choose(0, 1, (4, 2), (6, 18))

    def point(self) -> tuple[float, float]:
        return self._coordinate(), self._coordinate()

    def _coordinate(self) -> float:
        packed = self.choose((19, 0), (19, 1 << 19), (20, 1 << 20), (21, 1 << 21))
        return (packed >> 1 if packed % 2 == 0 else -(packed >> 1) - 1) / 1e6
