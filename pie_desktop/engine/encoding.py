"""A style's references to the model's preference."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pie_desktop.errors import Cancelled, PieError, StyleError
from pie_desktop.gallery.style import Style
from pie_desktop.imaging import decode

if TYPE_CHECKING:
    from pie_desktop.model.inference import Inference
    from pie_desktop.model.preference import Preference, ReferencePixels

READING_SHARE = 0.2  # of the progress of a preference; the rest is the network

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


def encode_style(
    inference: "Inference", style: Style, progress: Progress | None, should_cancel: ShouldCancel | None
) -> "Preference":
    """Read the small copies and encode them; reports progress from READING_SHARE to 1.

    Raises:
        StyleError: no reference can be used.
        Cancelled: `should_cancel` answered True.
    """
    references = _read_references(style, should_cancel)
    text = f"Learning “{style.name}” from {len(references)} references"

    def tell(fraction: float) -> None:
        if progress is not None:
            progress(READING_SHARE + (1 - READING_SHARE) * fraction, text)

    tell(0.0)
    return inference.encode(references, progress=tell, should_cancel=should_cancel)


def _read_references(style: Style, should_cancel: ShouldCancel | None) -> "list[ReferencePixels]":
    from pie_desktop.model.preference import ReferencePixels

    pixels, problem = [], ""
    for reference in style.references:
        if should_cancel is not None and should_cancel():
            raise Cancelled
        try:
            before = decode.load_proxy(reference.before) if reference.before is not None else None
            pixels.append(ReferencePixels(decode.load_proxy(reference.after), before))
        except (PieError, OSError) as error:
            problem = str(error)
    if not pixels:
        raise StyleError(f"“{style.name}” has no usable reference; drop some of your edits on it. {problem}".rstrip())
    return pixels
