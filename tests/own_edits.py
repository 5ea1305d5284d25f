"""A photographer's own edits on disk, for tests of training."""

from pathlib import Path

import numpy as np
from PIL import Image


def edits_folder(folder: Path, crops: Path, count: int) -> Path:
    """Warm, brighter edits with their originals in `originals`."""
    (folder / "originals").mkdir(parents=True)
    for path in sorted(crops.glob("*.jpg"))[:count]:
        image = np.asarray(Image.open(path))
        Image.fromarray(image).save(folder / "originals" / path.name, quality=95)
        warm = np.clip(image * np.array([1.15, 1.02, 0.85]) + 8, 0, 255).astype(np.uint8)
        Image.fromarray(warm).save(folder / path.name, quality=95)
    return folder
