"""Models: as a folder, as the program keeps them, and as a file, as they are passed on."""

import hashlib
import json
import random
import shutil
import zipfile
from pathlib import Path

import numpy as np

from tests.fuzz.archives import change_archive, check_nothing_escaped, pack
from tests.fuzz.corpus import Corpus, image
from tests.fuzz.file_targets import write_document
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Fault

CARD = {
    "seed": 1,
    "steps": 20,
    "validation": {"psnr": 31.5, "baseline_psnr": 30.1},
    "init": "people",
    "expected_error": {"scale": 1.0},
    "data": {"kind": "pairs", "train": 30, "held_out": 4, "trained_on": ["0" * 32]},
    "proof": {"verdict": "better", "photos": 4, "psnr": {"mean": 1.2}, "de00": {"mean": -0.4}},
    "continued_from": {"id": "0" * 16, "created": "2026-01-01T00:00:00Z", "seed": 2, "continued_from": None},
}
"""Of a model that was tuned: all that may be passed on of one."""


def make_bundle(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    target = place / "tiny.piemodel"
    shutil.copytree(corpus.bundle, target)
    text = (target / "model.json").read_text(encoding="utf-8")
    if rng.random() < 0.6:
        return write_document(target / "model.json", text, rng)
    weights = target / "model.safetensors"
    weights.write_bytes(mutate(weights.read_bytes(), rng))
    description = json.loads(text) | {"id": hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}
    (target / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return weights


def try_bundle(path: Path) -> None:
    from pie_desktop.model.bundle import list_bundles
    from pie_desktop.model.inference import Inference
    from pie_desktop.model.preference import ReferencePixels

    list_bundles(path.parent.parent)
    model = Inference(path.parent, "cpu")
    preference = model.encode([ReferencePixels(image(), image())])
    check_luts(*model.luts(image(), preference))


def make_model(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A model as a file for others: changed, or with other weights and the digest that belongs to them."""
    from pie_desktop.model.bundle import WEIGHTS, read_bundle_info
    from pie_desktop.model.model_file import DESCRIPTION, export_model

    tuned = place / "mine" / "tuned.piemodel"
    shutil.copytree(corpus.bundle, tuned)
    description = json.loads((tuned / DESCRIPTION).read_text(encoding="utf-8"))
    (tuned / DESCRIPTION).write_text(json.dumps(description | {"card": CARD}), encoding="utf-8")
    target = place / "model.piemodel"
    export_model(read_bundle_info(tuned), target)
    if rng.random() < 0.75:
        return change_archive(target, rng, ("model.json/x", "weights/", "MODEL.JSON"))
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[WEIGHTS] = mutate(files[WEIGHTS], rng)
    told = json.loads(files[DESCRIPTION]) | {"id": hashlib.sha256(files[WEIGHTS]).hexdigest()[:16]}
    return pack(target, files | {DESCRIPTION: json.dumps(told).encode()}, rng)


def try_model(path: Path) -> None:
    """Take it in, list it, let it answer, and pass it on; one that is refused leaves nothing behind."""
    from pie_desktop.engine.own_models import held_out, is_imported, trained_pairs
    from pie_desktop.model.bundle import list_bundles
    from pie_desktop.model.inference import Inference
    from pie_desktop.model.model_file import export_model, import_model
    from pie_desktop.model.preference import ReferencePixels

    place, models = path.parent, path.parent / "models"
    before = set(place.parent.iterdir())
    try:
        info = import_model(path, models)
    except BaseException:
        if models.is_dir() and list(models.iterdir()):
            raise Fault("a model that was refused left something behind") from None
        raise
    finally:
        check_nothing_escaped(place, before)
    if [one.path for one in list_bundles(models)] != [info.path] or not is_imported(info):
        raise Fault("a model that was taken in is not listed as one that came from elsewhere")
    held_out(info), trained_pairs(info)
    model = Inference(info.path, "cpu")
    check_luts(*model.luts(image(), model.encode([ReferencePixels(image(), image())])))
    export_model(info, place / "again.piemodel")
    again = import_model(place / "again.piemodel", place / "theirs")
    if (again.id, again.name, again.card) != (info.id, info.name, info.card):
        raise Fault("a model that is passed on again is another one")


def check_luts(*luts: np.ndarray) -> None:
    """Raise a Fault for a LUT that no photo can be shown with."""
    for lut in luts:
        if not np.isfinite(lut).all():
            raise Fault("a model answers with numbers that are not finite")
