"""The benchmark: every method on every task with every number of references, as the rows of one table."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from training.benchmark.cases import Case
from training.benchmark.methods import MODES, NO_REFERENCES, MethodSet, shown, with_original
from training.benchmark.metrics import Quality, Target, nested_interval
from training.running.pool import in_order

Setting = tuple[str, str, int]  # method, mode, number of references
Scores = dict[Setting, list[Quality]]
ByUser = dict[str, list[list[Quality]]]  # of every draw, by user


@dataclass(frozen=True)
class Row:
    """One line of the table: means over `n` photos of all users and draws, PSNR with its 95 % bootstrap interval (over
    users and draws) and median.

    `nearer` is the share of photos that came nearer (dE00) to the answer than they were, and None for tasks with
    references.
    """

    task: str
    method: str
    mode: str
    refs: int
    psnr: float
    psnr_low: float
    psnr_high: float
    psnr_median: float
    ssim: float
    de00: float
    de00_median: float
    deab: float
    n: int
    nearer: float | None = None


def run_benchmark(
    tasks: Mapping[str, Iterable[Case]],
    methods: MethodSet,
    refs: Sequence[int],
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
    threads: int = 1,
    modes: Sequence[str] = MODES,
) -> list[Row]:
    """Judge every method on every task with the same references and queries.

    A method is listed in every mode in which it works, also where the mode makes no difference to it.

    Args:
        tasks: cases by task name.
        methods: see `training.benchmark.methods`.
        refs: numbers of references; a case with fewer is left out of that row. Cases without any are judged in the
            mode `none`.
        seed: of the bootstrap.
        progress: called with one line per case.
        workers: processes; the rows do not depend on it.
        threads: of torch in each.
        modes: those of `MODES` that are asked for.
    """

    def cases() -> Iterator[tuple[str, Case]]:
        for task, found in tasks.items():
            for case in found:
                yield task, case

    collected: dict[str, dict[Setting, ByUser]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    judge = partial(_judge, refs=tuple(refs), methods=methods, wanted=tuple(modes))
    for task, name, scores in in_order(judge, cases(), workers, threads):
        for setting, found in scores.items():
            collected[task][setting][name].append(found)
        progress(f"{task}: {name}")
    return [
        _row(task, setting, by_user, seed, by_setting)
        for task, by_setting in collected.items()
        for setting, by_user in by_setting.items()
    ]


def _judge(
    item: tuple[str, Case], refs: Sequence[int], methods: MethodSet, wanted: Sequence[str] = MODES
) -> tuple[str, str, Scores]:
    """All settings of one case; what gives equal results is computed once."""
    task, case = item
    targets = [Target(after) for _, after in case.queries]
    modes = [(mode, count) for count in refs if count <= len(case.references) for mode in wanted]
    computed: dict[Hashable, list[Quality] | None] = {}
    scores: Scores = {}
    for mode, count in modes if case.references else [(NO_REFERENCES, 0)]:
        flags = with_original(mode, count)
        for method in methods.names:
            key = methods.what_counts(method, flags)
            if key not in computed:
                retouch = methods.learn(method, shown(case.references[:count], flags))
                computed[key] = retouch and [
                    target.quality(retouch(before, target.image))
                    for (before, _), target in zip(case.queries, targets, strict=True)
                ]
            found = computed[key]
            if found is not None:
                scores[method, mode, count] = found
    return task, case.name, scores


def _row(task: str, setting: Setting, by_user: ByUser, seed: int, by_setting: Mapping[Setting, ByUser]) -> Row:
    values = _photos(by_user)
    psnr = np.array([v.psnr for v in values])
    de00 = np.array([v.de00 for v in values])
    low, high = nested_interval([[[v.psnr for v in draw] for draw in draws] for draws in by_user.values()], seed)
    nearer = None
    if setting[1] == NO_REFERENCES:
        unedited = np.array([v.de00 for v in _photos(by_setting["identity", NO_REFERENCES, 0])])
        nearer = float((de00 < unedited).mean())
    return Row(
        task,
        *setting,
        psnr=float(psnr.mean()),
        psnr_low=low,
        psnr_high=high,
        psnr_median=float(np.median(psnr)),
        ssim=float(np.mean([v.ssim for v in values])),
        de00=float(de00.mean()),
        de00_median=float(np.median(de00)),
        deab=float(np.mean([v.deab for v in values])),
        n=len(values),
        nearer=nearer,
    )


def _photos(by_user: ByUser) -> list[Quality]:
    """Of all photos of all draws of all users."""
    return [quality for draws in by_user.values() for draw in draws for quality in draw]


def mean_over_tasks(rows: Sequence[Row], method: str = "model") -> dict[tuple[str, int], float]:
    """Mean PSNR over tasks by mode and number of references: do more references ever hurt?

    A task takes part where the same photos are compared at every number of references: a user with too few photos for
    the largest number would otherwise move the mean.
    """
    found = [row for row in rows if row.method == method and row.refs > 0]
    result: dict[tuple[str, int], float] = {}
    for mode in MODES:
        here = [row for row in found if row.mode == mode]
        counts = sorted({row.refs for row in here})
        by_task = {task: [row for row in here if row.task == task] for task in dict.fromkeys(r.task for r in here)}
        whole = [
            {row.refs: row.psnr for row in part}
            for part in by_task.values()
            if len(part) == len(counts) and len({row.n for row in part}) == 1
        ]
        if whole:
            result |= {(mode, count): float(np.mean([psnr[count] for psnr in whole])) for count in counts}
    return result
