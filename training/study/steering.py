"""Steering: whether photos come nearer with their user's preference than with what looks like it and is not.

The controlled tests are those of the audit (`training.audit.controls`), for anything that retouches:

- `other`: the references of the next user;
- `reversed`, `mismatched`: the user's own pairs with before and after exchanged, and each original with the edit of
  another; of what looks at originals alone;
- `average`: the mean user: the mean of what the next users' preferences make of the photo;
- `photo`: the right preference, but what it did to another photo of the user, as a LUT.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.lut_prior import fit_lut
from training.audit.controls import mismatched_pairs, reversed_pairs
from training.benchmark.baselines import sampled_colors
from training.benchmark.cases import Case, Pair
from training.benchmark.methods import MethodSet, Retouch, shown, with_original
from training.benchmark.metrics import Mean, Target
from training.running.pool import in_order

Setting = tuple[str, str]  # method, mode
PAIRED = ("model", "lut_fit")  # what else is measured with pairs, beside the systems that need them
OWN = "own"
CONTROLS = ("other", "reversed", "mismatched", "average", "photo")
STRANGERS = 3  # users whose mean is the mean user

Values = dict[str, list[tuple[float, float]]]  # PSNR and dE00 of a user's photos, by whose answer it was


@dataclass(frozen=True)
class Loss:
    """What a control costs: PSNR in dB and mean CIEDE2000, positive where the own preference comes nearer."""

    psnr: Mean
    de00: Mean


@dataclass(frozen=True)
class Steering:
    """What controlled tests of the preference cost one method on one task.

    Attributes:
        refs: references of every user.
        own, swapped: PSNR in dB with the user's references, and with the next user's.
        lost: own less swapped; near zero where the preference is ignored.
        users: mean of `own` for every user; the same users in the same order for all methods of a task, so that methods
            can be compared user by user.
        users_de00: the same in mean CIEDE2000.
        controls: what each of `CONTROLS` costs, of those that the method has.
    """

    task: str
    method: str
    mode: str
    refs: int
    own: Mean
    swapped: Mean
    lost: Mean
    users: list[float]
    users_de00: list[float]
    controls: dict[str, Loss] = field(default_factory=dict)


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
    controls: Sequence[str] = CONTROLS,
) -> list[Steering]:
    """Measure all `settings` on all tasks with at least two users.

    Args:
        refs: references; users with fewer are left out.
        seed: of the bootstrap over users.
        progress: called with one line per user.
        workers: processes; the findings do not depend on it.
        threads: of torch in each.
        controls: which of `CONTROLS` are measured; `other` always is.
    """
    asked = settings(methods)
    count = STRANGERS if "average" in controls else 1
    found: dict[tuple[str, Setting], list[Values]] = defaultdict(list)

    def users() -> Iterator[tuple[str, Case, list[Sequence[Pair]]]]:
        for task, cases in tasks.items():
            able = [case for case in cases if len(case.references) >= refs]
            for number, case in enumerate(able):
                others = [able[(number + step) % len(able)] for step in range(1, len(able))]
                strangers = [other.references[:refs] for other in others if other.name != case.name][:count]
                if strangers:
                    yield task, case, strangers

    work = partial(_judge, methods=methods, asked=asked, refs=refs, controls=controls)
    for task, name, by_setting in in_order(work, users(), workers, threads):
        for setting, values in by_setting.items():
            found[task, setting].append(values)
        progress(f"preference tested: {task}: {name}")

    return [_steering(task, setting, refs, by_user, seed) for (task, setting), by_user in found.items()]


def _steering(task: str, setting: Setting, refs: int, by_user: Sequence[Values], seed: int) -> Steering:
    def mean(values: Iterable[Sequence[float]]) -> Mean:
        return Mean.of([[of_user] for of_user in values], seed)

    def of(whose: str, measure: int) -> list[list[float]]:
        return [[value[measure] for value in user[whose]] for user in by_user]

    def lost(whose: str, measure: int, sign: int) -> Mean:
        both = zip(of(OWN, measure), of(whose, measure), strict=True)
        return mean([sign * (own - other) for own, other in zip(*pair, strict=True)] for pair in both)

    has = [control for control in CONTROLS if control in by_user[0]]
    return Steering(
        task,
        *setting,
        refs,
        own=mean(of(OWN, 0)),
        swapped=mean(of("other", 0)),
        lost=lost("other", 0, 1),
        users=[float(np.mean(values)) for values in of(OWN, 0)],
        users_de00=[float(np.mean(values)) for values in of(OWN, 1)],
        controls={control: Loss(lost(control, 0, 1), lost(control, 1, -1)) for control in has},
    )


def _judge(
    item: tuple[str, Case, list[Sequence[Pair]]],
    methods: MethodSet,
    asked: Sequence[Setting],
    refs: int,
    controls: Sequence[str],
) -> tuple[str, str, dict[Setting, Values]]:
    """One user's photos with the own preference and in all controlled tests, by setting."""
    task, case, strangers = item
    targets = [Target(after) for _, after in case.queries]
    found = {}
    for method, mode in asked:
        results = _results(method, mode, case, strangers, methods, refs, controls)
        found[method, mode] = {
            whose: [(target.psnr(image), target.de00(image)) for target, image in zip(targets, images, strict=True)]
            for whose, images in results.items()
        }
    return task, case.name, found


def _results(
    method: str,
    mode: str,
    case: Case,
    strangers: Sequence[Sequence[Pair]],
    methods: MethodSet,
    refs: int,
    controls: Sequence[str],
) -> dict[str, list[np.ndarray]]:
    """The user's photos retouched, by whose answer it is."""
    flags = with_original(mode, refs)
    known = shown(case.references, with_original(mode, len(case.references)))
    given = {OWN: known[:refs]}
    if mode == "pairs" and len(known) > 1:
        exchanged = {"reversed": reversed_pairs(known[:refs]), "mismatched": mismatched_pairs(known, refs)}
        given |= {whose: pairs for whose, pairs in exchanged.items() if whose in controls}
    results = {whose: _retouched(methods.learn(method, references), case) for whose, references in given.items()}
    if method == "identity":
        return results | {"other": results[OWN]}
    others = [_retouched(methods.learn(method, shown(pairs, flags)), case) for pairs in strangers]
    results["other"] = others[0]
    if "average" in controls:
        results["average"] = [np.mean(images, axis=0).round().astype(np.uint8) for images in zip(*others, strict=True)]
    photos = [before for before, _ in case.queries]
    if "photo" in controls and len(photos) > 1:
        luts = [
            fit_lut(sampled_colors(photo), sampled_colors(image))
            for photo, image in zip(photos, results[OWN], strict=True)
        ]
        results["photo"] = [apply_lut(photo, luts[(n + 1) % len(luts)]) for n, photo in enumerate(photos)]
    return results


def _retouched(retouch: Retouch | None, case: Case) -> list[np.ndarray]:
    assert retouch is not None  # `settings` asks for what works
    return [retouch(before, after) for before, after in case.queries]
