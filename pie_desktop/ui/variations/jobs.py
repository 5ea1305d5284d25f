"""Jobs of the variations of a style. One session is not for two threads at once: they share a lane with styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.kept_picks import KeptPicks
from pie_desktop.engine.variations import Shown, StyleVariations, restore_picks
from pie_desktop.errors import Cancelled, PieError
from pie_desktop.styles.store import AddReport, Style, StyleLibrary
from pie_desktop.ui.teaching.jobs import add_hands
from pie_desktop.workers.job import JobContext

if TYPE_CHECKING:
    from pie_desktop.model.variations import Variation


@dataclass(frozen=True)
class Refined:
    """A style that has learned from a variation.

    Attributes:
        report: what it learned.
        is_new: it is a copy of a style that comes with the program.
        before, after: the picks of the style as it was, and as it is.
    """

    report: AddReport
    is_new: bool
    before: KeptPicks
    after: KeptPicks


def show(context: JobContext, session: StyleVariations, side: int) -> Shown:
    """Raises PieError."""
    return session.show(side)


def keep(context: JobContext, session: StyleVariations) -> None:
    """Raises StyleError."""
    session.keep()


def refine(
    context: JobContext, library: StyleLibrary, engine: Engine, session: StyleVariations, chosen: "Variation"
) -> Refined:
    """Teach the style what was chosen; a copy in place of a built-in one.

    Raises:
        PieError: the style is as it was.
        Cancelled: likewise.
    """
    hand, picks = session.choose(chosen)
    style = session.style
    report = add_hands(library, style, [hand])
    try:
        engine.preference(report.style, context.progress, context.should_cancel)
        kept = session.learned(report.style, picks)
    except (Cancelled, PieError):
        if style.builtin:
            library.delete(report.style.id)
        else:
            library.exchange(style.id, report.added_ids, report.replaced_ids)
        raise
    return Refined(report, style.builtin, session.before, kept)


def exchange(
    context: JobContext, library: StyleLibrary, style_id: str, gone: Sequence[str], back: Sequence[str], kept: KeptPicks
) -> Style:
    """Take back what `refine` did, with its picks, or do it again. Raises StyleError."""
    style = library.exchange(style_id, gone, back)
    restore_picks(style_id, kept)
    return style
