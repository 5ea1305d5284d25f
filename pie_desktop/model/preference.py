"""What a style is to the model: encoded references that can be stored beside the style."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write


@dataclass(frozen=True)
class ReferencePixels:
    """One edit: `after` and, where it is known, the unedited `before`; pictures `(H, W, 3)`, uint8 or uint16, sRGB."""

    after: np.ndarray
    before: np.ndarray | None = None


@dataclass(frozen=True)
class Preference:
    """The encoded references of one style, valid for one bundle.

    Attributes:
        arrays: `tokens (1 + N, D)`, `keys (N, D)`, `paired (N,)`, `vector (D,)`, `colors_before` and `colors_after`
            `(R, M, 3)` uint16 of the R pairs' pixels.
        bundle_id: the bundle that made it; others cannot read it.
    """

    arrays: Mapping[str, np.ndarray]
    bundle_id: str

    @property
    def vector(self) -> np.ndarray:
        """The pooled preference vector `(D,)`: for display, search and comparison, not for enhancing."""
        return self.arrays["vector"]

    @cached_property
    def key(self) -> str:
        """Hash of the contents: equal preferences have equal keys."""
        digest = hashlib.sha256(self.bundle_id.encode())
        for name in sorted(self.arrays):
            digest.update(self.arrays[name].tobytes())
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Write as safetensors, atomically."""
        from safetensors.numpy import save_file

        with atomic_write(path) as temporary:
            save_file(dict(self.arrays), temporary, metadata={"bundle_id": self.bundle_id})

    @classmethod
    def load(cls, path: Path) -> "Preference":
        """Read what `save` wrote.

        Raises:
            StyleError: the file is damaged.
        """
        from safetensors import safe_open

        try:
            with safe_open(path, framework="numpy") as f:
                arrays = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118 - not a dict
                bundle_id = (f.metadata() or {})["bundle_id"]
        except Exception as error:
            raise StyleError(f"The stored preference {path} is damaged; it will be computed again.") from error
        return cls(arrays, bundle_id)
