"""Using a bundle of a system: references to a preference, a photo and a preference to a LUT and how well it fits."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pie_desktop.errors import BundleError, StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.model.encoding import stepping
from pie_desktop.model.features import picked_colors, shrink, to_bytes
from pie_desktop.model.interface import ModelAnswer
from pie_desktop.model.loaded import LoadedModel, one_thread
from pie_desktop.model.lut_prior import fit_lut
from pie_desktop.model.preference import Preference, ReferencePixels
from pie_desktop.model.systems.build import style_of
from pie_desktop.model.systems.bundle import load_system_bundle
from pie_desktop.model.systems.enhancers.base import PixelwiseEnhancer
from pie_desktop.model.systems.masked import MaskedStyle, MaskedSystem
from pie_desktop.model.systems.style import StyleCode

FITTED_SIZE = 17  # nodes per axis of the answer of a system that makes pictures
PIXELWISE_SIZE = 33  # and of one that treats equal colours alike: curves have more knots
FIT_SIZE = 9  # nodes per axis of a LUT that is fitted to a picture
FIT_SIDE = 64  # of the pixels that it is fitted to, px
_LEAST_SIDE = 8  # px of a photo that a system takes
_MOST = 1e6  # of the numbers of a style: far beyond what a network makes, and safe to compute with


class SystemInference(LoadedModel):
    """A loaded bundle of a system of the study. Thread safe; one call runs at a time.

    Without a preference it leaves photos as they are. Its answer is a LUT: that of the system itself where it treats
    equal colours alike, else one that is fitted to the picture that it makes of the proxy. What only the preference
    network knows (expected errors, what references count for, doubts and variations) it does not offer.

    Args:
        bundle_dir: a `.piemodel` folder.
        device: `auto` (CUDA, then MPS, then CPU) or a torch device.

    Raises:
        BundleError: the bundle cannot be used.
    """

    def __init__(self, bundle_dir: Path, device: str = "auto") -> None:
        with one_thread():
            self._system, info = load_system_bundle(bundle_dir)
        pixelwise = isinstance(self._system.enhancer, PixelwiseEnhancer)
        self._neutral = identity_lut(PIXELWISE_SIZE if pixelwise else FITTED_SIZE)
        super().__init__(self._system, info, device)

    def encode(
        self,
        references: Sequence[ReferencePixels],
        progress: Callable[[float], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> Preference:
        """Encode one user's references: of a system that looks at pairs those with an original, else the edits alone.

        Args:
            references: at least one; each edit with its original where there is one, of the same crop.
            progress: called with the share done, 0 to 1.
            should_cancel: asked before and after the work.

        Raises:
            StyleError: there is no reference, or none that the system can use.
            BundleError: what the system makes of them is not finite.
            Cancelled: `should_cancel` said so.
        """
        step = stepping(progress, should_cancel)
        if not references:
            raise StyleError("A style needs at least one edited photo; add one.")
        step(0.0)
        style = self._run(lambda: style_of(self._system, references))
        if style is None:
            raise StyleError(
                f"The model “{self._name}” compares edits with their originals, and none of these edits has one; add "
                "the originals to the style, or choose a model that does without."
            )
        arrays = {f.name: np.array(getattr(style, f.name)[0].cpu().numpy(), order="C") for f in fields(style)}
        arrays["paired"] = np.array([reference.before is not None for reference in references])
        arrays["gray"] = np.array([is_gray(shrink(reference.after)) for reference in references])
        preference = Preference(arrays, self.bundle_id)
        if not self.fits(preference):
            raise self._useless()
        step(1.0)
        return preference

    def fits(self, preference: Preference) -> bool:
        """Whether a stored preference can be one of this model: names, shapes, kinds and sizes of numbers."""
        a, width, levels = preference.arrays, self._system.config.width, self._system.encoder.levels
        names = {f.name for f in fields(self._style_kind)}
        if preference.bundle_id != self.bundle_id or set(a) != names | {"paired", "gray"}:
            return False
        flags = (a["paired"], a["gray"], a["valid"])
        if any(flag.ndim != 1 or flag.dtype != np.bool_ or not len(flag) for flag in flags):
            return False
        count = len(a["valid"])
        used = a["paired"].sum() if self._system.needs_pairs else len(a["paired"])
        if not a["valid"].all() or count != used or a["gray"].shape != a["paired"].shape:
            return False
        wanted = {"vector": (width,), "levels": (levels, width)}
        wanted |= dict.fromkeys(names & {"contents", "codes"}, (count, width))
        if any(a[name].shape != shape for name, shape in wanted.items()):
            return False
        maps = a["maps"]
        if maps.ndim != 4 or maps.shape[:2] != (count, self._system.encoder.map_channels) or not maps.size:
            return False
        numbers = (a[name] for name in names - {"valid"})
        return all(array.dtype == np.float32 and bool((abs(array) < _MOST).all()) for array in numbers)

    def answer(self, proxy: np.ndarray, preference: Preference | None) -> ModelAnswer:
        """What to do with a photo; see `EnhancementModel.answer`.

        Raises:
            StyleError: the preference belongs to another bundle.
            BundleError: the weights lead to no finite numbers.
        """
        if preference is None:
            return ModelAnswer(self._neutral, self._neutral)
        if preference.bundle_id != self.bundle_id:
            raise StyleError("This preference was made by another model; it has to be computed again.")
        photo = torch.from_numpy(shrink(proxy)).permute(2, 0, 1)
        picture, lut = self._run(lambda: self._enhance(photo, preference))
        if preference.is_gray:
            lut = np.repeat(lut.mean(axis=-1, keepdims=True), 3, axis=-1)
        if not np.isfinite(lut).all():
            raise self._useless()
        small = to_bytes(photo.permute(1, 2, 0))
        return ModelAnswer(self._neutral, lut, fit_error=mean_delta_e(apply_lut(small, lut), picture))

    def expected_error(self, proxy: np.ndarray, preference: Preference) -> float | None:
        """None: a system does not know how far off it may be."""
        return None

    def doubt(self, proxy: np.ndarray, preference: Preference) -> np.ndarray | None:
        """None: a system has no weights of a LUT that could be doubted."""
        return None

    def influence(self, proxy: np.ndarray, preference: Preference) -> np.ndarray | None:
        """None: it is not known which references count for a photo."""
        return None

    def likeness(self, proxies: Sequence[np.ndarray]) -> np.ndarray:
        """Each photo is like itself alone, float32 `(B, B)`: a system says nothing of that."""
        return np.eye(len(proxies), dtype=np.float32)

    def basis(self) -> np.ndarray:
        """Raises BundleError: a system makes one result, not some of which others could be made by weights."""
        raise BundleError(
            f"The model “{self._name}” makes one result of a photo and knows no others near it, so it cannot ask which "
            "you like better; choose the model that comes with PIE Desktop on the Train page for that."
        )

    def agreement(
        self,
        preference: Preference,
        progress: Callable[[float], None] | None = None,
        should_cancel: Callable[[], bool] | None = None,
    ) -> list[float]:
        """Empty: a system does not say which references disagree with the others."""
        return []

    @property
    def _style_kind(self) -> type[StyleCode]:
        return MaskedStyle if isinstance(self._system, MaskedSystem) else StyleCode

    def _enhance(self, photo: Tensor, preference: Preference) -> tuple[np.ndarray, np.ndarray]:
        """The system's picture of a photo `(3, H, W)`, `(H, W, 3)` uint8, and a LUT that makes it."""
        height, width = photo.shape[-2:]
        padding = (0, max(0, _LEAST_SIDE - width), 0, max(0, _LEAST_SIDE - height))
        rows = nn.functional.pad(photo[None], padding, mode="replicate").to(self.device)[None]
        style = self._style_kind(
            *(torch.from_numpy(preference.arrays[f.name])[None].to(self.device) for f in fields(self._style_kind))
        )
        picture = self._system.enhance(rows, style)[0, 0, :, :height, :width].clamp(0, 1)
        return to_bytes(picture.permute(1, 2, 0)), self._lut(rows, photo, picture, style)

    def _lut(self, rows: Tensor, photo: Tensor, picture: Tensor, style: StyleCode) -> np.ndarray:
        nodes = torch.from_numpy(self._neutral).flatten(0, 1).permute(2, 0, 1)[None]
        colors = self._system.recolor(nodes.to(self.device), rows, style)
        if colors is not None:
            lut = colors[0].permute(1, 2, 0).reshape(self._neutral.shape)
            return np.ascontiguousarray(lut.clamp(0, 1).float().cpu().numpy())
        before, after = (picked_colors(x.permute(1, 2, 0).cpu().numpy(), FIT_SIDE) for x in (photo, picture))
        volume = torch.from_numpy(fit_lut(before, after, FIT_SIZE)).permute(3, 0, 1, 2)[None]
        finer = nn.functional.interpolate(volume, size=(FITTED_SIZE,) * 3, mode="trilinear", align_corners=True)
        return np.ascontiguousarray(finer[0].permute(1, 2, 3, 0).numpy())
