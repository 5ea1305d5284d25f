"""The folders of a data set of experts: MIT-Adobe FiveK in its usual layouts, further styles beside it, and people.

Bychkovsky, Paris, Chan and Durand, Learning photographic global tonal adjustment with a database of input/output image
pairs, 2011. Recognised are `expertA` to `expertE` (also `ExpertC`, `c`, `tiff16_c`) with `input`, `raw` or `original`;
numbered folders below `train`, `valid` and `test` such as `train/01-Experts-A` and `train/06-Inputs-Zeroed`, as
StarEnhancer has them; the collections of FiveK's catalog (`(default) Input with ExpertC WhiteBalance minus1.5`). Any
other folder with photos of the same numbers is one more style.

Masked Style Modeling has people with photos of their own: `train/<user>` with `train/<user>_input` beside it. Its
`test_ref` holds the photos that are shown as references at the test, whose photos lie in `test`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import list_photos

EXPERTS = tuple(f"expert {letter}" for letter in "ABCDE")
SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "valref": "validation",
    "validref": "validation",
    "test": "test",
    "testing": "test",
    "testref": "reference",
}
TRAINING_PHOTOS = 4500  # of FiveK, a0001 to a4500: those after them are tested with
_NUMBER = re.compile(r"^\d{1,3}[-_. ]+")  # of an order; `100015017_N04` is the name of a user
_EXPERT = re.compile(r"^(?:experts?|retouchers?|tiff16)?([a-e])$")
_INPUT = re.compile(r"^(?:default)?(?:input.*|raws?|rawphotos|originals?|before|unedited)$")
_OWN_INPUT = re.compile(r"^(.*[^-_. ])[-_. ]*inputs?$", re.IGNORECASE)
_FIVEK_ID = re.compile(r"^(a\d{4})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class PhotoSet:
    """Unedited photos, and the styles that are versions of them.

    Attributes:
        inputs: unedited photos by number.
        styles: edited photos by number, by style.
    """

    inputs: Mapping[str, Path]
    styles: Mapping[str, Mapping[str, Path]]

    def whole(self) -> list[str]:
        """Numbers of the photos that are there unedited and in every style, sorted."""
        found = set(self.inputs)
        for photos in self.styles.values():
            found &= photos.keys()
        return sorted(found)

    def missing(self) -> dict[str, list[str]]:
        """Numbers that are missing, by style (`input` for unedited photos); of all that are there anywhere."""
        everything = set(self.inputs).union(*self.styles.values())
        folders = {"input": self.inputs} | dict(self.styles)
        missing = {name: sorted(everything - photos.keys()) for name, photos in folders.items()}
        return {name: numbers for name, numbers in missing.items() if numbers}


@dataclass
class Dataset:
    """Which photos there are, before any of them is opened.

    Attributes:
        folder: where it lies.
        inputs: unedited photos by number, which all styles share but those of `own`.
        own: unedited photos of one style alone, by number, by style. Their numbers begin with the style's name.
        styles: edited photos by number, by style: experts first, then others by name.
        splits: `train`, `validation`, `test` or `reference` by number, where folders show it.
        warnings: what was ignored, one sentence each.
    """

    folder: Path
    inputs: dict[str, Path] = field(default_factory=dict)
    own: dict[str, dict[str, Path]] = field(default_factory=dict)
    styles: dict[str, dict[str, Path]] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def unedited(self, style: str) -> Mapping[str, Path]:
        """The unedited photos of a style, by number."""
        return self.own.get(style, self.inputs)

    def sets(self) -> list[PhotoSet]:
        """The styles that share their unedited photos, and each that has its own."""
        shared = {name: photos for name, photos in self.styles.items() if name not in self.own}
        found = [PhotoSet(self.inputs, shared)] if shared else []
        return found + [PhotoSet(inputs, {name: self.styles[name]}) for name, inputs in self.own.items()]

    def missing_experts(self) -> list[str]:
        """Experts without a folder, where others of the five have one."""
        known = [name for name in EXPERTS if name in self.styles]
        return [name for name in EXPERTS if name not in self.styles] if known else []


class _Entry(NamedTuple):
    """A photo and what the folders on the way to it say: an unedited one has no style, or is that of one style."""

    path: Path
    style: str | None
    unedited: bool
    split: str | None


def photo_number(path: Path) -> str:
    """What the versions of a photo have in common: FiveK's number (`a0001`), else the file's name without suffix."""
    found = _FIVEK_ID.match(path.stem)
    return (found[1] if found else path.stem).lower()


def _plain(name: str) -> str:
    return re.sub(r"[-_. ()]", "", _NUMBER.sub("", name).lower())


def _style(name: str) -> str:
    """What a style is called whose folder has this name."""
    expert = _EXPERT.match(_plain(name))
    return f"expert {expert[1].upper()}" if expert else _NUMBER.sub("", name)


def _entry(path: Path, parts: Sequence[str]) -> _Entry | None:
    """What the folders on the way to a photo say of it; None for photos in no folder."""
    place = next((n for n, part in enumerate(parts) if _plain(part) in SPLITS), None)
    split = None if place is None else SPLITS[_plain(parts[place])]
    names = [part for part in parts if _plain(part) not in SPLITS]
    for name in names:
        if _INPUT.match(_plain(name)):
            return _Entry(path, None, True, split)
        own = _OWN_INPUT.match(_NUMBER.sub("", name))
        if own:
            return _Entry(path, _style(own[1]), True, split)
        if _EXPERT.match(_plain(name)):
            return _Entry(path, _style(name), False, split)
    if not names:
        return None
    # `Preset/train/Preset1`: what is around the splits names the data set, not the style
    within = [] if place is None else [part for part in parts[place + 1 :] if _plain(part) not in SPLITS]
    return _Entry(path, _style((within or names)[0]), False, split)


def _owners(entries: Sequence[_Entry]) -> set[str]:
    """Styles that have unedited photos of their own.

    FiveK's unedited photos may be named after one expert alone (`ExpertA_input`): they are those of all styles then.
    """
    numbers: dict[tuple[str | None, bool], set[str]] = {}
    for entry in entries:
        numbers.setdefault((entry.style, entry.unedited), set()).add(photo_number(entry.path))
    styles = {style for style, unedited in numbers if style is not None and not unedited}
    named = {style for style, unedited in numbers if style is not None and unedited}
    without = [numbers[style, False] for style in styles - named] if (None, True) not in numbers else []
    # most of somebody's photos: people's files may well have some names in common
    shared = {style for style in named if any(2 * len(numbers[style, True] & other) >= len(other) for other in without)}
    return (named & styles) - shared


def find_dataset(folder: Path, extra: Sequence[Path] = ()) -> Dataset:
    """Sort the photos below a folder into unedited ones and styles, by the names of folders and files alone.

    Args:
        folder: of the data set.
        extra: folders of further styles, named after the folder.

    Raises:
        PieError: there are no unedited photos or no styles, two styles have the same name, or a photo to test with
            lies among those to train with, too.
    """
    if not folder.is_dir():
        raise PieError(f"There is no folder {folder}; name the folder of the data set.")
    found = (_entry(path, path.relative_to(folder).parts[:-1]) for path in list_photos(folder, recursive=True))
    entries = [entry for entry in found if entry is not None]
    dataset, owners = Dataset(folder), _owners(entries)
    for entry in entries:
        _add(dataset, entry, entry.style in owners)
    for path in extra:
        _add_style(dataset, path)
    if not dataset.inputs and not dataset.own:
        raise PieError(
            f"No unedited photos were found in {folder}; put them into a folder 'input', 'raw' or 'original' in it."
        )
    for name in [name for name, photos in dataset.styles.items() if not photos.keys() & dataset.unedited(name).keys()]:
        dataset.warnings.append(f"The folder {name} is ignored: none of its photos is named like an unedited one.")
        del dataset.styles[name]
        dataset.own.pop(name, None)
    if not dataset.styles:
        raise PieError(
            f"No edited photos were found in {folder}; put those of each style into a folder of its own, such as"
            " 'expertC', named like their originals."
        )
    dataset.styles = dict(sorted(dataset.styles.items(), key=lambda item: (item[0] not in EXPERTS, item[0].lower())))
    if not dataset.splits:
        dataset.splits = _customary_splits(dataset)
    return dataset


def _customary_splits(dataset: Dataset) -> dict[str, str]:
    """The split that most of the literature has, where the photos are those of FiveK: the last 500 are tested with."""
    numbers = [int(number[1:]) if _FIVEK_ID.fullmatch(number) else 0 for number in dataset.inputs]
    if not numbers or min(numbers) == 0 or not min(numbers) <= TRAINING_PHOTOS < max(numbers):
        return {}
    return {number: "test" for number in dataset.inputs if int(number[1:]) > TRAINING_PHOTOS}


def _add(dataset: Dataset, entry: _Entry, owned: bool) -> None:
    """Sort a photo in.

    Args:
        owned: whether its style has unedited photos of its own.
    """
    number, split = photo_number(entry.path), entry.split
    if owned:
        number = f"{entry.style}/{number}"
    known = dataset.splits.setdefault(number, split) if split is not None else split
    if known != split and {known, split} != {"validation", "test"}:
        raise PieError(
            f"Photo {number} lies both in {split} and in {known} of {dataset.folder}; a test photo must be neither"
            " trained on nor shown as a reference."
        )
    if known != split:
        return  # validation and test may be the same photos: they are tested with, the folder that comes first
    if not entry.unedited:
        assert entry.style is not None
        _put(dataset, dataset.styles.setdefault(entry.style, {}), number, entry.path)
    elif owned:
        assert entry.style is not None
        _put(dataset, dataset.own.setdefault(entry.style, {}), number, entry.path)
    else:
        _put(dataset, dataset.inputs, number, entry.path)


def _put(dataset: Dataset, photos: dict[str, Path], number: str, path: Path) -> None:
    """Add a photo where its number is new; else the first one found stays, and what is ignored is reported."""
    other = photos.setdefault(number, path)
    if other == path:
        return
    warning = f"{path} is ignored: {other.name} beside it has the same number."
    if other.parent != path.parent:
        warning = f"Photos in {path.parent} are ignored where {other.parent} has the same ones."
    if warning not in dataset.warnings[-1:]:
        dataset.warnings.append(warning)


def _add_style(dataset: Dataset, folder: Path) -> None:
    photos: dict[str, Path] = {}
    for path in list_photos(folder, recursive=True) if folder.is_dir() else []:
        _put(dataset, photos, photo_number(path), path)
    if not photos:
        raise PieError(f"No photo was found in {folder}; name a folder with the edits of one style.")
    if folder.name in dataset.styles:
        raise PieError(f"There are two styles named {folder.name}; rename the folder {folder}.")
    dataset.styles[folder.name] = photos


@dataclass(frozen=True)
class Versions:
    """One photo, unedited and in every style of its set.

    Attributes:
        number: its name in the data set.
        before: the unedited photo.
        after: the edited ones by style.
    """

    number: str
    before: Path
    after: Mapping[str, Path]

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, the unedited one first."""
        return self.before, *self.after.values()


def whole_photos(dataset: Dataset) -> Iterator[Versions]:
    """The photos that are there unedited and in every style that shares them, set by set."""
    for part in dataset.sets():
        for number in part.whole():
            yield Versions(number, part.inputs[number], {name: of[number] for name, of in part.styles.items()})
