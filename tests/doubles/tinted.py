"""Styles that `ApartModel` tells apart: two tints, and black and white."""

from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style

TINTS = {"Evening": (1.1, 0.95, 0.6), "Street": (0.6, 0.9, 1.1), "Film": None}


def tinted_styles(library: StyleLibrary, images: dict[str, np.ndarray], folder: Path) -> dict[str, Style]:
    """The styles by name, each of two pairs of `images` (`sample_images`) that are written into `folder`."""
    made = {}
    for name, tint in TINTS.items():
        pairs = []
        for photo in ("coffee", "chelsea"):
            image = images[photo]
            before, after = folder / f"{photo}.png", folder / f"{photo}_{name}.png"
            grey = np.repeat(image.mean(axis=-1, keepdims=True), 3, axis=-1)
            edited = grey if tint is None else np.clip(image * np.array(tint, np.float32), 0, 255)
            Image.fromarray(image).save(before)
            Image.fromarray(edited.astype(np.uint8)).save(after)
            pairs.append(EditPair(after, before))
        made[name] = library.create(name, pairs).style
    return made
