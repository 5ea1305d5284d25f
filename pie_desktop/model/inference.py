"""Using a bundle: references to a preference, a photo and a preference to two LUTs."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from pie_desktop.errors import StyleError
from pie_desktop.model import answering
from pie_desktop.model.answering import PhotoAnswer
from pie_desktop.model.bundle import load_bundle
from pie_desktop.model.corrections import carried_over, through
from pie_desktop.model.encoding import ReducedReferences, encode, stepping
from pie_desktop.model.features import picked_colors, shrink
from pie_desktop.model.interface import ModelAnswer
from pie_desktop.model.loaded import LoadedModel, one_thread
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.preference import PairColors, Preference, ReferencePixels, agreement
from pie_desktop.model.preparing import PAIRS_AT_ONCE, Prepared, prepare
from pie_desktop.model.residual import ResidualFit
from pie_desktop.model.runtime import give_back_memory

T = TypeVar("T")
_MOST_PREPARED = 4


class Inference(LoadedModel):
    """A loaded bundle of a preference network. Thread safe; one call runs at a time.

    Args:
        bundle_dir: a `.piemodel` folder.
        device: `auto` (CUDA, then MPS, then CPU) or a torch device.

    Raises:
        BundleError: the bundle cannot be used.
    """

    def __init__(self, bundle_dir: Path, device: str = "auto") -> None:
        with one_thread():
            self._network, info = load_bundle(bundle_dir)
        a = self._network.architecture
        self._residual = ResidualFit(a.lut_size, a.residual_size)
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        super().__init__(self._network, info, device)

    def _move(self, device: str) -> None:
        super()._move(device)
        self._prepared.clear()

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
            BundleError: what the model makes of them is not finite.
            Cancelled: `should_cancel` said so.
        """
        step = stepping(progress, should_cancel)
        if not references:
            raise StyleError("A style needs at least one edited photo; add one.")
        reduced = ReducedReferences.of(references, lambda share: step(0.4 * share))
        preference = self._run(lambda: self._encode(reduced, step))
        if len(references) > PAIRS_AT_ONCE:
            give_back_memory()
        if progress is not None:
            progress(1.0)
        return preference

    def _encode(self, references: ReducedReferences, step: Callable[[float], None]) -> Preference:
        begin = 0.4
        if references.corrected:
            references, begin = self._corrected(references, lambda share: step(0.4 + 0.3 * share)), 0.7
        encoded = encode(self._network, references, self.bundle_id, lambda share: step(begin + (0.9 - begin) * share))
        if not self.fits(encoded[0]):
            raise self._useless()
        # it is used next, and most of the work is done
        self._prepare(*encoded, lambda share: step(0.9 + 0.1 * share))
        return encoded[0]

    def _corrected(self, references: ReducedReferences, step: Callable[[float], None]) -> ReducedReferences:
        """References with what was corrected by hand carried over to the others; see `corrections`."""
        network = self._network
        earlier = references.without_hand
        preference, evidence = encode(network, earlier, self.bundle_id, lambda share: step(0.6 * share))
        if not self.fits(preference):
            raise self._useless()
        prepared = prepare(network, self._residual, preference, evidence)
        made = [number for number, by_hand in enumerate(references.by_hand) if by_hand]
        results = []
        for done, number in enumerate(made):
            step(0.6 + 0.4 * done / len(made))
            small = references.before[number]
            lut = PhotoAnswer(network, small, prepared).luts(self._residual, preference.is_gray)[1]
            results.append(through(torch.from_numpy(lut), torch.from_numpy(picked_colors(small))).to(self.device))
        likeness = answering.likeness_of(network, references.before)[made]
        return carried_over(network.prior, references, results, likeness)

    def _prepare(
        self,
        preference: Preference,
        evidence: Evidence | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> Prepared:
        """A preference that is ready: one of the last few, or made so now."""
        if preference.bundle_id != self.bundle_id:
            raise StyleError("This preference was made by another model; it has to be computed again.")
        key = preference.key
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        self._prepared[key] = prepared = prepare(self._network, self._residual, preference, evidence, progress)
        while len(self._prepared) > _MOST_PREPARED:
            self._prepared.popitem(last=False)
        return prepared

    def fits(self, preference: Preference) -> bool:
        """Whether a stored preference can be one of this model."""
        return preference.bundle_id == self.bundle_id and preference.fits(self._network.architecture)

    def answer(self, proxy: np.ndarray, preference: Preference | None) -> ModelAnswer:
        """`luts` and `expected_error` of a photo in one, which is hardly more work than the LUTs alone.

        Args:
            proxy, preference: as for `luts`.

        Raises:
            StyleError, BundleError: as for `luts`.
        """

        def ask(photo: PhotoAnswer, gray: bool) -> ModelAnswer:
            return ModelAnswer(*self._luts(photo, gray), photo.expected_error(gray))

        return self._about(proxy, preference, ask)

    def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        """The photo's neutral and preferred LUTs, `float32 (17, 17, 17, 3)` each; equal when there is no preference.

        Args:
            proxy: image `(H, W, 3)`, uint8 or uint16, sRGB; `imaging.decode.load_proxy` gives the canonical one.
            preference: from `encode` of the same bundle.

        Raises:
            StyleError: the preference belongs to another bundle.
            BundleError: the weights lead to no finite numbers.
        """
        return self._about(proxy, preference, self._luts)

    def _luts(self, photo: PhotoAnswer, gray: bool) -> tuple[np.ndarray, np.ndarray]:
        luts = photo.luts(self._residual, gray)
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
        return self._about(proxy, preference, lambda photo, gray: photo.expected_error(gray))

    def doubt(self, proxy: np.ndarray, preference: Preference) -> np.ndarray | None:
        """What the preference leaves open of this photo: covariance `(K, K)` of its LUT weights, float64.

        Args:
            proxy, preference: as for `luts`.

        Raises:
            StyleError: the preference belongs to another bundle.
        """
        return self._about(proxy, preference, lambda photo, gray: photo.covariance())

    def influence(self, proxy: np.ndarray, preference: Preference) -> np.ndarray:
        """How much each reference counts for a photo, `(N,)`; see `PhotoAnswer.influence`; the rest as for `doubt`."""
        return self._about(proxy, preference, lambda photo, gray: photo.influence())

    def _about(self, proxy: np.ndarray, preference: Preference | None, ask: Callable[[PhotoAnswer, bool], T]) -> T:
        """Ask something about a photo, and say whether all edits of the preference are black and white."""
        small = shrink(proxy)

        def work() -> T:
            prepared = self._prepare(preference) if preference is not None else None
            return ask(PhotoAnswer(self._network, small, prepared), preference is not None and preference.is_gray)

        return self._run(work)

    def basis(self) -> np.ndarray:
        """What a weight of 1 adds to a LUT, for every weight: float32 `(K, S, S, S, 3)`; tastes vary by about that."""

        def read() -> np.ndarray:
            prior = self._network.prior
            table = prior.table.cpu().reshape(*(prior.size,) * 3, 3, prior.components)
            return np.ascontiguousarray(table.permute(4, 0, 1, 2, 3).numpy())

        return self._run(read)

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        """How alike the contents of photos are, `float32 (B, B)`, 0 to 1: how much a pair of one tells about another.

        Args:
            proxies: images `(H, W, 3)`, uint8 or uint16, sRGB.
        """
        return self._run(lambda: answering.likeness(self._network, proxies))

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
        step = stepping(progress, should_cancel)
        values = self._run(lambda: self._agreement(preference, step))
        step(1.0)
        if len(values) > PAIRS_AT_ONCE:
            give_back_memory()
        return values

    def _agreement(self, preference: Preference, step: Callable[[float], None]) -> list[float]:
        p = self._prepare(preference, progress=lambda share: step(0.5 * share))
        paired = p.style.paired[0]
        r = p.residual
        pairs = PairColors(p.before, p.after, r.nodes, r.parts, p.evidence[paired]) if r is not None else None
        tokens = p.style.tokens[0, 1:]
        return agreement(self._network.prior, tokens, paired, pairs, lambda share: step(0.5 + 0.5 * share))
