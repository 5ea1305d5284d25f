"""`python -m training prepare` and `sheet`: a cache of a data set, and a contact sheet of simulated users."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from training.data.batch import Group

GAP = 2


def prepare(
    dataset: Annotated[Path, typer.Option(help="Folder with unedited photos and those of the experts.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the cache; an interrupted one is continued.")] = None,
    side: Annotated[int, typer.Option(min=48, max=1024, help="Side of the stored images, px.")] = 256,
    style: Annotated[list[Path] | None, typer.Option(help="Folder of one more style; can be repeated.")] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out photos with problems.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Number of decoding processes.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; nothing is written.")] = False,
    explained: Annotated[
        bool, typer.Option("--explain", help="Show what trains and what is tested with, style by style, and end.")
    ] = False,
    hold_out: Annotated[
        list[str] | None, typer.Option(help="With --explain: a style that is not to train, such as 'expert C'.")
    ] = None,
) -> None:
    """Decode a data set of experts once, into a memory-mapped cache that training reads from."""
    from training.data.explain import explain
    from training.data.fivek import find_dataset
    from training.data.inspection import inspect
    from training.data.preparing import prepare as run_prepare
    from training.running.pool import default_workers

    console = Console()
    if out is None and not (dry_run or explained):
        raise PieError("Name a folder for the cache with --out, or look at the data set with --explain or --dry-run.")
    found = find_dataset(dataset, style or ())
    if explained:
        for line in explain(found, hold_out or ()):
            console.print(line, soft_wrap=True, markup=False, highlight=False)
        return
    with Progress(console=Console(stderr=True), transient=True) as bars:
        headers = bars.add_task("reading headers", total=1.0)
        inspection = inspect(found, side, lambda done: bars.update(headers, completed=done))
        for line in inspection.lines():
            console.print(line, soft_wrap=True, markup=False, highlight=False)
        inspection.require(skip_bad)
        if dry_run or out is None:
            return
        decoding = bars.add_task("decoding", total=1.0)
        count = workers or default_workers()
        report = run_prepare(
            inspection.dataset,
            inspection.whole,
            out,
            side,
            count,
            skip_bad,
            lambda done: bars.update(decoding, completed=done),
        )
    for sentence in report.left_out:
        console.print(f"left out: {sentence}", soft_wrap=True, markup=False, highlight=False)
    made = f"{report.photos} photos in {out}, {report.made} of them decoded now"
    console.print(made, soft_wrap=True, markup=False, highlight=False)


def statistics(
    folder: Annotated[Path, typer.Argument(help="Folder of a data set, or of a cache made by `prepare`.")],
    photos: Annotated[int, typer.Option(min=1, help="Photos of each style to look at, evenly over their names.")] = 200,
    output: Annotated[Path | None, typer.Option("--json", help="Write the numbers to this file.")] = None,
) -> None:
    """Say what the people of a data set do to their photos: how many there are, and how they change on average."""
    from dataclasses import asdict

    from rich.table import Table

    from training.data.statistics import dataset_statistics
    from training.reports.files import prepare_folder, rounded, write_json

    prepare_folder(output)
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("looking at photos", total=1.0)
        people = dataset_statistics(folder, photos, lambda done: bars.update(task, completed=done))
    table = Table("style", "photos", "looked at", "size", "luma", "contrast", "chroma", "dE00", "left alone", box=None)
    for p in people:
        sizes = dict.fromkeys(f"{width}x{height}" for width, height in (p.smallest, p.median, p.largest))
        changes = (f"{p.luma:+.1f} %", f"{p.contrast:+.1f} %", f"{p.chroma:+.1f}", f"{p.de00:.1f}")
        counts = (str(p.photos), str(p.looked_at), ", ".join(sizes))
        table.add_row(escape(p.name), *counts, *changes, f"{p.left_alone:.0%}")
    console = Console(width=None if Console().is_terminal else 120)
    console.print(table)
    console.print(
        "Sizes: smallest, median, largest. Changes are means, after less before: of mean luma and of its standard "
        "deviation in percent of white, and of CIELAB chroma. Left alone: photos that differ by less than 1 dE00."
    )
    if output is not None:
        write_json(output, {"folder": str(folder), "people": [rounded(asdict(person)) for person in people]})


def contact_sheet(group: "Group") -> np.ndarray:
    """One row per user; of every photo the input and, right of it, what the user made of it.

    Returns:
        uint8 image `(H, W, 3)`, sRGB.
    """
    from pie_desktop.model.features import to_bytes

    users, shots, _, side, _ = group.input.shape
    pair, step = 2 * side + GAP, side + GAP
    drawn = np.full((users * step - GAP, shots * (pair + GAP) - GAP, 3), 40, np.uint8)
    for user in range(users):
        for shot in range(shots):
            top, left = user * step, shot * (pair + GAP)
            for offset, images in ((0, group.input), (side, group.target)):
                tile = to_bytes(images[user, shot].permute(1, 2, 0))
                drawn[top : top + side, left + offset : left + offset + side] = tile
    return drawn


def sheet(
    photos: Annotated[Path, typer.Option(help="Folder of finished photographs.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The image to write (JPEG).")] = Path("users.jpg"),
    users: Annotated[int, typer.Option(min=1, help="Number of simulated users.")] = 12,
    shots: Annotated[int, typer.Option(min=1, help="Photos per user.")] = 6,
    side: Annotated[int, typer.Option(min=16, max=512, help="Side of an image, px.")] = 96,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
) -> None:
    """Draw simulated users: one row per user, each photo before and after the edit."""
    import tempfile

    from pie_desktop.imaging.encode import EncodeOptions, save_photo
    from training.data.photos import finished_photos, photo_bank
    from training.data.source import SimulatedSource

    with tempfile.TemporaryDirectory() as cache:
        bank = np.array(photo_bank(finished_photos(photos), round(1.5 * side), Path(cache)))
    group = SimulatedSource(bank, side, users, shots, seed).group(0)
    save_photo(contact_sheet(group), output, EncodeOptions("jpeg", 92), overwrite=False)
    Console().print(f"{users} users with {shots} photos each: {output}")
