"""Models without a network; the real engine around them reads references, keeps preferences and mixes LUTs."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.errors import Cancelled, StyleError
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.model.interface import EnhancementModel, ModelAnswer
from pie_desktop.model.preference import Preference, ReferencePixels

Progress = Callable[[float], None]
ShouldCancel = Callable[[], bool]


class PlainModel(EnhancementModel):
    """A brighter neutral enhancement, and one warm preference for all styles."""

    bundle_id = ""
    device = ""
    notice: str | None = None

    def __init__(self, bundle: Path, device: str = "auto") -> None:
        self.bundle_id, self.device = bundle.stem, "cpu" if device == "auto" else device

    @property
    def card(self) -> Mapping[str, Any]:
        return {}

    def encode(
        self,
        references: Sequence[ReferencePixels],
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Preference:
        if progress is not None:
            progress(1.0)
        return any_preference(self.bundle_id, len(references))

    def fits(self, preference: Preference) -> bool:
        return preference.bundle_id == self.bundle_id

    def answer(self, proxy: np.ndarray, preference: Preference | None) -> ModelAnswer:
        error = None if preference is None else self.expected_error(proxy, preference)
        return ModelAnswer(*self.luts(proxy, preference), error)

    def expected_error(self, proxy: np.ndarray, preference: Preference) -> float | None:
        return None

    def doubt(self, proxy: np.ndarray, preference: Preference) -> np.ndarray | None:
        return 0.25 * np.eye(6)

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        return np.eye(len(proxies), dtype=np.float32)

    def influence(self, proxy: np.ndarray, preference: Preference) -> np.ndarray:
        """The second reference counts most, then the first, then the others."""
        return self.shares(len(preference.arrays["tokens"]))

    @staticmethod
    def shares(references: int) -> np.ndarray:
        parts = np.full(references, 0.05, np.float32)
        parts[:2] = [0.2, 0.5][:references]
        return parts / max(1.0, float(parts.sum()))

    def basis(self) -> np.ndarray:
        """Each channel by itself: lighter, and more contrast."""
        lut = identity_lut()
        lighter, contrast = lut * (1 - lut), lut * (1 - lut) * (2 * lut - 1)
        return np.stack([change * axis for change in (lighter, contrast) for axis in np.eye(3, dtype=np.float32)])

    def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        neutral = identity_lut() ** np.float32(0.8)
        if preference is None:
            return neutral, neutral
        warm = np.clip(neutral * np.array([1.15, 1.0, 0.7], np.float32) + np.float32(0.03), 0.0, 1.0)
        return neutral, warm.astype(np.float32)

    def agreement(
        self,
        preference: Preference,
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> list[float]:
        return [0.9] * len(preference.arrays["tokens"])


class UnsureModel(PlainModel):
    """Expects the larger errors the darker a photo is, and takes photos of nearly the same brightness for alike."""

    def expected_error(self, proxy: np.ndarray, preference: Preference) -> float | None:
        return float(12 - proxy.mean() / 25)

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        means = np.array([proxy.mean() for proxy in proxies], np.float32)
        return np.exp(-(((means[:, None] - means) / 20) ** 2))


class SlowModel(PlainModel):
    """Encodes until told to go on, and looks at `should_cancel` all the while; its first reference is an outlier."""

    def __init__(self, bundle: Path = Path("slow"), device: str = "auto", problem: str = "") -> None:
        super().__init__(bundle, device)
        self.go_on = threading.Event()
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.problem = problem

    def encode(
        self,
        references: Sequence[ReferencePixels],
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Preference:
        self.started.set()
        if progress is not None:
            progress(0.5)
        while not self.go_on.wait(0.005):
            if should_cancel is not None and should_cancel():
                self.stopped.set()
                raise Cancelled
        if self.problem:
            raise StyleError(self.problem)
        return super().encode(references)

    def agreement(
        self,
        preference: Preference,
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> list[float]:
        return [0.2, *super().agreement(preference)[1:]]


class MeanColorModel(PlainModel):
    """The preference is the mean colour of the edits, and the preferred LUT adds a part of it; `encoded` keeps them."""

    def __init__(self, bundle: Path, device: str = "auto") -> None:
        super().__init__(bundle, device)
        self.encoded: list[Sequence[ReferencePixels]] = []

    def encode(
        self,
        references: Sequence[ReferencePixels],
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Preference:
        self.encoded.append(references)
        if progress is not None:
            progress(1.0)
        mean = np.mean([reference.after.mean(axis=(0, 1)) / 255 for reference in references], axis=0)
        return Preference({"mean": mean.astype(np.float32)}, self.bundle_id)

    def influence(self, proxy: np.ndarray, preference: Preference) -> np.ndarray:
        return self.shares(len(self.encoded[-1]))

    def agreement(
        self,
        preference: Preference,
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> list[float]:
        return [0.9] * len(self.encoded[-1])

    def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        neutral = identity_lut(17) * np.float32(0.9)
        if preference is None:
            return neutral, neutral
        return neutral, neutral + np.float32(0.2) * preference.arrays["mean"]


def any_preference(bundle_id: str | None, references: int = 1) -> Preference:
    """A preference that the model of this bundle takes."""
    assert bundle_id is not None
    return Preference({"tokens": np.zeros(references, np.float32)}, bundle_id)


class ApartModel(PlainModel):
    """Tells styles apart: the preference is the mean colour of the edits, and what is made in it has that tint.

    Edits without colour give black and white. What it expects of a photo is the red of that mean, in levels.
    """

    def encode(
        self,
        references: Sequence[ReferencePixels],
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Preference:
        mean = np.mean([one.after.reshape(-1, 3).mean(axis=0) for one in references], axis=0).astype(np.float32)
        return Preference({"tokens": np.zeros(len(references), np.float32), "vector": mean}, self.bundle_id)

    def expected_error(self, proxy: np.ndarray, preference: Preference) -> float | None:
        return float(preference.arrays["vector"][0])

    def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        neutral = identity_lut() ** np.float32(0.8)
        if preference is None:
            return neutral, neutral
        mean = preference.arrays["vector"]
        if np.ptp(mean) < 1:
            return neutral, np.repeat(neutral.mean(axis=-1, keepdims=True), 3, axis=-1)
        return neutral, np.clip(neutral * (mean / mean.mean()), 0, 1).astype(np.float32)
