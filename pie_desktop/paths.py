"""Where the program keeps its own files and finds the resources it ships with."""

import os
import sys
from pathlib import Path

import platformdirs


def home_dir() -> Path:
    """Folder of everything the program stores; `PIE_DESKTOP_HOME` overrides it (tests, portable installs)."""
    override = os.environ.get("PIE_DESKTOP_HOME")
    if override:
        return Path(override)
    return Path(platformdirs.user_data_dir("pie-desktop", appauthor=False))


def cache_dir() -> Path:
    """Folder of what can be made again at any time; with `PIE_DESKTOP_HOME` it lies in there."""
    override = os.environ.get("PIE_DESKTOP_HOME")
    if override:
        return Path(override) / "cache"
    return Path(platformdirs.user_cache_dir("pie-desktop", appauthor=False))


def styles_dir() -> Path:
    return home_dir() / "styles"


def models_dir() -> Path:
    """Bundles that the user trained; the shipped ones are in `resource("bundles")`."""
    return home_dir() / "models"


def runs_dir() -> Path:
    """Training runs with their checkpoints."""
    return home_dir() / "runs"


def presets_dir() -> Path:
    """The user's presets of export settings."""
    return home_dir() / "presets"


def exports_dir() -> Path:
    """Journals and receipts of exports."""
    return home_dir() / "exports"


def catalog_path() -> Path:
    return home_dir() / "catalog.sqlite"


def settings_path() -> Path:
    return home_dir() / "settings.json"


def replaced_edits_dir() -> Path:
    """Edits that this version could not read and that newer ones took the place of."""
    return home_dir() / "replaced-edits"


def resource(name: str) -> Path:
    """Path of a shipped resource such as `bundles` or `theme/dark.qss`.

    The one place that knows the three layouts: a wheel (`pie_desktop/_resources`), a checkout
    (`resources` beside the package) and a PyInstaller folder (`sys._MEIPASS`).
    """
    package = Path(__file__).resolve().parent
    roots = [package / "_resources", package.parent / "resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        roots.insert(0, Path(frozen) / "pie_desktop" / "_resources")
    for root in roots:
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"The resource {name} is missing; install PIE Desktop again.")


def file_stem(title: str, otherwise: str) -> str:
    """A name, without suffix, that every system takes for a file; `otherwise` where nothing of the title is left."""
    letters = (letter if letter.isalnum() or letter in " ._-" else "-" for letter in title)
    return "".join(letters).strip(" .") or otherwise
