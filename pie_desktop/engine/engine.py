"""The engine: from a style to its preference, and from a photo to the transform that preview and export apply."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.transform import Transform, blended_error
from pie_desktop.engine import bundles
from pie_desktop.engine.blending import AnyPreference, Blended
from pie_desktop.engine.references import Progress, References, ShouldCancel, encode, read_style
from pie_desktop.errors import BundleError, Cancelled, StyleError
from pie_desktop.model.interface import EnhancementModel, ModelOpener
from pie_desktop.model.opening import open_model
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import OnlyModel, Style

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

REMEMBERED_PREFERENCES = 16
KEPT_BESIDE = 4  # models that are compared at once
LOCK_POLL = 0.05  # seconds
LEARNING_SHARE = 0.8  # of the progress of an agreement: the preference that it is asked about


class Engine:
    """The model in use, loaded at the first job that needs it. Safe to use from several threads.

    `device`, `bundle_id` and `notice` never load anything, so that a window may ask for them at any time.
    """

    def __init__(
        self,
        library: StyleLibrary,
        bundle: Path | None = None,
        device: str = "auto",
        open_model: ModelOpener | None = None,
    ) -> None:
        """Args:
        library: the styles.
        bundle: one that is used or refused; None for the one chosen in the settings, or else the shipped one. In
            place of a damaged one that was chosen, the shipped one is used, and `notice` says so.
        device: `auto` or one of torch's.
        open_model: opens a bundle; None for that of `pie_desktop.model.opening`.
        """
        self._library = library
        self._bundle = bundle
        self._given = bundle is not None
        self._replaced: str | None = None
        self._requested_device = device
        self._open_model = open_model
        self._inference: EnhancementModel | None = None
        self._choice = threading.Lock()  # of the bundle; never held for long, for `set_bundle` is called by the window
        self._loading = threading.Lock()
        self._encoding = threading.Lock()
        self._preferences: OrderedDict[tuple[str, str, str], Preference] = OrderedDict()
        self._preferences_lock = threading.Lock()
        self._beside: OrderedDict[Path, Engine] = OrderedDict()

    @property
    def device(self) -> str | None:
        """Such as "cuda:0" or "cpu"; None before the first use."""
        inference = self._inference
        return inference.device if inference is not None else None

    @property
    def bundle_id(self) -> str | None:
        """None before the first use."""
        inference = self._inference
        return inference.bundle_id if inference is not None else None

    @property
    def notice(self) -> str | None:
        """Sentences for the status bar, such as that the GPU ran out of memory and the CPU does the work."""
        inference = self._inference
        notices = (self._replaced, inference.notice if inference is not None else None)
        return " ".join(notice for notice in notices if notice) or None

    def load(self) -> None:
        """Load the model now. Raises BundleError."""
        self._loaded()

    def set_bundle(self, path: Path | None) -> None:
        """Use another model from now on (None: the default one); it is loaded at its first use."""
        with self._choice:
            self._bundle = path
            self._given = False
            self._replaced = None
            self._inference = None
            self._beside.clear()

    def beside(self, bundle: Path) -> "Engine":
        """An engine that uses another model for the same styles, to compare with; it is loaded at its first use.

        The last few are kept: to make one takes no time. For the model of this engine it is this one.

        Raises:
            BundleError: there is no model at all.
        """
        with self._choice:
            own = self._bundle
        if bundle == (own or bundles.default_bundle()):
            return self
        with self._choice:
            other = self._beside.pop(bundle, None)
            if other is None:
                other = Engine(self._library, bundle, self._requested_device, self._open_model)
            self._beside[bundle] = other
            if len(self._beside) > KEPT_BESIDE:
                self._beside.popitem(last=False)
        return other

    def preference(
        self, style: Style, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
    ) -> "Preference":
        """The preference of a style's references as they are in `style`: remembered, from disk, or computed and kept.

        Raises:
            StyleError: no reference can be used, or the style came without photos and is of another model.
            BundleError: there is no usable model.
            Cancelled: `should_cancel` answered True.
        """
        inference = self._loaded()
        key = (style.id, style.fingerprint, inference.bundle_id)
        remembered = self._remembered(key)
        if remembered is not None:
            return remembered
        with _taking_turns(self._encoding, should_cancel):  # two callers must not compute the same one side by side
            preference = self._remembered(key) or self._library.preference(style, inference.bundle_id)
            if preference is None or not inference.fits(preference):
                if style.only_model is not None:
                    raise StyleError(_works_only_with(style.name, style.only_model, inference.bundle_id))
                read = read_style(style, progress, should_cancel)
                preference = encode(inference, read, progress, should_cancel)
                if read.complete:  # or it would be taken for that of all references once their copies are back
                    self._library.store_preference(style, preference)
            with self._preferences_lock:
                self._preferences[key] = preference
                if len(self._preferences) > REMEMBERED_PREFERENCES:
                    self._preferences.popitem(last=False)
        return preference

    def preference_of(
        self, style: StylePart, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
    ) -> "AnyPreference | None":
        """What an edit asks for: the preference of its style, of both styles of a blend, or None for neutral.

        Raises:
            StyleError: a style does not exist, or as `preference`.
            BundleError, Cancelled: as `preference`.
        """
        found = []
        for number, style_id in enumerate(style.styles):
            told = progress
            if progress is not None and len(style.styles) > 1:
                told = partial(_half, progress, number)
            found.append(self.preference(self._library.get(style_id), told, should_cancel))
        if len(found) == 2 and found[0].bundle_id != found[1].bundle_id:  # another model was chosen in between
            raise BundleError("The style was learned with another model; select the style again.")
        return Blended(*found) if len(found) == 2 else next(iter(found), None)

    def agreement(
        self, style: Style, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
    ) -> list[float]:
        """How well each usable active reference of a style fits the others, 0 to 1; see `Inference.agreement`.

        Empty where the model does not compare them.

        Raises:
            StyleError, BundleError, Cancelled: as `preference`.
        """

        def tell(share: float, text: str = f"Comparing the references of “{style.name}”") -> None:
            if progress is not None:
                progress(LEARNING_SHARE + (1 - LEARNING_SHARE) * share, text)

        def learning(share: float, text: str) -> None:
            if progress is not None:
                progress(LEARNING_SHARE * share, text)

        preference = self.preference(style, learning, should_cancel)
        return self._loaded().agreement(preference, tell, should_cancel)

    def learn(
        self, references: References, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
    ) -> "Preference":
        """The preference that references show, which is kept nowhere; see `references.read_edits`.

        Raises:
            BundleError: there is no usable model.
            Cancelled: `should_cancel` answered True.
        """
        return encode(self._loaded(), references, progress, should_cancel)

    def transform(self, proxy: np.ndarray, preference: "AnyPreference | None") -> Transform:
        """What to do with the photo of this proxy.

        Args:
            proxy: `imaging.decode.load_proxy` of the photo, (H, W, 3) uint8 or uint16.
            preference: of this engine's current model, or None for neutral enhancement only.

        Raises:
            BundleError: no usable model, or the preference is of another one.
        """
        if isinstance(preference, Blended):
            return replace(self.transform(proxy, preference.first), blended=self.transform(proxy, preference.second))
        luts = self._loaded_for(preference).answer(proxy, preference)
        preferred = luts.neutral if preference is None else luts.preferred
        return Transform(luts.neutral, preferred, luts.expected_error, fit_error=luts.fit_error)

    def expected_error(self, proxy: np.ndarray, preference: "AnyPreference", share: float = 0.0) -> float | None:
        """That of the photo's transform, for less work; None where the model does not know.

        Args:
            proxy, preference: as for `transform`.
            share: of the second style of a blend.

        Raises:
            BundleError: as `transform`.
        """
        if isinstance(preference, Blended):
            first, second = (self.expected_error(proxy, one) for one in (preference.first, preference.second))
            return blended_error(first, second, share)
        return self._loaded_for(preference).expected_error(proxy, preference)

    def doubt(self, proxy: np.ndarray, preference: "Preference") -> np.ndarray | None:
        """What the preference leaves open of this photo; see `Inference.doubt`. Raises BundleError as `transform`."""
        return self._loaded_for(preference).doubt(proxy, preference)

    def influence(self, proxy: np.ndarray, preference: "Preference") -> np.ndarray | None:
        """How much each reference counts for a photo; None where the model does not know.

        See `Inference.influence`. Raises BundleError as `transform`.
        """
        return self._loaded_for(preference).influence(proxy, preference)

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        """How much a pair of one photo tells about another; see `Inference.likeness`. Raises BundleError."""
        return self._loaded().likeness(proxies)

    def basis(self) -> np.ndarray:
        """What LUTs are made of, float32 (K, S, S, S, 3); see `Inference.basis`.

        Raises:
            BundleError: there is no usable model, or what it makes cannot be varied.
        """
        return self._loaded().basis()

    def _loaded_for(self, preference: "Preference | None") -> EnhancementModel:
        inference = self._loaded()
        if preference is not None and preference.bundle_id != inference.bundle_id:
            raise BundleError("The style was learned with another model; select the style again.")
        return inference

    def _remembered(self, key: tuple[str, str, str]) -> "Preference | None":
        with self._preferences_lock:
            if key in self._preferences:
                self._preferences.move_to_end(key)
            return self._preferences.get(key)

    def _loaded(self) -> EnhancementModel:
        with self._loading:
            while True:
                with self._choice:
                    bundle, given, inference = self._bundle, self._given, self._inference
                if inference is not None:
                    return inference
                inference, replaced = self._open(bundle or bundles.default_bundle(), given)
                with self._choice:
                    if self._bundle == bundle:  # unless another one was chosen while this one was loading
                        self._inference, self._replaced = inference, replaced

    def _open(self, bundle: Path, given: bool) -> tuple[EnhancementModel, str | None]:
        """The model, and a sentence where it is the shipped one in place of the one that was chosen."""
        opened = self._open_model or open_model
        try:
            return opened(bundle, self._requested_device), None
        except BundleError as error:
            shipped = next((info.path for info in bundles.shipped_bundles()), None)
            if given or shipped is None or shipped.resolve() == bundle.resolve():
                raise
            inference = opened(shipped, self._requested_device)
            return inference, f"{error} The model that comes with PIE Desktop is used instead."


def _half(progress: Progress, number: int, share: float, text: str) -> None:
    """The progress of the first, 0, or second, 1, of two pieces of work."""
    progress((number + share) / 2, text)


def _works_only_with(name: str, model: OnlyModel, in_use: str) -> str:
    if model.id == in_use:
        return f"What was learned for “{name}” is damaged, and it came without its photos; import it again."
    return (
        f"“{name}” came without its photos and works only with the model “{model.name}” ({model.id}); choose that "
        "model on the Train page, or ask for the style with its photos."
    )


@contextlib.contextmanager
def _taking_turns(lock: threading.Lock, should_cancel: ShouldCancel | None) -> Iterator[None]:
    """Hold the lock; raises Cancelled instead when `should_cancel` answers True while waiting for it."""
    while not lock.acquire(timeout=LOCK_POLL):
        if should_cancel is not None and should_cancel():
            raise Cancelled
    try:
        yield
    finally:
        lock.release()
