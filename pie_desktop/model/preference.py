"""Preferences: encoded references that can be stored beside a style, and how well each reference fits the others."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.consensus import consensus
from pie_desktop.model.lut_prior import Evidence, LutPrior

HABITS = ("variance", "noise", "gain", "contents", "slopes")  # the fields of `Habits` that are kept with a preference

_LEAST, _MOST = 1e-12, 1e6  # of positive numbers, and of all: far beyond what a network makes, and safe to compute with


@dataclass(frozen=True)
class ReferencePixels:
    """One edit.

    Attributes:
        after: the edit, `(H, W, 3)`, uint8 or uint16, sRGB.
        before: the unedited photo, where it is known.
        by_hand: the edit was made by correcting the result of the style that the other references teach; see
            `corrections`. Only an edit whose original is known can say what was corrected.
    """

    after: np.ndarray
    before: np.ndarray | None = None
    by_hand: bool = False


@dataclass(frozen=True)
class Preference:
    """The encoded references of one style, valid for one bundle.

    Attributes:
        arrays: `tokens (1 + N, D)`, `keys (N, D)`, `paired (N,)`, `vector (D,)`, `gray (N,)` for black-and-white edits,
            `colors_before` and `colors_after` `(R, M, 3)` uint16 of the R pairs' pixels; of models that know habits
            their `HABITS`.
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

    def fits(self, architecture: Architecture) -> bool:
        """Whether names, shapes, kinds and sizes of numbers are those of a model of this architecture."""
        a, width, rank = self.arrays, architecture.width, architecture.adaptation
        names = {"tokens", "keys", "paired", "gray", "vector", "colors_before", "colors_after"}
        if set(a) != (names | set(HABITS) if architecture.adapts else names):
            return False
        paired, before, after = a["paired"], a["colors_before"], a["colors_after"]
        if paired.ndim != 1 or not len(paired) or paired.dtype != np.bool_ or before.ndim != 3:
            return False
        if a["gray"].shape != paired.shape or a["gray"].dtype != np.bool_:
            return False
        wanted = {"tokens": (1 + len(paired), width), "keys": (len(paired), width), "vector": (width,)}
        if architecture.adapts:
            wanted |= {"variance": (rank,), "noise": (), "gain": (rank,)}
            wanted |= {"contents": (len(paired), 2 * rank), "slopes": (len(paired), rank)}
            if not (a["variance"] > _LEAST).all() or not (a["noise"] > _LEAST).all():
                return False
        if any(a[name].shape != shape or a[name].dtype != np.float32 for name, shape in wanted.items()):
            return False
        if not all((abs(a[name]) < _MOST).all() for name in wanted):
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


_ENOUGH_CHANGE = 0.02  # mean absolute; an edit that changes less is measured against this
_LUTS_AT_ONCE = 32  # 60 kB each, as much again for its pair's colours, and 0.5 MB for what it is solved from
_ASK_SHARE = 0.3  # of the progress: how each pair fits all others; the rest is the search for those that agree


@dataclass
class PairColors:
    """R pairs as `agreement` compares them.

    Attributes:
        before, after: `(R, M, 3)` colours in [0, 1].
        nodes, parts: `(R * M, 8)` where the colours before lie in a LUT of the prior's size, see `interpolation`.
        evidence: of each pair.
    """

    before: Tensor
    after: Tensor
    nodes: Tensor
    parts: Tensor
    evidence: Evidence


@torch.no_grad()
def agreement(
    prior: LutPrior,
    tokens: Tensor,
    paired: Tensor,
    pairs: PairColors | None,
    progress: Callable[[float], None] = lambda share: None,
) -> list[float]:
    """How well each of N references fits the largest part of them that agrees, 0 (contradicts it) to 1.

    A pair is compared with what other pairs would make of its original, see `consensus`; an edit without original by
    the similarity of its style token to all others', which tells much less. A single reference agrees with itself: 1.

    Args:
        tokens: `(N, D)` style tokens.
        paired: `(N,)` bool: whether there is an original.
        pairs: those that have one, None where there are none.
        progress: called with the share done, 0 to 1; what it raises ends the work.
    """
    if len(tokens) == 1:
        return [1.0]
    unit = nn.functional.normalize(tokens, dim=1)
    similarity = unit @ unit.T
    result = ((similarity.sum(1) - similarity.diagonal()) / (len(unit) - 1)).clamp(0, 1)
    if pairs is not None and len(pairs.before) > 1:
        agree = _PairFits(prior, pairs, lambda share: progress(_ASK_SHARE * share))
        fits = consensus(len(pairs.before), agree, lambda share: progress(_ASK_SHARE + (1 - _ASK_SHARE) * share))
        result[paired] = torch.tensor(fits, dtype=result.dtype, device=result.device)
    return result.tolist()


class _PairFits:
    """How well pairs fit the LUT that other pairs teach: 1 less the mean error in parts of the pair's own change.

    Sums of evidence are taken in double precision and on the CPU, as not every GPU has that: what a pair adds can then
    be taken off again.

    Args:
        prior, pairs: as for `agreement`.
        progress: called with the share done, 0 to 1, while as many fits are computed as there are pairs.
    """

    def __init__(self, prior: LutPrior, pairs: PairColors, progress: Callable[[float], None]) -> None:
        self._prior = prior
        self._wanted = pairs.after - pairs.before
        count = len(self._wanted)
        self._nodes, self._parts = (values.reshape(count, -1, 8) for values in (pairs.nodes, pairs.parts))
        self._gram, self._moment = pairs.evidence.gram.cpu(), pairs.evidence.moment.cpu()
        self._change = self._wanted.abs().mean((1, 2)).clamp_min(_ENOUGH_CHANGE)
        self._known: dict[tuple[int, ...], dict[int, float]] = {}
        self._progress = progress
        self._computed = 0

    def __call__(self, numbers: Sequence[int], part: tuple[int, ...]) -> list[float]:
        known = self._known.setdefault(part, {})
        new = [number for number in numbers if number not in known]
        if new:
            inside, members = set(part), torch.tensor(part)
            gram, moment = (one[members].sum(0, dtype=torch.float64) for one in (self._gram, self._moment))
            strangers = [number for number in new if number not in inside]
            if strangers:  # all at once: to leave the members out would cost a copy of the others
                fits = self._fits(slice(None), self._luts(gram[None], moment[None])[0])
                known.update((number, fits[number]) for number in strangers)
            for some in _portions([number for number in new if number in inside]):
                own = torch.tensor(some)
                luts = self._luts(gram - self._gram[own].double(), moment - self._moment[own].double())
                known.update(zip(some, self._fits(own, luts), strict=True))
        return [known[number] for number in numbers]

    def _luts(self, gram: Tensor, moment: Tensor) -> Tensor:
        """Changes `(P, S^3, 3)` that the evidence of P parts teaches."""
        weights = self._prior.posterior(gram, moment).to(self._wanted)
        changes = weights @ self._prior.table.reshape(-1, self._prior.components).T
        return changes.reshape(len(gram), -1, 3)

    def _fits(self, which: Tensor | slice, luts: Tensor) -> list[float]:
        """How well pairs fit changes: one for all, `(S^3, 3)`, or one for each, `(P, S^3, 3)`."""
        index, parts, wanted = self._nodes[which], self._parts[which], self._wanted[which]
        if luts.ndim == 3:
            first = torch.arange(len(luts), dtype=index.dtype, device=index.device) * luts.shape[1]
            index = index + first[:, None, None]
        bag = nn.functional.embedding_bag
        made = bag(index.reshape(-1, 8), luts.reshape(-1, 3), mode="sum", per_sample_weights=parts.reshape(-1, 8))
        error = (made.reshape(wanted.shape) - wanted).abs().mean((1, 2))
        self._computed += len(wanted)
        if self._computed <= len(self._wanted):
            self._progress(self._computed / len(self._wanted))
        return (1 - error / self._change[which]).clamp(0, 1).tolist()


def _portions(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _LUTS_AT_ONCE] for start in range(0, len(numbers), _LUTS_AT_ONCE))
