"""The audit of a model: five controlled tests of its preference, and what references tell it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pie_desktop.errors import PieError
from training.audit.controls import (
    CONTROLS,
    RIGHT,
    WHOSE,
    Answers,
    Scores,
    Subject,
    answers,
    scores,
    strangers,
    subjects,
)
from training.audit.references import Retrieval, Sensitivity, halves, left_out, similarity
from training.benchmark.cases import Case
from training.benchmark.methods import MethodSet
from training.benchmark.metrics import Mean
from training.running.pool import in_order

FEWEST_PHOTOS = 2  # of a user: one of them gets the answer to another


@dataclass(frozen=True)
class Nearness:
    """dB and mean CIEDE2000, each with its interval: of results, or gained over other results (positive: nearer)."""

    psnr: Mean
    de00: Mean

    @property
    def above_zero(self) -> bool:
        """Of a gain: whether it is one for certain, in both measures."""
        return self.psnr.low > 0 and self.de00.low > 0


@dataclass(frozen=True)
class Audit:
    """What was found on one task, in one mode. Intervals are over users and their draws.

    Attributes:
        task, mode, refs, users, photos: what was audited; `refs` per user, `photos` retouched in all.
        nearness: of the results to the users' own versions, by `WHOSE` answer it was.
        gains: of the right preference over each of the `CONTROLS` that the mode has.
        share: how much of the whole change (mean CIEDE2000) is preference, 0 to 1.
        names: of the users, in the order of `similarity`.
        expected, measured: mean CIEDE2000 of every photo's result, as the model expects it and as it is; nothing is
            expected by a model that does not know.
        similarity: `(U, U)` cosine of the vectors of half of the users' edits (rows) and of the other half (columns),
            each half `similarity_refs` edits and less its mean over the users.
    """

    task: str
    mode: str
    refs: int
    users: int
    photos: int
    nearness: dict[str, Nearness]
    gains: dict[str, Nearness]
    share: Mean
    retrieval: list[Retrieval]
    sensitivity: list[Sensitivity]
    expected: list[float]
    measured: list[float]
    names: list[str]
    similarity: list[list[float]]
    similarity_refs: int

    def lines(self) -> list[str]:
        """For people, one finding a line."""
        found = self.nearness.items()
        return [
            f"{self.task}, {self.mode}: {self.users} users, {self.refs} references each, {self.photos} photos",
            "PSNR dB (dE00): " + ", ".join(f"{name} {n.psnr.mean:.2f} ({n.de00.mean:.2f})" for name, n in found),
            *(
                f"gain over {name}: {g.psnr.mean:.2f} dB ({g.psnr.low:.2f} to {g.psnr.high:.2f}), dE00 "
                f"{g.de00.mean:.2f} ({g.de00.low:.2f} to {g.de00.high:.2f})" + ("" if g.above_zero else ": NOT above 0")
                for name, g in self.gains.items()
            ),
            f"share of the change that is preference: {self.share.mean:.0%}",
            *(f"retrieval with {r.refs}: {r.accuracy:.0%}, by chance {r.chance:.0%}" for r in self.retrieval),
            *(f"one of {s.refs} left out: dE00 {s.mean:.2f} ({s.low:.2f} to {s.high:.2f})" for s in self.sensitivity),
        ]


@dataclass(frozen=True)
class _Findings:
    """Of one case: its answers, vectors of halves of its references, and changes without each of these."""

    answers: Answers
    vectors: dict[int, list[np.ndarray]]
    moved: dict[int, list[float]]


def audit(
    methods: MethodSet,
    task: str,
    cases: Sequence[Case],
    mode: str,
    refs: int,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
) -> Audit:
    """Audit a bundle on at least two users with at least two references and two photos each.

    Args:
        cases: see `training.benchmark.tasks`, with any number of draws of a user; two halves of 10 references are
            needed for every measure.
        mode: `pairs` or `after`, see `training.benchmark.methods`.
        refs: references for all but what is measured at `references.COUNTS`.
        seed: of the bootstrap.
        progress: called with one line per case.
        workers: processes; the findings do not depend on it.

    Raises:
        PieError: there are too few users, references or photos.
    """
    names = [case.name for case in cases]
    first = {name: names.index(name) for name in names}  # one draw of every user
    available = min((len(case.references) for case in cases), default=0)
    photos = min((len(case.queries) for case in cases), default=0)
    if len(first) < 2 or available < max(2, refs) or photos < FEWEST_PHOTOS:
        raise PieError(
            f"The audit needs at least 2 users with {max(2, refs)} references and {FEWEST_PHOTOS} photos each;"
            f" there are {len(first)} with {available} and {photos}."
        )
    found = []
    look = partial(_look, methods=methods, available=available)
    for case, findings in zip(cases, in_order(look, subjects(cases, mode, refs), workers), strict=True):
        found.append(findings)
        progress(f"{task}, {mode}: answers for {case.name}")

    def compared() -> Iterator[tuple[Case, Answers, list[np.ndarray]]]:
        for number, others in enumerate(strangers(names)):
            yield cases[number], found[number].answers, [found[other].answers.guests[number] for other in others]

    judged = []
    for case, measured in zip(cases, in_order(_compare, compared(), workers), strict=True):
        judged.append(measured)
        progress(f"{task}, {mode}: {case.name} compared")

    def mean(values: Callable[[Scores], Sequence[float]]) -> Mean:
        by_user: dict[str, list[Sequence[float]]] = defaultdict(list)
        for name, measured in zip(names, judged, strict=True):
            by_user[name].append(values(measured))
        return Mean.of(list(by_user.values()), seed)

    def nearness(whose: str) -> Nearness:
        return Nearness(mean(lambda s: s.psnr[whose]), mean(lambda s: s.de00[whose]))

    def gain(whose: str) -> Nearness:
        return Nearness(
            mean(lambda s: np.subtract(s.psnr[RIGHT], s.psnr[whose]).tolist()),
            mean(lambda s: np.subtract(s.de00[whose], s.de00[RIGHT]).tolist()),
        )

    users = [found[number] for number in first.values()]
    similarities = {
        count: similarity(*(np.stack([user.vectors[count][half] for user in users]) for half in (0, 1)))
        for count in users[0].vectors
    }
    similarity_refs = max(count for count in similarities if count <= max(refs, 1))
    present = judged[0].psnr
    return Audit(
        task=task,
        mode=mode,
        refs=refs,
        users=len(first),
        photos=sum(len(measured.share) for measured in judged),
        nearness={whose: nearness(whose) for whose in WHOSE if whose in present},
        gains={whose: gain(whose) for whose in CONTROLS if whose in present},
        share=mean(lambda s: s.share),
        retrieval=[Retrieval.of(count, values) for count, values in similarities.items()],
        sensitivity=[Sensitivity.of(n, [v for user in users for v in user.moved[n]]) for n in users[0].moved],
        expected=[error for findings in found for error in findings.answers.expected],
        measured=[error for measured in judged for error in measured.de00[RIGHT]],
        names=list(first),
        similarity=similarities[similarity_refs].tolist(),
        similarity_refs=similarity_refs,
    )


def _look(subject: Subject, methods: MethodSet, available: int) -> _Findings:
    """The first step: everything for which references have to be encoded."""
    inference, references = methods.inference, subject.references[:available]
    return _Findings(
        answers(subject, inference), halves(references, inference), left_out(subject.photos[0], references, inference)
    )


def _compare(item: tuple[Case, Answers, list[np.ndarray]]) -> Scores:
    case, found, others = item
    return scores(case, found.own, others)
