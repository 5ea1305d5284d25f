"""Model bundles in use: the one chosen in the settings, else the newest shipped one; and those the user trained."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

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
