"""`python -m training prepare`, and the inspection of a data set before it: what is missing or wrong in it.

Only headers are read, no pixel is decoded, so that problems are reported before hours are spent. Whether the versions
of a photo show the same is checked when they are decoded.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import probe
from training.data.fivek import Dataset, Versions, whole_photos

SHOWN = 5  # examples of each kind of problem
SPLITS = ("train", "validation", "test", "reference")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: what kind of thing, such as `unreadable`.
        message: one sentence that names the file or folder.
        number: the photo that can be left out to be rid of it; None where nothing can be left out.
    """

    kind: str
    message: str
    number: str | None = None


@dataclass(frozen=True)
class Inspection:
    """A data set and what is wrong with it.

    Attributes:
        dataset: what was found.
        problems: in the order of their kinds.
        whole: the photos without any problem, there in every style that shares them.
    """

    dataset: Dataset
    problems: tuple[Problem, ...]
    whole: tuple[Versions, ...]

    def lines(self) -> list[str]:
        """The report for people."""
        d = self.dataset
        inputs = len(d.inputs) + sum(map(len, d.own.values()))
        lines = [f"{d.folder}: {inputs} unedited photos, {len(d.styles)} styles"]
        lines += [f"  {name}: {len(photos)} photos" for name, photos in d.styles.items() if name not in d.own]
        if d.own:
            lines.append(f"  {len(d.own)} styles with unedited photos of their own:")
            lines += [f"    {line}" for line in _first([f"{name}: {len(d.styles[name])} photos" for name in d.own])]
        counts = Counter(d.splits.values())
        if d.splits:
            lines.append("  by folder: " + ", ".join(f"{counts[split]} {split}" for split in SPLITS if counts[split]))
        lines.append(f"  whole: {len(self.whole)} photos")
        lines += [f"note: {warning}" for warning in _first(d.warnings)]
        for kind in dict.fromkeys(problem.kind for problem in self.problems):
            messages = [problem.message for problem in self.problems if problem.kind == kind]
            lines.append(f"{kind}: {len(messages)}")
            lines += [f"  {message}" for message in _first(messages)]
        return lines

    def require(self, skip_bad: bool) -> None:
        """Continue only with photos that have no problems.

        Raises:
            PieError: there are problems and they are not to be skipped, or too few photos are left.
        """
        kinds = list(dict.fromkeys(problem.kind for problem in self.problems))
        if kinds and not skip_bad:
            raise PieError(
                f"{self.dataset.folder} has problems ({', '.join(kinds)}; {len(self.problems)} in all); fix them,"
                f" or continue with the {len(self.whole)} whole photos with --skip-bad."
            )
        if len(self.whole) < FEWEST:
            raise PieError(
                f"Only {len(self.whole)} photos of {self.dataset.folder} exist in every style and have no problems;"
                f" training needs at least {FEWEST}."
            )


FEWEST = 8  # photos, of which some are held out


def _first(messages: Sequence[str]) -> list[str]:
    more = len(messages) - SHOWN
    return [*messages[:SHOWN]] + ([f"and {more} more"] if more > 0 else [])


def inspect(dataset: Dataset, side: int, progress: Callable[[float], None] = lambda _: None) -> Inspection:
    """Compare the folders with each other and read the header of every photo that is whole so far.

    Args:
        side: of the cache, px; photos with a smaller long side are too small.
        progress: called with the share of photos looked at.
    """
    problems = [Problem("missing experts", f"There is no folder of {name}.") for name in dataset.missing_experts()]
    for part in dataset.sets():
        for name, numbers in part.missing().items():
            where = "Unedited, photo" if name == "input" else f"In {name}, photo"
            problems += [Problem("unequal counts", f"{where} {n} is missing.", n) for n in numbers]
    candidates = list(whole_photos(dataset))
    bad: list[Problem] = []
    for index, versions in enumerate(candidates):
        bad += _wrong(versions, side)
        progress((index + 1) / len(candidates))
    order = ("unreadable", "too small")
    bad.sort(key=lambda problem: order.index(problem.kind))
    without = {problem.number for problem in bad}
    whole = tuple(versions for versions in candidates if versions.number not in without)
    return Inspection(dataset, (*problems, *bad), whole)


def _wrong(versions: Versions, side: int) -> Iterator[Problem]:
    """What is wrong with the versions of one photo."""
    number = versions.number
    for path in versions.paths:
        try:
            info = probe(path)
        except PieError as error:
            yield Problem("unreadable", str(error), number)
            continue
        if max(info.width, info.height) < side:
            size = f"{info.width} x {info.height}"
            yield Problem("too small", f"{path} has {size} pixels; the cache's side is {side}.", number)
