"""`python -m training contact-sheet`: photos, what a model makes of them, and what their users made, to be looked at.

Numbers do not show a cast on skin or a sky that breaks; people see both at once.
"""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import typer
from rich.console import Console

from pie_desktop.errors import PieError
from training.benchmark.variations import FORMATS, SURROUND, labelled_sheet

if TYPE_CHECKING:
    from pie_desktop.model.inference import Inference
    from training.benchmark.cases import Case

ACROSS = 8  # images: two photos, with four of each
USERS = 6  # of those who are simulated, and looks

Tile = tuple[str, np.ndarray]


def tiles_of(inference: "Inference", cases: "Iterable[Case]", references: int, paired: bool, side: int) -> list[Tile]:
    """Four tiles of every query: the photo, neutral, preferred, and what the user made of it.

    Args:
        references: of each case that the preference is learned from, at most.
        paired: with their originals.
        side: of the tiles, px.
    """
    from pie_desktop.imaging.lut.apply import apply_lut
    from training.benchmark.methods import shown
    from training.benchmark.metrics import Target

    tiles: list[Tile] = []
    for case in cases:
        known = case.references[:references]
        preference = inference.encode(shown(known, [paired] * len(known)))
        for photo, answer in case.queries:
            target = Target(answer)
            results = [apply_lut(photo, lut) for lut in inference.luts(photo, preference)]
            for name, image in zip((case.name, "neutral", "result"), (photo, *results), strict=True):
                tiles.append((f"{name}, dE {target.de00(image):.1f}", _framed(image, side)))
            tiles.append(("answer", _framed(answer, side)))
    return tiles


def _framed(image: np.ndarray, side: int) -> np.ndarray:
    """The whole image in the middle of a square, uint8 `(side, side, 3)`."""
    import cv2

    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.full((side, side, 3), SURROUND, np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def contact_sheet(
    photos: Annotated[Path, typer.Option(help="Folder of test photos, never trained on.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The image to write (.png or .jpg).")],
    model: Annotated[Path | None, typer.Option(help="Model (bundle); default: the shipped one.")] = None,
    retouchers: Annotated[
        Path | None, typer.Option(help="Folder of learned retouchers (.safetensors), given captures of --photos.")
    ] = None,
    looks: Annotated[Path | None, typer.Option(help="Folder of looks (.cube, HaldCLUT .png).")] = None,
    population: Annotated[
        Literal["simulated", "normalising", "targets"],
        typer.Option(help="Simulated users, where neither looks nor retouchers are named."),
    ] = "targets",
    count: Annotated[int, typer.Option(min=1, max=96, help="Photos on the sheet.")] = 24,
    refs: Annotated[int, typer.Option(min=1, help="References per user.")] = 5,
    edits_alone: Annotated[bool, typer.Option("--edits-alone", help="References without their originals.")] = False,
    side: Annotated[int, typer.Option(min=48, max=512, help="Side of an image on the sheet, px.")] = 192,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
) -> None:
    """Draw photos beside the neutral result, the result in a user's style, and what the user made of them."""
    from pie_desktop.imaging.encode import EncodeOptions, save_photo
    from pie_desktop.model.inference import Inference
    from training.benchmark.cases import Draws
    from training.benchmark.cli import chosen_bundle
    from training.benchmark.tasks import photo_tasks

    kind = FORMATS.get(output.suffix.lower())
    if kind is None:
        raise PieError(f"{output} is neither JPEG nor PNG; give it the suffix .jpg or .png.")
    if output.exists():
        raise PieError(f"{output} exists already; name another file.")
    if looks is not None and retouchers is not None:
        raise PieError("Name either --looks or --retouchers: one sheet shows one kind of users.")
    users = len(list(retouchers.glob("*.safetensors"))) if retouchers is not None else USERS
    draws = Draws(refs, -(-count // max(1, users)), seed)
    populations: dict[str, int] = {population: users} if looks is None and retouchers is None else {}
    (cases,) = photo_tasks(photos, draws, looks, users, populations, retouchers).values()
    tiles = tiles_of(Inference(chosen_bundle(model), "cpu"), cases, refs, not edits_alone, side)
    sheet = labelled_sheet(list(islice(tiles, 4 * count)), ACROSS)
    save_photo(sheet, output, EncodeOptions(kind), overwrite=False)
    drawn = min(count, len(tiles) // 4)
    Console().print(f"{drawn} photos: {output}", soft_wrap=True, markup=False, highlight=False)
