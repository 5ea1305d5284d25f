"""Jobs about single references: their pictures, and how much each counts for the open photo."""

from dataclasses import dataclass, replace

import numpy as np

from pie_desktop.engine.engine import Engine
from pie_desktop.errors import BundleError, DecodeError, StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style, StyleReference
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.workers.job import JobContext

_UNREADABLE = "A copy of this reference cannot be read; remove it, and add the edit anew."


@dataclass(frozen=True, eq=False)
class ReferencePictures:
    """A reference as large as it is kept.

    Attributes:
        after: the edit, uint8 (H, W, 3), sRGB; None where its copy cannot be read.
        before: the original, None where it is not known.
        result: what the style makes of the original; None without one, or where the style cannot be used.
        apart: mean CIEDE2000 between the edit and the result.
        problem: one sentence, or empty.
    """

    after: np.ndarray | None
    before: np.ndarray | None = None
    result: np.ndarray | None = None
    apart: float | None = None
    problem: str = ""


def read_reference(
    context: JobContext, library: StyleLibrary, engine: Engine, style_id: str, reference: StyleReference
) -> ReferencePictures:
    """Read the copies of a reference and enhance its original in the style; raises StyleError where that is gone."""
    style = library.get(style_id)
    if style.only_model is not None:
        return ReferencePictures(None, problem=f"“{style.name}” came without its photos, so there is nothing to show.")
    read = read_copies(context, reference)
    if read.after is None:
        return read
    if read.before is None or reference.before is None:
        return replace(read, problem="Its original is not known, so there is nothing that the style could be tried on.")
    context.check()
    try:
        preference = engine.preference(style, context.progress, context.should_cancel)
        transform = engine.transform(load_proxy(reference.before), preference)
    except (StyleError, BundleError) as error:
        return replace(read, problem=str(error))
    result = apply_lut(read.before, transform.preferred)
    return replace(read, result=result, apart=mean_delta_e(read.after, result))


def read_copies(context: JobContext, reference: StyleReference) -> ReferencePictures:
    """Edit and original of a reference, without the style."""
    try:
        after = to_uint8(load_photo(reference.after))
        context.check()
        before = to_uint8(load_photo(reference.before)) if reference.before is not None else None
    except (DecodeError, OSError):
        return ReferencePictures(None, problem=_UNREADABLE)
    return ReferencePictures(after, before)


@dataclass(frozen=True)
class Counted:
    """A reference, and how much of the answer for a photo it decides, 0 to 1."""

    reference: StyleReference
    share: float


def count_references(
    context: JobContext, library: StyleLibrary, engine: Engine, enhancement: Enhancement, second: float
) -> list[Counted]:
    """How much each reference of a photo's styles counts for it, the most first; empty where that cannot be told.

    Args:
        second: the share of the second style of a blend, 0 to 1.

    Raises:
        StyleError, BundleError: a style or the model is gone.
    """
    counted: list[Counted] = []
    for style_id, part in zip(enhancement.styles, (1 - second, second), strict=False):
        style = library.get(style_id)
        preference = engine.preference(style, context.progress, context.should_cancel)
        context.check()
        shares = engine.influence(enhancement.proxy, preference)
        if shares is not None:
            known = _read(style, len(shares))
            counted += [Counted(one, part * float(share)) for one, share in zip(known, shares, strict=False)]
    return sorted(counted, key=lambda one: -one.share)


def _read(style: Style, count: int) -> tuple[StyleReference, ...]:
    """The references that a preference of so many was learned from; none where it is not known which."""
    if len(style.active) == count:
        return style.active
    sound = tuple(reference for reference in style.active if _is_sound(reference))
    return sound if len(sound) == count else ()


def _is_sound(reference: StyleReference) -> bool:
    try:
        for copy in (reference.after, reference.before):
            if copy is not None:
                load_proxy(copy)
    except (DecodeError, OSError):
        return False
    return True
