"""Rating, flag and colour label of a photo, as cataloguing programs keep them: read from the file and its sidecars, and
written into an XMP sidecar.

`xmp:Rating` is 0 to 5, or -1 for rejected (Bridge, darktable, digiKam); `xmp:Label` is the name of a colour (Lightroom,
Bridge, darktable); `digiKam:PickLabel` and `digiKam:ColorLabel` are numbers, `darktable:colorlabels` is a list of them.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import exiv2

from pie_desktop.errors import DecodeError, PieError
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.imaging.isolation import isolated
from pie_desktop.imaging.listing import is_raw
from pie_desktop.imaging.metadata.opening import empty_image, exiv2_lock
from pie_desktop.imaging.metadata.sidecar_files import sidecars_of
from pie_desktop.imaging.metadata.sidecars import is_of_other_file, read_sidecar
from pie_desktop.imaging.metadata.xmp import (
    encode_packet,
    forget_namespaces,
    inner_prefixes,
    own_namespaces,
    read_packet,
    register,
)

Flag = Literal["", "pick", "reject"]
LABELS = ("Red", "Yellow", "Green", "Blue", "Purple")
MAX_STARS = 5
_RATING, _LABEL = "Xmp.xmp.Rating", "Xmp.xmp.Label"
_PICK, _COLOR = "Xmp.digiKam.PickLabel", "Xmp.digiKam.ColorLabel"
_DARKTABLE = "Xmp.darktable.colorlabels"
READ_MORE = (_DARKTABLE,)
"""For `join_sidecars`: what `mark_of` reads besides the properties that describe a photo."""
_OURS = frozenset({_RATING, _LABEL, _PICK, _COLOR, _DARKTABLE})
_PICK_NUMBERS: dict[Flag, int] = {"": 0, "reject": 1, "pick": 3}
_DIGIKAM_COLORS = {"": 0, "Red": 1, "Yellow": 3, "Green": 4, "Blue": 5, "Purple": 6}  # 2 is orange, 7 to 9 are greys
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"


@dataclass(frozen=True)
class Mark:
    """What a person thinks of a photo.

    Attributes:
        stars: 0 to 5.
        flag: `pick`, `reject`, or empty.
        label: one of `LABELS`, or empty.

    Raises:
        ValueError: something else.
    """

    stars: int = 0
    flag: Flag = ""
    label: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.stars <= MAX_STARS or self.flag not in _PICK_NUMBERS or self.label not in ("", *LABELS):
            raise ValueError(f"no such mark: {self.stars!r}, {self.flag!r}, {self.label!r}")

    @property
    def text(self) -> str:
        """In words, such as `3 stars, picked, red`; `no rating` without any."""
        stars = f"{self.stars} star{'s' if self.stars != 1 else ''}" if self.stars else ""
        flag = {"": "", "pick": "picked", "reject": "rejected"}[self.flag]
        return ", ".join(word for word in (stars, flag, self.label.lower()) if word) or "no rating"


def mark_of(image: Any) -> Mark:
    """What the metadata of exiv2's image say, its sidecars joined; to be called under `exiv2_lock`."""
    xmp, exif = image.xmpData(), image.exifData()
    rating = _number(xmp, exiv2.XmpKey(_RATING))
    if rating is None:
        rating = _number(exif, exiv2.ExifKey("Exif.Image.Rating"))
    pick, color = _number(xmp, exiv2.XmpKey(_PICK)), _number(xmp, exiv2.XmpKey(_COLOR))
    flag: Flag = next((name for name, number in _PICK_NUMBERS.items() if number == pick), "")
    if rating is not None and rating < 0:
        flag = "reject"
    place = xmp.findKey(exiv2.XmpKey(_LABEL))
    words = xmp[_LABEL].toString().strip().casefold() if place != xmp.end() else ""
    label = next((name for name in LABELS if name.casefold() == words), "")
    if not label and color:
        label = next((name for name, number in _DIGIKAM_COLORS.items() if number == color), "")
    place = xmp.findKey(exiv2.XmpKey(_DARKTABLE))
    if not label and place != xmp.end():
        numbers = [text for text in xmp[_DARKTABLE].toString().replace(",", " ").split() if text.isdecimal()]
        label = next((LABELS[int(text)] for text in numbers if int(text) < len(LABELS)), "")
    return Mark(min(max(rating or 0, 0), MAX_STARS), flag, label)


def sidecars_to_write(photo: Path) -> list[Path]:
    """The XMP sidecars that a photo has; without any, the one that most programs read.

    Lightroom knows `IMG_1.xmp` of RAW photos alone, which darktable and digiKam read as well; of other photos these two
    read `IMG_1.jpg.xmp`, and Lightroom reads none.
    """
    there = [path for path in sidecars_of(photo) if path.suffix.casefold() == ".xmp"]
    return there or [photo.with_suffix(".xmp") if is_raw(photo) else photo.with_name(f"{photo.name}.xmp")]


def write_mark(photo: Path, mark: Mark, before: Mark) -> list[str]:
    """Write a mark into the XMP sidecars of a photo; all else that they hold stays.

    Args:
        photo: the file; it is not touched.
        mark: what is written.
        before: what the sidecars are believed to say; where they say something else, another program has changed them.

    Returns:
        A sentence for each sidecar whose rating of another program was replaced.

    Raises:
        PieError: a sidecar is damaged, belongs to another file or cannot be written; it is left as it was.
    """
    told = []
    for sidecar in sidecars_to_write(photo):
        there = sidecar.exists()
        try:
            content = sidecar.read_bytes() if there else b""
            packet, said = _with_mark(sidecar, photo, mark)
            if said == mark and there:
                continue
            if there and sidecar.read_bytes() != content:
                raise PieError(f"{sidecar.name} was changed by another program at this moment; rate the photo again.")
            with atomic_write(sidecar, overwrite=there) as temporary:
                temporary.write_bytes(packet)
        except DecodeError as error:
            raise PieError(str(error)) from error
        except OSError as error:
            raise PieError(write_problem(sidecar, error)) from error
        if said not in (before, Mark(), mark):
            told.append(f"{sidecar.name} said “{said.text}”, from another program; it says “{mark.text}” now.")
    return told


@isolated
def _with_mark(sidecar: Path, photo: Path, mark: Mark) -> tuple[bytes, Mark]:
    """The packet of a sidecar with another mark, and what it says now; raises DecodeError."""
    with exiv2_lock:
        forget_namespaces()
        image = empty_image()
        if sidecar.exists():
            try:
                image = read_sidecar(sidecar)  # within limits
                _check_xmp(sidecar)
            except Exception as error:
                raise DecodeError(
                    f"{sidecar.name} could not be read, so the rating of {photo.name} was not written into it; it was "
                    "left as it is."
                ) from error
            if is_of_other_file(image.xmpData(), photo):
                raise DecodeError(f"{sidecar.name} belongs to another file than {photo.name} and was left as it is.")
        xmp = image.xmpData()
        held = _values(xmp)
        namespaces, inner = own_namespaces(xmp), inner_prefixes(xmp)
        said = mark_of(image)
        _put(xmp, mark)
        register(namespaces, inner)
        packet = encode_packet(xmp)
        # The library must not have lost what it does not know.
        kept = _values(read_packet(packet).xmpData())
        if {key: held[key] for key in held if key not in _OURS} != {key: kept[key] for key in kept if key not in _OURS}:
            raise DecodeError(
                f"{sidecar.name} holds something that cannot be written back, so the rating of {photo.name} was not "
                "written into it; it was left as it is."
            )
        return packet, said


def _check_xmp(sidecar: Path) -> None:
    """Raise unless it is whole: exiv2 reads half of a damaged file without a word, and nothing of other XML."""
    root = ElementTree.fromstring(sidecar.read_bytes().strip(b"\0 \r\n\t"))
    if root.tag != _RDF and root.find(_RDF) is None:
        raise ValueError("no RDF")


def _put(xmp: Any, mark: Mark) -> None:
    xmp[_RATING] = str(-1 if mark.flag == "reject" else mark.stars)
    xmp[_PICK] = str(_PICK_NUMBERS[mark.flag])
    xmp[_COLOR] = str(_DIGIKAM_COLORS[mark.label])
    had_colors = xmp.findKey(exiv2.XmpKey(_DARKTABLE)) != xmp.end()
    for key in (_LABEL, _DARKTABLE):
        place = xmp.findKey(exiv2.XmpKey(key))
        if place != xmp.end():
            xmp.erase(place)
    if mark.label:
        xmp[_LABEL] = mark.label
        if had_colors:  # darktable believes its own list more
            xmp.add(exiv2.XmpKey(_DARKTABLE), exiv2.XmpArrayValue([str(LABELS.index(mark.label))]))


def _values(xmp: Any) -> dict[str, str]:
    return {datum.key(): datum.toString() for datum in xmp}


def _number(data: Any, key: Any) -> int | None:
    place = data.findKey(key)
    if place == data.end():
        return None
    try:
        return round(data[key.key()].toFloat())
    except (exiv2.Exiv2Error, ValueError, OverflowError):
        return None


def with_stars(mark: Mark, stars: int) -> Mark:
    """Other stars; a photo that was rejected and gets stars is not rejected any more."""
    return replace(mark, stars=stars, flag="" if stars and mark.flag == "reject" else mark.flag)
