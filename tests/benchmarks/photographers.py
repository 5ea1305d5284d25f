"""Photographers whom nothing was trained on: what they make of a photo, and their edits on disk.

None of them is a draw of the simulator, and none has a single look:

- `adaptive` brings each photo towards a brightness of his own, night and shade less bright and warmer than day, with
  more contrast in bright scenes.
- `film` meters the centre, takes a part of the cast out, tints shadows and highlights, the more so at night, and mutes
  greens.
- `learned` is a small published network that imitates a professional (`training/data/teachers.py`); the shipped model
  has seen it, so that it is to be left out by starting from `training/bundles/looks.piemodel`, which has not.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

Retouch = Callable[[np.ndarray], np.ndarray]
"""What a photographer makes of a capture; float (H, W, 3), sRGB-encoded, [0, 1]."""

_LUMA = np.array([0.2126, 0.7152, 0.0722])


def adaptive(photo: np.ndarray) -> np.ndarray:
    linear = to_linear(photo)
    luma = linear @ _LUMA
    dark = 1 / (1 + np.exp(8 * (luma.mean() - 0.15)))
    gain = np.clip((0.16 / np.exp(np.log(luma + 1e-3).mean())) ** 0.75, 0.4, 5)
    result = encode(linear * gain * np.array([1 + 0.1 * dark, 1, 1 - 0.14 * dark]))
    result = result + 0.48 * (2.2 - 1.2 * dark) * (result - 0.5) * result * (1 - result)
    mean = result.mean(axis=-1, keepdims=True)
    result = mean + (result - mean) * (1.25 - 0.15 * dark)
    return np.asarray(np.clip(0.04 * dark + result * (1 - 0.05 * dark), 0, 1))


def film(photo: np.ndarray, seed: int = 3) -> np.ndarray:
    """Another seed is another photographer."""
    random = np.random.default_rng(seed)
    key, pull = 2 ** random.uniform(-2.9, -1.9), random.uniform(0.5, 0.85)
    shadows, highlights = random.normal(0, 0.045, 3), random.normal(0, 0.045, 3)
    fade, contrast, green, warmth = (
        *random.uniform((0, 0.1, 0.3), (0.07, 0.6, 0.9)),
        random.normal(0.05, 0.06),
    )
    linear = to_linear(photo)
    luma = linear @ _LUMA
    rows, columns = np.mgrid[-1 : 1 : luma.shape[0] * 1j, -1 : 1 : luma.shape[1] * 1j]
    weight = np.exp(-2 * (rows**2 + columns**2))
    metered = np.exp((np.log(luma + 2e-3) * weight).sum() / weight.sum())
    night = 1 / (1 + np.exp(6 * (np.log2(metered) + 4)))
    gain = np.clip((key * (1 - 0.45 * night) / metered) ** pull, 0.35, 5)
    mean = linear.reshape(-1, 3).mean(0)
    neutral = (mean / mean.mean()) ** -0.35
    result = encode(linear * gain * neutral * np.array([1 + warmth, 1, 1 - warmth]))
    light = (result @ _LUMA)[..., None]
    result = result + contrast * (1.6 - 0.9 * night) * (result - 0.45) * result * (1 - result)
    result = result + shadows * (1 - light) ** 2 * (1 + night) + highlights * light**2
    excess = np.clip(result[..., 1] - np.maximum(result[..., 0], result[..., 2]), 0, 1)
    result[..., 1] -= (1 - green) * excess * 0.8
    return np.asarray(np.clip(fade + result * (1 - fade), 0, 1))


def learned(folder: Path) -> Retouch:
    """The first learned retoucher of a folder."""
    import torch

    from training.data.teachers import load_teachers

    teacher = load_teachers(folder)[0]

    def retouch(photo: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            image = teacher(torch.from_numpy(photo).float().permute(2, 0, 1)[None])
        return np.asarray(image[0].permute(1, 2, 0).clamp(0, 1))

    return retouch


def shoot(photos: list[np.ndarray], folder: Path, retouch: Retouch) -> None:
    """Write captures of finished photos, uint8 (H, W, 3), and what a photographer makes of them."""
    (folder / "originals").mkdir(parents=True)
    for number, photo in enumerate(photos):
        random = np.random.default_rng([len(photos), number])
        exposure, cast = 2 ** random.uniform(-1.6, 0.8), np.exp(random.normal(0, 0.06, 3))
        capture = np.round(encode(to_linear(photo / 255) * exposure * cast) * 255).astype(np.uint8)
        Image.fromarray(capture).save(folder / "originals" / f"{number:04d}.jpg", quality=95)
        edit = np.round(retouch(capture / 255) * 255).astype(np.uint8)
        Image.fromarray(edit).save(folder / f"{number:04d}.jpg", quality=95)


def to_linear(encoded: np.ndarray) -> np.ndarray:
    """Linear light of sRGB-encoded values in [0, 1]."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encode(linear: np.ndarray) -> np.ndarray:
    """sRGB-encoded values of linear light, clipped to [0, 1]."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
