"""The audit of a model: results with the right, a wrong and no preference, and what the vector alone reveals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.preference import ReferencePixels
from training.benchmark.methods import MethodSet, shown, with_original
from training.benchmark.metrics import Target, bootstrap_interval
from training.benchmark.tasks import Case
from training.reports.files import rounded
from training.running.pool import in_order

COUNTS = (1, 3, 5, 10)  # numbers of references at which retrieval and sensitivity are measured
WHOSE = ("right", "swapped", "null", "identity")


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % bootstrap interval over users."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Retrieval:
    """How often the vector of `refs` edits is nearest (cosine) to the same user's vector of `refs` other edits."""

    refs: int
    accuracy: float
    chance: float


@dataclass(frozen=True)
class Sensitivity:
    """By how much (mean CIEDE2000) a result changes when one of `refs` references is left out.

    Attributes:
        mean: over references, users and photos.
        low, high: the central 90 % of the references.
    """

    refs: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Audit:
    """What was found on one task, in one mode.

    Attributes:
        task, mode, refs, users, photos: what was audited; `refs` per user, `photos` retouched in all.
        psnr: dB by whose preference it was: the user's own (`right`), the next user's (`swapped`), nobody's (`null`),
            and of the photo as it is (`identity`).
        share: how much of the whole change (mean CIEDE2000) is preference, 0 to 1.
        names: of the users, in the order of `similarity`.
        similarity: `(U, U)` cosine of the vectors of half of the users' edits (rows) and of the other half (columns),
            each half `similarity_refs` edits and less its mean over the users.
    """

    task: str
    mode: str
    refs: int
    users: int
    photos: int
    psnr: dict[str, Mean]
    share: Mean
    retrieval: list[Retrieval]
    sensitivity: list[Sensitivity]
    names: list[str]
    similarity: list[list[float]]
    similarity_refs: int

    def lines(self) -> list[str]:
        """For people, one finding a line."""
        psnr = ", ".join(f"{whose} {m.mean:.2f} ({m.low:.2f} to {m.high:.2f})" for whose, m in self.psnr.items())
        return [
            f"{self.task}, {self.mode}: {self.users} users, {self.refs} references each, {self.photos} photos",
            f"PSNR dB by preference: {psnr}",
            f"share of the change that is preference: {self.share.mean:.0%}",
            *(f"retrieval with {r.refs}: {r.accuracy:.0%}, by chance {r.chance:.0%}" for r in self.retrieval),
            *(f"one of {s.refs} left out: dE00 {s.mean:.2f} ({s.low:.2f} to {s.high:.2f})" for s in self.sensitivity),
        ]


@dataclass(frozen=True)
class _Findings:
    """Of one user.

    Attributes:
        psnr: of every photo, by whose preference it was.
        share: of every photo.
        vectors: of the two halves, by number of references in each.
        moved: for every reference left out, by number of references.
    """

    psnr: dict[str, list[float]]
    share: list[float]
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
    """Audit a bundle on at least two users with at least two references each.

    Args:
        cases: see `training.benchmark.tasks`; two halves of 10 references are needed for every measure.
        mode: see `training.benchmark.methods`.
        refs: references for all but what is measured at `COUNTS`.
        seed: of the bootstrap.
        progress: called with one line per user.
        workers: processes; the findings do not depend on it.

    Raises:
        PieError: there are too few users or references.
    """
    available = min((len(case.references) for case in cases), default=0)
    if len(cases) < 2 or available < max(2, refs):
        raise PieError(
            f"The audit needs at least 2 users with {max(2, refs)} references each;"
            f" there are {len(cases)} with {available}."
        )

    def users() -> Iterator[tuple[Case, list[ReferencePixels], list[ReferencePixels]]]:
        known = [shown(case.references, with_original(mode, len(case.references))) for case in cases]
        for number, case in enumerate(cases):
            yield case, known[number][:available], known[(number + 1) % len(cases)][:refs]

    found = []
    work = partial(_findings, methods=methods, refs=refs)
    for case, findings in zip(cases, in_order(work, users(), workers), strict=True):
        found.append(findings)
        progress(f"{task}, {mode}: {case.name}")

    def mean(by_user: list[list[float]]) -> Mean:
        return Mean(float(np.mean(np.concatenate(by_user))), *bootstrap_interval(by_user, seed))

    similarities = {
        count: similarity(*(np.stack([f.vectors[count][half] for f in found]) for half in (0, 1)))
        for count in found[0].vectors
    }
    similarity_refs = max(count for count in similarities if count <= max(refs, 1))
    return Audit(
        task=task,
        mode=mode,
        refs=refs,
        users=len(cases),
        photos=sum(len(f.share) for f in found),
        psnr={whose: mean([f.psnr[whose] for f in found]) for whose in WHOSE},
        share=mean([f.share for f in found]),
        retrieval=[Retrieval(count, _accuracy(s), 1 / len(cases)) for count, s in similarities.items()],
        sensitivity=[_sensitivity(count, [v for f in found for v in f.moved[count]]) for count in found[0].moved],
        names=[case.name for case in cases],
        similarity=similarities[similarity_refs].tolist(),
        similarity_refs=similarity_refs,
    )


def _findings(
    user: tuple[Case, list[ReferencePixels], list[ReferencePixels]], methods: MethodSet, refs: int
) -> _Findings:
    case, references, strangers = user
    inference = methods.inference

    def retouched(photo: np.ndarray, known: Sequence[ReferencePixels]) -> np.ndarray:
        """With the preference that the references give; with none where there are none."""
        return apply_lut(photo, inference.luts(photo, inference.encode(known) if known else None)[1])

    psnr: dict[str, list[float]] = {whose: [] for whose in WHOSE}
    shares = []
    for photo, answer in case.queries:
        target = Target(answer)
        results = [retouched(photo, known) for known in (references[:refs], strangers, [])]
        for whose, result in zip(WHOSE, [*results, photo], strict=True):
            psnr[whose].append(target.quality(result).psnr)
        general, preferred = mean_delta_e(photo, results[2]), mean_delta_e(results[2], results[0])
        shares.append(preferred / max(general + preferred, 1e-6))

    vectors: dict[int, list[np.ndarray]] = {}
    moved: dict[int, list[float]] = {}
    photo = case.queries[0][0]
    for count in COUNTS:
        if 2 * count <= len(references):
            vectors[count] = [inference.encode(references[start : start + count]).vector for start in (0, count)]
        if count <= len(references):
            whole = references[:count]
            result = retouched(photo, whole)
            without = (retouched(photo, [*whole[:out], *whole[out + 1 :]]) for out in range(count))
            moved[count] = [mean_delta_e(result, other) for other in without]
    return _Findings(psnr, shares, vectors, moved)


def similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cosine `(U, U)` of vectors `(U, D)` and `(U, D)`, each less the mean of its set, which all users share."""
    units = []
    for vectors in (first, second):
        centred = vectors - vectors.mean(0)
        units.append(centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(1e-9))
    return units[0] @ units[1].T


def _accuracy(similarity: np.ndarray) -> float:
    """Share of right answers, asking with either half for the other."""
    users = np.arange(len(similarity))
    return float(np.mean([similarity.argmax(axis) == users for axis in (0, 1)]))


def _sensitivity(count: int, values: list[float]) -> Sensitivity:
    low, high = np.percentile(values, [5, 95])
    return Sensitivity(count, float(np.mean(values)), float(low), float(high))


def audit_report(found: Sequence[Audit], seed: int, model: str) -> dict[str, Any]:
    """`{"audits": [...], "seed": ..., "model": bundle id}`, numbers to four decimals; similarities to two."""
    audits = [rounded(asdict(audit)) | {"similarity": rounded(audit.similarity, 2)} for audit in found]
    return {"audits": audits, "seed": seed, "model": model}
