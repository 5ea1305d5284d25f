"""Using a bundle: references to a preference, a photo and a preference to two LUTs."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from pie_desktop.errors import BundleError, Cancelled, StyleError
from pie_desktop.model.adaptation import Habits
from pie_desktop.model.bundle import load_bundle
from pie_desktop.model.encoded import EncodedReferences, PairEvidence, Prediction
from pie_desktop.model.features import image_statistics, is_gray, picked_colors, shrink, squares
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.preference import HABITS, PairColors, Preference, ReferencePixels, agreement
from pie_desktop.model.residual import ResidualFit, ResidualPairs
from pie_desktop.model.runtime import automatic_device, device_failure, give_back_memory

T = TypeVar("T")
_MOST_PREPARED = 4
# The basis at every pixel of a pair takes 3.5 MB: of hundreds of pairs at once it would be gigabytes.
_PAIRS_AT_ONCE = 32
_IMAGES_AT_ONCE = 2 * _PAIRS_AT_ONCE
_log = logging.getLogger(__name__)


@dataclass
class _Prepared:
    """A preference on the device, with the normal equations of its pairs."""

    style: EncodedReferences
    before: Tensor  # (R, M, 3)
    after: Tensor  # (R, M, 3)
    evidence: Evidence  # of N references; rows of those without an original are zero
    said: PairEvidence  # what they say about other photos, of one user
    residual: ResidualPairs | None  # None without pairs


@contextmanager
def _one_thread() -> Iterator[None]:
    """One CPU thread for this job: its many small steps gain little from more, and wait long for each other when other
    programs, or the editor's own export, keep the cores busy (several times as long with two jobs a core)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _stepping(
    progress: Callable[[float], None] | None, should_cancel: Callable[[], bool] | None
) -> Callable[[float], None]:
    """What is called between two pieces of work: it tells the share done, or raises Cancelled."""

    def step(share: float) -> None:
        if should_cancel is not None and should_cancel():
            raise Cancelled
        if progress is not None:
            progress(share)

    return step


class Inference:
    """A loaded bundle. Thread safe; one call runs at a time.

    Args:
        bundle_dir: a `.piemodel` folder.
        device: `auto` (CUDA, then MPS, then CPU) or a torch device.

    Attributes:
        device: where it runs now.
        notice: why it moved to the CPU, or None.
        bundle_id, card: from the bundle.

    Raises:
        BundleError: the bundle cannot be used.
    """

    def __init__(self, bundle_dir: Path, device: str = "auto") -> None:
        with _one_thread():
            self._network, info = load_bundle(bundle_dir)
        a = self._network.architecture
        self._residual = ResidualFit(a.lut_size, a.residual_size)
        self.bundle_id, self.card, self._name = info.id, dict(info.card), info.name
        self.notice: str | None = None
        self._lock = threading.RLock()
        self._prepared: OrderedDict[str, _Prepared] = OrderedDict()
        if device == "auto":
            device = automatic_device()
        self._move(device)

    def _move(self, device: str) -> None:
        self.device = device
        self._network.to(device).requires_grad_(False)
        self._prepared.clear()

    def _run(self, work: Callable[[], T]) -> T:
        """Run on the device. When the device itself fails, say so, and from now on use the CPU."""
        with self._lock, torch.no_grad(), _one_thread():
            try:
                return work()
            except torch.linalg.LinAlgError as error:
                raise self._useless() from error
            except RuntimeError as error:
                reason = device_failure(error) if self.device != "cpu" else None
                if reason is None:
                    raise
                _log.warning("The GPU (%s) %s", self.device, reason, exc_info=True)
                self.notice = f"The GPU ({self.device}) {reason}; PIE Desktop goes on with the CPU."
                self._move("cpu")
                return work()

    def _useless(self) -> BundleError:
        """Sound bytes, but weights that lead to no numbers; what a model learned never does."""
        return BundleError(f"The model “{self._name}” gives no usable answer; it is damaged: choose another model.")

    def encode(
        self,
        references: Sequence[ReferencePixels],
        progress: Callable[[float], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> Preference:
        """Encode one user's references.

        Args:
            references: at least one; each edit with its original where there is one, of the same crop.
            progress: called with the share done, 0 to 1.
            should_cancel: asked between references.

        Raises:
            StyleError: there is no reference.
            Cancelled: `should_cancel` said so.
        """
        step = _stepping(progress, should_cancel)
        if not references:
            raise StyleError("A style needs at least one edited photo; add one.")
        afters, befores, pairs = [], [], []
        for number, reference in enumerate(references):
            step(0.4 * number / len(references))
            if reference.before is None:
                after = before = shrink(reference.after)
            else:
                before = shrink(reference.before)
                after = shrink(reference.after, before.shape[1::-1])
                pairs.append((picked_colors(before), picked_colors(after)))
            afters.append(after)
            befores.append(before)
        paired = np.array([reference.before is not None for reference in references])
        preference = self._run(lambda: self._encode(befores, afters, pairs, paired, step))
        if len(references) > _PAIRS_AT_ONCE:
            give_back_memory()
        if progress is not None:
            progress(1.0)
        return preference

    def _encode(
        self,
        befores: list[np.ndarray],
        afters: list[np.ndarray],
        pairs: list[tuple[np.ndarray, np.ndarray]],
        paired: np.ndarray,
        step: Callable[[float], None],
    ) -> Preference:
        encoder = self._network.encoder
        images = befores + afters
        features = []
        for start in range(0, len(images), _IMAGES_AT_ONCE):
            step(0.4 + 0.3 * start / len(images))
            features.append(encoder.features(self._squares(images[start : start + _IMAGES_AT_ONCE])))
        before, after = torch.cat(features).chunk(2)
        flags = torch.from_numpy(paired).to(self.device)
        colors_before, colors_after = self._stack(pairs, 0), self._stack(pairs, 1)
        evidence = self._evidence(self._colors(colors_before), self._colors(colors_after), flags, step)
        style = self._network.encode(
            before[None], after[None], evidence[None], flags[None], torch.ones_like(flags)[None]
        )
        arrays = {"tokens": style.tokens[0], "keys": style.keys[0], "paired": flags, "vector": style.vector[0]}
        if style.habits is not None:
            arrays |= {name: getattr(style.habits, name)[0] for name in HABITS}
        stored = {name: np.array(value.cpu().numpy(), order="C") for name, value in arrays.items()}
        stored |= {"gray": np.array([is_gray(image) for image in afters])}
        stored |= {"colors_before": colors_before, "colors_after": colors_after}
        preference = Preference(stored, self.bundle_id)
        # it is used next, and most of the work is done
        self._prepare(preference, evidence, lambda share: step(0.9 + 0.1 * share))
        return preference

    def _squares(self, images: list[np.ndarray]) -> Tensor:
        a = self._network.architecture
        return squares(images, a.side, picked=a.exposure).to(self.device)

    @staticmethod
    def _stack(pairs: list[tuple[np.ndarray, np.ndarray]], which: int) -> np.ndarray:
        """Colours `(R, M, 3)` as uint16, exactly what is stored and read again."""
        if not pairs:
            return np.zeros((0, 1, 3), np.uint16)
        return np.round(np.stack([pair[which] for pair in pairs]) * 65535).astype(np.uint16)

    def _colors(self, stored: np.ndarray) -> Tensor:
        return torch.from_numpy(stored.astype(np.float32) / 65535).to(self.device)

    def _evidence(
        self, before: Tensor, after: Tensor, paired: Tensor, step: Callable[[float], None] = lambda share: None
    ) -> Evidence:
        """Evidence of all references; zero for those without an original."""
        k, count = self._network.prior.components, len(paired)
        result = Evidence(before.new_zeros(count, k, k), before.new_zeros(count, k), before.new_zeros(count))
        places = paired.nonzero()[:, 0]
        for start in range(0, len(before), _PAIRS_AT_ONCE):
            step(0.7 + 0.2 * start / len(before))
            part = slice(start, start + _PAIRS_AT_ONCE)
            found = self._network.prior.evidence(before[part], after[part])
            where = places[part]
            result.gram[where], result.moment[where], result.power[where] = found.gram, found.moment, found.power
        return result

    def _prepare(
        self,
        preference: Preference,
        evidence: Evidence | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> _Prepared:
        if preference.bundle_id != self.bundle_id:
            raise StyleError("This preference was made by another model; it has to be computed again.")
        key = preference.key
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        a = preference.arrays
        paired = torch.from_numpy(a["paired"]).to(self.device)
        before, after = self._colors(a["colors_before"]), self._colors(a["colors_after"])
        if evidence is None:
            evidence = self._evidence(before, after, paired)
        tokens, keys, vector = (
            torch.from_numpy(a[name]).to(self.device)[None] for name in ("tokens", "keys", "vector")
        )
        spread = self._network.prior.spread(evidence[None], paired[None])
        habits = None
        if self._network.architecture.adapts:
            habits = Habits(**{name: torch.from_numpy(a[name]).to(self.device)[None] for name in HABITS})
        style = EncodedReferences(tokens, keys, torch.ones_like(paired)[None], paired[None], vector, spread, habits)
        said = self._network.pair_evidence(evidence[None], style)
        residual = self._residual.prepare(before, after, progress) if len(before) else None
        prepared = _Prepared(style, before, after, evidence, said, residual)
        self._prepared[key] = prepared
        while len(self._prepared) > _MOST_PREPARED:
            self._prepared.popitem(last=False)
        return prepared

    def fits(self, preference: Preference) -> bool:
        """Whether a stored preference can be one of this model."""
        return preference.bundle_id == self.bundle_id and preference.fits(self._network.architecture)

    def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        """The photo's neutral and preferred LUTs, `float32 (17, 17, 17, 3)` each; equal when there is no preference.

        Args:
            proxy: image `(H, W, 3)`, uint8 or uint16, sRGB; `imaging.decode.load_proxy` gives the canonical one.
            preference: from `encode` of the same bundle.

        Raises:
            StyleError: the preference belongs to another bundle.
            BundleError: the weights lead to no finite numbers.
        """
        small = shrink(proxy)
        luts = self._run(lambda: self._luts(small, preference))
        if not all(np.isfinite(lut).all() for lut in luts):  # such a LUT would make a black photo
            raise self._useless()
        return luts

    def expected_error(self, proxy: np.ndarray, preference: Preference) -> float | None:
        """The mean CIEDE2000 by which the preferred result may be expected to miss what the user would have made.

        None where the model does not know. Calibrated on simulated users and photos that it was not trained on.

        Args:
            proxy, preference: as for `luts`.

        Raises:
            StyleError: the preference belongs to another bundle.
        """
        small = shrink(proxy)
        return self._run(lambda: self._expected_error(small, preference))

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        """How alike the contents of photos are, `float32 (B, B)`, 0 to 1: how much a pair of one tells about another.

        Args:
            proxies: images `(H, W, 3)`, uint8 or uint16, sRGB.
        """
        small = [shrink(proxy) for proxy in proxies]
        return self._run(lambda: self._likeness(small))

    def _likeness(self, small: list[np.ndarray]) -> np.ndarray:
        adaptation = self._network.encoder.adaptation
        if adaptation is None:
            return np.eye(len(small), dtype=np.float32)
        contents = adaptation.content(self._network.encoder.features(self._squares(small)))
        return adaptation.likeness(contents[None], contents[None])[0].cpu().numpy()

    def _seen(self, small: np.ndarray) -> tuple[Tensor, Tensor]:
        """What the network looks at of a photo: `(1, 3, side, side)`, and its statistics `(1, F)`."""
        image = self._squares([small])
        return image, image_statistics(image, self._network.architecture.exposure)

    def _answer(self, image: Tensor, statistics: Tensor, p: _Prepared) -> tuple[Prediction, Tensor]:
        """What the network expects of a photo, and the weights that the pairs make of it."""
        prediction = self._network.predict(lambda features: features(image, statistics)[None], p.style)
        return prediction, self._network.combine(prediction, p.said, p.style)

    def _expected_error(self, small: np.ndarray, preference: Preference) -> float | None:
        network = self._network
        if network.expected_error is None:
            return None
        p = self._prepare(preference)
        prediction, weights = self._answer(*self._seen(small), p)
        colors = torch.from_numpy(picked_colors(small, network.architecture.grid)).to(self.device)[None, None]
        signs = network.signs_of_doubt(prediction, p.said, p.style, weights, colors)
        return float(network.expected_error(signs)[0, 0])

    def _luts(self, small: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        network = self._network
        image, statistics = self._seen(small)
        corrected = network.neutral.of_statistics(statistics)[0]
        if preference is None:
            # in twos as below: so it is the same to the last bit
            neutral = network.prior.luts(torch.stack([corrected, corrected]))[0].cpu().numpy()
            return neutral, neutral
        p = self._prepare(preference)
        prediction, weights = self._answer(image, statistics, p)
        neutral, preferred = network.prior.luts(torch.stack([corrected, weights[0, 0]]))
        if p.residual is not None:
            paired = p.style.paired[0]
            fitted = self._fitted(p, prediction, weights)
            share = prediction.share[0, 0][paired]
            preferred = preferred + self._residual.lut(p.residual, share, fitted, prediction.noise[0, 0])
        if preference.is_gray:  # what the fits of three equal channels disagree in is error, not colour
            preferred = preferred.mean(dim=-1, keepdim=True).expand_as(preferred)
        return neutral.cpu().numpy(), np.ascontiguousarray(preferred.cpu().numpy())

    def _fitted(self, p: _Prepared, prediction: Prediction, weights: Tensor) -> Tensor:
        """LUTs of the pairs `(R, S, S, S, 3)`, or the photo's own `(S, S, S, 3)` where all photos are treated alike."""
        network = self._network
        adaptation, habits, contents = network.encoder.adaptation, p.style.habits, prediction.contents
        if adaptation is None or habits is None or contents is None:
            return network.prior.luts(weights[0])[0]
        paired = p.style.paired[0]
        own = weights[0].repeat(int(paired.sum()), 1)
        own[:, : adaptation.rank] += adaptation.deviations(p.evidence[None], habits, weights[0], contents)[0, paired]
        return network.prior.luts(own)

    def agreement(
        self,
        preference: Preference,
        progress: Callable[[float], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> list[float]:
        """How well each reference fits the others, 0 to 1; see `preference.agreement`.

        Args:
            preference: from `encode` of the same bundle.
            progress, should_cancel: as for `encode`.

        Raises:
            StyleError: the preference belongs to another bundle.
            Cancelled: `should_cancel` said so.
        """
        step = _stepping(progress, should_cancel)
        values = self._run(lambda: self._agreement(preference, step))
        step(1.0)
        if len(values) > _PAIRS_AT_ONCE:
            give_back_memory()
        return values

    def _agreement(self, preference: Preference, step: Callable[[float], None]) -> list[float]:
        p = self._prepare(preference, progress=lambda share: step(0.5 * share))
        paired = p.style.paired[0]
        r = p.residual
        pairs = PairColors(p.before, p.after, r.nodes, r.parts, p.evidence[paired]) if r is not None else None
        tokens = p.style.tokens[0, 1:]
        return agreement(self._network.prior, tokens, paired, pairs, lambda share: step(0.5 + 0.5 * share))
