"""Styles as the rest of the program sees them: immutable values, and what is wrong with their references together."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from pie_desktop.model.consensus import AGREES, DISAGREES


@dataclass(frozen=True)
class StyleReference:
    """One reference of a style.

    Attributes:
        id: number within the style, such as "001"; never given twice in one style's life.
        after: small copy of the edited photo (sRGB, long side at most 768 px).
        before: small copy of the original in the very same pixel size, or None for an after-only reference.
        source: where the edited photo was when it was added; it may have moved since.
        before_source: the same for the original.
        digest: changes whenever the pixels of this reference change.
        doubt: one sentence that says why edit and original look swapped, or None.
        by_hand: the edit was made in this program, from what the style had made of the photo.
        original_digest: of the file that the original was copied from, None without one.
        muted: it is kept, and nothing is learned from it.
    """

    id: str
    after: Path
    before: Path | None
    source: str
    before_source: str | None
    digest: str
    doubt: str | None = None
    by_hand: bool = False
    original_digest: str | None = None
    muted: bool = False


@dataclass(frozen=True)
class OnlyModel:
    """The one model that can use a style that came without its photos: id and name of its bundle."""

    id: str
    name: str


@dataclass(frozen=True)
class Style:
    """A named style as it was when it was read; read it again after a change.

    Attributes:
        id: name of its folder.
        builtin: comes with the program and is read-only; `StyleLibrary.duplicate` makes an editable copy.
        only_model: set where the style came without its photos: the references have colours in place of pictures, only
            this model can use it, and what it was learned from cannot be changed.
        lost: where those edits came from whose copies are gone from the disk; they are not among `references`.
    """

    id: str
    name: str
    created: datetime
    builtin: bool
    folder: Path
    references: tuple[StyleReference, ...]
    only_model: OnlyModel | None = None
    lost: tuple[str, ...] = ()

    @property
    def active(self) -> tuple[StyleReference, ...]:
        """The references that something is learned from: those that are not muted."""
        return tuple(reference for reference in self.references if not reference.muted)

    @property
    def pair_count(self) -> int:
        """Active references whose original is known."""
        return sum(reference.before is not None for reference in self.active)

    @property
    def picked(self) -> bool:
        """Whether it was made of picks alone: its edits are renderings of the very files that are their originals."""
        active = self.active
        return bool(active) and all(
            one.before_source == one.source and Path(one.source).is_absolute() and not one.by_hand for one in active
        )

    def without_originals(self, digests: Collection[str]) -> "Style":
        """The style without the references whose originals have one of these digests."""
        return replace(self, references=tuple(one for one in self.references if one.original_digest not in digests))

    @property
    def fingerprint(self) -> str:
        """Names the set of active references: whatever is computed from them may be kept under it."""
        joined = "\n".join(f"{reference.id} {reference.digest}" for reference in self.active)
        return hashlib.blake2b(joined.encode(), digest_size=8).hexdigest()


class Limit(Enum):
    """What a style cannot know, or always does, as all of its references have something in common; see `limits_of`."""

    ONE_SCENE = (
        "All references show one scene, so this style cannot know how you treat other subjects and other light; add "
        "edits of different photos."
    )
    DARK_EDITS = (
        "Every edit is very dark, so every result in this style will be dark, too; if that is not what you want, add "
        "brighter edits."
    )
    DARK_ORIGINALS = (
        "Every original is underexposed, so this style cannot know how you treat well-exposed photos and may make them "
        "too bright; add edits of such photos."
    )
    BLACK_AND_WHITE = "Every edit is black and white, so every result in this style will be black and white."

    @property
    def sentence(self) -> str:
        return self.value

    @property
    def doubtful(self) -> bool:
        """Whether it is likely to be unwanted: nobody edits in black and white by mistake."""
        return self is not Limit.BLACK_AND_WHITE


@dataclass(frozen=True)
class AddReport:
    """What came of adding edits.

    Attributes:
        style: the style as it is now.
        added: how many references are new.
        problems: one sentence for each edit that was left out, is used without its original, or looks swapped with it.
        limits: what all references of the style, as it is now, have in common.
        added_ids, replaced_ids: of edits made by hand, the references that are new and those whose place they took.
    """

    style: Style
    added: int
    problems: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    added_ids: tuple[str, ...] = ()
    replaced_ids: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """All there is to be said, one sentence each."""
        return (*self.problems, *(limit.sentence for limit in self.limits))


# Two references that fit each other less than this contradict each other; which of them is off, nobody knows.
OPPOSED = 0.1
WHAT_TO_DO = (
    "If these are two tastes, give each its own style, or remove what does not belong. Edits that differ because "
    "the photos do are fine."
)


@dataclass(frozen=True)
class Contradiction:
    """How many of how many references disagree with the others."""

    disagreeing: int
    references: int

    @property
    def sentence(self) -> str:
        if self.disagreeing == self.references:
            return "These references contradict each other."
        verb = "disagrees" if self.disagreeing == 1 else "disagree"
        return f"{self.disagreeing} of {self.references} {verb} with the others."


def contradiction(agreement: Sequence[float]) -> Contradiction | None:
    """Judge how well each reference fits the largest part that agrees, 0 to 1; None where no part stands out.

    Measured by `scripts/measure_contradictions.py` on 40 simulated users of each kind. With one look for all photos it
    is told of no style of their own, and with a stranger's edits among theirs of 90 to 100 % from five pairs on (70 %
    with three), naming the right ones in 82 to 98 %. Who treats every photo by what it shows is told it wrongly in 2 to
    5 % of styles with five pairs and 15 to 25 % with more; there a stranger is seldom seen.
    """
    count = len(agreement)
    if count == 2 and max(agreement) < OPPOSED:
        return Contradiction(2, 2)
    agreeing = sum(value >= AGREES for value in agreement)
    disagreeing = sum(value < DISAGREES for value in agreement)
    return Contradiction(disagreeing, count) if disagreeing and 2 * agreeing >= max(count, 3) else None
