"""Computed preferences on disk, one per set of references and model."""

import contextlib
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.errors import StyleError
from pie_desktop.gallery.style import Style

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

logger = logging.getLogger(__name__)


class PreferenceFiles:
    """A cache: whatever is missing or damaged is simply computed again.

    The file's name holds the style's fingerprint, so that a preference can never be taken for that of other references.
    """

    def __init__(self, builtin_folder: Path) -> None:
        """`builtin_folder` takes those of the built-in styles, whose own folders are read-only."""
        self._builtin_folder = builtin_folder

    def load(self, style: Style, bundle_id: str) -> "Preference | None":
        from pie_desktop.model.preference import Preference

        path = self._path(style, bundle_id)
        if not path.is_file():
            return None
        try:
            preference = Preference.load(path)
        except (StyleError, OSError) as error:
            logger.warning("%s", error)
            return None
        return preference if preference.bundle_id == bundle_id else None

    def save(self, style: Style, preference: "Preference") -> None:
        path = self._path(style, preference.bundle_id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            preference.save(path)
        except OSError as error:
            logger.warning("The preference of “%s” could not be kept: %s", style.name, error)
            return
        for other in path.parent.glob("preference.*.safetensors"):
            if not other.name.startswith(f"preference.{style.fingerprint}."):
                with contextlib.suppress(OSError):
                    other.unlink()

    def _path(self, style: Style, bundle_id: str) -> Path:
        folder = self._builtin_folder / style.id if style.builtin else style.folder
        model = hashlib.blake2b(bundle_id.encode(), digest_size=6).hexdigest()
        return folder / f"preference.{style.fingerprint}.{model}.safetensors"
