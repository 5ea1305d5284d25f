"""The kind of a JPEG by its frame header (ITU-T T.81, B.2.2), to name those that photo software does not read."""

from pathlib import Path

_MAX_SEGMENTS = 2_000
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those are tables and an extension
_JPEG_LS = 0xF7
_LOSSLESS, _ARITHMETIC = {0xC3, 0xC7, 0xCB, 0xCF}, {0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_HIERARCHICAL = {0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF}


def unusual_kind(path: Path) -> str | None:
    """Such as `a lossless 12-bit JPEG`; None for the kinds that every program reads, and for a damaged header."""
    with path.open("rb") as file:
        at = 2
        for _ in range(_MAX_SEGMENTS):
            file.seek(at)
            start = file.read(10)
            if len(start) < 10 or start[0] != 0xFF:
                return None
            marker = start[1]
            if marker in _FRAMES or marker == _JPEG_LS:
                return _kind(marker, bits=start[4], channels=start[9])
            if marker == 0xFF:
                at += 1
            elif marker in _ALONE:
                at += 2
            else:
                at += 2 + int.from_bytes(start[2:4], "big")
    return None


def _kind(marker: int, bits: int, channels: int) -> str | None:
    if marker == _JPEG_LS:
        return "a JPEG-LS image"
    words = []
    if marker in _HIERARCHICAL:
        words.append("hierarchical")
    if marker in _ARITHMETIC:
        words.append("arithmetically coded")
    if marker in _LOSSLESS:
        words.append("lossless")
    if bits != 8:
        words.append(f"{bits}-bit")
    channels_too = channels not in (1, 3, 4)
    if not words and not channels_too:
        return None
    name = " ".join([*words, "JPEG"]) + (f" with {channels} channels" if channels_too else "")
    return f"an {name}" if name[0] == "a" else f"a {name}"
