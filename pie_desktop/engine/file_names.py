"""File names that every system takes: the rules of Windows, the strictest, hold everywhere, as disks travel."""

import re
import unicodedata

# Bytes of UTF-8: file systems take 255 (Linux) or 255 UTF-16 units; the rest is room for a number and a suffix.
MAX_STEM_BYTES = 200
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[\ud800-\udfff]')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file, the superscript digits included.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{digit}" for device in ("com", "lpt") for digit in "123456789¹²³"}
)


def portable_name(text: str) -> str:
    """A single name, without its suffix, mended so that Windows, macOS and Linux take it.

    Composed Unicode (NFC); characters that are not allowed become `_`; dots and spaces at the end go, and so do
    spaces at the start; the names of devices such as `CON` get a `_` behind them; over-long names are cut.

    Returns:
        Never empty, never `.` or `..`, never with a separator in it.
    """
    name = unicodedata.normalize("NFC", text)
    name = _FORBIDDEN.sub("_", name).lstrip(" ")
    name = _cut(name, MAX_STEM_BYTES).rstrip(". ")
    if not name:
        return "_"
    device, dot, rest = name.partition(".")
    if device.rstrip(" ").casefold() in _DEVICES:
        return f"{device}_{dot}{rest}"
    return name


def is_portable(text: str) -> bool:
    """Whether a name stays as it is, but for the way its accents are composed."""
    return portable_name(text) == unicodedata.normalize("NFC", text)


def collision_key(text: str) -> str:
    """Equal for names that are one file on some disk: case and the composition of accents do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _cut(name: str, limit: int) -> str:
    if len(name.encode("utf-8")) <= limit:
        return name
    return name.encode("utf-8")[:limit].decode("utf-8", "ignore")
