"""Model bundles on disk: `<name>.piemodel/` with `model.safetensors` and `model.json`. No pickle anywhere.

A description has the `architecture` of a preference network, or the configuration of a `system` of the study; for the
latter see `pie_desktop.model.systems.bundle`.
"""

import contextlib
import hashlib
import math
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pie_desktop import json_files
from pie_desktop.errors import BundleError
from pie_desktop.imaging.atomic import atomic_folder, atomic_write
from pie_desktop.imaging.leftovers import TEMPORARY_PREFIX, remove, remove_abandoned

if TYPE_CHECKING:
    from torch import Tensor

    from pie_desktop.model.network import PreferenceNetwork

FORMAT_VERSION = 1
SUFFIX = ".piemodel"
WEIGHTS = "model.safetensors"
SYSTEM = "system"  # in the description of a system of the study: its configuration
MAX_WEIGHTS = 512 * 1024 * 1024
_MAX_TEXT = 1000
_DEAD_SECONDS = 600  # somebody may be copying a bundle into the folder


@dataclass(frozen=True)
class BundleInfo:
    """What `model.json` says, without loading the weights.

    Attributes:
        path: the bundle's folder.
        id: 16 hexadecimal digits of the weights' SHA-256; preferences are valid for one id only.
        name: shown to the user.
        created: ISO 8601 date and time, UTC.
        card: training card: data, seed, steps, time; `benchmark` and `audit` where they were recorded.
        system: whether it is a system of the study rather than a preference network.
    """

    path: Path
    id: str
    name: str
    created: str
    card: Mapping[str, Any] = field(default_factory=dict)
    system: bool = False


def read_description(path: Path) -> dict[str, Any]:
    """The whole of a bundle's `model.json`. Raises BundleError."""
    try:
        description = json_files.read_object(path / "model.json", finite=False)
    except OSError as error:
        raise BundleError(f"{path} is not a model bundle: its model.json cannot be read.") from error
    except json_files.DamagedJsonError as error:
        raise BundleError(f"The model bundle {path} is damaged: its model.json cannot be used, as {error}.") from error
    version = description.get("format_version")
    if version != FORMAT_VERSION:
        raise BundleError(f"The model bundle {path} has format {version}; this program reads format {FORMAT_VERSION}.")
    return description


def read_bundle_info(path: Path) -> BundleInfo:
    """Describe one bundle.

    Raises:
        BundleError: it is missing, damaged or of another format version.
    """
    return bundle_info(path, read_description(path))


def bundle_info(path: Path, description: Mapping[str, Any]) -> BundleInfo:
    """Of what a `model.json` says. Raises BundleError where it has no id, name, date or card that can be used."""
    card = description.get("card", {})
    texts = {name: description.get(name) for name in ("id", "name", "created")}
    for name, text in texts.items():
        if not isinstance(text, str) or not 0 < len(text) <= _MAX_TEXT:
            raise BundleError(f"The model bundle {path} is damaged: its model.json has no {name}.")
    if not isinstance(card, dict):
        raise BundleError(f"The model bundle {path} is damaged: its training card is not a set of values.")
    return BundleInfo(path, str(texts["id"]), str(texts["name"]), str(texts["created"]), card, SYSTEM in description)


def bundle_folders(folder: Path) -> list[Path]:
    """What is named as a bundle in a folder, readable or not; without temporary ones."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith(TEMPORARY_PREFIX))


def remove_dead_bundles(folder: Path) -> None:
    """Remove what killed trainings left among the bundles of a folder. Never raises.

    Up to version 0.1 a bundle was written in place: one that has weights and has had no description for a while is
    dead.
    """
    remove_abandoned(folder, depth=1)
    for path in bundle_folders(folder):
        with contextlib.suppress(OSError):
            inside = {entry.name for entry in path.iterdir()}
            if inside == {WEIGHTS} and time.time() - path.stat().st_mtime > _DEAD_SECONDS:
                remove(path)


def list_bundles(*folders: Path) -> list[BundleInfo]:
    """All readable bundles in the folders, in the order of the folders, newest first within each."""
    found: list[BundleInfo] = []
    for folder in folders:
        bundles = []
        for path in bundle_folders(folder):
            try:
                bundles.append(read_bundle_info(path))
            except BundleError:
                continue
        found += sorted(bundles, key=lambda b: b.created, reverse=True)
    return found


def save_bundle(
    path: Path,
    network: "PreferenceNetwork",
    name: str,
    created: str,
    card: Mapping[str, Any],
    report: Path | None = None,
) -> BundleInfo:
    """Write a bundle, whole or not at all; weights are stored in half precision.

    Args:
        path: folder `<name>.piemodel`; it must not exist.
        created: ISO 8601 UTC.
        report: folder of its report, which is copied; see `pie_desktop.model.report`.

    Raises:
        OSError: it exists or cannot be written; nothing is left behind.
    """
    tensors = {key: value.half() for key, value in network.state_dict().items()}
    kind = {"architecture": network.architecture.model_dump()}
    return write_bundle(path, kind, tensors, name, created, card, report)


def write_bundle(
    path: Path,
    kind: Mapping[str, Any],
    tensors: "Mapping[str, Tensor]",
    name: str,
    created: str,
    card: Mapping[str, Any],
    report: Path | None = None,
) -> BundleInfo:
    """Write a bundle of any kind; the rest as for `save_bundle`.

    Args:
        kind: what the description has to say of the network, such as its `architecture`.
        tensors: the weights, stored as they are.
    """
    from safetensors.torch import save

    data = save({key: value.detach().cpu().contiguous() for key, value in tensors.items()})
    info = BundleInfo(path, weights_id(data), name, created, card, SYSTEM in kind)
    description = {
        "format_version": FORMAT_VERSION,
        "id": info.id,
        "name": name,
        "created": created,
        **kind,
        "preprocessing": {"color_space": "sRGB", "range": [0, 1], "proxy_side": 256},
        "card": dict(card),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(path) as folder:
        with atomic_write(folder / WEIGHTS) as temporary:
            temporary.write_bytes(data)
        if report is not None:
            shutil.copytree(report, folder / report.name)
        write_description(folder, description)
    return info


def write_description(path: Path, description: Mapping[str, Any]) -> None:
    """Replace a bundle's `model.json` atomically. Raises OSError."""
    with atomic_write(path / "model.json") as temporary:
        temporary.write_text(json_files.to_text(description), encoding="utf-8")


def record_in_card(path: Path, name: str, found: Mapping[str, Any]) -> None:
    """Add to a bundle's card what was measured later, in place of an earlier entry; the weights and the id stay.

    Args:
        name: of the entry: `benchmark` or `audit`.

    Raises:
        BundleError: it is not a readable bundle.
    """
    description = read_description(path)
    description["card"] = dict(description.get("card", {})) | {name: dict(found)}
    write_description(path, description)


def load_bundle(path: Path) -> tuple["PreferenceNetwork", BundleInfo]:
    """Load a bundle on the CPU, in evaluation mode.

    Raises:
        BundleError: it is missing, damaged, or its weights are not the ones that `model.json` describes.
    """
    from pydantic import ValidationError

    from pie_desktop.model.architecture import Architecture
    from pie_desktop.model.network import PreferenceNetwork

    description = read_description(path)
    info = bundle_info(path, description)
    if info.system:
        raise BundleError(
            f"“{info.name}” is a system of the study: the editor uses it, but it can neither be trained further nor "
            "measured here; choose another model."
        )
    try:
        architecture = Architecture.model_validate(description["architecture"])
    except (KeyError, ValidationError) as error:
        raise BundleError(f"The model bundle {path} is damaged: its architecture cannot be used.") from error
    state = read_state(info)
    try:
        network = PreferenceNetwork(architecture)
        network.load_state_dict(state)
    except Exception as error:
        raise damaged_weights(path) from error
    return network.eval(), info


def read_state(info: BundleInfo) -> "dict[str, Tensor]":
    """The weights of a bundle, float32 on the CPU.

    Raises:
        BundleError: they are missing, damaged, not finite, or not those that `model.json` describes.
    """
    from safetensors.torch import load

    try:
        data = read_weights(info.path)
        if weights_id(data) != info.id:
            raise damaged_weights(info.path)
        state = {key: value.float() for key, value in load(data).items()}
        # What is not finite shows in a sum, for a tenth of the cost; sums of sound weights do not overflow.
        if not all(math.isfinite(float(value.sum())) for value in state.values()):
            raise damaged_weights(info.path)
    except BundleError:
        raise
    except Exception as error:
        raise damaged_weights(info.path) from error
    return state


def damaged_weights(path: Path) -> BundleError:
    """What is said of weights that cannot be used."""
    return BundleError(f"The weights of the model bundle {path} are missing or damaged; install or train it again.")


def weights_id(data: bytes) -> str:
    """The id of a bundle with these weights."""
    return hashlib.sha256(data).hexdigest()[:16]


def read_weights(path: Path) -> bytes:
    """The file of a bundle's weights. Raises ValueError where it is larger than any, OSError."""
    with (path / WEIGHTS).open("rb") as file:
        data = file.read(MAX_WEIGHTS + 1)
    if len(data) > MAX_WEIGHTS:
        raise ValueError("larger than any model of this program")
    return data
