"""A style as a look for other programs: what it does to one photo, or on average, and how near the file comes to it."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.edit.compiling import SIZES as COMPILED_SIZES
from pie_desktop.edit.compiling import ExactEdit, compiled, shaped
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import PieError
from pie_desktop.export.decoded import exact_proxy
from pie_desktop.export.look_accuracy import LARGEST, MEAN, Accuracy, Difference, difference
from pie_desktop.imaging import decode
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import AnyLut, apply_any
from pie_desktop.imaging.lut.looks import SHAPED, SUFFIXES, LookFormat, read_look, write_look
from pie_desktop.imaging.lut.shaped import ShapedLut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.samples import SAMPLE_NAMES, sample_image
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.style import Style

if TYPE_CHECKING:
    from pie_desktop.engine.blending import AnyPreference

MEASURED_SIDE = 512
MOST_PHOTOS = 24
POINTS, MOST_POINTS = 33, 65
"""Of a look per axis, unless it is asked for others: as a rule, and where it needs more. Not all programs read more."""


@dataclass(frozen=True, eq=False)
class Look:
    """One LUT that stands for an edit.

    Attributes:
        title: style and photo.
        lut: float32 (S, S, S, 3), or the mathematics of an edit with adjustments.
        photos: real images to measure on, uint8 (H, W, 3).
        luts: what PIE Desktop itself does to each of these.
        left_out: what the edit has besides, by name: a LUT knows colours, not places.
    """

    title: str
    lut: AnyLut
    photos: tuple[np.ndarray, ...]
    luts: tuple[AnyLut, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class LookReport:
    """A look that was written.

    Attributes:
        path: the file, or the folder of a darktable style.
        kind: its format.
        of_file: between our rendering with the look's own LUT and that of another program with the file.
        of_colors: the same over a million colours, see `Accuracy`.
        of_style: between what the style does to each photo and what the look does to all; None for a photo's own look.
        left_out: see `Look`.
    """

    path: Path
    kind: LookFormat
    of_file: Difference
    of_colors: Difference
    of_style: Difference | None
    left_out: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """The measured differences in words."""
        words = [
            f"Difference between the file and PIE Desktop's own rendering: {self.of_file}; "
            f"over a million colours {self.of_colors}."
        ]
        if not self.of_colors.as_promised:
            better = "" if self.kind in SHAPED else " CLF and .cube with a shaper come nearer."
            words.append(f"This format cannot hold the edit within a mean of {MEAN:g} and {LARGEST:g} at most.{better}")
        if self.of_style is not None:
            words.append(f"Difference between this one look and what the style does to each photo: {self.of_style}.")
        if self.left_out:
            words.append(f"Not in the file, as no LUT can hold it: {', '.join(self.left_out)}.")
        return words


def photo_look(
    engine: Engine, styles: Sequence[Style], preference: "AnyPreference | None", photo: Path, edit: Edit
) -> Look:
    """The edit of one photo, as its export has it; `styles` are those of the edit, and `preference` is theirs.

    Raises:
        DecodeError, BundleError: the photo or the model cannot be read.
    """
    lut = engine.transform(exact_proxy(photo, EncodeOptions(), edit.development), preference).exact(edit)
    image = to_uint8(decode.load_photo(photo, MEASURED_SIDE, edit.development))
    return Look(f"{_name(styles, edit)} - {photo.name}", lut, (image,), (lut,), _left_out(edit))


def average_look(engine: Engine, styles: Sequence[Style], preference: "AnyPreference | None", edit: Edit) -> Look:
    """What a style, or a blend of two, does on average: the mean of its LUTs for typical photos.

    These are the originals of its pairs, which are the user's own photos before the edit; for a style with fewer than
    two pairs, the sample photographs that come with the program.

    Raises:
        BundleError: the model cannot be read.
    """
    photos = [photo for style in styles for photo in _originals(style)]
    if len(photos) < 2:
        photos = [sample_image(name) for name in SAMPLE_NAMES]
    photos = [to_uint8(resize_long_side(photo, MEASURED_SIDE)) for photo in photos]
    proxies = [resize_long_side(photo, decode.PROXY_SIDE) for photo in photos]
    transforms = [engine.transform(proxy, preference) for proxy in proxies]
    if edit.adjusted:  # the same adjustments of the model's mean
        mean, own = Transform.mean(transforms).exact(edit), tuple(one.exact(edit) for one in transforms)
        return Look(_name(styles, edit), mean, tuple(photos), own, _left_out(edit))
    luts = [transform.lut(edit) for transform in transforms]
    mean = np.asarray(np.mean(luts, axis=0, dtype=np.float64), dtype=np.float32)
    return Look(_name(styles, edit), mean, tuple(photos), tuple(luts), _left_out(edit))


def export_look(
    path: Path, look: Look, kind: LookFormat, size: int | None = None, overwrite: bool = False
) -> LookReport:
    """Write a look, measured: the differences stand in the file (of a darktable style: beside it) too.

    Of the forms in which the format can hold the look, the first one that is within what is promised is taken, else the
    nearest.

    Args:
        path: a file, or the folder of a darktable style. A missing suffix is added.
        look: of `photo_look` or `average_look`.
        kind: format.
        size: points per axis, 17, 33 or 65; None for 33, or more where the look needs them. A HaldCLUT always has 64,
            and with adjustments a CLF or a `.cube` with a shaper has as many as it needs.
        overwrite: whether `path` may exist.

    Raises:
        PieError: it exists, or cannot be written.
    """
    path = Path(path)
    if not path.suffix and SUFFIXES[kind]:
        path = path.with_suffix(SUFFIXES[kind])
    if path.exists() and not overwrite:
        raise PieError(f"“{path}” already exists; choose another name, or allow it to be replaced.")
    accuracy = Accuracy(look.lut)
    with tempfile.TemporaryDirectory(prefix="pie-look-") as folder:
        trial = Path(folder) / f"trial{SUFFIXES[kind]}"
        best: tuple[AnyLut, int, Difference, Difference] | None = None
        for lut, points in _forms(look.lut, kind, size):
            write_look(trial, lut, kind, look.title, size=points)
            render = read_look(trial, kind)
            of_colors = accuracy.of(render)
            if best is None or of_colors.excess < best[2].excess:
                of_file = difference((apply_any(one, look.lut), render(one)) for one in map(_as_float, look.photos))
                best = lut, points, of_colors, of_file
            if of_colors.as_promised:
                break
    assert best is not None
    lut, points, of_colors, of_file = best
    of_style = None
    if any(own is not look.lut for own in look.luts):
        pairs = zip(map(_as_float, look.photos), look.luts, strict=True)
        of_style = difference((apply_any(values, own), apply_any(values, look.lut)) for values, own in pairs)
    report = LookReport(path, kind, of_file, of_colors, of_style, look.left_out)
    write_look(path, lut, kind, look.title, " ".join(report.sentences), points, overwrite)
    return report


def _left_out(edit: Edit) -> tuple[str, ...]:
    return tuple(part.LABEL for part in edit.parts if part.MOVES_PIXELS or part in edit.local_parts)


def _forms(lut: AnyLut, kind: LookFormat, size: int | None) -> Iterator[tuple[AnyLut, int]]:
    """The forms in which a format can hold a look, the smaller first: what is written, and its points per axis."""
    if kind not in SHAPED:
        yield from ((lut, points) for points in ((size,) if size else (POINTS, MOST_POINTS)))
    elif isinstance(lut, np.ndarray):
        yield lut, size or POINTS
        yield ShapedLut.even(lut), lut.shape[0]  # with what lies beyond black and white, which is clipped at the end
    elif isinstance(lut, ExactEdit):
        found = compiled(lut)
        least = len(found.axis) if isinstance(found, ShapedLut) else MOST_POINTS
        if isinstance(found, ShapedLut):
            yield found, least
        yield from ((shaped(lut, points), points) for points in COMPILED_SIZES if points > least)


def _name(styles: Sequence[Style], edit: Edit) -> str:
    return blend_name([style.name for style in styles], edit.style.mix) if styles else "Neutral"


def _originals(style: Style) -> list[np.ndarray]:
    photos = []
    for reference in style.active[:MOST_PHOTOS]:
        if reference.before is not None:
            try:
                photos.append(decode.load_photo(reference.before, MEASURED_SIDE))
            except PieError:
                continue  # the preference said what is wrong with it
    return photos


def _as_float(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / np.float32(255)
