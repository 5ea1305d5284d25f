"""Chunks of PNG files (PNG, third edition): those that decoders get to see, and what others say of the colours."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# All that the samples need. Decoders get no others: texts, profiles and animations have limits, faults and effects in
# them that are no reason to refuse a photo or to show it otherwise.
_DECODED = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
COLORS = frozenset((b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"))
_DESCRIBING = COLORS | {b"tRNS", b"eXIf"}
_INDEXED = 3  # the type of colour of palette images
_MAX_LENGTH = 1 << 24  # of a chunk that describes
_MAX_PROFILE = 1 << 26
_SRGB_GAMMA, _CLOSE = 2.2, 0.03  # the numbers that files round the curve of sRGB to, and how far they are off
_SAME_POINT = 0.002


@dataclass(frozen=True)
class PngDescription:
    """What comes with the samples.

    Attributes:
        head: a PNG file without samples, from which a decoder reads size and mode.
        chunks: the contents of the chunks that describe the image, by name; of several the first.
        bits: per sample.
        gray: one channel without an alpha channel.
    """

    head: bytes
    chunks: dict[bytes, bytes]
    bits: int
    gray: bool


def describe(path: Path) -> PngDescription:
    """Read a file but for its samples.

    Raises:
        struct.error, ValueError: it breaks off before its header is complete, does not begin with it, or misses its
            palette.
    """
    head, chunks, samples, palette = SIGNATURE, {}, False, False
    with path.open("rb") as file:
        for kind, length in _walk(file):
            samples |= kind == b"IDAT"
            palette |= kind == b"PLTE" and not samples
            describing = kind in _DESCRIBING and kind not in chunks and length <= _MAX_LENGTH
            if not describing and (samples or kind not in _DECODED):
                continue
            content = file.read(length)
            if describing:
                chunks[kind] = content
            if not samples and kind in _DECODED:
                head += struct.pack(">I", length) + kind + content + file.read(4)
    if head[12:16] != b"IHDR":
        raise ValueError("a PNG without a header")
    bits, color_type = struct.unpack_from("BB", head, 24)
    if color_type == _INDEXED and not palette:
        raise ValueError("a palette image without a palette")  # which Pillow takes for a black one
    empty = b"".join(struct.pack(">I", 0) + kind + struct.pack(">I", zlib.crc32(kind)) for kind in (b"IDAT", b"IEND"))
    return PngDescription(head + empty, chunks, bits, color_type == 0)


def for_decoder(data: bytes, without: bytes = b"") -> bytes:
    """A file with nothing but what its samples need; of an animation the image that plain viewers show.

    Args:
        data: a PNG file; what is cut off stays cut off.
        without: name of a further chunk to leave out.

    Raises:
        ValueError: the checksum of a chunk is wrong, which some decoders do not look at.
    """
    parts, at = [data[: len(SIGNATURE)]], len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length > len(data):
            break  # OpenCV would take so much memory before it looks
        end = at + 12 + length
        if kind in _DECODED and kind != without:
            checksum = zlib.crc32(memoryview(data)[at + 4 : end - 4])
            if end <= len(data) and struct.pack(">I", checksum) != data[end - 4 : end]:
                raise ValueError(f"{kind.decode()} is not as it was written")
            parts.append(data[at:end])
        at = end
    return b"".join(parts)


def declared_profile(chunks: dict[bytes, bytes]) -> tuple[bytes | None, str | None]:
    """The profile of the samples and, where it names itself not, its name; None for sRGB and where nothing is said.

    Of several descriptions one counts: cICP, then the ICC profile, then sRGB, then gAMA and cHRM.
    """
    from pie_desktop.imaging.color.cicp import cicp_profile

    if len(chunks.get(b"cICP", b"")) == 4:
        return cicp_profile(*chunks[b"cICP"][:2]) or (None, None)
    if b"iCCP" in chunks:
        return _embedded(chunks[b"iCCP"]), None
    if b"sRGB" in chunks:
        return None, None
    gamma = _gamma(chunks.get(b"gAMA", b""))
    points = _chromaticities(chunks.get(b"cHRM", b""))
    return _by_numbers(gamma, points) if gamma is not None or points is not None else (None, None)


def _walk(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Name and length of each chunk; the file stands at its content."""
    at = len(SIGNATURE)
    file.seek(at)
    while len(start := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", start)
        yield kind, length
        if kind == b"IEND":
            return
        at += 12 + length
        file.seek(at)


def _embedded(content: bytes) -> bytes | None:
    compressed = content.partition(b"\0")[2][1:]  # behind the name and the method
    try:
        return zlib.decompressobj().decompress(compressed, _MAX_PROFILE) or None
    except zlib.error:
        return None


def _gamma(content: bytes) -> float | None:
    """Exponent of encoded to linear values, or None where there is none within reason."""
    if len(content) != 4:
        return None
    (stored,) = struct.unpack(">I", content)
    return 100_000 / stored if 10_000 <= stored <= 1_000_000 else None


def _chromaticities(content: bytes) -> tuple[float, ...] | None:
    """x, y of white, red, green and blue; None where white is not a mixture of them."""
    if len(content) != 32:
        return None
    xy = np.array(struct.unpack(">8I", content)).reshape(4, 2) / 100_000
    if (xy <= 0).any() or (xy.sum(axis=1) > 1.0001).any():
        return None
    primaries = np.column_stack([xy[1:], 1 - xy[1:].sum(axis=1)]).T
    if abs(np.linalg.det(primaries)) < 0.01:
        return None
    amounts = np.linalg.solve(primaries, [*xy[0], 1 - xy[0].sum()])
    return tuple(xy.ravel().tolist()) if (amounts > 0).all() else None


@lru_cache(maxsize=8)
def _by_numbers(gamma: float | None, points: tuple[float, ...] | None) -> tuple[bytes | None, str | None]:
    from pie_desktop.imaging.color.cicp import gamma_profile, rgb_profile
    from pie_desktop.imaging.color.spaces import D65, SRGB, srgb_to_linear

    standard = (*D65, *SRGB)
    points = points or standard
    usual_points = max(abs(a - b) for a, b in zip(points, standard, strict=True)) < _SAME_POINT
    usual_gamma = gamma is None or abs(gamma / _SRGB_GAMMA - 1) < _CLOSE
    if usual_points and usual_gamma:
        return None, None
    white, primaries = (points[0], points[1]), points[2:]
    if gamma is None:
        return rgb_profile(primaries, srgb_to_linear(np.linspace(0, 1, 4096)), white), "RGB by chromaticities"
    return gamma_profile(white, primaries, gamma), f"RGB gamma {gamma:.2g}"
