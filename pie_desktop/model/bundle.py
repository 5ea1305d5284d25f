"""Model bundles on disk: `<name>.piemodel/` with `model.safetensors` and `model.json`. No pickle anywhere.

The sizes of a network, as stored in `model.json`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pie_desktop.errors import BundleError
from pie_desktop.imaging.atomic import atomic_write

if TYPE_CHECKING:
    from pie_desktop.model.network import PreferenceNetwork

FORMAT_VERSION = 1
SUFFIX = ".piemodel"


@dataclass(frozen=True)
class BundleInfo:
    """What `model.json` says, without loading the weights.

    Attributes:
        path: the bundle's folder.
        id: 16 hexadecimal digits of the weights' SHA-256; preferences are valid for one id only.
        name: shown to the user.
        created: ISO 8601 date and time, UTC.
        card: training card: data, seed, steps, time; and `benchmark`.
    """

    path: Path
    id: str
    name: str
    created: str
    card: Mapping[str, Any] = field(default_factory=dict)


def _read_description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads((path / "model.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError(f"{path} is not a model bundle: its model.json cannot be read.") from error
    except ValueError as error:
        raise BundleError(f"The model bundle {path} is damaged: its model.json is not valid JSON.") from error
    version = description.get("format_version") if isinstance(description, dict) else None
    if version != FORMAT_VERSION:
        raise BundleError(f"The model bundle {path} has format {version}; this program reads format {FORMAT_VERSION}.")
    return description


def read_bundle_info(path: Path) -> BundleInfo:
    """Describe one bundle.

    Raises:
        BundleError: it is missing, damaged or of another format version.
    """
    d = _read_description(path)
    try:
        return BundleInfo(path, str(d["id"]), str(d["name"]), str(d["created"]), d.get("card", {}))
    except KeyError as error:
        raise BundleError(f"The model bundle {path} is damaged: its model.json has no {error}.") from error


def list_bundles(*folders: Path) -> list[BundleInfo]:
    """All readable bundles in the folders, in the order of the folders, newest first within each."""
    found: list[BundleInfo] = []
    for folder in folders:
        bundles = []
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
            try:
                bundles.append(read_bundle_info(path))
            except BundleError:
                continue
        found += sorted(bundles, key=lambda b: b.created, reverse=True)
    return found


def save_bundle(
    path: Path, network: "PreferenceNetwork", name: str, created: str, card: Mapping[str, Any]
) -> BundleInfo:
    """Write a bundle; weights are stored in half precision.

    Args:
        path: folder `<name>.piemodel`, made if missing.
        created: ISO 8601 UTC.
    """
    from safetensors.torch import save

    tensors = {key: value.detach().cpu().half().contiguous() for key, value in network.state_dict().items()}
    data = save(tensors)
    info = BundleInfo(path, hashlib.sha256(data).hexdigest()[:16], name, created, card)
    path.mkdir(parents=True, exist_ok=True)
    with atomic_write(path / "model.safetensors") as temporary:
        temporary.write_bytes(data)
    description = {
        "format_version": FORMAT_VERSION,
        "id": info.id,
        "name": name,
        "created": created,
        "architecture": network.architecture.model_dump(),
        "preprocessing": {"color_space": "sRGB", "range": [0, 1], "proxy_side": 256},
        "card": dict(card),
    }
    _write_description(path, description)
    return info


def _write_description(path: Path, description: Mapping[str, Any]) -> None:
    with atomic_write(path / "model.json") as temporary:
        temporary.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def record_benchmark(path: Path, benchmark: Mapping[str, Any]) -> None:
    """Add to a bundle's card what a benchmark found; the weights and the id stay.

    Raises:
        BundleError: it is not a readable bundle.
    """
    description = _read_description(path)
    description["card"] = dict(description.get("card", {})) | {"benchmark": dict(benchmark)}
    _write_description(path, description)


def load_bundle(path: Path) -> tuple["PreferenceNetwork", BundleInfo]:
    """Load a bundle on the CPU, in evaluation mode.

    Raises:
        BundleError: it is missing, damaged, or its weights do not fit its description.
    """
    from pydantic import ValidationError
    from safetensors.torch import load_file

    from pie_desktop.model.architecture import Architecture
    from pie_desktop.model.network import PreferenceNetwork

    description = _read_description(path)
    info = read_bundle_info(path)
    try:
        network = PreferenceNetwork(Architecture.model_validate(description["architecture"]))
        state = {key: value.float() for key, value in load_file(path / "model.safetensors").items()}
        network.load_state_dict(state)
    except (KeyError, ValidationError) as error:
        raise BundleError(f"The model bundle {path} is damaged: its architecture cannot be read.") from error
    except Exception as error:
        raise BundleError(
            f"The weights of the model bundle {path} are missing or damaged; install or train it again."
        ) from error
    return network.eval(), info
