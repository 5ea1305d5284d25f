"""What is asked of an export, and what will happen to each photo."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from pie_desktop.engine.name_template import DEFAULT_TEMPLATE, NameTemplate
from pie_desktop.engine.size_estimate import size_text
from pie_desktop.imaging.encode import EncodeOptions

Conflict = Literal["skip", "unique", "overwrite"]
Action = Literal["write", "overwrite", "skip", "fail"]


@dataclass(frozen=True)
class ExportSettings:
    """One export.

    Attributes:
        destination: folder, made when it is missing.
        encode: format, size, colour space, metadata.
        on_conflict: when a file of the name exists: `skip` the photo, write under a `unique` name, or `overwrite`.
        strength: how strongly the preference counts, 0 to 1.5.
        amount: how much of the whole edit is applied, 0 to 1.
        name: template of the names, see `name_template`.
        style: name of the style, for the template; None for neutral enhancement.
        preset: name of the preset, for the template, or None.
        burst_lock: whether the frames of a burst share one transform, see `bursts`.

    Raises:
        TemplateError: `name` is no template.
    """

    destination: Path
    encode: EncodeOptions = field(default_factory=EncodeOptions)
    on_conflict: Conflict = "skip"
    strength: float = 1.0
    amount: float = 1.0
    name: str = DEFAULT_TEMPLATE
    style: str | None = None
    preset: str | None = None
    burst_lock: bool = False

    def __post_init__(self) -> None:
        if self.on_conflict not in get_args(Conflict):
            raise ValueError(f"on_conflict must be one of {', '.join(get_args(Conflict))}, got {self.on_conflict}")
        NameTemplate(self.name)


@dataclass(frozen=True)
class PlannedPhoto:
    """What will happen to one photo.

    Attributes:
        source: the photo.
        target: the file to write.
        action: `write` (never replaces a file), `overwrite`, `skip` or `fail`.
        problem: one sentence: why it is skipped or cannot be written, or that it gets another name; else None.
        size: (width, height) of the file in pixels; None where it is not written.
        file_size: expected bytes of the file; None where it is not written.
        renamed: whether the file gets a number, since one of the wanted name is there already.
        burst: number of the sequence whose frames share one transform; None for a photo of its own.
    """

    source: Path
    target: Path
    action: Action
    problem: str | None = None
    size: tuple[int, int] | None = None
    file_size: int | None = None
    renamed: bool = False
    burst: int | None = None

    @property
    def writes(self) -> bool:
        """Whether a file is to be written."""
        return self.action in ("write", "overwrite")

    @property
    def action_name(self) -> str:
        """The action in a word: `write`, `new name`, `overwrite`, `skip` or `fail`."""
        return "new name" if self.action == "write" and self.renamed else self.action


def plan_summary(plan: Sequence[PlannedPhoto]) -> str:
    """Such as `41 to write, 3 skipped, 1 problem, about 320 MB`."""
    counts = [sum(photo.action == action for photo in plan) for action in get_args(Action)]
    to_write, to_replace, skipped, problems = counts
    parts = [
        f"{to_write:,} to write" if to_write or not to_replace else "",
        f"{to_replace:,} to replace" if to_replace else "",
        f"{skipped:,} skipped" if skipped else "",
        f"{problems:,} problem{'' if problems == 1 else 's'}" if problems else "",
    ]
    expected = sum(photo.file_size or 0 for photo in plan)
    parts.append(f"about {size_text(expected)}" if expected else "")
    return ", ".join(part for part in parts if part)
