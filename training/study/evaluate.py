"""Evaluation of a study: all trained systems in the benchmark, and their embeddings on users who never trained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.systems.build import load_system
from training.benchmark.cases import Case, Draws, Pair
from training.benchmark.methods import METHODS, MethodSet
from training.benchmark.run import Row, run_benchmark
from training.benchmark.tasks import SIMULATED, PhotoPool, look_files, photo_tasks
from training.data.batch import Group
from training.data.photos import finished_photos
from training.data.prepared import PreparedData, open_prepared
from training.reports.files import rounded
from training.running.processes import choose_device
from training.study.config import EvaluationConfig, Scale
from training.study.measures import photo_vectors, score_vectors
from training.study.population import unseen_users
from training.study.runner import Run

ROUNDING = 0.25 / 255  # what rounding to 8 bits changes on average
TASK_ORDER = ("targets", "learned retouchers", "shading", "normalising", "simulated", "looks")
VECTORS = "vectors.npy"  # of the unseen users' photos, `(U, S, D)` float32


def expert_cases(cache: Path, draws: Draws) -> list[Case]:
    """Every style of a prepared cache, by its test photos.

    Raises:
        PieError: the cache cannot be used, or has too few test photos.
    """
    data = _tested(cache, draws.queries)
    cases: list[Case] = []
    for style, name in enumerate(data.styles):
        tested, shown = data.rows("test", style).tolist(), data.rows("reference", style).tolist()
        # where the data set has photos to be shown at the test, no test photo is shown
        cases += draws.apart(name, partial(_pair, data, style), tested, shown or tested, style)
    return cases


def _pair(data: PreparedData, style: int, row: int) -> Pair:
    return np.array(data.before[row]), data.edited(style, np.array([row]))[0]


def _tested(cache: Path, queries: int) -> PreparedData:
    """The cache with the styles that can be tested with."""
    data = open_prepared(cache)
    counts = [len(data.rows("test", style)) for style in range(len(data.styles))]
    if max(counts) <= queries:
        raise PieError(f"The cache {cache} has {max(counts)} test photos; comparing {queries} needs more.")
    return data.only([name for name, count in zip(data.styles, counts, strict=True) if count > queries])


def require_tests(scale: Scale) -> None:
    """Look whether there is something to test with, before hours are spent on training.

    Raises:
        PieError: test photographs or looks are not there, there is no task, or a photograph would be tested with that
            trains.
    """
    e, population = scale.evaluation, scale.population
    PhotoPool(e.photos)
    if e.looks is not None:
        look_files(e.looks)
    if population.kind == "prepared":
        _tested(population.folder, e.queries)
    else:
        _require_apart(finished_photos(population.folder), finished_photos(e.photos))
        if e.looks is None and e.retouchers is None and not any(_simulated(e).values()):
            raise PieError("The scale's evaluation names neither looks nor users; name at least one.")


def _require_apart(training: Sequence[Path], test: Sequence[Path]) -> None:
    """A photograph is known again by name and size, wherever it lies."""
    known = {(path.name, path.stat().st_size) for path in training}
    both = [path for path in test if (path.name, path.stat().st_size) in known]
    if both:
        raise PieError(
            f"{both[0]} is among the photographs to train on ({len(both)} of {len(test)} are); choose others with"
            " --photos or --test-photos."
        )


def tasks_of(scale: Scale) -> dict[str, list[Case]]:
    """The tasks that a scale names, with the settings of the benchmark.

    The experts of a prepared cache are one, where that is what is trained on.

    Raises:
        PieError: photographs or looks cannot be read.
    """
    config = scale.evaluation
    draws = Draws(max(config.refs), config.queries, scale.seed)
    tasks: dict[str, list[Case]] = {}
    if scale.population.kind == "prepared":
        tasks["experts"] = expert_cases(scale.population.folder, draws)
    found = photo_tasks(config.photos, draws, config.looks, config.count, _simulated(config), config.retouchers)
    # people first: with looks alone, a LUT fitted to the pairs is hard to beat
    for name in sorted(found, key=TASK_ORDER.index):
        tasks[name] = list(found[name])
    return tasks


def _simulated(config: EvaluationConfig) -> dict[str, int]:
    """Numbers of simulated users by task."""
    return {name: getattr(config, name) for name in SIMULATED}


def method_set(runs: Sequence[Run], bundle: Path, others: Sequence[str] = METHODS) -> MethodSet:
    """The methods of the benchmark, or `others` of them, with all systems of the table that are trained."""
    compared = {r.config.name: r.folder for r in runs if r.trained and r.config.protocol.kind != "embedding"}
    return MethodSet(bundle, runs[0].scale.device, compared, others)


def embedding_users(scale: Scale, out: Path) -> Group:
    """The users by whom embeddings are judged, of photographs and users that never trained; `out` keeps them."""
    e, bank = scale.evaluation, scale.population.bank_side
    return unseen_users(e.photos, scale.side, bank, e.embedding_users, e.embedding_shots, scale.seed, out / "cache")


def evaluate_study(
    runs: Sequence[Run],
    out: Path,
    bundle: Path,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
    threads: int = 1,
) -> tuple[list[Row], dict[str, Any]]:
    """Judge what is trained.

    Args:
        runs: the first training of every system, see `training.study.supplement` for others; those that are not
            trained are listed without rows.
        out: the study's folder, for what is computed once; `vectors.npy` is written beside every system.
        bundle: the shipped model, one row among the others.

    Returns:
        The rows of the benchmark, and the report: `{"scale", "seed", "rows", "systems"}`, numbers to four decimals.

    Raises:
        PieError: nothing is trained, or test photographs or looks cannot be used.
    """
    trained = [run for run in runs if run.trained]
    if not trained:
        raise PieError(f"Nothing is trained in {out}; run the study without --evaluate-only.")
    scale = runs[0].scale
    tasks, methods = tasks_of(scale), method_set(runs, bundle)
    rows = run_benchmark(tasks, methods, scale.evaluation.refs, scale.seed, progress, workers, threads)
    group = embedding_users(scale, out)
    embeddings = {}
    for run in trained:
        progress(f"embedding: {run.config.name}")
        embeddings[run.config.name] = _embedding(run, group)
    systems = [entry_of(run) | {"embedding": embeddings.get(run.config.name)} for run in runs]
    report = {
        "scale": scale.model_dump(mode="json"),
        "seed": scale.seed,
        "rows": [asdict(row) for row in rows],
        "systems": systems,
    }
    return rows, rounded(report)


def _embedding(run: Run, group: Group) -> dict[str, Any]:
    """How well the vectors distinguish users; the vectors are written beside the system, for figures."""
    device = choose_device(run.scale.device)
    vectors = photo_vectors(load_system(run.folder)[0].to(device), group.to(device))
    with atomic_write(run.folder / VECTORS) as temporary, temporary.open("wb") as f:
        np.save(f, vectors.numpy().astype(np.float32))
    return asdict(score_vectors(vectors))


def unchanged(curve: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a system leaves photos as they are: by its last point, they differ by less than rounding to 8 bits."""
    change = curve[-1]["change"] if curve else None
    return change is not None and change < ROUNDING


def entry_of(run: Run) -> dict[str, Any]:
    """What there is to say about a system, trained or not."""
    c = run.config
    entry: dict[str, Any] = {
        "name": c.name,
        "title": c.title,
        "system": run.system,
        "seed": run.seed,
        "source": c.source,
        "departures": [departure.model_dump() for departure in c.departures],
        "rates": c.rates.model_dump() | {"paper": c.paper_rates},
        "protocol": c.protocol.kind,
        "metric": c.protocol.metric,
        "compared": c.protocol.kind != "embedding",
        "failure": run.failure,
        "trained": run.trained,
    }
    if run.trained:
        system, card = load_system(run.folder)
        entry |= {key: card[key] for key in ("steps", "samples", "seconds", "parameters", "users", "device", "curve")}
        entry |= {"needs_pairs": system.needs_pairs, "budget": card["scale"]["budget"]}
        entry |= {"identity": card["identity"], "unchanged": unchanged(card["curve"])}
    return entry
