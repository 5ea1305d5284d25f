"""Steering: how much quality is lost when photos are retouched with the next user's preference."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from training.benchmark.cases import Case, Pair
from training.benchmark.methods import MethodSet, shown, with_original
from training.benchmark.metrics import Mean, Target
from training.running.pool import in_order

Setting = tuple[str, str]  # method, mode
PAIRED = ("model", "lut_fit")  # what else is measured with pairs, beside the systems that need them


@dataclass(frozen=True)
class Steering:
    """What a swap of the preference costs one method on one task, PSNR in dB.

    Attributes:
        refs: references of every user.
        own, swapped: with the user's references, and with the next user's.
        lost: own less swapped; near zero where the preference is ignored.
        users: mean of `own` for every user; the same users in the same order for all methods of a task, so that methods
            can be compared user by user.
    """

    task: str
    method: str
    mode: str
    refs: int
    own: Mean
    swapped: Mean
    lost: Mean
    users: list[float]


def settings(methods: MethodSet) -> list[Setting]:
    """Every system and the shipped model with edits alone, with pairs what uses them, and the unedited photo."""
    needing = {name for name in methods.systems if methods.system(name).needs_pairs}
    names = [name for name in methods.names if name in methods.systems or name in PAIRED]
    alone = [(name, "after") for name in names if name not in needing and name != "lut_fit"]
    return [("identity", "after"), *alone, *((name, "pairs") for name in names if name in needing or name in PAIRED)]


def measure_steering(
    tasks: Mapping[str, Sequence[Case]],
    methods: MethodSet,
    refs: int,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
    threads: int = 1,
) -> list[Steering]:
    """Measure all `settings` on all tasks with at least two users.

    Args:
        refs: references; users with fewer are left out.
        seed: of the bootstrap over users.
        progress: called with one line per user.
        workers: processes; the findings do not depend on it.
        threads: of torch in each.
    """
    asked = settings(methods)
    found: dict[tuple[str, Setting], list[tuple[list[float], list[float]]]] = defaultdict(list)

    def users() -> Iterator[tuple[str, Case, Sequence[Pair]]]:
        for task, cases in tasks.items():
            able = [case for case in cases if len(case.references) >= refs]
            for number, case in enumerate(able if len(able) > 1 else []):
                yield task, case, able[(number + 1) % len(able)].references[:refs]

    work = partial(_judge, methods=methods, asked=asked, refs=refs)
    for task, name, by_setting in in_order(work, users(), workers, threads):
        for setting, values in by_setting.items():
            found[task, setting].append(values)
        progress(f"preference swapped: {task}: {name}")

    def mean(by_user: Iterable[list[float]]) -> Mean:
        return Mean.of([[values] for values in by_user], seed)

    return [
        Steering(
            task,
            method,
            mode,
            refs,
            own=mean(own for own, _ in by_user),
            swapped=mean(other for _, other in by_user),
            lost=mean([a - b for a, b in zip(own, other, strict=True)] for own, other in by_user),
            users=[float(np.mean(own)) for own, _ in by_user],
        )
        for (task, (method, mode)), by_user in found.items()
    ]


def _judge(
    item: tuple[str, Case, Sequence[Pair]], methods: MethodSet, asked: Sequence[Setting], refs: int
) -> tuple[str, str, dict[Setting, tuple[list[float], list[float]]]]:
    """PSNR of one user's photos in both styles, by setting."""
    task, case, strangers = item
    targets = [Target(after) for _, after in case.queries]
    found = {}
    for method, mode in asked:
        flags = with_original(mode, refs)
        both = []
        for references in (case.references[:refs], strangers):
            retouch = methods.learn(method, shown(references, flags))
            assert retouch is not None  # `settings` asks for what works
            results = [retouch(before, after) for before, after in case.queries]
            both.append([target.quality(r).psnr for target, r in zip(targets, results, strict=True)])
        found[method, mode] = (both[0], both[1])
    return task, case.name, found
