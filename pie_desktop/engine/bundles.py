"""Which model is used: the one chosen in the settings, otherwise the newest of those that come with the program."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop import paths
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
    raise BundleError(f"There is no model “{name}”; there are: {names}.")


def _chosen_bundle() -> Path | None:
    """The settings belong to the editor, which tells the user when they are damaged; here they are only looked at."""
    try:
        values = json.loads((paths.home_dir() / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    chosen = values.get(SETTING) if isinstance(values, dict) else None
    return Path(chosen) if isinstance(chosen, str) and chosen else None
