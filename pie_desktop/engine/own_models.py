"""The user's own models: what is known of each, and how they are renamed, deleted, brought back and passed on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pie_desktop import paths
from pie_desktop.engine.bundles import own_bundles, shipped_bundles
from pie_desktop.errors import BundleError, StyleError
from pie_desktop.styles import trash

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

BEFORE = "model.before"
"""Name of the value in `settings.json` with the models that were in use before, the latest last; null: the default."""

BETTER = "better"
TOO_FEW = "too few to tell"
VERDICTS = (BETTER, "about the same", "worse", TOO_FEW)


@dataclass(frozen=True)
class HeldOut:
    """PSNR in dB on photos that the training did not see: of the model, and of the one that it started from.

    Attributes:
        verdict: whether the model is better, in a word or two; `better` and `worse` only where photos that neither
            trained the model nor chose its weights show it.
        proven: gain on these in dB; None where there are none.
    """

    psnr: float
    baseline: float
    verdict: str = TOO_FEW
    proven: float | None = None

    @property
    def gain(self) -> float:
        """In dB: the proven one, else that on the photos that chose the weights."""
        return self.psnr - self.baseline if self.proven is None else self.proven


def held_out(info: "BundleInfo") -> HeldOut | None:
    """What the training card says; None for a model that was not fine-tuned from another."""
    validation, proof = info.card.get("validation"), info.card.get("proof")
    said = proof.get("verdict") if isinstance(proof, Mapping) else None
    try:
        proven = float(proof["psnr"]["mean"]) if isinstance(proof, Mapping) and "psnr" in proof else None
        numbers = HeldOut(
            float(validation["psnr"]),  # type: ignore[index] # whatever it is, the next line knows
            float(validation["baseline_psnr"]),  # type: ignore[index]
            said if said in VERDICTS else TOO_FEW,
            proven,
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    comparable = info.card.get("init") is not None and math.isfinite(numbers.gain)
    return numbers if comparable else None


def is_imported(info: "BundleInfo") -> bool:
    """Whether a model came from a file: what its card says was measured on somebody else's photos."""
    from pie_desktop.model.model_file import IMPORTED

    return bool(info.card.get(IMPORTED))


def trained_pairs(info: "BundleInfo") -> int | None:
    """How many pairs of somebody's own edits trained a model, and were held out; None for any other model."""
    data: Any = info.card.get("data")
    try:
        return int(data["train"]) + int(data["held_out"]) if data["kind"] == "pairs" else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def find_own(name: str) -> "BundleInfo":
    """One of the user's models by its name, id or folder. Raises BundleError that lists the names there are."""
    known = own_bundles()
    for info in known:
        if name in (info.name, info.id, info.path.name, str(info.path)):
            return info
    names = ", ".join(f"“{info.name}”" for info in known) or "none yet"
    raise BundleError(f"There is no model “{name}” of your own; yours are: {names}.")


def import_own(path: Path) -> "BundleInfo":
    """Take a model in from a file, or from a folder as training writes it, as one of the user's own.

    Raises:
        BundleError: it is none, damaged, or here already.
    """
    from pie_desktop.model.model_file import import_model

    present = {info.id: info.name for info in (*own_bundles(), *shipped_bundles())}
    return import_model(path, paths.models_dir(), present)


def rename_model(info: "BundleInfo", name: str) -> None:
    """Gives one of the user's models another name; its folder and its id, which preferences refer to, stay.

    Raises:
        BundleError: it comes with the program, or cannot be read or written.
    """
    _check_own(info)
    from pie_desktop.model.bundle import read_description, write_description

    try:
        write_description(info.path, read_description(info.path) | {"name": name})
    except OSError as error:
        raise BundleError(f"The model “{info.name}” in {info.path} could not be renamed: {error}.") from error


def delete_model(info: "BundleInfo") -> str:
    """Move one of the user's models to the trash, where it stays for a month; the token brings it back.

    Raises:
        BundleError: it comes with the program, or cannot be moved.
    """
    _check_own(info)
    root = paths.models_dir()
    trash.purge(root)
    try:
        return trash.put(root, info.path)
    except OSError as error:
        raise BundleError(f"The model “{info.name}” in {info.path} could not be deleted: {error}.") from error


def restore_model(token: str) -> Path:
    """Bring a deleted model back; returns its folder.

    Raises:
        BundleError: it is no longer in the trash, or its place is taken.
    """
    try:
        return trash.restore(paths.models_dir(), token)
    except (StyleError, OSError) as error:
        raise BundleError("This model cannot be brought back: it is no longer in the trash.") from error


def _check_own(info: "BundleInfo") -> None:
    if info.path.parent.resolve() != paths.models_dir().resolve():
        raise BundleError(f"“{info.name}” comes with the program and cannot be changed.")
