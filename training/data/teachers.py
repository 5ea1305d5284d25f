"""Learned retouchers: small published networks that imitate how a professional corrects photographs.

What such a network makes of a capture is a realistic correction that adapts to content. They are users of the
benchmark and of the audit, and teachers of the user simulator. A folder of safetensors files holds them; which network
a file is for is read off the names of its tensors:

- Image-adaptive 3D LUTs: H. Zeng, J. Cai, L. Li, Z. Cao, L. Zhang, TPAMI 2020 (weights published under Apache-2.0).
- Neural colour operators (NeurOp): Y. Wang, X. Li, K. Xu, D. He, Q. Zhang, F. Li, E. Ding, ECCV 2022 (MIT).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from pie_desktop.errors import PieError

LOOKS_AT = 256  # side of what the networks look at, px
_LEAK = 0.2
_SQUARES = 5  # convolutions before the last

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Teacher:
    """One learned retoucher.

    Attributes:
        name: of its file, without suffix.
        retouch: from images `(B, 3, H, W)`, sRGB-encoded [0, 1], to the same shape and range.
    """

    name: str
    retouch: Callable[[Tensor], Tensor]

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """What the retoucher makes of images `(B, 3, H, W)`, sRGB-encoded [0, 1]: the same shape and range."""
        return self.retouch(images).clamp(0, 1)


def load_teachers(folder: Path) -> list[Teacher]:
    """The learned retouchers of a folder, sorted by name.

    Raises:
        PieError: there is none, or a file is damaged or of an unknown network; the sentence names it.
    """
    from safetensors.torch import load_file

    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    if not files:
        raise PieError(f"No learned retoucher (.safetensors) was found in {folder}; name another folder.")
    teachers = []
    for file in files:
        try:
            weights = load_file(file)
            _require_finite(weights)
            retouch = _NETWORKS["luts" if "luts" in weights else "operators"](weights)
            retouch(torch.full((1, 3, 8, 8), 0.5))  # shapes that do not fit show here, not after hours of training
        except Exception as error:
            raise PieError(
                f"The learned retoucher {file} is damaged or unknown; replace it or move it away."
            ) from error
        teachers.append(Teacher(file.stem, retouch))
    return teachers


def _require_finite(weights: Weights) -> None:
    for name, tensor in weights.items():
        if not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"{name} is not finite")


def _seen(images: Tensor) -> Tensor:
    size = (LOOKS_AT, LOOKS_AT)
    return functional.interpolate(images, size=size, mode="bilinear", align_corners=False)


def _adaptive_luts(weights: Weights) -> Callable[[Tensor], Tensor]:
    """A small convolutional network mixes a few LUTs, `luts (n, output channel, blue, green, red)`, for each image."""
    luts = weights["luts"]

    def mix(images: Tensor) -> Tensor:
        x = _seen(images)
        for number in range(_SQUARES):
            x = functional.conv2d(x, weights[f"conv{number}.weight"], weights[f"conv{number}.bias"], 2, 1)
            x = functional.leaky_relu(x, _LEAK)
            if f"norm{number}.weight" in weights:
                scale, shift = weights[f"norm{number}.weight"], weights[f"norm{number}.bias"]
                x = functional.instance_norm(x, weight=scale, bias=shift, eps=1e-5)
        last = functional.conv2d(x, weights[f"conv{_SQUARES}.weight"], weights[f"conv{_SQUARES}.bias"])
        return last.flatten(1)

    def retouch(images: Tensor) -> Tensor:
        lut = torch.einsum("bk,kcxyz->bcxyz", mix(images), luts)
        # red is the last axis of the LUT, which is what grid_sample calls x
        places = images.permute(0, 2, 3, 1)[:, None] * 2 - 1
        return functional.grid_sample(lut, places, padding_mode="border", align_corners=True)[:, :, 0]

    return retouch


def _operators(weights: Weights) -> Callable[[Tensor], Tensor]:
    """Three pixel-wise operators one after another, each steered by one number that is read off the image so far."""

    def value(images: Tensor, number: int) -> Tensor:
        x = _seen(images)
        for layer in ("conv1", "conv2"):
            kernel, bias = weights[f"encoder.{layer}.weight"], weights[f"encoder.{layer}.bias"]
            x = functional.relu(functional.conv2d(x, kernel, bias, 2, 1))
        x = x.flatten(2)
        features = torch.cat([x.std(2), x.mean(2), x.amax(2)], 1)
        return functional.linear(features, weights[f"value{number}.weight"], weights[f"value{number}.bias"]).tanh()

    def retouch(images: Tensor) -> Tensor:
        for number in range(3):
            layers = [
                (weights[f"op{number}.{n}.weight"], weights[f"op{number}.{n}.bias"])
                for n in ("first", "middle", "last")
            ]
            x = functional.conv2d(images, *layers[0]) + value(images, number)[:, :, None, None]
            images = functional.conv2d(functional.leaky_relu(functional.conv2d(x, *layers[1]), 0.01), *layers[2])
        return images

    return retouch


_NETWORKS: dict[str, Callable[[Weights], Callable[[Tensor], Tensor]]] = {
    "luts": _adaptive_luts,
    "operators": _operators,
}
