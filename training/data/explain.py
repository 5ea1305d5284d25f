"""What a data set of experts was taken for: which photos train and which are tested with, style by style."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pie_desktop.errors import PieError
from training.data.fivek import Dataset, whole_photos
from training.data.inspection import SPLITS
from training.data.preparing import split_photos


def explain(dataset: Dataset, hold_out: Sequence[str] = ()) -> list[str]:
    """A table with a line for each style, and what is done with it; no photo is opened.

    Args:
        hold_out: styles that are tested with and do not train.

    Raises:
        PieError: there is no style to hold out of that name, or no photo is whole.
    """
    unknown = [name for name in hold_out if name not in dataset.styles]
    if unknown:
        raise PieError(f"{dataset.folder} has no style {unknown[0]}; it has {', '.join(dataset.styles)}.")
    whole = list(whole_photos(dataset))
    if not whole:
        raise PieError(f"No photo of {dataset.folder} is there both unedited and in every style that shares it.")
    splits = split_photos([versions.number for versions in whole], dataset.splits)
    counts: dict[str, Counter[str]] = {name: Counter() for name in dataset.styles}
    for versions, split in zip(whole, splits, strict=True):
        for name in versions.after:
            counts[name][split] += 1
    rows: list[tuple[str, ...]] = [("style", "unedited photos", *SPLITS, "")]
    for name, found in counts.items():
        numbers = tuple(str(found[split] or "-") for split in SPLITS)
        folders = _folders(dataset.folder, dataset.unedited(name).values())
        rows.append((name, folders, *numbers, _role(found, name in hold_out)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if not dataset.splits:
        lines.append("No folder says which photos train: a tenth is tested with, chosen by a hash of the names.")
    return [str(dataset.folder), *lines, *(f"note: {warning}" for warning in dataset.warnings)]


def _folders(root: Path, photos: Iterable[Path]) -> str:
    """Where photos lie, such as `train/raw, test/raw`."""
    found = sorted({path.parent.relative_to(root).as_posix() for path in photos})
    return ", ".join(found[:2]) + (f" and {len(found) - 2} more" if len(found) > 2 else "")


def _role(found: Counter[str], held_out: bool) -> str:
    """What a style is for."""
    if held_out:
        return "held out: tested with, does not train"
    parts = [words for split, words in (("train", "trains"), ("test", "is tested with")) if found[split]]
    if not parts and found["validation"]:
        parts = ["validates"]
    if found["test"] and not found["train"]:
        parts = ["is tested with as somebody new"]
    return ", ".join(parts) or "is not used"
