"""What a style is to the rest of the program: immutable values without any file handling."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class EditPair:
    """One edit that the user gives: the edited photo and, where it is known, its unedited original."""

    after: Path
    before: Path | None = None


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
    """

    id: str
    after: Path
    before: Path | None
    source: str
    before_source: str | None
    digest: str
    doubt: str | None = None


@dataclass(frozen=True)
class Style:
    """A named style as it was when it was read; read it again after a change.

    Attributes:
        id: name of its folder.
        builtin: comes with the program and is read-only; `StyleLibrary.duplicate` makes an editable copy.
    """

    id: str
    name: str
    created: datetime
    builtin: bool
    folder: Path
    references: tuple[StyleReference, ...]

    @property
    def pair_count(self) -> int:
        """References whose original is known."""
        return sum(reference.before is not None for reference in self.references)

    @property
    def fingerprint(self) -> str:
        """Names the set of references: whatever is computed from them may be kept under it."""
        joined = "\n".join(f"{reference.id} {reference.digest}" for reference in self.references)
        return hashlib.blake2b(joined.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class AddReport:
    """What came of adding edits.

    Attributes:
        style: the style as it is now.
        added: how many references are new.
        problems: one sentence for each edit that was left out, is used without its original, or looks swapped with it.
    """

    style: Style
    added: int
    problems: tuple[str, ...] = ()
