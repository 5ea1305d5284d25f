"""Model bundles in use: the one chosen in the settings, else the newest shipped one; and those the user trained."""

import logging
import math
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pie_desktop import json_files, paths
from pie_desktop.errors import BundleError

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

SETTING = "model.bundle"
"""Name of the value in `settings.json` that holds the path of the chosen bundle."""

logger = logging.getLogger(__name__)


def shipped_bundles() -> "list[BundleInfo]":
    """Those that come with the program, the newest first."""
    from pie_desktop.model.bundle import list_bundles

    try:
        return list_bundles(paths.resource("bundles"))
    except FileNotFoundError:
        return []


def own_bundles() -> "list[BundleInfo]":
    """Those that the user trained, the newest first."""
    from pie_desktop.model.bundle import list_bundles

    return list_bundles(paths.models_dir())


def default_bundle() -> Path:
    """The bundle to use when none is named. A model just trained is not used before it is chosen.

    Raises:
        BundleError: there is none at all.
    """
    chosen = _chosen_bundle()
    if chosen is not None:
        if chosen.is_dir():
            return chosen
        logger.warning("The chosen model %s is gone; the shipped one is used", chosen)
    for bundle in shipped_bundles() or own_bundles():
        return bundle.path
    raise BundleError("No model is installed; install PIE Desktop again or train a model of your own.")


def find_bundle(name: str) -> Path:
    """A bundle by its folder, name or id. Raises BundleError that lists the names there are."""
    if Path(name).is_dir():
        return Path(name)
    known = own_bundles() + shipped_bundles()
    for bundle in known:
        if name in (bundle.name, bundle.id, bundle.path.name):
            return bundle.path
    names = ", ".join(f"“{bundle.name}”" for bundle in known) or "none"
    raise BundleError(f"There is no model “{name}”; the models are: {names}.")


def bundle_name(bundle_id: str) -> str:
    """Name of the installed model with an id; the id itself where there is none any more."""
    return next((bundle.name for bundle in own_bundles() + shipped_bundles() if bundle.id == bundle_id), bundle_id)


def _chosen_bundle() -> Path | None:
    values, _ = json_files.read_settings(paths.settings_path())  # who opens the engine says what is wrong with them
    chosen = (values or {}).get(SETTING)
    return Path(chosen) if isinstance(chosen, str) and chosen else None


VERDICTS = ("better", "about the same", "worse", "too few to tell")
NOTICEABLE_GAIN = 0.05  # dB; less is chance


def verdict(gain: float) -> str:
    """Whether a gain in dB on held-out photos is one."""
    if abs(gain) < NOTICEABLE_GAIN:
        return "about the same"
    return "better" if gain > 0 else "worse"


@dataclass(frozen=True)
class HeldOut:
    """PSNR in dB on photos that the training did not see: of the model, and of the one that it started from.

    Attributes:
        verdict: whether the model is better, in a word or two.
    """

    psnr: float
    baseline: float
    verdict: str = ""

    @property
    def gain(self) -> float:
        return self.psnr - self.baseline


def held_out(info: "BundleInfo") -> HeldOut | None:
    """What the training card says; None for a model that was not fine-tuned from another."""
    validation: Any = info.card.get("validation")
    try:
        numbers = HeldOut(float(validation["psnr"]), float(validation["baseline_psnr"]))
        proof: Any = info.card.get("proof")
        said = proof.get("verdict") if isinstance(proof, dict) else None
        numbers = replace(numbers, verdict=said if said in VERDICTS else verdict(numbers.gain))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    comparable = info.card.get("init") is not None and math.isfinite(numbers.gain)
    return numbers if comparable else None


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


def delete_model(info: "BundleInfo") -> None:
    """Removes one of the user's models from the disk.

    Raises:
        BundleError: it comes with the program, or something in it cannot be removed.
    """
    _check_own(info)
    try:
        shutil.rmtree(info.path)
    except OSError as error:
        raise BundleError(f"The model “{info.name}” in {info.path} could not be deleted: {error}.") from error


def _check_own(info: "BundleInfo") -> None:
    if info.path.parent.resolve() != paths.models_dir().resolve():
        raise BundleError(f"“{info.name}” comes with the program and cannot be changed.")
