"""A training run from its configuration: data, network and validation at the start, the bundle at the end."""

import contextlib
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

import pie_desktop
from pie_desktop import json_files
from pie_desktop.errors import BundleError, PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.leftovers import remove_abandoned
from pie_desktop.model.bundle import BundleInfo, load_bundle, read_bundle_info, remove_dead_bundles, save_bundle
from pie_desktop.model.model_file import free_place
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.report import FOLDER, TOO_FEW, ModelReport
from training.data.pairs import trained_on
from training.data.prefetch import prefetched
from training.data.source import Source
from training.fit.basis import kept_basis
from training.fit.comparing import Exhibits
from training.fit.config import FitConfig, override, steps_for
from training.fit.extension import extended
from training.fit.material import Material, pairs_material, prepared_material, simulated_material
from training.fit.neutral import neutral_strength, train_neutral
from training.fit.pretraining import calibrate
from training.fit.run_report import MADE, Origin, candidate_folder, keep_origin, read_origin, report_on_run
from training.fit.trainer import Trainer
from training.fit.uncertainty import train_expected_error
from training.running.checkpoint import NAME
from training.running.events import Event
from training.running.folders import used_by_one
from training.running.processes import ALONE, Processes, pixel_device

NO_GAIN = (
    "The training came no nearer to the pairs held out than the model that it started from, so that there is no new"
    " model; more pairs, or the same edits as references of a style, serve better."
)


def _network(
    config: FitConfig, init: Path | None, bank: np.ndarray | None, source: Source, cache: Path
) -> PreferenceNetwork:
    if init is not None:
        network = load_bundle(init)[0].train()
        if bank is not None and network.architecture != config.architecture:
            known = network.encoder.features.count
            network = extended(network, config.architecture)
            calibrate(network, source, known)
        return network
    if bank is None:
        # a resumed run: every weight comes from the checkpoint
        return PreferenceNetwork(config.architecture)
    torch.manual_seed(config.seed)
    network = PreferenceNetwork(config.architecture)
    a = config.architecture
    network.prior.set_basis(kept_basis(bank, a.components, a.lut_size, config.seed, cache))
    calibrate(network, source)
    return network


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
        resume: continue from the run's checkpoint.
        should_stop: asked after every step.
        processes: that train together; `run` and the photos are on a disk that all of them see.
        epochs: passes over the `pairs` that are used, in the place of the steps of `config`: how many pairs pass the
            check is known when they have been read.
        cache: folder for decoded photos and bases, which runs may share; that of the run where it is None.

    Raises:
        PieError: data, device, bundle or checkpoint cannot be used, or another process trains in `run`.
    """
    if config.data.kind == "pairs" and init is None and not resume:
        raise PieError("Training on your own pairs starts from a model; name one with --init.")
    if not resume and (run / NAME).exists():
        raise PieError(f"There is a training run in {run} already; continue it with --resume, or choose another --out.")
    if resume and config.data.kind == "pairs":
        origin = read_origin(run)
        init, originals = init or origin.init, originals or origin.originals
    processes.share.rows(config.data.users)  # refuses before hours are spent
    with used_by_one(run) if processes.leader else contextlib.nullcontext():
        yield from _run(config, run, models, init, originals, resume, should_stop, processes, epochs, cache)


def _run(
    config: FitConfig,
    run: Path,
    models: Path,
    init: Path | None,
    originals: Path | None,
    resume: bool,
    should_stop: Callable[[], bool],
    processes: Processes,
    epochs: float | None,
    cache: Path | None,
) -> Iterator[Event]:
    device = processes.device(config.device)
    pixels = torch.device("cpu") if config.data.workers else pixel_device(device)
    cache = cache or run / "cache"
    if processes.leader:
        remove_abandoned(run)
        remove_dead_bundles(models)
    with processes.leader_first():
        bank: np.ndarray | None
        if config.data.kind == "simulated":
            material, bank = simulated_material(config, cache, pixels)
        elif config.data.kind == "prepared":
            material, bank = prepared_material(config, pixels)
        else:
            (config, material), bank = pairs_material(config, originals, pixels), None
            if epochs is not None:
                steps = steps_for(config, epochs, material.train + material.held_out)
                config = override(config, {"run": {"steps": steps}})
        network = _network(config, init, bank, material.source, cache).to(device)
    processes.align(network)
    with prefetched(material.source.shared(processes.share), config.data.workers) as source:
        trainer = Trainer(config, network, source, material.validation, run, material.roles, should_stop, processes)
        if resume:
            trainer.resume()
        over = resume and trainer.fraction() >= 1
        if processes.leader:
            with atomic_write(run / "config.json") as temporary:
                temporary.write_text(config.model_dump_json(indent=2), encoding="utf-8")
            keep_origin(run, Origin(init, originals))
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
                "problems": list(material.bank.problems if material.bank else ()),
                "warnings": list(material.bank.warnings if material.bank else ()),
            }
        for event in trainer.events():
            if not processes.leader:
                continue
            if event["event"] != "finished":
                yield event
                continue
            if over and (made := _made_before(run)) is not None:
                yield made
                continue
            yield _finish(config, trainer, material, run, models, init, originals)


def _finish(
    config: FitConfig,
    trainer: Trainer,
    material: Material,
    run: Path,
    models: Path,
    init: Path | None,
    originals: Path | None,
) -> Event:
    """Write the model of a run that is over; its last event, without a model where nothing was gained."""
    p = trainer.progress
    if config.keep_best and not trainer.gained:
        ends = {"psnr": p.baseline_psnr, "baseline_psnr": p.baseline_psnr}
        return {"event": "done", "step": p.step, "bundle": None, "message": NO_GAIN} | ends
    trainer.take_best()
    bundle = free_place(models, config.name)
    card = _card(config, trainer, material, init)
    if material.finished is not None:
        photos, held_out = material.finished
        train_neutral(trainer.average, photos, config.neutral, config.seed, material.teachers)
        card["neutral"] = asdict(neutral_strength(trainer.average, held_out, config.seed))
    if material.unseen is not None:
        found = train_expected_error(trainer.average, material.unseen, config)
        card |= {"expected_error": asdict(found)} if found else {}
    created = datetime.now(UTC).isoformat(timespec="milliseconds")
    result: Event = {"psnr": card["validation"]["psnr"], "baseline_psnr": p.baseline_psnr}
    with candidate_folder(run) as candidate:
        if material.exhibits is not None and init is not None:
            save_bundle(candidate, trainer.average, config.name, created, card)
            report, said = _report(candidate, init, material.exhibits, config, originals)
            card |= {"proof": report.to_proof()} if report is not None else {}
            result |= said
        done = {"event": "done", "step": p.step, "bundle": str(bundle)} | result
        # Before the model: whenever the run is killed, resuming it knows whether this very model is there.
        with atomic_write(run / MADE) as temporary:
            temporary.write_text(json_files.to_text({"created": created, "done": done}), encoding="utf-8")
        pictures = candidate / FOLDER
        save_bundle(bundle, trainer.average, config.name, created, card, pictures if pictures.is_dir() else None)
    return done


def _report(
    candidate: Path, init: Path, exhibits: Exhibits, config: FitConfig, originals: Path | None
) -> tuple[ModelReport | None, Event]:
    """The report on a model, and what the last event of its run says of it; a model is worth keeping without one."""
    try:
        report = report_on_run(candidate, init, exhibits, config.data.folder, originals, config.device)
        why = "The photos held out are not there any more"
    except (PieError, OSError) as error:
        shutil.rmtree(candidate / FOLDER, ignore_errors=True)
        report, why = None, str(error).rstrip(".")
    if report is None:
        return None, {"verdict": TOO_FEW, "report": [f"There is no report on the model. {why}."]}
    return report, {"verdict": report.verdict, "gain": asdict(report.over_references), "report": report.lines()}


def _made_before(run: Path) -> Event | None:
    """The last event of a run whose model was made before and is still there."""
    try:
        made = json_files.read_object(run / MADE)
        done = made["done"]
        return done if read_bundle_info(Path(done["bundle"])).created == made["created"] else None
    except (OSError, KeyError, TypeError, json_files.DamagedJsonError, BundleError):
        return None


def _card(config: FitConfig, trainer: Trainer, material: Material, init: Path | None) -> dict[str, Any]:
    score = trainer.validation.score(trainer.judge)
    return {
        "config": json.loads(config.model_dump_json()) | {"device": str(config.device)},
        "data": {
            "kind": config.data.kind,
            "folder": config.data.folder.name,
            "more": [folder.name for folder in config.data.more],
            "teachers": [teacher.name for teacher in material.teachers],
            "train": material.train,
            "held_out": material.held_out,
            **({"trained_on": trained_on(material.trained)} if material.trained else {}),
        },
        # of a model that was tuned to one user, its gain over the start is shown; a new model has none to show
        "init": init.name if init and config.data.kind == "pairs" else None,
        "continued_from": _origin(read_bundle_info(init)) if init else None,
        "seed": config.seed,
        "steps": trainer.progress.step,
        "best_step": trainer.progress.best_step if config.keep_best else None,
        "seconds": round(trainer.progress.elapsed),
        "validation": {"psnr": score.psnr, "de00": score.de00, "baseline_psnr": trainer.progress.baseline_psnr},
        "software": {
            "pie_desktop": pie_desktop.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        "threads": torch.get_num_threads() if config.device != "cuda" else None,
        "cpus": os.cpu_count(),
    }


def _origin(info: BundleInfo) -> dict[str, Any]:
    """How the model that a run goes on from was trained, and the one before that."""
    kept = ("seed", "steps", "seconds", "data", "continued_from")
    return {"id": info.id, "created": info.created} | {key: info.card[key] for key in kept if key in info.card}
