"""What an ablation trains and how it is judged, read from a file of `configs/`: variants, seeds, and columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pie_desktop.errors import PieError
from training.benchmark.tasks import NORMALISING, TARGETS
from training.data.users import UserMix
from training.fit.config import FitConfig
from training.running.settings import Section, merged, read_toml, validated

# users whose looks are fixed, who normalise every photo, who treat every photo by its content, who have targets
POPULATIONS = {
    "fixed": UserMix(perfect_capture=1.0, adaptive=0.0, no_taste=0.0, local=0.0),
    "normalising": NORMALISING,
    "adaptive": UserMix(perfect_capture=0.5, adaptive=1.0),
    "targets": TARGETS,
}
RETOUCHERS = "learned retouchers"


class Column(Section):
    """One column of the table.

    Attributes:
        label: its heading.
        task: one of `POPULATIONS`, or `RETOUCHERS`.
        mode: `pairs`, or `after` for edits alone.
        references: how many.
    """

    label: str
    task: Literal["fixed", "normalising", "adaptive", "targets", "learned retouchers"]
    mode: Literal["pairs", "after"] = "pairs"
    references: int = Field(ge=1)


def _column(task: str, mode: str, references: int) -> Column:
    words = "pair" if mode == "pairs" else "edit"
    label = f"{task}, {references} {words}{'s' * (references > 1)}"
    return Column.model_validate({"label": label, "task": task, "mode": mode, "references": references})


COLUMNS = (
    _column("fixed", "pairs", 1),
    _column("fixed", "pairs", 5),
    _column("normalising", "pairs", 5),
    _column("normalising", "pairs", 10),
    _column("adaptive", "pairs", 5),
    _column("adaptive", "pairs", 10),
    _column("fixed", "after", 5),
    _column("adaptive", "after", 10),
)


@dataclass(frozen=True)
class Variant:
    """One row of the table: a name and the configuration that it is trained with, once for each seed."""

    name: str
    config: FitConfig

    @property
    def slug(self) -> str:
        """The name as a folder."""
        return "-".join("".join(c if c.isalnum() else " " for c in self.name.lower()).split())

    def runs(self, seeds: Sequence[int], count: int | None = None, steps: int | None = None) -> list["Run"]:
        """The runs with these seeds, or with the one of the configuration where none is named.

        Args:
            count: so many instead, with seeds that count up from that of the configuration.
            steps: of each, in the place of the configured.
        """
        own, short = self.config.seed, {} if steps is None else {"steps": steps, "validate_every": steps}
        return [
            Run(
                self.slug if seed == own else f"{self.slug}-seed-{seed}",
                self.config.model_copy(update={"seed": seed, **short}),
            )
            for seed in (range(own, own + count) if count else seeds or (own,))
        ]


@dataclass(frozen=True)
class Run:
    """One training run of a variant: its folder and its configuration."""

    folder: str
    config: FitConfig


@dataclass(frozen=True)
class AblationPlan:
    """What is to be done.

    Attributes:
        variants: rows of the table; the first is the one that nothing is taken from.
        seeds: with which each is trained; empty for the one of its configuration.
        columns: what each is judged by.
        retouchers: folder of learned retouchers, where a column needs it.
    """

    variants: Sequence[Variant]
    seeds: Sequence[int] = ()
    columns: Sequence[Column] = COLUMNS
    retouchers: Path | None = None


class _File(Section):
    base: dict[str, Any]
    variants: list[dict[str, Any]] = Field(min_length=1)
    seeds: tuple[int, ...] = ()
    columns: tuple[Column, ...] = COLUMNS
    retouchers: Path | None = None


def load_plan(path: Path) -> AblationPlan:
    """Read a file with a table `base`, a run's configuration, and `variants`: names and what they change.

    It may have `seeds`, `columns` (label, task, mode, references), and `retouchers`, the folder of those who judge.

    Raises:
        PieError: the file is missing or not valid, or those who judge train, too.
    """
    read = read_toml(path)
    if not {"base", "variants"} <= read.keys():
        raise PieError(f"The configuration {path} is not valid: it needs a table `base` and a list `variants`.")
    file, variants = validated(_File, read, path), []
    for changes in file.variants:
        if "name" not in changes:
            raise PieError(f"The configuration {path} is not valid: every variant needs a `name`.")
        config = validated(FitConfig, merged(file.base, {k: v for k, v in changes.items() if k != "name"}), path)
        variants.append(Variant(changes["name"], config))
    if any(column.task == RETOUCHERS for column in file.columns):
        _check_retouchers(path, file.retouchers, variants)
    return AblationPlan(variants, file.seeds, file.columns, file.retouchers)


def _check_retouchers(path: Path, retouchers: Path | None, variants: Sequence[Variant]) -> None:
    if retouchers is None:
        raise PieError(f"The configuration {path} has a column of learned retouchers; name their folder as retouchers.")
    for variant in variants:
        if variant.config.data.teachers is not None:
            raise PieError(
                f"The configuration {path} is not valid: “{variant.name}” has teachers, but learned retouchers judge; "
                "take out one of both."
            )
