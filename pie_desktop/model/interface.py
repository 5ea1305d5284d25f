"""What the engine asks of a model, whatever network is in it, without importing torch.

A model may know less than the preference network does: what it does not offer is None, or a sentence in a
`BundleError`. The engine is given a function that opens one, so that tests can do without a network; mypy holds their
models, and the real ones, to this.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference, ReferencePixels


class ModelAnswer(NamedTuple):
    """What a model makes of a photo.

    Attributes:
        neutral, preferred: LUTs, float32 (S, S, S, 3) each; equal without a preference.
        expected_error: mean CIEDE2000 by which the preferred result may be expected to miss the user's own edit; None
            without a preference, or where the model does not know.
        fit_error: mean CIEDE2000 between the preferred result and the model's own picture, where a LUT stands in for
            it; None without a preference, or where the LUT is what the model answers with.
    """

    neutral: np.ndarray
    preferred: np.ndarray
    expected_error: float | None = None
    fit_error: float | None = None


class EnhancementModel(Protocol):
    """A loaded bundle; safe to use from several threads.

    Attributes:
        bundle_id: of the bundle; preferences of another one cannot be used.
        card: what the bundle says of itself.
        device: where it runs now, such as `cuda:0` or `cpu`.
        notice: a sentence when it had to leave the device that was asked for, or None.
    """

    @property
    def bundle_id(self) -> str: ...
    @property
    def card(self) -> Mapping[str, Any]: ...
    @property
    def device(self) -> str: ...
    @property
    def notice(self) -> str | None: ...

    def encode(
        self,
        references: "Sequence[ReferencePixels]",
        progress: Callable[[float], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> "Preference":
        """The preference that some references show.

        Args:
            references: at least one.
            progress: called with the share done, 0 to 1.
            should_cancel: asked now and then.

        Raises:
            StyleError: there is no reference, or none that the model can learn from.
            Cancelled: `should_cancel` answered True.
        """
        ...

    def fits(self, preference: "Preference") -> bool:
        """Whether a stored preference can be one of this model."""
        ...

    def answer(self, proxy: np.ndarray, preference: "Preference | None") -> ModelAnswer:
        """What to do with a photo, and how far that may be off.

        Args:
            proxy: (H, W, 3) uint8 or uint16, sRGB.
            preference: of the same bundle.
        """
        ...

    def expected_error(self, proxy: np.ndarray, preference: "Preference") -> float | None:
        """That of `answer` alone, for less work."""
        ...

    def doubt(self, proxy: np.ndarray, preference: "Preference") -> np.ndarray | None:
        """Covariance of the photo's K weights by the preference, float64 (K, K); None where it is not known."""
        ...

    def influence(self, proxy: np.ndarray, preference: "Preference") -> np.ndarray | None:
        """How much each of a preference's N references counts for a photo: float32 (N,), 1 in all at most.

        None where it is not known.
        """
        ...

    def basis(self) -> np.ndarray:
        """What a weight of 1 adds to a LUT, for each of K weights: float32 (K, S, S, S, 3).

        Raises:
            BundleError: what this model makes cannot be varied by weights.
        """
        ...

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        """How much a pair of one photo tells about another, 0 to 1, float32 (B, B).

        Args:
            proxies: B images (H, W, 3) uint8 or uint16, sRGB.
        """
        ...

    def agreement(
        self,
        preference: "Preference",
        progress: Callable[[float], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> list[float]:
        """How well each reference of a preference fits the others, 0 to 1; the rest as for `encode`.

        Empty where the model does not compare them.
        """
        ...


ModelOpener = Callable[[Path, str], EnhancementModel]
"""Opens the bundle in a folder on a device (`auto` or one of torch's); raises BundleError."""
