"""`pie-desktop lut`: what a style does to one photo, as a .cube file for other programs."""

from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from pie_desktop.commands.arguments import Amount, Device, Model, Strength, open_engine, open_library
from pie_desktop.commands.output import interruptible, say, showing_progress
from pie_desktop.errors import PieError


class Size(IntEnum):
    """Points per axis that other programs read; 17 is what the model makes."""

    SMALL = 17
    MEDIUM = 33
    LARGE = 65


def register(app: typer.Typer) -> None:
    app.command("lut")(lut)


def lut(
    photo: Annotated[Path, typer.Argument(help="The photo whose edit is wanted: each photo gets its own.")],
    style: Annotated[str, typer.Option("--style", help="Name or id of a style.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The .cube file to write.")],
    strength: Strength = 1.0,
    amount: Amount = 1.0,
    size: Annotated[int, typer.Option(help="Points per axis: 17, 33 or 65.")] = Size.MEDIUM.value,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    model: Model = None,
    device: Device = "auto",
) -> None:
    """Write the edit of PHOTO in a style as a 3D LUT (.cube)."""
    if size not in set(Size):
        raise PieError(f"A LUT of {size} points per axis cannot be made; use 17, 33 or 65.")
    if output.exists() and not overwrite:
        raise PieError(f"“{output}” exists; name another file or use --overwrite.")
    from pie_desktop.imaging import decode
    from pie_desktop.imaging.lut import apply_lut, identity_lut, write_cube

    library = open_library()
    engine = open_engine(library, model, device)
    proxy = decode.load_proxy(photo)
    chosen = library.find(style)
    with interruptible() as should_cancel, showing_progress() as progress:
        preference = engine.preference(chosen, progress, should_cancel)
        table = engine.transform(proxy, preference).table(strength, amount)
    # A table is itself a picture of all colours; looking it up in the model's own table resamples it.
    colours = identity_lut(size).reshape(size * size, size, 3)
    resampled = apply_lut(colours, table).reshape(size, size, size, 3)
    write_cube(output, resampled, title=f"{chosen.name} - {photo.name}")
    say(str(output))
