"""Names of exported files: templates such as `{date:%Y}/{name}_{seq:04d}`, and names that every system accepts.

The rules of Windows, which are the strictest, apply everywhere, because disks move between systems.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pie_desktop.edit.history import FIRST_COPY
from pie_desktop.errors import PieError

DEFAULT_TEMPLATE = "{name}"
FIELDS: dict[str, str] = {
    "name": "name of the photo without its suffix",
    "seq": "number in this export, such as {seq:04d}",
    "date": "when it was taken, such as {date:%Y-%m-%d}",
    "style": "name of the style",
    "camera": "make and model",
    "lens": "name of the lens",
    "iso": "sensitivity",
    "preset": "name of the export preset",
    "folder": "name of the photo's folder",
    "type": "suffix of the photo, such as NEF",
    "width": "width of the exported file in pixels",
    "height": "height of the exported file in pixels",
    "copy": "name of the virtual copy",
}
SUMMARY_FIELDS = frozenset({"date", "camera", "lens", "iso"})
"""Fields that need the photo's EXIF data."""
MAX_TEMPLATE = 300
_NUMBER_SPEC = re.compile(r"0?[1-9]?d?")
_DATE_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_DATE_DIRECTIVES = frozenset("YmdHMSybBaAjUVGfIp%")


class TemplateError(PieError):
    """A template that cannot be used: one sentence."""


@dataclass(frozen=True)
class NameValues:
    """What the fields of a template stand for; None where the photo does not say."""

    name: str
    seq: int = 1
    date: datetime | None = None
    style: str | None = None
    camera: str | None = None
    lens: str | None = None
    iso: int | None = None
    preset: str | None = None
    folder: str = ""
    type: str = ""
    width: int = 0
    height: int = 0
    copy: str | None = None


_UNKNOWN = {
    "style": "neutral",
    "camera": "unknown camera",
    "lens": "unknown lens",
    "preset": "default",
    "copy": FIRST_COPY,
}


@dataclass(frozen=True)
class RenderedName:
    """Names of folders inside the destination, and last the file's without its suffix.

    Attributes:
        parts: portable names, at least one.
        mended: whether one of them had to be changed for that.
    """

    parts: tuple[str, ...]
    mended: bool


class NameTemplate:
    """A checked template. Whatever the values are, it names a file inside the destination folder.

    Values never make folders: a `/` in a style's name becomes `_`. Only a `/` of the template itself does.
    """

    def __init__(self, text: str) -> None:
        """Raises TemplateError."""
        self.text = text
        self._parts = [self._parse(part) for part in _split(text)]
        self.fields = frozenset(name for part in self._parts for _, name, _ in part if name)

    def render(self, values: NameValues) -> RenderedName:
        """The names for one photo; that of a virtual copy stands behind them where the template does not have it."""
        raw = ["".join(literal + _value(values, name, spec) for literal, name, spec in part) for part in self._parts]
        if values.copy and "copy" not in self.fields:
            behind = f"-{_value(values, 'copy', '')}"
            raw[-1] = _cut(raw[-1], MAX_STEM_BYTES - len(behind.encode("utf-8"))) + behind
        parts = tuple(portable_name(part) for part in raw)
        return RenderedName(parts, not all(is_portable(part) for part in raw))

    def _parse(self, part: str) -> list[tuple[str, str, str]]:
        try:
            pieces = [
                (literal, name or "", spec or "")
                for literal, name, spec, conversion in string.Formatter().parse(part)
                if _check(name, spec, conversion)
            ]
        except ValueError as error:
            problem = f"“{self.text}” has an unmatched brace; write {{{{ or }}}} for the brace itself."
            raise TemplateError(problem) from error
        if len(pieces) == 1 and not pieces[0][1] and pieces[0][0].strip(". ") == "":
            name = pieces[0][0]
            raise TemplateError(f"“{name}” cannot be a file or folder name; names stay inside the destination folder.")
        return pieces


def _split(text: str) -> list[str]:
    if not text.strip():
        raise TemplateError("Write a name, such as {name}.")
    if len(text) > MAX_TEMPLATE:
        raise TemplateError(f"A name template can have at most {MAX_TEMPLATE} characters.")
    if "\\" in text:
        raise TemplateError("Write / between folders, not \\.")
    if re.match(r"[A-Za-z]:", text) or text.startswith(("/", "~")):
        raise TemplateError("Names are relative to the destination folder: leave out the drive, / or ~ at the start.")
    parts: list[str] = []
    depth, start = 0, 0
    for position, character in enumerate(text):  # a / in a date's format is not allowed either, but told by its field
        depth += (character == "{") - (character == "}")
        if character == "/" and depth <= 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    if not all(part.strip() for part in parts):
        raise TemplateError("There is nothing before or after one of the slashes; each folder needs a name.")
    return parts


def _check(name: str | None, spec: str | None, conversion: str | None) -> bool:
    if name is None:
        return True
    if name not in FIELDS:
        shown = name or "{}"
        raise TemplateError(f"There is no field “{shown}”; the fields are {', '.join(FIELDS)}.")
    if conversion or (spec and not _fits(name, spec)):
        example = "{date:%Y-%m-%d}" if name == "date" else "{seq:04d}" if name == "seq" else f"{{{name}}}"
        raise TemplateError(f"“{name}” cannot be formatted like that; write it as {example}.")
    return True


def _fits(name: str, spec: str) -> bool:
    if name == "date":
        return set(_DATE_DIRECTIVE.findall(spec)) <= _DATE_DIRECTIVES and not set(spec) & set("/\\{}")
    return name in ("seq", "iso", "width", "height") and _NUMBER_SPEC.fullmatch(spec) is not None


def _value(values: NameValues, name: str, spec: str) -> str:
    if not name:
        return ""
    value: Any = getattr(values, name)
    if value is None:
        return _UNKNOWN.get(name, "unknown")
    if name == "date":
        text = value.strftime(spec or "%Y-%m-%d")
    else:
        text = format(value, spec) if spec and isinstance(value, int) else str(value)
    return text.replace("/", "_").replace("\\", "_")


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
