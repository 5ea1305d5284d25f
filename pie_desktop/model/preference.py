"""Preferences: encoded references that can be stored beside a style, and how well each reference fits the others."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.consensus import consensus
from pie_desktop.model.lut_prior import Evidence, LutPrior, interpolation


@dataclass(frozen=True)
class ReferencePixels:
    """One edit: `after` and, where it is known, the unedited `before`; images `(H, W, 3)`, uint8 or uint16, sRGB."""

    after: np.ndarray
    before: np.ndarray | None = None


@dataclass(frozen=True)
class Preference:
    """The encoded references of one style, valid for one bundle.

    Attributes:
        arrays: `tokens (1 + N, D)`, `keys (N, D)`, `paired (N,)`, `vector (D,)`, `gray (N,)` for black-and-white edits,
            `colors_before` and `colors_after` `(R, M, 3)` uint16 of the R pairs' pixels.
        bundle_id: the bundle that made it; others cannot read it.
    """

    arrays: Mapping[str, np.ndarray]
    bundle_id: str

    @property
    def vector(self) -> np.ndarray:
        """The pooled preference vector `(D,)`: for display, search and comparison, not for enhancing."""
        return self.arrays["vector"]

    @property
    def is_gray(self) -> bool:
        """Whether all edits are black and white, so that what is made in their style must be, too."""
        return bool(self.arrays["gray"].all())

    @cached_property
    def key(self) -> str:
        """Hash of the contents: equal preferences have equal keys."""
        digest = hashlib.sha256(self.bundle_id.encode())
        for name in sorted(self.arrays):
            digest.update(self.arrays[name].tobytes())
        return digest.hexdigest()

    @property
    def _digest(self) -> str:
        """Of names, kinds and shapes, too."""
        parts = [f"{name} {array.dtype} {array.shape}" for name, array in sorted(self.arrays.items())]
        return hashlib.sha256("\n".join([self.key, *parts]).encode()).hexdigest()

    def fits(self, width: int) -> bool:
        """Whether names, shapes and kinds are those of a model of this width, and all numbers are finite."""
        a = self.arrays
        if set(a) != {"tokens", "keys", "paired", "gray", "vector", "colors_before", "colors_after"}:
            return False
        paired, before, after = a["paired"], a["colors_before"], a["colors_after"]
        if paired.ndim != 1 or not len(paired) or paired.dtype != np.bool_ or before.ndim != 3:
            return False
        if a["gray"].shape != paired.shape or a["gray"].dtype != np.bool_:
            return False
        wanted = {"tokens": (1 + len(paired), width), "keys": (len(paired), width), "vector": (width,)}
        if any(a[name].shape != shape or not np.isfinite(a[name]).all() for name, shape in wanted.items()):
            return False
        colors = before.dtype == after.dtype == np.uint16 and before.shape == after.shape
        return bool(colors and before.shape[2] == 3 and len(before) == paired.sum())

    def save(self, path: Path) -> None:
        """Write as safetensors, atomically. Raises OSError."""
        from safetensors.numpy import save

        data = save(dict(self.arrays), metadata={"bundle_id": self.bundle_id, "digest": self._digest})
        with atomic_write(path) as temporary:  # not `save_file`, whose errors of a full disk are none of the system's
            temporary.write_bytes(data)

    @classmethod
    def load(cls, path: Path, key: str | None = None) -> "Preference":
        """Read what `save` wrote.

        Args:
            path: the file.
            key: that the preference must have, where it is known; otherwise the file says what it was written with.

        Raises:
            StyleError: the file is damaged: any byte of the arrays is another than when they were written.
        """
        from safetensors import safe_open

        try:
            with safe_open(path, framework="numpy") as f:
                arrays = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118 - not a dict
                metadata = f.metadata() or {}
            preference = cls(arrays, metadata["bundle_id"])
            if preference.key != key if key is not None else preference._digest != metadata["digest"]:
                raise ValueError("its contents are not those that were written")
        except Exception as error:
            raise StyleError(f"The stored preference {path} is damaged; it will be computed again.") from error
        return preference


_FEW_PAIRS = 32  # whose basis at every pixel is kept, 3.5 MB each; of more, LUTs are made and looked up instead
_ENOUGH_CHANGE = 0.02  # mean absolute; an edit that changes less is measured against this


@torch.no_grad()
def agreement(
    prior: LutPrior, tokens: Tensor, paired: Tensor, before: Tensor, after: Tensor, evidence: Evidence
) -> list[float]:
    """How well each of N references fits the largest part of them that agrees, 0 (contradicts it) to 1.

    A pair is compared with what other pairs would make of its original, see `consensus`; an edit without original by
    the similarity of its style token to all others', which tells much less. A single reference agrees with itself: 1.

    Args:
        tokens: `(N, D)` style tokens.
        paired: `(N,)` bool: whether there is an original.
        before, after: `(R, M, 3)` colours of the R pairs.
        evidence: of the R pairs.
    """
    if len(tokens) == 1:
        return [1.0]
    unit = nn.functional.normalize(tokens, dim=1)
    similarity = unit @ unit.T
    result = ((similarity.sum(1) - similarity.diagonal()) / (len(unit) - 1)).clamp(0, 1)
    if len(before) > 1:
        fits = consensus(len(before), _PairFits(prior, before, after, evidence))
        result[paired] = torch.tensor(fits, dtype=result.dtype, device=result.device)
    return result.tolist()


class _PairFits:
    """How well a pair fits the LUT that other pairs teach: 1 less the mean error in parts of the pair's own change."""

    def __init__(self, prior: LutPrior, before: Tensor, after: Tensor, evidence: Evidence) -> None:
        self._prior, self._evidence, self._wanted = prior, evidence, after - before
        self._designs = [prior.design(colors) for colors in before] if len(before) <= _FEW_PAIRS else None
        self._places = [interpolation(colors, prior.size) for colors in before] if self._designs is None else []
        self._change = self._wanted.abs().mean((1, 2)).clamp_min(_ENOUGH_CHANGE)
        self._learned: dict[tuple[int, ...], Tensor] = {}
        self._known: dict[tuple[int, tuple[int, ...]], float] = {}
        self._latest: tuple[tuple[int, ...], Tensor] | None = None

    def __call__(self, number: int, others: tuple[int, ...]) -> float:
        asked = number, others
        if asked not in self._known:
            if others not in self._learned:
                e = self._evidence[torch.tensor(others)]
                self._learned[others] = self._prior.posterior(e.gram.sum(0), e.moment.sum(0))
            error = (self._made(number, others) - self._wanted[number]).abs().mean()
            self._known[asked] = float((1 - error / self._change[number]).clamp(0, 1))
        return self._known[asked]

    def _made(self, number: int, others: tuple[int, ...]) -> Tensor:
        """The change `(M, 3)` of a pair's colours by what the others teach."""
        weights = self._learned[others]
        if self._designs is not None:
            return self._designs[number] @ weights
        if self._latest is None or self._latest[0] != others:
            self._latest = others, (self._prior.table.reshape(-1, self._prior.components) @ weights).reshape(-1, 3)
        index, weight = self._places[number]
        return nn.functional.embedding_bag(index, self._latest[1], mode="sum", per_sample_weights=weight)
