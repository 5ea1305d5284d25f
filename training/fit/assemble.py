"""A training run from its configuration: data, network and validation at the start, the bundle at the end."""

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.leftovers import remove_abandoned
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.model.bundle import remove_dead_bundles
from training.data.pairs import first_of
from training.data.prefetch import prefetched
from training.fit.adapters import with_adapters
from training.fit.config import FitConfig, override, steps_for
from training.fit.finishing import finish_run, made_before
from training.fit.lighter import with_less
from training.fit.material import indexing, own_pairs, pairs_material, prepared_material, simulated_material
from training.fit.run_report import Origin, keep_origin, read_origin
from training.fit.split import keep_split, lost_pairs, read_split
from training.fit.start import starting_network
from training.fit.trainer import Trainer
from training.fit.watching import Watching, shown_photos
from training.running.checkpoint import has_checkpoint, read_checkpoint
from training.running.event_log import recorded
from training.running.events import Event
from training.running.processes import ALONE, Processes, pixel_device

MOST_TOLD = 200  # sentences about pairs in an event, which has to fit into a line


def fit(
    config: FitConfig,
    run: Path,
    models: Path,
    init: Path | None = None,
    originals: Path | None = None,
    resume: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
    processes: Processes = ALONE,
    epochs: float | None = None,
    cache: Path | None = None,
    should_wait: Callable[[], bool] = lambda: False,
    finish: bool = False,
) -> Iterator[Event]:
    """Train, yielding the events that docs/decisions/001-training-is-a-child-process.md describes; the last step writes
    the bundle.

    Where several processes train together, each calls this with the same arguments, and the leader alone has events
    and writes files.

    Args:
        config: the run.
        run: folder for checkpoint, cache and event log; made if missing.
        models: folder that gets `<name>.piemodel`.
        init: bundle to start from; required for a new run on `pairs`.
        originals: folder of originals for `pairs`.
        resume: continue from the run's checkpoint; a run on `pairs` that was ended before it had one begins.
        should_stop: asked after every step.
        processes: that train together; `run` and the photos are on a disk that all of them see.
        epochs: passes over the `pairs` that are used, in the place of the steps of `config`: how many pairs pass the
            check is known when they have been read.
        cache: folder for decoded photos and bases, which runs may share; that of the run where it is None.
        should_wait: asked after every step; the run waits as long as it is True.
        finish: with `resume`, train no further and make the model of the best weights so far.

    Raises:
        PieError: data, device, bundle or checkpoint cannot be used, the disk is full, or another process trains in
            `run`.
    """
    if not resume and has_checkpoint(run):
        raise PieError(f"There is a training run in {run} already; continue it with --resume, or choose another --out.")
    if resume and config.data.kind == "pairs":
        origin = read_origin(run)
        init, originals = init or origin.init, originals or origin.originals
        if not finish and not has_checkpoint(run):
            # It was ended before its first step, and what was found of its pairs is in their index.
            resume, epochs = False, epochs or origin.epochs
    if config.data.kind == "pairs" and init is None and not resume:
        raise PieError("Training on your own pairs starts from a model; name one with --init.")
    processes.share.rows(config.data.users)  # refuses before hours are spent
    asks = should_stop, should_wait

    def attempt(config: FitConfig, resume: bool, remark: str | None) -> Iterator[Event]:
        more = asks, processes, epochs, cache, finish, remark
        return _run(config, run, models, init, originals, resume, *more)

    if processes.alone:
        events = with_less(config, resume, run, processes.device(config.device), attempt)
    else:
        events = attempt(config, resume, None)
    yield from recorded(run, events) if processes.leader else events


def _run(
    config: FitConfig,
    run: Path,
    models: Path,
    init: Path | None,
    originals: Path | None,
    resume: bool,
    asks: tuple[Callable[[], bool], Callable[[], bool]],
    processes: Processes,
    epochs: float | None,
    cache: Path | None,
    finish: bool,
    remark: str | None,
) -> Iterator[Event]:
    device = processes.device(config.device)
    pixels = torch.device("cpu") if config.data.workers else pixel_device(device)
    cache, origin = cache or run / "cache", Origin(init, originals, epochs)
    if processes.leader:
        remove_abandoned(run)
        remove_dead_bundles(models)
    with processes.leader_first():
        guesses = own_pairs(config, originals) if config.data.kind == "pairs" else []
        if processes.leader and guesses:
            if not resume:
                _keep_plan(config, run, origin)
            stopped = yield from _looked_at(config, guesses, run, resume, lambda: processes.alone and asks[0]())
            if stopped is not None:
                yield stopped
                return
        bank: np.ndarray | None
        if config.data.kind == "simulated":
            material, bank = simulated_material(config, cache, pixels)
        elif config.data.kind == "prepared":
            material, bank = prepared_material(config, pixels)
        else:
            kept = read_split(run) if resume else None
            (config, material), bank = pairs_material(config, guesses, pixels, kept), None
            if epochs is not None:
                steps = steps_for(config, epochs, material.train + material.held_out)
                config = override(config, {"run": {"steps": steps}})
        network = starting_network(config, init, bank, material.source, cache).to(device)
        if config.adapters:
            with_adapters(network, config.adapters, config.seed)
    processes.align(network)
    with prefetched(material.source.shared(processes.share), config.data.workers) as source:
        stops, waits = asks
        judge, roles = material.validation, material.roles
        trainer = Trainer(config, network, source, judge, run, roles, stops, processes, waits)
        if processes.leader and material.held:
            trainer.watching = Watching(run, shown_photos(material.held), material.references)
        if resume:
            trainer.resume()
        if material.split is not None and processes.leader and not resume:
            keep_split(run, material.split)
        for told in (remark, lost_pairs(material.lost)):
            if told is not None:
                trainer.tell(told)
        over = resume and trainer.fraction() >= 1
        if processes.leader:
            _keep_plan(config, run, origin)
            yield {
                "event": "start",
                "run": str(run),
                "steps": trainer.stepped()["steps"],
                "step": trainer.progress.step,
                "device": str(device),
                "processes": processes.share.count,
                "pairs": material.train + material.held_out,
                "train": material.train,
                "validation": material.held_out,
                "problems": first_of(material.bank.problems if material.bank else (), MOST_TOLD),
                "warnings": list(material.bank.warnings if material.bank else ())[:MOST_TOLD],
            }
        step = trainer.progress.step
        for event in iter([{"event": "finished", "step": step}]) if finish else trainer.events():
            if not processes.leader:
                continue
            if event["event"] != "finished":
                yield event
                continue
            made = made_before(run) if over or finish else None
            if made is None or made["step"] != step:
                made = finish_run(config, trainer, material, run, models, init, originals)
            # A run that is finished early can still be gone on with.
            yield made | ({"early": True} if trainer.fraction() < 1 else {})


def _keep_plan(config: FitConfig, run: Path, origin: Origin) -> None:
    """Note what the run is to do, so that it can be resumed. Raises OSError."""
    with atomic_write(run / "config.json") as temporary:
        temporary.write_text(config.model_dump_json(indent=2), encoding="utf-8")
    keep_origin(run, origin)


def _looked_at(
    config: FitConfig, guesses: Sequence[PairGuess], run: Path, resume: bool, should_stop: Callable[[], bool]
) -> Generator[Event, None, Event | None]:
    """Bring the index of pairs up to date.

    Returns:
        The last event of the run where it was asked to stop; what was found until then is in the index.
    """
    for event in indexing(config, guesses):
        yield event
        if should_stop():
            break
    else:
        return None
    kept = read_checkpoint(run) if resume else None
    message = (
        f"Training was stopped while it looked at your pairs; {event['done']:,} of {event['total']:,} are done, and a"
        " resumed run goes on from there."
    )
    step, checkpoint = (0, None) if kept is None else (int(kept.state["step"]), str(kept.path))
    return {"event": "stopped", "step": step, "checkpoint": checkpoint, "message": message}
