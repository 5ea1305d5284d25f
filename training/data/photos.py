"""Banks of small photographs: memory-mapped arrays, decoded once, so that no training step waits for a JPEG."""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.listing import list_photos
from pie_desktop.model.features import square

SMALLEST_VIEW = 0.4  # of a photo's side: few photos, many views


class Images(Protocol):
    """Images `(P, S, S, 3)` uint8, sRGB, in memory or on the disk."""

    shape: tuple[int, ...]

    def __getitem__(self, index: np.ndarray, /) -> np.ndarray: ...


def finished_photos(folder: Path) -> list[Path]:
    """Photos in `folder`; if a `manifest.csv` beside or inside lists kinds, only the *finished* ones.

    Raises:
        PieError: there is no photo.
    """
    kinds = _kinds(folder)
    return [p for p in _photos(folder) if kinds.get(p.name) != "capture"]


def captured_photos(folder: Path) -> list[Path]:
    """Photos in `folder` that a `manifest.csv` beside or inside calls *captures*: as they came out of a camera.

    Raises:
        PieError: there is no photo.
    """
    kinds = _kinds(folder)
    return [p for p in _photos(folder) if kinds.get(p.name) == "capture"]


def _photos(folder: Path) -> list[Path]:
    photos = list_photos(folder)
    if not photos:
        raise PieError(f"No photo was found in {folder}; choose a folder of JPEG, PNG or TIFF files.")
    return photos


def _kinds(folder: Path) -> dict[str, str]:
    """Kinds by file name, as far as manifests tell."""
    kinds: dict[str, str] = {}
    for manifest in (folder.parent / "manifest.csv", folder / "manifest.csv"):
        if manifest.exists():
            with manifest.open(newline="", encoding="utf-8") as f:
                kinds |= {row["file"]: row.get("kind") or "" for row in csv.DictReader(f)}
    return kinds


def photo_bank(photos: Sequence[Path], side: int, cache: Path) -> np.ndarray:
    """`(P, side, side, 3)` uint8 of all photos, built once under `cache` and memory-mapped from then on."""
    names = "\n".join(f"{p.name}:{p.stat().st_size}" for p in photos)
    key = hashlib.sha256(f"{side}\n{names}".encode()).hexdigest()[:16]
    path = cache / f"photos-{key}.npy"
    if not path.exists():
        bank = np.stack([square(load_photo(p, max_side=max(256, side)), side) for p in photos])
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary, temporary.open("wb") as f:
            np.save(f, bank)
    return np.load(path, mmap_mode="r")


def split_bank(folders: Sequence[Path], side: int, every: int, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """The finished photos of folders at `side` px, those to train on and those kept apart: every `every`-th one.

    Raises:
        PieError: there are too few.
    """
    bank = photo_bank([photo for folder in folders for photo in finished_photos(folder)], side, cache)
    held = np.arange(len(bank)) % every == every - 1
    if not held.any():
        named = " and ".join(str(folder) for folder in folders)
        raise PieError(f"{named} holds {len(bank)} finished photos; training needs at least {every}.")
    return bank[~held], bank[held]


def capture_bank(folders: Sequence[Path], side: int, cache: Path) -> np.ndarray | None:
    """The captures of folders, `(C, side, side, 3)` uint8; None without any."""
    photos = [photo for folder in folders for photo in captured_photos(folder)]
    return photo_bank(photos, side, cache) if photos else None


def random_views(
    bank: Images,
    index: np.ndarray,
    side: int,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
    rows: slice | None = None,
) -> Tensor:
    """Random crops and flips of the photos `index`: `(B, 3, side, side)` float in [0, 1], sRGB-encoded, on `device`.

    The views are drawn by the CPU generator, so that they do not depend on the device. With `rows`, they are drawn for
    all photos, but only these rows are read and given back.
    """
    count, rows = len(index), rows or slice(None)
    stored = torch.from_numpy(np.ascontiguousarray(bank[index[rows]])).to(device)
    photos = stored.permute(0, 3, 1, 2).float().div_(255)
    scale = SMALLEST_VIEW + (1 - SMALLEST_VIEW) * torch.rand(count, generator=generator)
    shift = (torch.rand(count, 2, generator=generator) * 2 - 1) * (1 - scale[:, None])
    flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = scale * flip, scale, shift
    theta = theta[rows]
    grid = torch.nn.functional.affine_grid(theta.to(device), [len(theta), 3, side, side], align_corners=False)
    return torch.nn.functional.grid_sample(photos, grid, align_corners=False, padding_mode="reflection")
