"""The folders of a data set of experts: MIT-Adobe FiveK in its usual layouts, and further styles beside it.

Bychkovsky, Paris, Chan and Durand, Learning photographic global tonal adjustment with a database of input/output image
pairs, 2011. Recognised are `expertA` to `expertE` (also `ExpertC`, `c`, `tiff16_c`) with `input`, `raw` or `original`;
numbered folders below `train`, `valid` and `test` such as `train/01-Experts-A` and `train/06-Inputs-Zeroed`; `ExpertA`
with `ExpertA_input`; the collections of FiveK's catalog (`(default) Input with ExpertC WhiteBalance minus1.5`). Any
other folder with photos of the same numbers is one more style.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import list_photos

EXPERTS = tuple(f"expert {letter}" for letter in "ABCDE")
SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
_NUMBER = re.compile(r"^\d+[-_. ]+")
_EXPERT = re.compile(r"^(?:experts?|retouchers?|tiff16)?([a-e])$")
_INPUT = re.compile(r"^(?:experts?[a-e]|default)?(?:input.*|raws?|rawphotos|originals?|before|unedited)$")
_FIVEK_ID = re.compile(r"^(a\d{4})(?!\d)", re.IGNORECASE)


@dataclass
class Dataset:
    """Which photos there are, before any of them is opened.

    Attributes:
        folder: where it lies.
        inputs: unedited photos by number.
        styles: edited photos by number, by style: experts first, then others by name.
        splits: `train`, `validation` or `test` by number, where folders show it.
        remarks: what was ignored, one sentence each.
    """

    folder: Path
    inputs: dict[str, Path] = field(default_factory=dict)
    styles: dict[str, dict[str, Path]] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def missing_experts(self) -> list[str]:
        """Experts without a folder, where others of the five have one."""
        known = [name for name in EXPERTS if name in self.styles]
        return [name for name in EXPERTS if name not in self.styles] if known else []


def photo_number(path: Path) -> str:
    """What the versions of a photo have in common: FiveK's number (`a0001`), else the file's name without suffix."""
    found = _FIVEK_ID.match(path.stem)
    return (found[1] if found else path.stem).lower()


def _plain(name: str) -> str:
    return re.sub(r"[-_. ()]", "", _NUMBER.sub("", name).lower())


def _role(parts: Sequence[str]) -> tuple[str | None, str | None]:
    """What the folders on the way to a photo say of it: its style (`input` for unedited ones), and its split."""
    split = next((SPLITS[_plain(part)] for part in parts if _plain(part) in SPLITS), None)
    names = [part for part in parts if _plain(part) not in SPLITS]
    for name in names:
        if _INPUT.match(_plain(name)):
            return "input", split
        expert = _EXPERT.match(_plain(name))
        if expert:
            return f"expert {expert[1].upper()}", split
    return (_NUMBER.sub("", names[0]) if names else None), split


def _put(dataset: Dataset, photos: dict[str, Path], path: Path) -> None:
    """Add a photo where its number is new; else the first one found stays, and what is ignored is reported."""
    other = photos.setdefault(photo_number(path), path)
    if other == path:
        return
    warning = f"{path} is ignored: {other.name} beside it has the same number."
    if other.parent != path.parent:
        warning = f"Photos in {path.parent} are ignored where {other.parent} has the same ones."
    if warning not in dataset.warnings[-1:]:
        dataset.warnings.append(warning)


def find_dataset(folder: Path, extra: Sequence[Path] = ()) -> Dataset:
    """Sort the photos below a folder into unedited ones and styles, by the names of folders and files alone.

    Args:
        folder: of the data set.
        extra: folders of further styles, named after the folder.

    Raises:
        PieError: there are no unedited photos or no styles, or two styles have the same name.
    """
    if not folder.is_dir():
        raise PieError(f"There is no folder {folder}; name the folder of the data set.")
    dataset = Dataset(folder)
    for path in list_photos(folder, recursive=True):
        style, split = _role(path.relative_to(folder).parts[:-1])
        if style is None:
            continue
        number = photo_number(path)
        known = dataset.splits.setdefault(number, split) if split is not None else split
        if known != split and "train" in (known, split):
            raise PieError(
                f"Photo {number} lies both in {split} and in {known} of {folder}; a test photo must not be trained on."
            )
        if known == split:
            # validation and test may be the same photos: they are tested with, the folder that comes first
            _put(dataset, dataset.inputs if style == "input" else dataset.styles.setdefault(style, {}), path)
    for path in extra:
        _add_style(dataset, path)
    if not dataset.inputs:
        raise PieError(
            f"No unedited photos were found in {folder}; put them into a folder 'input', 'raw' or 'original' in it."
        )
    for name in [name for name, photos in dataset.styles.items() if not photos.keys() & dataset.inputs.keys()]:
        dataset.warnings.append(f"The folder {name} is ignored: none of its photos is named like an unedited one.")
        del dataset.styles[name]
    if not dataset.styles:
        raise PieError(
            f"No edited photos were found in {folder}; put those of each style into a folder of its own, such as"
            " 'expertC', named like their originals."
        )
    dataset.styles = dict(sorted(dataset.styles.items(), key=lambda item: (item[0] not in EXPERTS, item[0].lower())))
    return dataset


def _add_style(dataset: Dataset, folder: Path) -> None:
    photos: dict[str, Path] = {}
    for path in list_photos(folder, recursive=True) if folder.is_dir() else []:
        _put(dataset, photos, path)
    if not photos:
        raise PieError(f"No photo was found in {folder}; name a folder with the edits of one style.")
    if folder.name in dataset.styles:
        raise PieError(f"There are two styles named {folder.name}; rename the folder {folder}.")
    dataset.styles[folder.name] = photos


def whole_photos(dataset: Dataset) -> list[str]:
    """Numbers of the photos that are there unedited and in every style, sorted."""
    found = set(dataset.inputs)
    for photos in dataset.styles.values():
        found &= photos.keys()
    return sorted(found)


def incomplete(dataset: Dataset) -> Mapping[str, list[str]]:
    """Numbers that are missing, by style (`input` for unedited photos); of all that are there anywhere."""
    everything = set(dataset.inputs).union(*dataset.styles.values())
    folders = {"input": dataset.inputs} | dataset.styles
    missing = {name: sorted(everything - photos.keys()) for name, photos in folders.items()}
    return {name: numbers for name, numbers in missing.items() if numbers}
