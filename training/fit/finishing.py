"""The end of a training run: its model with its card, and the report on it."""

import json
import os
import platform
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

import pie_desktop
from pie_desktop import json_files
from pie_desktop.errors import BundleError, PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.bundle import BundleInfo, read_bundle_info, save_bundle
from pie_desktop.model.model_file import free_place
from pie_desktop.model.report import FOLDER, TOO_FEW, ModelReport
from training.data.pairs import trained_on
from training.fit.adapters import without_adapters
from training.fit.comparing import Exhibits
from training.fit.config import FitConfig
from training.fit.material import Material, own_pairs
from training.fit.neutral import neutral_strength, train_neutral
from training.fit.run_report import MADE, candidate_folder, report_on_run
from training.fit.trainer import Trainer
from training.fit.uncertainty import train_expected_error
from training.running.events import Event

NO_GAIN = (
    "The training came no nearer to the pairs held out than the model that it started from, so that there is no new"
    " model; more pairs, or the same edits as references of a style, serve better."
)


def finish_run(
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
        ends = {"psnr": p.baseline_psnr} if p.baseline else {}
        return {"event": "done", "step": p.step, "bundle": None, "message": NO_GAIN} | ends | p.baseline
    trainer.take_best()
    without_adapters(trainer.average)
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
    result: Event = {"psnr": card["validation"]["psnr"]} | p.baseline
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
        report = report_on_run(candidate, init, exhibits, own_pairs(config, originals), config.device)
        why = "The photos held out are not there any more"
    except (PieError, OSError) as error:
        shutil.rmtree(candidate / FOLDER, ignore_errors=True)
        report, why = None, str(error).rstrip(".")
    if report is None:
        return None, {"verdict": TOO_FEW, "report": [f"There is no report on the model. {why}."]}
    return report, {"verdict": report.verdict, "gain": asdict(report.over_references), "report": report.lines()}


def made_before(run: Path) -> Event | None:
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
        **({"mean_with": [_origin(read_bundle_info(path)) for path in config.mean_with]} if config.mean_with else {}),
        "seed": config.seed,
        "steps": trainer.progress.step,
        "best_step": trainer.progress.best_step if config.keep_best else None,
        "seconds": round(trainer.progress.elapsed),
        "validation": {"psnr": score.psnr, "de00": score.de00} | trainer.progress.baseline,
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
