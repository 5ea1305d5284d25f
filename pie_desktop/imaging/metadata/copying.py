"""EXIF, IPTC and XMP from a photo and its sidecars into its export, and a sentence for whatever cannot be kept."""

import io
import logging
from pathlib import Path
from typing import Any

import exiv2
from PIL import Image

from pie_desktop.imaging.formats.format import Resolution
from pie_desktop.imaging.metadata import containers, iptc, sidecars, xmp
from pie_desktop.imaging.metadata.exif_layout import with_maker_note
from pie_desktop.imaging.metadata.maker_note import Keeping, find_maker_note
from pie_desktop.imaging.metadata.opening import empty_image, exiv2_lock, has_tag, open_image
from pie_desktop.imaging.metadata.policy import is_maker_note, keeps_exif
from pie_desktop.imaging.metadata.transfer import MAKER_NOTE, SOFTWARE, EditNote, NewFile, fill
from pie_desktop.imaging.stored import read_start

__all__ = ["SOFTWARE", "EditNote", "NewFile", "SourceMetadata"]

_log = logging.getLogger(__name__)
_CODESTREAM = b"\xff\x0a"  # a JPEG XL without a container has no place for metadata
_NAMED = 3


class SourceMetadata:
    """The metadata of one photo with that of its sidecars, read once; safe in several threads.

    Attributes:
        resolution: for printing, None if it gives none.
        problem: sentences about metadata that cannot be read, or None.
    """

    def __init__(self, source: Path) -> None:
        self._name = source.name
        problems: list[str] = []
        with exiv2_lock:
            xmp.forget_namespaces()
            self._image: Any = _open(source, problems)
            self._namespaces = xmp.own_namespaces(self._image.xmpData())
            self._note = find_maker_note(source, self._image)
            self.resolution = _resolution(self._image)
            iptc.restore_times(self._image, source)
            if not xmp.join_extended(self._image, source.read_bytes):
                problems.append(f"A part of the XMP of {source.name} is damaged and was not copied; the rest was.")
            joined = sidecars.join_sidecars(self._image, source)
            self._inner = xmp.inner_prefixes(self._image.xmpData())
        self._namespaces |= joined.namespaces
        self.problem = " ".join((*problems, *joined.problems)) or None

    def embed(self, encoded: bytes, new: NewFile) -> tuple[bytes, str | None]:
        """A freshly encoded file with the metadata that the policy keeps; see `transfer.fill`.

        Args:
            encoded: a whole JPEG, PNG, TIFF or WebP file in memory.
            new: what it is.

        Returns:
            The file, and None or sentences about metadata that could not be copied; the image is good in any case.
        """
        if new.policy == "none":
            return encoded, None
        with exiv2_lock:
            try:
                filled, problems = self._embed(encoded, new)
            except Exception as error:
                _log.warning("Metadata of %s: %s", self._name, error)
                return encoded, f"The metadata of {self._name} could not be copied."
        return filled, " ".join(filter(None, [self.problem, *problems])) or None

    def blobs(self, new: NewFile) -> tuple[bytes | None, bytes | None, str | None]:
        """EXIF (a TIFF structure), XMP and sentences as `embed` gives them, for files that exiv2 does not write."""
        buffer = io.BytesIO()
        Image.new("RGB", (1, 1)).save(buffer, "WEBP", lossless=True)  # has EXIF of any length and XMP as they are
        filled, warning = self.embed(buffer.getvalue(), new)
        with Image.open(io.BytesIO(filled)) as image:
            exif, packet = image.info.get("exif"), image.info.get("xmp")
        if isinstance(exif, bytes):
            exif = exif.removeprefix(b"Exif\0\0")
        return exif or None, packet or None, warning

    def _embed(self, encoded: bytes, new: NewFile) -> tuple[bytes, list[str]]:
        is_jpeg, is_tiff = encoded.startswith(b"\xff\xd8"), encoded.startswith((b"II", b"MM"))
        keeping = self._keeping(new, is_jpeg, is_tiff)
        problems = []
        if keeping is Keeping.LEFT_OUT:
            problems.append(
                f"The maker note of {self._name} cannot be kept intact and was not copied; the other metadata was."
            )
        xmp.register(self._namespaces, self._inner)
        image = exiv2.ImageFactory.open(encoded)
        image.readMetadata()
        own = {datum.key() for datum in image.exifData()}
        fill(image, self._image, new, with_maker_note=keeping is Keeping.DECODED)
        lost: list[str] = []
        while (written := _written(image, encoded, is_jpeg)) is None:
            largest = max(image.exifData(), key=lambda datum: datum.size()).key()
            image.exifData().erase(image.exifData().findKey(exiv2.ExifKey(largest)))
            lost.append(largest)
        filled = written
        there = exiv2.ImageFactory.open(filled)
        there.readMetadata()
        xmp.own_namespaces(there.xmpData())
        xmp.join_extended(there, lambda: written)
        missing = _keys(image) - _keys(there) - own
        lost += sorted(missing)
        if keeping is Keeping.BYTES and self._note is not None and self._note.offset is not None:
            filled, kept = _with_note(filled, self._note.data, self._note.offset)
            lost += [] if kept else [MAKER_NOTE]
        return filled, problems + self._lost(lost)

    def _keeping(self, new: NewFile, is_jpeg: bool, is_tiff: bool) -> Keeping | None:
        """How the maker note is kept; None where there is none, or the policy keeps none."""
        if new.policy != "all":
            return None
        keys = [datum for datum in self._image.exifData() if is_maker_note(datum.key())]
        if self._note is None:
            return Keeping.DECODED if keys else None
        with_preview = not all(keeps_exif(datum.key(), datum.tag(), new.policy) for datum in keys)
        end = (self._note.offset or 0) + len(self._note.data)
        place_is_free = not is_tiff and not (is_jpeg and end > containers.MAX_JPEG_EXIF)
        return self._note.keeping(bool(keys), with_preview, place_is_free)

    def _lost(self, keys: list[str]) -> list[str]:
        """Sentences about tags that found no place."""
        if not keys:
            return []
        _log.info("Not copied from %s: %s", self._name, ", ".join(keys))
        if any(key == MAKER_NOTE or is_maker_note(key) for key in keys if key.startswith("Exif.")):
            sentence = [f"The maker note of {self._name} is too large and was not copied; the other metadata was."]
            keys = [key for key in keys if not (key.startswith("Exif.") and (key == MAKER_NOTE or is_maker_note(key)))]
            return sentence + self._lost(keys)
        names = ", ".join(dict.fromkeys(xmp.root_of(key).rsplit(".", 1)[1] for key in keys[:_NAMED]))
        more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
        return [f"{names}{more} of {self._name} could not be copied; the other metadata was."]


def _open(source: Path, problems: list[str]) -> Any:
    """exiv2's image of a photo; without any metadata, and with a sentence in `problems`, where that cannot be read."""
    try:
        if read_start(source, len(_CODESTREAM)) != _CODESTREAM:
            return open_image(source)
    except Exception as error:
        _log.warning("Metadata of %s: %s", source, error)
        problems.append(f"The metadata of {source.name} could not be read and was not copied.")
    return empty_image()


def _written(image: Any, encoded: bytes, is_jpeg: bool) -> bytes | None:
    """The file with the metadata of exiv2's image of it; None where its EXIF is more than a JPEG has room for."""
    if not is_jpeg:
        image.writeMetadata()
        return bytes(image.data())
    # exiv2 puts XMP into one segment, or loses it: written apart from it, in as many as it needs.
    described = exiv2.ImageFactory.open(encoded)
    described.readMetadata()
    described.setExifData(image.exifData())
    described.setIptcData(image.iptcData())
    described.setByteOrder(image.byteOrder())
    try:
        described.writeMetadata()
    except exiv2.Exiv2Error:
        if image.exifData().empty():
            raise
        return None
    if not image.exifData().empty():
        described.readMetadata()
        if described.exifData().empty():
            return None
    written = bytes(described.data())
    return written if image.xmpData().empty() else xmp.split_for_jpeg(written, image.xmpData())


def _keys(image: Any) -> set[str]:
    """What is to be found in the file; of maker notes, whether there is one."""
    exif = {datum.key() for datum in image.exifData() if not is_maker_note(datum.key())}
    exif -= {key for key in exif if key.startswith("Exif.MakerNote.")}
    return exif | {datum.key() for part in (image.iptcData(), image.xmpData()) for datum in part}


def _with_note(filled: bytes, note: bytes, offset: int) -> tuple[bytes, bool]:
    """The file with a maker note at its place, and whether it got it."""
    try:
        exif = containers.read_exif(filled)
        return containers.with_exif(filled, with_maker_note(exif or b"", note, offset)), True
    except (ValueError, KeyError) as error:
        _log.info("Maker note: %s", error)
        return filled, False


def _resolution(image: Any) -> Resolution | None:
    if not (has_tag(image, "Exif.Image.XResolution") and has_tag(image, "Exif.Image.YResolution")):
        return None
    exif = image.exifData()
    numbers = [exif[key] for key in ("Exif.Image.XResolution", "Exif.Image.YResolution")]
    if not all(number.count() for number in numbers):  # a damaged tag may have no value at all
        return None
    across, down = (number.toFloat() for number in numbers)
    unit = 2
    if has_tag(image, "Exif.Image.ResolutionUnit") and exif["Exif.Image.ResolutionUnit"].count():
        unit = exif["Exif.Image.ResolutionUnit"].toInt64()
    if not (0 < across < 1e6 and 0 < down < 1e6):
        return None
    return Resolution(across, down, unit if unit in (1, 2, 3) else 2)
