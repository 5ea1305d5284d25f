"""Writing photos: sized, sharpened, in the colour space and format asked for, with the metadata of their source."""

from pathlib import Path

import numpy as np

from pie_desktop.errors import DecodeError, EncodeError
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.imaging.color.output import OutputSpace, output_space
from pie_desktop.imaging.encode_options import EncodeOptions, Format
from pie_desktop.imaging.formats.format import FileExtras, Resolution
from pie_desktop.imaging.formats.registry import read_header
from pie_desktop.imaging.metadata.copying import EditNote, NewFile, SourceMetadata
from pie_desktop.imaging.resize.resample import resample
from pie_desktop.imaging.resize.sharpen import sharpen
from pie_desktop.imaging.stored import MAX_PIXELS, Header, from_float, to_uint8, to_uint16

__all__ = ["EditNote", "EncodeOptions", "Format", "encode_photo", "save_photo"]


def save_photo(
    image: np.ndarray,
    path: Path,
    options: EncodeOptions,
    source: Path | None = None,
    *,
    overwrite: bool = True,
    note: EditNote | None = None,
    resolution: Resolution | None = None,
) -> str | None:
    """Write an image: complete and tagged with its profile, or not at all.

    Args:
        image: (H, W, 3) uint8, uint16 or, for wide gamuts, float32 that may lie outside [0, 1]; sRGB-encoded.
        path: the file; its folder must exist. Its suffix does not choose the format.
        options: format, size, sharpening, colour space, metadata.
        source: photo whose metadata is copied, see `copying.SourceMetadata`, and whose profile is `source`.
        overwrite: False refuses to replace an existing file.
        note: the edit, for the metadata.
        resolution: for printing, of an image without a source.

    Returns:
        None, or a sentence about what could not be done as asked (a profile, metadata); the photo is good.

    Raises:
        EncodeError: one sentence: no such folder, no permission, disk full, name taken, too large for the format.
    """
    path = Path(path)
    encoded, warning = _render(image, options, path.name, source, note, resolution)
    try:
        with atomic_write(path, overwrite=overwrite) as temporary:
            temporary.write_bytes(encoded)
    except OSError as error:
        raise EncodeError(write_problem(path, error)) from error
    return warning


def encode_photo(image: np.ndarray, options: EncodeOptions, name: str = "The photo") -> bytes:
    """A whole file in memory as `save_photo` writes it, without metadata.

    In memory, since the codecs do not report a full disk reliably while they write.

    Raises:
        EncodeError: the image is too large for the format.
    """
    return _render(image, options, name, None, None)[0]


def _render(
    image: np.ndarray,
    options: EncodeOptions,
    name: str,
    source: Path | None,
    note: EditNote | None,
    resolution: Resolution | None = None,
) -> tuple[bytes, str | None]:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16, np.float32):
        raise ValueError(f"an image is (H, W, 3) uint8, uint16 or float32, got {image.shape} {image.dtype}")
    header = _header_of(source)
    deep = image.dtype == np.uint16 or (image.dtype == np.float32 and (header is None or header.bit_depth > 8))
    writing, coding = options.writing, options.coding(16 if deep else 8)
    width, height = options.output_size(image.shape[1], image.shape[0])
    _check_size(width, height, options, name)
    metadata = SourceMetadata(Path(source)) if source is not None else None
    icc = header.icc if header is not None else None
    space = output_space(options.color, icc, name if source is None else Path(source).name)
    samples = _samples(image, (width, height), options, space, coding.bits)
    new = NewFile(width, height, _name_of(space, options), options.metadata, note)
    exif = xmp = warning = None
    if metadata is not None and writing.takes_metadata:
        exif, xmp, warning = metadata.blobs(new)
    resolution = metadata.resolution if metadata is not None else resolution
    extras = FileExtras(space.icc, space.cicp, resolution, exif, xmp)
    try:
        encoded = writing.encode(samples if writing.takes_padded else np.ascontiguousarray(samples), coding, extras)
    except (MemoryError, ValueError, RuntimeError, OSError) as error:
        raise EncodeError(f"{name} could not be encoded as {options.file_format.name.upper()} ({error}).") from error
    if metadata is not None and not writing.takes_metadata:
        encoded, warning = metadata.embed(encoded, new)
    return encoded, " ".join(sentence for sentence in (space.warning, warning) if sentence) or None


def _samples(
    image: np.ndarray, size: tuple[int, int], options: EncodeOptions, space: OutputSpace, bits: int
) -> np.ndarray:
    """What is stored: sized, sharpened, converted, and rounded once at the end."""
    image = sharpen(resample(image, size), options.sharpen)
    if bits > 8 and image.dtype == np.uint8:
        image = to_uint16(image)
    samples = from_float(space.convert(image), np.uint8 if bits == 8 else np.uint16)
    return samples if bits > 8 else to_uint8(samples)


def _header_of(source: Path | None) -> Header | None:
    if source is None:
        return None
    try:
        return read_header(Path(source))
    except DecodeError:
        return None


def _name_of(space: OutputSpace, options: EncodeOptions) -> str:
    """The colour space that was taken in the end, for EXIF: `source` stands for any but sRGB."""
    return "srgb" if space.cicp == (1, 13) else options.color


def _check_size(width: int, height: int, options: EncodeOptions, name: str) -> None:
    limit, title = options.writing.max_side, options.file_format.title
    if limit is not None and max(width, height) > limit:
        article = "an" if title[0] in "AEIO" else "a"
        raise EncodeError(
            f"{name} has {width} x {height} pixels and {article} {title} at most {limit} on a side; "
            "choose a smaller long side, PNG or TIFF."
        )
    if width * height > MAX_PIXELS:
        raise EncodeError(
            f"{name} would have {width} x {height} pixels and at most {MAX_PIXELS // 1_000_000} megapixels can be "
            "written; choose a smaller size."
        )
