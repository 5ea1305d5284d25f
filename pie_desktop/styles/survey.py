"""A look at all copies of a style: which can be read, what their photos show, and what they have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.scenery import Scenery, sceneries_of
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.limits import limits_among
from pie_desktop.styles.style import Limit, Style


@dataclass(frozen=True)
class Survey:
    """What was seen.

    Attributes:
        limits: what all active references have in common.
        sceneries: what the photo of each active reference shows, unedited where its original is known, by its id; not
            of those that cannot be read.
        damaged: ids of the references a copy of which cannot be read, muted or not.
    """

    limits: tuple[Limit, ...] = ()
    sceneries: Mapping[str, frozenset[Scenery]] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()

    def missing(self) -> tuple[Scenery, ...]:
        """The kinds that no photo of the style shows; none where it is not known what they show."""
        if not self.sceneries:
            return ()
        shown = frozenset[Scenery]().union(*self.sceneries.values())
        return tuple(scenery for scenery in Scenery if scenery not in shown)


def survey(style: Style, check: Callable[[], object] = lambda: None) -> Survey:
    """Look at all copies; nothing is known of the photos of a style that came without them.

    Args:
        check: called before each photo; what it raises ends the work.
    """
    if style.only_model is not None:  # colours in place of pictures
        return Survey()
    read: list[tuple[np.ndarray, np.ndarray | None]] = []
    sceneries, damaged = {}, []
    for reference in style.references:
        check()
        try:
            after = _read(reference.after)
            before = _read(reference.before) if reference.before is not None else None
        except (PieError, OSError):
            damaged.append(reference.id)
            continue
        if not reference.muted:
            read.append((after, before))
            sceneries[reference.id] = sceneries_of(after if before is None else before)
    return Survey(limits_among(read), sceneries, tuple(damaged))


def limits_of(style: Style) -> tuple[Limit, ...]:
    """What all active references of a style have in common; those with a copy that cannot be read do not count."""
    return survey(style).limits


def _read(copy: Path) -> np.ndarray:
    """As the model sees it, uint8 (H, W, 3)."""
    return to_uint8(load_proxy(copy))
