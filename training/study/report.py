"""The report of a study: remaining measurements, then figures, images and the page."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.bundle import read_bundle_info
from training.reports.files import rounded, write_json
from training.study.evaluate import VECTORS, embedding_users, method_set, tasks_of
from training.study.figures import write_figures
from training.study.images import write_images
from training.study.page import study_page
from training.study.runner import Run
from training.study.steering import measure_steering
from training.study.tsne import draw_maps, shipped_vectors
from training.study.words import judged_at

RESULTS = "results.json"
MAX_RESULTS = 256 * 1024 * 1024


def image_folder(page: Path) -> Path:
    """Where a page has its figures, images and results: `docs/STUDY.md` in `docs/study`."""
    return page.with_name(page.stem.lower())


def read_results(path: Path) -> dict[str, Any]:
    """The results of an evaluation, `results.json`.

    Raises:
        PieError: there are none that can be read.
    """
    try:
        return json_files.read_object(path, max_bytes=MAX_RESULTS)
    except (OSError, json_files.DamagedJsonError) as error:
        raise PieError(f"{path} cannot be read; judge the systems again with --evaluate-only.") from error


def complete(
    results: dict[str, Any],
    runs: Sequence[Run],
    out: Path,
    bundle: Path,
    progress: Callable[[str], None] = lambda _: None,
    workers: int = 1,
    threads: int = 1,
) -> dict[str, Any]:
    """The results of `training.study.evaluate` with steering, t-SNE maps and what the shipped model had."""
    scale, trained = runs[0].scale, [run for run in runs if run.trained]
    if not trained:
        raise PieError(f"Nothing is trained in {out}; run the study without --report-only.")
    methods = method_set(runs, bundle)
    tasks = tasks_of(scale)
    steering = measure_steering(tasks, methods, judged_at(results), scale.seed, progress, workers, threads)
    progress("t-SNE")
    vectors = [(run.config.name, run.config.title, np.load(run.folder / VECTORS)) for run in trained]
    group = embedding_users(scale, out)
    for mode, pairs in (("edits alone", False), ("pairs", True)):
        found = shipped_vectors(bundle, scale.device, group, pairs)
        vectors.append((f"model, {mode}", f"The shipped model, {mode}", found))
    more = {
        "shipped": _shipped(bundle),
        "steering": [asdict(s) for s in steering],
        "maps": [asdict(m) for m in draw_maps(vectors, scale.seed)],
    }
    return results | rounded(more)


def _shipped(bundle: Path) -> dict[str, Any]:
    """What the shipped model was trained with: its name, seconds, steps, users per step, parameters, and data."""
    info = read_bundle_info(bundle)
    card = info.card
    with safe_open(bundle / "model.safetensors", "np") as weights:
        parameters = sum(int(np.prod(weights.get_slice(key).get_shape())) for key in weights.keys())  # noqa: SIM118 - no mapping
    return {
        "name": info.name,
        "seconds": _spent(card, "seconds"),
        "steps": _spent(card, "steps"),
        "users": card.get("config", {}).get("data", {}).get("users", 0),
        "parameters": parameters,
        "learned": _learned(card),
    }


def _spent(card: Mapping[str, Any], key: str) -> int:
    """Steps or seconds of a run; of a mean of models those of the runs that made them, too."""
    averaged = [card.get("continued_from") or {}, *card["mean_with"]] if card.get("mean_with") else []
    return sum(run.get(key, 0) for run in (card, *averaged))


def _learned(card: Mapping[str, Any]) -> str:
    """A sentence on what a model learned from, as its card has it."""
    data = card.get("data", {})
    if data.get("kind") != "simulated":
        return f"It learned from data of the kind “{data.get('kind', 'unknown')}”."
    folders = " and ".join(f"“{name}”" for name in (data.get("folder"), *data.get("more", ())) if name)
    text = f"By its card it learned from simulated users over {data.get('train', 0):,} photographs of {folders}"
    teachers = data.get("teachers") or ()
    if teachers:
        names = ", ".join(teachers)
        text += f", and from the learned retouchers {names}: they, but not their photos here, are known to it"
    return text + "."


def write_report(results: dict[str, Any], runs: Sequence[Run], bundle: Path, page: Path) -> dict[str, Any]:
    """Write images, figures, results and page; returns the results, which then name the images.

    Args:
        results: of `complete`.
        page: `.md` file; the rest stands in `image_folder`.
    """
    folder, scale = image_folder(page), runs[0].scale
    methods = method_set(runs, bundle)
    titles = {run.config.name: run.config.title for run in runs if run.config.name in methods.systems}
    diffusion = [name for name in titles if methods.system(name).config.enhancer == "diffusion"]
    images = write_images(folder, methods, titles, diffusion, scale.seed)
    results = results | {"pictures": [asdict(image) for image in images]}
    write_json(folder / RESULTS, results)
    rewrite(results, page)
    return results


def with_images(results: dict[str, Any], folder: Path, page: Path) -> dict[str, Any]:
    """Earlier results for another page, with the images of `folder` that are there, and written beside it."""
    target = image_folder(page)
    target.mkdir(parents=True, exist_ok=True)
    for picture in results.get("pictures", ()):
        source = folder / picture["file"]
        if source.exists() and not (target / picture["file"]).exists():
            shutil.copyfile(source, target / picture["file"])
    kept = [picture for picture in results.get("pictures", ()) if (target / picture["file"]).exists()]
    results = results | {"pictures": kept}
    write_json(target / RESULTS, results)
    return results


def rewrite(results: dict[str, Any], page: Path) -> None:
    """Write figures and page from results alone."""
    folder = image_folder(page)
    write_figures(results, folder)
    with atomic_write(page) as temporary:
        temporary.write_text(study_page(results, folder.name), encoding="utf-8")
