"""Passing models on: a `.piemodel` file holds the weights and a description, and nothing about anybody's photos.

One that comes from elsewhere is read as a stranger's: its weights have to fit its architecture, be finite and give an
answer that is, before it is among the user's own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pie_desktop import json_files, paths
from pie_desktop.errors import BundleError, PieError
from pie_desktop.imaging.archive import ArchiveKind, open_archive, write_archive
from pie_desktop.imaging.atomic import atomic_folder, atomic_write, write_problem
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import (
    FORMAT_VERSION,
    MAX_WEIGHTS,
    SUFFIX,
    SYSTEM,
    WEIGHTS,
    BundleInfo,
    bundle_info,
    read_bundle_info,
    read_description,
    read_weights,
    write_description,
)

DESCRIPTION = "model.json"
MAX_NAME = 60  # letters
IMPORTED = "imported"  # in the card of a model that came from a file
MAX_DESCRIPTION = 4 * 1024 * 1024
# What a card may tell anybody; the rest has names of the user's photos and folders in it.
_TOLD = (
    *("seed", "steps", "best_step", "seconds", "init", "validation", "software", "expected_error", "neutral"),
    *("benchmark", "audit"),
)
_TOLD_OF_DATA = ("kind", "train", "held_out", "trained_on")
_TOLD_OF_PROOF = ("verdict", "photos", "psnr", "de00")

Progress = Callable[[float, str], None]


class DamagedModel(BundleError):
    """A file that is no model, or one that no program of ours wrote."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"“{path.name}” cannot be used as a model: {why}; ask for the file again.")


MODEL = ArchiveKind("model", {DESCRIPTION: MAX_DESCRIPTION, WEIGHTS: MAX_WEIGHTS}, DamagedModel)


def is_model_file(path: Path) -> bool:
    """Whether a file, or a folder as training writes it, is named as one."""
    return path.suffix.lower() == SUFFIX


def file_name(info: BundleInfo) -> str:
    """A name for the file of a model that every system takes."""
    return paths.file_stem(info.name, "model") + SUFFIX


def export_model(info: BundleInfo, target: Path, *, overwrite: bool = False) -> None:
    """Write a model as one file. It holds no photo, and no name of a photo or a folder.

    Args:
        target: the file.
        overwrite: whether it may replace an existing one.

    Raises:
        BundleError: the model is damaged, or the file exists or cannot be written.
    """
    description = read_description(info.path)
    kind = SYSTEM if info.system else "architecture"
    told = {key: description.get(key) for key in ("format_version", "id", "name", "created", kind)}
    text = json_files.to_text(told | {"card": shareable_card(info.card)})
    if target.is_dir():
        raise BundleError(f"{target} is a folder; choose the name of a file.")
    try:
        with atomic_write(target, overwrite=overwrite) as temporary:
            write_archive(temporary, {DESCRIPTION: text}, {WEIGHTS: info.path / WEIGHTS})
    except OSError as error:
        raise BundleError(write_problem(target, error)) from error


def shareable_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """What a card tells of a model to whoever gets it: numbers, and digests of the files that trained it."""
    told = {key: card[key] for key in _TOLD if key in card}
    for key, names in (("data", _TOLD_OF_DATA), ("proof", _TOLD_OF_PROOF)):
        part = card.get(key)
        if isinstance(part, Mapping):
            told[key] = {name: part[name] for name in names if name in part}
    before, averaged = card.get("continued_from"), card.get("mean_with")
    if isinstance(before, Mapping):
        told["continued_from"] = _shareable_origin(before)
    if isinstance(averaged, list):
        told["mean_with"] = [_shareable_origin(origin) for origin in averaged if isinstance(origin, Mapping)]
    return told


def _shareable_origin(origin: Mapping[str, Any]) -> dict[str, Any]:
    return shareable_card(origin) | {key: origin[key] for key in ("id", "created") if key in origin}


def import_model(path: Path, models: Path, present: Mapping[str, str] | None = None) -> BundleInfo:
    """Take a model in from a file that `export_model` wrote, or from a folder as training writes it.

    Args:
        models: folder of the user's models; made if missing.
        present: names of the models that are there, by id.

    Raises:
        BundleError: it is no model, damaged, hostile, of a newer version, or there already; nothing is left behind.
    """
    description, weights = _read(path)
    info = bundle_info(path, description)
    if (name := (present or {}).get(info.id)) is not None:
        raise BundleError(f"The model in “{path.name}” is here already, as “{name}”.")
    kind = _checked_kind(path, description)
    name = "".join(letter for letter in info.name if letter.isprintable()).strip()[:MAX_NAME] or "Imported model"
    clean = {
        "format_version": FORMAT_VERSION,
        "id": info.id,
        "name": name,
        "created": _moment(info.created),
        **kind,
        "card": shareable_card(info.card) | {IMPORTED: True},
    }
    place = free_place(models, name)
    try:
        models.mkdir(parents=True, exist_ok=True)
        with atomic_folder(place) as folder:
            (folder / WEIGHTS).write_bytes(weights)
            write_description(folder, clean)
            _try_out(path, folder)
    except OSError as error:
        raise BundleError(write_problem(place, error)) from error
    return read_bundle_info(place)


def _checked_kind(path: Path, description: Mapping[str, Any]) -> dict[str, Any]:
    """What a description says of the network, and nothing beside it."""
    try:
        if SYSTEM in description:
            from pie_desktop.model.systems.bundle import system_config

            return {SYSTEM: system_config(path, description).model_dump()}
        return {"architecture": Architecture.model_validate(description["architecture"]).model_dump()}
    except (BundleError, KeyError, ValidationError) as error:
        raise DamagedModel(path, "its architecture is none that a model has") from error


def free_place(models: Path, name: str) -> Path:
    """A bundle folder that does not exist yet, named after a model: no model is ever overwritten."""
    stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in name.strip().lower())[:MAX_NAME] or "model"
    path, number = models / f"{stem}{SUFFIX}", 2
    while path.exists():
        path, number = models / f"{stem}-{number}{SUFFIX}", number + 1
    return path


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    """The description of a model and its weights, as they are in a file or folder."""
    try:
        if path.is_dir():
            return read_description(path), read_weights(path)
        if not path.is_file():
            raise BundleError(f"There is no file “{path}”; choose a {SUFFIX} file.")
        with open_archive(MODEL, path) as archive:
            if set(archive.entries) != set(MODEL.sizes):
                raise DamagedModel(path, "its parts do not belong together")
            description = json_files.parse_object(archive.read(DESCRIPTION), finite=False)
            weights = archive.read(WEIGHTS)
    except PieError:
        raise
    except json_files.DamagedJsonError as error:
        raise DamagedModel(path, f"{error} ({DESCRIPTION})") from error
    except ValueError as error:
        raise DamagedModel(path, f"it is {error}") from error
    except OSError as error:
        raise BundleError(f"“{path.name}” cannot be read: {error.strerror or error}.") from error
    version = description.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BundleError(f"“{path.name}” was made by a newer version of PIE Desktop; update the program.")
    if version != FORMAT_VERSION:
        raise DamagedModel(path, f"it has format {str(version)[:20]}")
    return description, weights


def _try_out(path: Path, folder: Path) -> None:
    """Load what was written and let it answer; raises DamagedModel where it cannot."""
    import numpy as np

    from pie_desktop.model.opening import open_model
    from pie_desktop.model.preference import ReferencePixels

    rows, columns = np.mgrid[0:64, 0:96]
    photo = np.stack([rows * 3, columns * 2, (rows + columns) % 256], axis=-1).astype(np.uint8)
    edit = np.clip(photo * 0.9 + 20, 0, 255).astype(np.uint8)
    try:
        model = open_model(folder, "cpu")
        model.answer(photo, model.encode([ReferencePixels(edit, photo)]))
    except BundleError as error:
        raise DamagedModel(path, "its weights do not make a model that answers") from error


def _moment(text: str) -> str:
    """A date and time as it is in a card; now, where a stranger wrote something else."""
    try:
        return datetime.fromisoformat(text).isoformat(timespec="milliseconds")
    except ValueError:
        return datetime.now().astimezone().isoformat(timespec="milliseconds")
