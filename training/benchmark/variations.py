"""`python -m training variations`: variations of a user's style, drawn by a diffusion system, on a labelled sheet."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from torch import Tensor

    from pie_desktop.imaging.encode import Format
    from pie_desktop.model.systems.style import StyleCode
    from pie_desktop.model.systems.system import System

GAP, CAPTION, SURROUND, INK = 8, 24, 43, 230
FORMATS: "dict[str, Format]" = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}


def style_of_files(
    system: "System", references: Sequence[Path], tell: Callable[[str], None] = lambda sentence: None
) -> "StyleCode":
    """The style `(1, ...)` of retouched photos; a system that looks at pairs finds their originals by name.

    Args:
        system: that looks at them.
        references: the photos; those that do not pass the check of styles and training are left out.
        tell: gets a sentence about each of these, and about each that looks wrong.

    Raises:
        PieError: a photo cannot be read, its original is needed and not found, or none can be used.
    """
    import torch

    from pie_desktop.imaging.decode import load_proxy
    from pie_desktop.imaging.pairs.check import CHECK_SIDE, read_pair, useless
    from pie_desktop.imaging.pairs.find import find_original
    from pie_desktop.imaging.stored import to_uint8

    side = system.config.side
    after, before = [], []
    for path in references:
        if not system.needs_pairs:
            image = to_uint8(load_proxy(path))
            if (unusable := useless(image)) is not None:
                tell(f"“{path.name}” is {unusable}, so it is left out.")
                continue
            after.append(_squeezed(image, side))
            continue
        original = find_original(path)
        if original is None:
            raise PieError(f"The original of {path}, which this system needs, was not found; put it beside it.")
        checked = read_pair(original, path, max(CHECK_SIDE, side))
        for sentence in (checked.problem, *checked.warnings):
            if sentence is not None:
                tell(sentence)
        if checked.pair is not None:
            after.append(_squeezed(checked.pair.edited, side))
            before.append(_squeezed(checked.pair.original, side))
    if not after:
        raise PieError("None of the references can be used; name edits that show something, with their originals.")
    known = torch.ones(1, len(after), dtype=torch.bool)
    return system.style(torch.cat(after)[None], torch.cat(before)[None] if before else None, known)


def _squeezed(image: np.ndarray, side: int) -> "Tensor":
    """A photo as training shows it to a system: squeezed to `(1, 3, side, side)`, sRGB in [0, 1]."""
    import torch

    from pie_desktop.model.features import square

    return torch.from_numpy(square(image, side)).permute(2, 0, 1)[None] / 255


def draw(
    system: "System",
    photo: Path,
    references: Sequence[Path],
    count: int,
    seed: int,
    tell: Callable[[str], None] = lambda sentence: None,
) -> list[np.ndarray]:
    """LUTs of a photo `(S, S, S, 3)`: the expected one first, then `count` samples; `tell` as of `style_of_files`.

    Raises:
        PieError: the system draws no variations, or a photo cannot be read.
    """
    import torch

    from pie_desktop.imaging.decode import load_proxy
    from pie_desktop.model.systems.enhancers.diffusion import LOOK_SIDE, DiffusionEnhancer
    from training.data.source import seeded

    enhancer = system.enhancer
    if not isinstance(enhancer, DiffusionEnhancer):
        raise PieError(f"The enhancer {system.config.enhancer} draws no variations; name a diffusion system.")
    with torch.no_grad():
        style, seen = style_of_files(system, references, tell), _squeezed(load_proxy(photo), LOOK_SIDE)
        weights = torch.cat([enhancer.expected(seen, style), enhancer.samples(seen, style, count, seeded(seed))[0]])
        return list(enhancer.prior.luts(weights).numpy())


def labelled_sheet(tiles: Sequence[tuple[str, np.ndarray]], across: int = 4) -> np.ndarray:
    """Images of one size, uint8, with a caption below each, in rows of at most `across`, on neutral grey."""
    from PIL import Image, ImageDraw, ImageFont

    height, width = tiles[0][1].shape[:2]
    columns = min(across, len(tiles))
    rows = -(-len(tiles) // columns)
    across, down = width + GAP, height + CAPTION + GAP
    sheet = Image.new("RGB", (columns * across + GAP, rows * down + GAP), (SURROUND,) * 3)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for number, (caption, image) in enumerate(tiles):
        left, top = GAP + number % columns * across, GAP + number // columns * down
        sheet.paste(Image.fromarray(image), (left, top))
        pen.text((left, top + height + 3), caption, (INK,) * 3, font)
    return np.asarray(sheet)


def variations(
    files: Annotated[list[Path], typer.Argument(help="Further references, then the photo, then the sheet to write.")],
    system: Annotated[Path, typer.Option(help="Folder of a trained diffusion system.")],
    references: Annotated[list[Path], typer.Option("--references", "-r", help="Your edits, one or more.")],
    count: Annotated[int, typer.Option(min=1, max=23, help="Variations to draw.")] = 6,
    side: Annotated[int, typer.Option(min=64, max=2048, help="Long side of an image on the sheet, px.")] = 480,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
) -> None:
    """Draw variations of a style: the photo, the answer and random variations on one sheet (JPEG or PNG)."""
    from pie_desktop.imaging.decode import load_photo
    from pie_desktop.imaging.encode import EncodeOptions, save_photo
    from pie_desktop.imaging.lut.apply import apply_lut
    from pie_desktop.imaging.resize.resize import resize_long_side
    from pie_desktop.imaging.stored import to_uint8
    from pie_desktop.model.systems.build import load_system

    if len(files) < 2:
        raise PieError("Name the photo and the sheet to write after the references.")
    *further, photo, output = files
    kind = FORMATS.get(output.suffix.lower())
    if kind is None:
        raise PieError(f"{output} is neither JPEG nor PNG; give it the suffix .jpg or .png.")
    if output.exists():
        raise PieError(f"{output} exists already; name another file.")
    console = Console()
    tell = functools.partial(console.print, soft_wrap=True, markup=False, highlight=False)
    luts = draw(load_system(system)[0], photo, [*references, *further], count, seed, tell)
    image = load_photo(photo)
    captions = ["answer", *(f"variation {number + 1}" for number in range(count))]
    tiles = [("photo", to_uint8(resize_long_side(image, side)))]
    for caption, lut in zip(captions, luts, strict=True):
        tiles.append((caption, to_uint8(resize_long_side(apply_lut(image, lut), side))))
    save_photo(labelled_sheet(tiles), output, EncodeOptions(kind), overwrite=False)
    console.print(f"{count} variations of {photo.name}: {output}")
