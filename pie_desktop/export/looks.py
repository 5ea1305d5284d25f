"""A style as a look for other programs: what it does to one photo, or on average, and how near the file comes to it."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import PieError
from pie_desktop.export.decoded import exact_proxy
from pie_desktop.imaging import decode
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import AnyLut, apply_any
from pie_desktop.imaging.lut.looks import SUFFIXES, LookFormat, read_look, write_look
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.samples import SAMPLE_NAMES, sample_image
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.style import Style

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

MEASURED_SIDE = 512
MOST_PHOTOS = 24


@dataclass(frozen=True)
class Difference:
    """CIEDE2000 over all pixels of some photos: mean, 95th percentile, largest."""

    mean: float
    p95: float
    largest: float

    def __str__(self) -> str:
        return f"dE00 mean {self.mean:.2f}, 95 % within {self.p95:.2f}, largest {self.largest:.2f}"


@dataclass(frozen=True, eq=False)
class Look:
    """One LUT that stands for an edit.

    Attributes:
        title: style and photo.
        lut: float32 (S, S, S, 3), or the mathematics of an edit with adjustments.
        photos: real images to measure on, uint8 (H, W, 3).
        luts: what PIE Desktop itself does to each of these.
    """

    title: str
    lut: AnyLut
    photos: tuple[np.ndarray, ...]
    luts: tuple[AnyLut, ...]


@dataclass(frozen=True)
class LookReport:
    """A look that was written.

    Attributes:
        path: the file, or the folder of a darktable style.
        of_file: between our rendering with the look's own LUT and that of another program with the file.
        of_style: between what the style does to each photo and what the look does to all; None for a photo's own look.
    """

    path: Path
    of_file: Difference
    of_style: Difference | None

    @property
    def sentences(self) -> list[str]:
        """The measured differences in words."""
        words = [f"Difference between the file and PIE Desktop's own rendering: {self.of_file}."]
        if self.of_style is not None:
            words.append(f"Difference between this one look and what the style does to each photo: {self.of_style}.")
        return words


def photo_look(engine: Engine, style: Style | None, preference: "Preference | None", photo: Path, edit: Edit) -> Look:
    """The edit of one photo, as its export has it.

    Raises:
        DecodeError, BundleError: the photo or the model cannot be read.
    """
    lut = engine.transform(exact_proxy(photo, EncodeOptions(), edit.development), preference).exact(edit)
    image = to_uint8(decode.load_photo(photo, MEASURED_SIDE, edit.development))
    return Look(f"{_name(style)} - {photo.name}", lut, (image,), (lut,))


def average_look(engine: Engine, style: Style | None, preference: "Preference | None", edit: Edit) -> Look:
    """What a style does on average: the mean of its LUTs for typical photos.

    These are the originals of its pairs, which are the user's own photos before the edit; for a style with fewer than
    two pairs, the sample photographs that come with the program.

    Raises:
        BundleError: the model cannot be read.
    """
    photos = _originals(style) if style is not None else []
    if len(photos) < 2:
        photos = [sample_image(name) for name in SAMPLE_NAMES]
    photos = [to_uint8(resize_long_side(photo, MEASURED_SIDE)) for photo in photos]
    proxies = [resize_long_side(photo, decode.PROXY_SIDE) for photo in photos]
    transforms = [engine.transform(proxy, preference) for proxy in proxies]
    if edit.adjusted:  # the same adjustments of the model's mean
        mean, own = Transform.mean(transforms).exact(edit), tuple(one.exact(edit) for one in transforms)
        return Look(_name(style), mean, tuple(photos), own)
    luts = [transform.lut(edit) for transform in transforms]
    mean = np.asarray(np.mean(luts, axis=0, dtype=np.float64), dtype=np.float32)
    return Look(_name(style), mean, tuple(photos), tuple(luts))


def export_look(path: Path, look: Look, kind: LookFormat, size: int = 33, overwrite: bool = False) -> LookReport:
    """Write a look, measured: the differences stand in the file (of a darktable style: beside it) too.

    Args:
        path: a file, or the folder of a darktable style. A missing suffix is added.
        look: of `photo_look` or `average_look`.
        kind: format.
        size: points per axis, 17, 33 or 65; a HaldCLUT always has 64, a CLF with adjustments as many as it needs.
        overwrite: whether `path` may exist.

    Raises:
        PieError: it exists, or cannot be written.
    """
    path = Path(path)
    if not path.suffix and SUFFIXES[kind]:
        path = path.with_suffix(SUFFIXES[kind])
    if path.exists() and not overwrite:
        raise PieError(f"“{path}” already exists; choose another name, or allow it to be replaced.")
    with tempfile.TemporaryDirectory(prefix="pie-look-") as folder:
        trial = Path(folder) / f"trial{SUFFIXES[kind]}"
        lut = compiled(look.lut) if kind == "clf" else look.lut  # only a CLF can have a curve before its LUT
        write_look(trial, lut, kind, look.title, size=size)
        render = read_look(trial, kind)
        of_file = _difference((apply_any(values, look.lut), render(values)) for values in map(_as_float, look.photos))
    of_style = None
    if any(own is not look.lut for own in look.luts):
        pairs = zip(map(_as_float, look.photos), look.luts, strict=True)
        of_style = _difference((apply_any(values, own), apply_any(values, look.lut)) for values, own in pairs)
    report = LookReport(path, of_file, of_style)
    write_look(path, lut, kind, look.title, " ".join(report.sentences), size, overwrite)
    return report


def _name(style: Style | None) -> str:
    return style.name if style is not None else "Neutral"


def _originals(style: Style) -> list[np.ndarray]:
    photos = []
    for reference in style.references[:MOST_PHOTOS]:
        if reference.before is not None:
            try:
                photos.append(decode.load_photo(reference.before, MEASURED_SIDE))
            except PieError:
                continue  # the preference said what is wrong with it
    return photos


def _as_float(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / np.float32(255)


def _difference(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> Difference:
    values = np.concatenate([delta_e_2000(ours, theirs).ravel() for ours, theirs in pairs])
    return Difference(float(values.mean(dtype=np.float64)), float(np.percentile(values, 95)), float(values.max()))
