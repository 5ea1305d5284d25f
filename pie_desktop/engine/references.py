"""The references that a preference is learned from: the small copies of a style, or edits that are kept nowhere.

They are read without the model, which may be loading meanwhile, and encoded by it.
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.errors import Cancelled, PieError, StyleError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.read_ahead import read_ahead
from pie_desktop.model.interface import EnhancementModel
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style, StyleReference

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

READING_SHARE = 0.2  # of the progress of a preference; the rest is the network

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]
Pixels = tuple[np.ndarray, np.ndarray | None, bool]
"""Proxies of an edit and, where it is known, of its original; and whether it was made by hand from a style's result."""


@dataclass(frozen=True)
class References:
    """What was read.

    Attributes:
        name: of the style, for progress.
        pixels: of at least one reference.
        complete: whether nothing was left out as it could not be read.
    """

    name: str
    pixels: Sequence[Pixels]
    complete: bool = True


def read_style(style: Style, progress: Progress | None = None, should_cancel: ShouldCancel | None = None) -> References:
    """Read the copies of the active references, without the damaged ones, up to READING_SHARE of the progress.

    Two at a time: decoders leave the interpreter free.

    Raises:
        StyleError: no reference can be used.
        Cancelled: `should_cancel` answered True.
    """
    count, text = len(style.active), f"Reading the references of “{style.name}”"
    pixels: list[Pixels] = []
    problem = ""
    with closing(read_ahead(style.active, _read)) as reading:
        for number, (_, read) in enumerate(reading):
            if should_cancel is not None and should_cancel():
                raise Cancelled
            if progress is not None:
                progress(READING_SHARE * number / count, text)
            try:
                pixels.append(read())
            except (PieError, OSError) as error:
                problem = str(error)
    if not pixels:
        raise StyleError(f"“{style.name}” has no usable reference; drop some of your edits on it. {problem}".rstrip())
    return References(style.name, pixels, complete=not problem)


def _read(reference: StyleReference) -> Pixels:
    before = load_proxy(reference.before) if reference.before is not None else None
    return load_proxy(reference.after), before, reference.by_hand


def read_edits(
    edits: Sequence[EditPair],
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
    on_problem: Callable[[str], None] | None = None,
) -> References:
    """Read edits that are kept nowhere, up to READING_SHARE of the progress: just as a style made of them would be.

    Args:
        on_problem: gets one sentence for each edit that is left out or used without its original, and for what they all
            have in common.

    Raises:
        StyleError, Cancelled: as `read_style` and `StyleLibrary.create`.
    """

    def reading(fraction: float, text: str) -> None:
        if progress is not None:
            progress(READING_SHARE * fraction, text)

    with tempfile.TemporaryDirectory(prefix="pie-desktop-", ignore_cleanup_errors=True) as folder:
        library = StyleLibrary(Path(folder), builtin=Path(folder) / "none")
        report = library.create("from these edits", edits, reading, should_cancel)
        for remark in report.remarks:
            if on_problem is not None:
                on_problem(remark)
        return read_style(report.style, should_cancel=should_cancel)  # the copies: no step back of the progress


def encode(
    model: EnhancementModel,
    references: References,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> "Preference":
    """The preference that references show, from READING_SHARE of the progress to its end. Raises Cancelled."""
    from pie_desktop.model.preference import ReferencePixels

    text = f"Learning “{references.name}” from {len(references.pixels)} references"

    def tell(fraction: float) -> None:
        if progress is not None:
            progress(READING_SHARE + (1 - READING_SHARE) * fraction, text)

    tell(0.0)
    read = [ReferencePixels(*pixels) for pixels in references.pixels]
    return model.encode(read, progress=tell, should_cancel=should_cancel)
