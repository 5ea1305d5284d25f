"""What can be told of a style: how well its references fit each other, and what their copies show."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.references import Progress, ShouldCancel
from pie_desktop.errors import Cancelled
from pie_desktop.styles.style import Style
from pie_desktop.styles.survey import Survey, survey


@dataclass(frozen=True)
class StyleReport:
    """What is known of a style.

    Attributes:
        agreement: how well each active reference fits the others, 0 to 1 by its id; without those that are damaged.
        seen: what the copies show; nothing of built-in styles.
    """

    agreement: Mapping[str, float] = field(default_factory=dict)
    seen: Survey = field(default_factory=Survey)


def report_on(
    engine: Engine, style: Style, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
) -> StyleReport:
    """Learn a style, compare its references and look at their copies.

    Raises:
        StyleError, BundleError, Cancelled: as `Engine.preference`.
    """

    def check() -> None:
        if should_cancel is not None and should_cancel():
            raise Cancelled

    values = engine.agreement(style, progress, should_cancel)
    seen = Survey() if style.builtin else survey(style, check)
    known = style.active
    if len(values) != len(known):  # it was learned without those whose copies are damaged
        known = tuple(reference for reference in known if reference.id not in seen.damaged)
    if len(values) != len(known):  # one was damaged, or repaired, in between
        known = ()
    return StyleReport({one.id: value for one, value in zip(known, values, strict=False)}, seen)
