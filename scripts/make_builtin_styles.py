"""Make the styles that come with the program: `python scripts/make_builtin_styles.py`, writes resources/styles.

Each style is a develop recipe of our own, applied to a few freely licensed photographs, listed in
resources/styles/README.md.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image
from scipy.interpolate import PchipInterpolator
from skimage.transform import resize

from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.document import read_document, write_document
from pie_desktop.styles.store import StyleLibrary

TARGET = Path(__file__).resolve().parents[1] / "resources" / "styles"
SIDE = 320
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
LUMA = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709

Color = tuple[float, float, float]


@dataclass(frozen=True)
class Recipe:
    """One way of developing. Colours are RGB; tints are added to sRGB-encoded values.

    Attributes:
        gains: of the channels in linear light (exposure and white balance together).
        curve: points (input, output) of the tone curve on sRGB-encoded values.
        saturation: 1 leaves colours as they are.
        vibrance: further saturation of pale colours only.
        shadows, highlights: tints, fading out towards the other end.
    """

    gains: Color
    curve: tuple[tuple[float, float], ...]
    saturation: float
    vibrance: float
    shadows: Color
    highlights: Color


RECIPES = {
    "Warm evening": Recipe(
        gains=(1.17, 1.05, 0.86),
        curve=((0, 0.012), (0.22, 0.19), (0.5, 0.535), (0.8, 0.86), (1, 0.985)),
        saturation=1.04,
        vibrance=0.15,
        shadows=(0.012, -0.006, 0.022),
        highlights=(0.030, 0.012, -0.045),
    ),
    "Cool street": Recipe(
        gains=(0.90, 0.98, 1.08),
        curve=((0, 0.0), (0.18, 0.115), (0.45, 0.43), (0.75, 0.80), (1, 1.0)),
        saturation=0.68,
        vibrance=0.0,
        shadows=(-0.022, 0.004, 0.030),
        highlights=(0.006, 0.008, 0.0),
    ),
    "Soft film": Recipe(
        gains=(1.10, 1.08, 1.03),
        curve=((0, 0.075), (0.25, 0.285), (0.5, 0.53), (0.75, 0.735), (1, 0.94)),
        saturation=0.82,
        vibrance=0.10,
        shadows=(-0.012, 0.012, 0.008),
        highlights=(0.022, 0.012, -0.018),
    ),
}


def develop(image: np.ndarray, recipe: Recipe) -> np.ndarray:
    """A uint8 sRGB image (H, W, 3) developed by a recipe; same shape and type."""
    x = image.astype(np.float64) / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4) * np.array(recipe.gains)
    x = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).clip(0, 1)
    x = PchipInterpolator(*zip(*recipe.curve, strict=True))(x)
    luma = (x @ LUMA)[..., None]
    chroma = np.ptp(x, axis=-1, keepdims=True)
    x = luma + (x - luma) * recipe.saturation * (1 + recipe.vibrance * (1 - chroma))
    x = x + np.array(recipe.shadows) * (1 - luma) ** 2 + np.array(recipe.highlights) * luma**2
    return np.rint(x.clip(0, 1) * 255).astype(np.uint8)


def photographs() -> dict[str, np.ndarray]:
    """The originals: whole photographs, and details in another light so that more colours are covered."""
    coffee, chelsea, rocket = skimage.data.coffee(), skimage.data.chelsea(), skimage.data.rocket()
    return {
        "coffee": shrink(coffee),
        "chelsea": shrink(chelsea),
        "rocket": shrink(rocket),
        "coffee in daylight": relight(shrink(coffee[:, 120:480]), (0.80, 1.0, 1.45)),
        "chelsea in shade": relight(shrink(chelsea[:, 60:400]), (0.42, 0.5, 0.66)),
        "rocket at noon": relight(shrink(rocket[60:, 180:560]), (1.9, 1.9, 1.9)),
    }


def shrink(image: np.ndarray) -> np.ndarray:
    scale = SIDE / max(image.shape[:2])
    shape = tuple(round(side * scale) for side in image.shape[:2])
    return np.rint(resize(image, shape, anti_aliasing=True) * 255).astype(np.uint8)


def relight(image: np.ndarray, gains: Color) -> np.ndarray:
    return develop(image, Recipe(gains, ((0, 0), (1, 1)), 1.0, 0.0, (0, 0, 0), (0, 0, 0)))


def make_style(name: str, recipe: Recipe, work: Path) -> None:
    edits = []
    for title, image in photographs().items():
        before, after = work / f"{title}.png", work / f"{title} - {name}.png"
        Image.fromarray(image).save(before)
        Image.fromarray(develop(image, recipe)).save(after)
        edits.append(EditPair(after, before))
    made = StyleLibrary(work / "styles", builtin=work / "none").create(name, edits).style.folder
    document = read_document(made)
    document.created = CREATED
    for reference in document.references:
        reference.source = Path(reference.source).name
        reference.before_source = Path(reference.before_source or "").name
    write_document(made, document)
    target = TARGET / name.lower().replace(" ", "-")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target)


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, recipe in RECIPES.items():
        with tempfile.TemporaryDirectory() as work:
            make_style(name, recipe, Path(work))
    size = sum(path.stat().st_size for path in TARGET.rglob("*") if path.is_file())
    print(f"{len(RECIPES)} styles in {TARGET}, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
